"""The JSON Schema of a file of rules. What only one kind has is said once, in ``KIND_PARAMETERS``."""

from __future__ import annotations

from typing import Any

from xiang.hub.quality.engine.indicators import BY_KIND, INDICATORS

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_NAMES: dict[str, Any] = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_BOUND: dict[str, Any] = {"type": ["number", "string"]}
_COLUMN = {"column": _TEXT}
TYPES = ("integer", "decimal", "date", "datetime", "boolean")
OPERATORS = ("=", "<>", "<", "<=", ">", ">=")

#: Parameters by kind: what must be given, what may be.
KIND_PARAMETERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "required": (_COLUMN, {}),
    "type": ({**_COLUMN, "type": {"enum": list(TYPES)}}, {"formats": _NAMES}),
    "format": ({**_COLUMN, "pattern": _TEXT}, {}),
    "identity": (_COLUMN, {"fifteen": {"type": "boolean"}}),
    "credit_code": (_COLUMN, {}),
    "dictionary": (
        {**_COLUMN, "values": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}},
        {},
    ),
    "range": (_COLUMN, {"min": _BOUND, "max": _BOUND}),
    "length": (_COLUMN, {"min": {"type": "integer", "minimum": 0}, "max": {"type": "integer", "minimum": 0}}),
    "unique": ({"columns": _NAMES}, {}),
    "reference": ({"columns": _NAMES, "table": _TEXT}, {"to": _NAMES}),
    "compare": (
        {"left": _TEXT, "operator": {"enum": list(OPERATORS)}, "right": _TEXT},
        {"as": {"enum": ["text", "number", "date"]}},
    ),
    "cross_table": (
        {"table": _TEXT, "on": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}, "sql": _TEXT},
        {},
    ),
    "freshness": ({**_COLUMN, "within_days": {"type": "integer", "minimum": 0}}, {"formats": _NAMES}),
    "expression": ({"sql": _TEXT}, {}),
}

_SHARED: dict[str, Any] = {
    "key": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"},
    "kind": {"enum": list(BY_KIND)},
    "indicator": {"enum": list(INDICATORS)},
    "weight": {"type": "number", "exclusiveMinimum": 0},
    "message": _TEXT,
    "when": _TEXT,
}


def of_kind(kind: str) -> dict[str, Any]:
    """The schema of one rule of this kind."""
    needed, optional = KIND_PARAMETERS[kind]
    return {
        "type": "object",
        "required": ["key", "kind", *needed],
        "properties": {**_SHARED, **needed, **optional},
        "additionalProperties": False,
    }


_GRADES = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["grade", "from"],
        "properties": {"grade": _TEXT, "from": {"type": "number", "minimum": 0, "maximum": 100}},
        "additionalProperties": False,
    },
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["rules"],
    "additionalProperties": False,
    "properties": {
        "name": _TEXT,
        "key": _NAMES,
        "columns": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"title": _TEXT, "sensitive": {"type": "boolean"}},
                "additionalProperties": False,
            },
        },
        "tables": {"type": "object", "additionalProperties": _TEXT},
        "weights": {
            "type": "object",
            "propertyNames": {"enum": sorted({name.partition(".")[0] for name in INDICATORS})},
            "additionalProperties": {"type": "number", "minimum": 0},
        },
        "grades": _GRADES,
        "rules": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["key", "kind"],
                "properties": {"key": _SHARED["key"], "kind": _SHARED["kind"]},
            },
        },
    },
}
