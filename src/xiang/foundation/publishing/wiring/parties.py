"""``divisions.csv``, ``bodies.yaml`` and ``units.yaml``: the places, with templates that unfold over the divisions.

``prefecture_bodies`` and ``county_bodies`` (and ``…_units``) are written once and hold for every prefecture or county:
``{code}``, ``{name}``, ``{short}``, ``{parent}`` and ``{parent_code}`` are filled in. Where a city's district is called
otherwise than a county, ``name_district`` says how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from xiang.foundation.parties import identity
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.models import BEGINNING, Body, BodyLevel, BodySystem, Division, DivisionLevel, Unit
from xiang.foundation.publishing.profile import Context, Entry, Order, Problem, Row, Section, nested

TEXT = {"type": "string", "minLength": 1}
MAYBE = {"type": "string"}
DAY = {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"}
NATION = "000000"
# A code of a division that does not exist, so that an invented social credit code never meets a real one.
_INVENTED = "439900"


# Divisions --------------------------------------------------------------------------------------------------------


def _division_key(content: Mapping[str, Any]) -> str:
    since = content.get("valid_from")
    return f"{content['code']}@{since}" if since and content.get("valid_to") else str(content.get("code", ""))


def _check_division(row: Row, context: Context) -> Iterator[Problem]:
    for code, detail in identity.check_division(row.data["code"]).errors:
        yield row.problem(code, detail, at="code")
    for name in ("parent", "successor"):
        if (other := row.data.get(name)) and not context.has("divisions", other):
            yield row.problem("division_unknown", f"没有区划“{other}”，先把它写进 divisions.csv。", at=name)
    if not row.data.get("parent") and row.data["level"] != DivisionLevel.PROVINCE:
        yield row.problem("parent_missing", "省以下的区划要写上级（parent）。", at="parent")


def _put_divisions(rows: Sequence[Row], context: Context) -> None:
    parties.put_divisions(context.actor, [_division(row.data) for row in rows])


def _division(data: Mapping[str, Any]) -> parties.DivisionRow:
    return parties.DivisionRow(
        code=data["code"],
        name=data["name"],
        level=data["level"],
        parent=data.get("parent", ""),
        short=data.get("short", ""),
        valid_from=_date(data.get("valid_from")) or BEGINNING,
        valid_to=_date(data.get("valid_to")),
        successor=data.get("successor", ""),
        confirmed=data.get("confirmed", "true") in ("true", True),
    )


def _divisions_now(keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found = {}
    for division in Division.objects.select_related("parent", "successor"):
        content = {
            "code": division.code,
            "name": division.name,
            "short": division.short,
            "level": division.level,
            "parent": division.parent.code if division.parent else "",
            "valid_from": "" if division.valid_from == BEGINNING else division.valid_from.isoformat(),
            "valid_to": division.valid_to.isoformat() if division.valid_to else "",
            "successor": division.successor.code if division.successor else "",
            "confirmed": "true" if division.confirmed else "false",
        }
        found[_division_key(content)] = content
    return {key: found[key] for key in keys if key in found}


def _retire_division(key: str, context: Context) -> None:
    parties.retire_division(context.actor, key.partition("@")[0])


DIVISIONS = Section(
    kind="divisions",
    title="行政区划",
    order=Order.DIVISIONS,
    files="divisions.csv",
    key=_division_key,
    schema={
        "type": "object",
        "required": ["code", "name", "level"],
        "additionalProperties": False,
        "properties": {
            "code": {"type": "string", "pattern": r"^\d{6}(\d{3}|\d{6})?$"},
            "name": TEXT,
            "short": MAYBE,
            "level": {"enum": list(DivisionLevel.values)},
            "parent": MAYBE,
            "valid_from": DAY,
            "valid_to": DAY,
            "successor": MAYBE,
            "confirmed": {"enum": ["true", "false", ""]},
        },
    },
    validate=_check_division,
    apply_many=_put_divisions,
    current_many=_divisions_now,
    retire=_retire_division,
)


# Templates --------------------------------------------------------------------------------------------------------


def _unfold(lists: str) -> Callable[[Entry, Context], Iterable[Entry]]:
    """``bodies`` reads ``bodies``, ``prefecture_bodies`` and ``county_bodies`` of one file."""

    def expand(entry: Entry, context: Context) -> Iterator[Entry]:
        yield from nested(entry, lists)
        for level in (DivisionLevel.PREFECTURE, DivisionLevel.COUNTY):
            for template in nested(entry, f"{level}_{lists}"):
                for row in context.of("divisions"):
                    if row.data.get("level") == level and not row.data.get("valid_to"):
                        yield _filled(template, row, context)

    return expand


def _filled(template: Entry, division: Row, context: Context) -> Entry:
    content, line, lines = template
    parent = context.row("divisions", division.data.get("parent", ""))
    words = {
        "code": division.data["code"],
        "name": division.data["name"],
        "short": division.data.get("short", ""),
        "parent": parent.data["name"] if parent else "",
        "parent_code": parent.data["code"] if parent else "",
    }
    chosen = {name: value for name, value in content.items() if not name.endswith("_district")}
    if division.data["level"] == DivisionLevel.COUNTY and division.data["name"].endswith("区"):
        chosen |= {name.removesuffix("_district"): v for name, v in content.items() if name.endswith("_district")}
    filled = {name: _fill(value, words) if isinstance(value, str) else value for name, value in chosen.items()}
    defaults = {"division": division.data["code"], "level": division.data["level"]}
    return (defaults if "body" not in filled else {}) | filled, line, lines


def _fill(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


# Bodies -----------------------------------------------------------------------------------------------------------


def _check_body(row: Row, context: Context) -> Iterator[Problem]:
    division = row.data.get("division", "")
    if division not in ("", NATION) and not context.has("divisions", division):
        yield row.problem("division_unknown", f"没有区划“{division}”，先写进 divisions.csv。", at="division")
    for name in ("parent", "guide"):
        if (other := row.data.get(name)) and not context.has("bodies", other):
            yield row.problem("body_unknown", f"没有机关“{other}”，先写进 bodies.yaml。", at=name)
    if uscc := row.data.get("uscc"):
        for code, detail in identity.check_uscc(uscc).errors:
            yield row.problem(code, detail, at="uscc")


def _put_bodies(rows: Sequence[Row], context: Context) -> None:
    parties.put_bodies(context.actor, [_body(row.data) for row in rows])


def _body(data: Mapping[str, Any]) -> parties.BodyRow:
    return parties.BodyRow(
        key=data["key"],
        name=data["name"],
        division=data.get("division", ""),
        short=data.get("short", ""),
        system=data.get("system", BodySystem.GOVERNMENT),
        level=data.get("level", BodyLevel.PROVINCE),
        nature=str(data.get("nature", "1")),
        kind=data.get("kind", ""),
        uscc=data.get("uscc", "") or _invented_uscc(data),
        government=data.get("government", False),
        parent=data.get("parent", ""),
        guide=data.get("guide", ""),
        valid_from=_date(data.get("valid_from")) or BEGINNING,
        valid_to=_date(data.get("valid_to")),
    )


def _invented_uscc(data: Mapping[str, Any]) -> str:
    """A code that adds up, for the demonstration alone: the number of a credential carries its issuer's code."""
    line, division = str(data.get("line", "")), str(data.get("division", ""))
    if not (settings.DEMO and len(line) == 2 and len(division) == 6):
        return ""
    organisation = f"{division}{line}"
    check = identity.organisation_check_character(organisation)
    first = f"11{_INVENTED}{organisation}{check}"
    return first + identity.uscc_check_character(first)


def _bodies_now(keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    wanted: set[str] = set(keys)
    found: dict[str, Mapping[str, Any]] = {}
    for body in Body.objects.select_related("division", "parent", "guide").filter(valid_to=None):
        if body.key in wanted:
            found[body.key] = {
                "key": body.key,
                "name": body.name,
                "short": body.short,
                "system": body.system,
                "level": body.level,
                "division": body.division.code if body.division else NATION,
                "nature": int(body.nature),
                "kind": body.kind,
                "uscc": body.uscc,
                "government": body.government,
                "parent": body.parent.key if body.parent else "",
                "guide": body.guide.key if body.guide else "",
            }
    return found


def _retire_body(key: str, context: Context) -> None:
    parties.retire_body(context.actor, key)


BODIES = Section(
    kind="bodies",
    title="机关",
    order=Order.BODIES,
    files="bodies.yaml",
    expand=_unfold("bodies"),
    wrap="bodies",
    schema={
        "type": "object",
        "required": ["key", "name"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string", "pattern": r"^[a-z0-9_.]+$"},
            "name": TEXT,
            "short": MAYBE,
            "system": {"enum": list(BodySystem.values)},
            "level": {"enum": list(BodyLevel.values)},
            "division": {"type": "string", "pattern": r"^\d{6}$"},
            "nature": {"enum": [1, 2, 3, 9]},
            "line": {"type": "string", "pattern": r"^\d{2}$"},
            "kind": MAYBE,
            "uscc": MAYBE,
            "government": {"type": "boolean"},
            "parent": MAYBE,
            "guide": MAYBE,
            "valid_from": DAY,
            "valid_to": DAY,
        },
    },
    validate=_check_body,
    apply_many=_put_bodies,
    current_many=_bodies_now,
    retire=_retire_body,
)


# Units ------------------------------------------------------------------------------------------------------------


def _check_unit(row: Row, context: Context) -> Iterator[Problem]:
    if not context.has("bodies", row.data["body"]):
        yield row.problem("body_unknown", f"没有机关“{row.data['body']}”，先写进 bodies.yaml。", at="body")
    division = row.data.get("division")
    if division and not context.has("divisions", division):
        yield row.problem("division_unknown", f"没有区划“{division}”，先写进 divisions.csv。", at="division")


_UNIT_TEXTS = ("key", "body", "name", "division", "kind", "town", "address", "phone", "hours")


def _put_units(rows: Sequence[Row], context: Context) -> None:
    parties.put_units(context.actor, [_unit(row.data) for row in rows])


def _unit(data: Mapping[str, Any]) -> parties.UnitRow:
    return parties.UnitRow(
        **{name: data.get(name, "") for name in _UNIT_TEXTS},
        demo=data.get("demo", False),
        rank=data.get("rank", 100),
        valid_from=_date(data.get("valid_from")) or BEGINNING,
        valid_to=_date(data.get("valid_to")),
    )


def _units_now(keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    wanted: set[str] = set(keys)
    found: dict[str, Mapping[str, Any]] = {}
    for unit in Unit.objects.select_related("body", "division").filter(valid_to=None):
        if unit.key in wanted:
            own = {"key": unit.key, "body": unit.body.key, "division": unit.division.code}
            plain = ("name", "kind", "town", "demo", "address", "phone", "hours", "rank")
            found[unit.key] = own | {name: getattr(unit, name) for name in plain}
    return found


def _retire_unit(key: str, context: Context) -> None:
    parties.retire_unit(context.actor, key)


UNITS = Section(
    kind="units",
    title="办理处所",
    order=Order.UNITS,
    files="units.yaml",
    expand=_unfold("units"),
    wrap="units",
    schema={
        "type": "object",
        "required": ["key", "body", "name"],
        "additionalProperties": False,
        "properties": dict.fromkeys(_UNIT_TEXTS, MAYBE)
        | {
            "key": {"type": "string", "pattern": r"^[a-z0-9_.]+$"},
            "name": TEXT,
            "demo": {"type": "boolean"},
            "rank": {"type": "integer", "minimum": 0},
            "valid_from": DAY,
            "valid_to": DAY,
        },
    },
    validate=_check_unit,
    apply_many=_put_units,
    current_many=_units_now,
    retire=_retire_unit,
)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
