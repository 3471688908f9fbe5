"""Row filters: which rows of a resource a rule is about, as a small tree that a database or Python can ask.

Logic is SQL's: a comparison with nothing is unknown, and a row stays only when the whole is true. So a row whose value is
not known is never shown by a permission, and never shown past a prohibition either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from xiang.hub.policies import divisions, literals
from xiang.hub.policies.model import Value
from xiang.hub.policies.vocabulary import OWN_DIVISION

_SQL = {"eq": "=", "neq": "<>", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """One column against values. ``isPartOf`` is a division of the code, or a prefix of another text."""

    column: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """``and``, ``or`` or ``not`` (of one part)."""

    kind: str
    parts: tuple[Filter, ...]


Filter: TypeAlias = Compare | Junction


def both(filters: list[Filter]) -> Filter | None:
    """The filter that holds where all of them hold; None lets every row through."""
    once = tuple(dict.fromkeys(filters))
    return Junction("and", once) if len(once) > 1 else (once[0] if once else None)


def asks_own_division(one: Filter | None) -> bool:
    """Whether the filter speaks of the division of whoever asks (return flow)."""
    if isinstance(one, Junction):
        return any(asks_own_division(part) for part in one.parts)
    return one is not None and OWN_DIVISION in one.values


def bound(one: Filter, division: str) -> Filter:
    """The filter with the asker's own division in its place."""
    if isinstance(one, Junction):
        return Junction(one.kind, tuple(bound(part, division) for part in one.parts))
    return Compare(one.column, one.operator, tuple(division if v == OWN_DIVISION else v for v in one.values))


def prefix(value: str) -> str:
    """What the codes inside a division begin with; another text is its own prefix. A number of another length than a full
    division code is no division: to drop its zeros would widen the filter."""
    last = value.rpartition("/")[2]
    return divisions.stem(last) if last.isascii() and last.isdigit() and len(last) in (6, 9, 12) else value


def matches(one: Filter, row: Mapping[str, Any]) -> bool | None:
    """Whether a row passes; None when that is not known."""
    if isinstance(one, Compare):
        return _compares(one, row.get(one.column))
    held = [matches(part, row) for part in one.parts]
    if one.kind == "not":
        return None if held[0] is None else not held[0]
    decisive = one.kind == "or"
    if decisive in held:
        return decisive
    return None if None in held else not decisive


def _compares(one: Compare, found: Any) -> bool | None:
    if found is None:
        return None
    if one.operator == "isAnyOf":
        return found in one.values
    if one.operator == "isNoneOf":
        return found not in one.values
    if one.operator == "isPartOf":
        return any(str(found).startswith(prefix(str(value))) for value in one.values)
    return _ORDER[one.operator](found, one.values[0])


@dataclass(frozen=True, slots=True)
class Rendered:
    """A condition for a WHERE clause, with its parameters in order."""

    sql: str
    parameters: tuple[Any, ...]


#: How each engine (or its driver) writes the nth parameter. ``postgresql`` is asyncpg's, ``psycopg`` psycopg's.
DIALECTS: dict[str, Callable[[int], str]] = {
    "sqlite": lambda _: "?",
    "duckdb": lambda _: "?",
    "postgresql": lambda number: f"${number}",
    "psycopg": lambda _: "%s",
}


def rendered(one: Filter, dialect: str, first: int = 1) -> Rendered:
    """The filter as SQL whose values are all parameters; ``first`` is the number of the first one."""
    writing = _Writing(dialect, first)
    return Rendered(writing.write(one), tuple(writing.parameters))


class _Writing:
    def __init__(self, dialect: str, first: int) -> None:
        self.dialect, self.first = dialect, first
        self.parameters: list[Any] = []

    def write(self, one: Filter) -> str:
        if isinstance(one, Compare):
            return self._compare(one)
        parts = [self.write(part) for part in one.parts]
        return f"(NOT {parts[0]})" if one.kind == "not" else f"({f' {one.kind.upper()} '.join(parts)})"

    def _compare(self, one: Compare) -> str:
        column = self._quoted(one.column)
        if one.operator in ("isAnyOf", "isNoneOf"):
            word = "IN" if one.operator == "isAnyOf" else "NOT IN"
            return f"({column} {word} ({', '.join(self._parameter(value) for value in one.values)}))"
        if one.operator == "isPartOf":
            # Not LIKE: SQLite's ignores case, and what is a wildcard differs.
            starts = (prefix(str(value)) for value in one.values)
            tests = [f"substr(CAST({column} AS TEXT), 1, {len(start)}) = {self._parameter(start)}" for start in starts]
            return f"({' OR '.join(tests)})"
        return f"({column} {_SQL[one.operator]} {self._parameter(one.values[0])})"

    def _quoted(self, column: str) -> str:
        quoted = '"' + column.replace('"', '""') + '"'
        return quoted.replace("%", "%%") if self.dialect == "psycopg" else quoted

    def _parameter(self, value: Value) -> str:
        if self.dialect == "sqlite" and isinstance(value, date | datetime):
            value = value.isoformat()
        elif self.dialect == "sqlite" and isinstance(value, Decimal):
            self.parameters.append(float(value))  # SQLite knows no exact decimals
            return "?"
        self.parameters.append(value)
        return DIALECTS[self.dialect](self.first + len(self.parameters) - 1)


def to_json(one: Filter) -> dict[str, Any]:
    if isinstance(one, Compare):
        return {"column": one.column, one.operator: [literals.to_json(value) for value in one.values]}
    return {one.kind: [to_json(part) for part in one.parts]}


def of_json(document: Any) -> Filter:
    """What :func:`to_json` wrote; ``ValueError`` or ``KeyError`` for anything else."""
    if "column" in document:
        operator, values = next((key, value) for key, value in document.items() if key != "column")
        if operator not in (*_SQL, "isAnyOf", "isNoneOf", "isPartOf"):
            raise ValueError(operator)
        return Compare(document["column"], operator, tuple(literals.of_json(value) for value in values))
    kind, parts = next(iter(document.items()))
    if kind not in ("and", "or", "not") or not parts:
        raise ValueError(kind)
    return Junction(kind, tuple(of_json(part) for part in parts))
