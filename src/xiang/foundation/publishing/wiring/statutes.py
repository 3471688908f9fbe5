"""``calendar.yaml`` and ``limits.yaml``: the published years and the dated rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from xiang.foundation.publishing.profile import Context, Order, Problem, Row, Section
from xiang.foundation.statutes import operations, queries
from xiang.foundation.statutes.rules import RULE_UNITS, RuleRow, check_value
from xiang.foundation.statutes.terms import UNITS, ClockError
from xiang.foundation.statutes.yearly import NATION, read_year, to_entry

TEXT = {"type": "string", "minLength": 1}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


# The calendar -----------------------------------------------------------------------------------------------------


def _year_key(content: Mapping[str, Any]) -> str:
    return f"{content.get('region', NATION)}:{content['year']}" if "year" in content else ""


def _check_year(row: Row, context: Context) -> Iterator[Problem]:
    try:
        read_year(row.data)
    except ClockError as wrong:
        yield row.problem(wrong.code, wrong.detail, at="working_days" if wrong.code == "working_days" else "")


def _publish_year(row: Row, context: Context) -> None:
    operations.publish_year(read_year(row.data), context.actor)


def _year_now(key: str) -> Mapping[str, Any] | None:
    region, _, year = key.partition(":")
    found = [plan for plan in queries.plans([region]) if str(plan.year) == year]
    return to_entry(found[0]) if found else None


def _withdraw_year(key: str, context: Context) -> None:
    region, _, year = key.partition(":")
    operations.withdraw_year(int(year), context.actor, region)


def _years() -> list[str]:
    return [f"{plan.region}:{plan.year}" for plan in queries.plans()]


CALENDAR = Section(
    kind="calendar",
    title="工作日历",
    order=Order.CALENDAR,
    files="calendar.yaml",
    key=_year_key,
    schema={
        "type": "object",
        "required": ["year", "citation", "holidays"],
        "additionalProperties": False,
        "properties": {
            "year": {"type": "integer"},
            "region": {"type": "string", "pattern": r"^\d{2,6}$"},
            "citation": TEXT,
            "source": {"type": "string"},
            "note": {"type": "string"},
            "confirmed": {"type": "boolean"},
            "working_days": {"type": "integer"},
            "holidays": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "off"],
                    "additionalProperties": False,
                    "properties": {
                        "name": TEXT,
                        "off": {"type": "array", "items": TEXT},
                        "work": {"type": "array", "items": TEXT},
                    },
                },
            },
        },
    },
    validate=_check_year,
    apply=_publish_year,
    current=_year_now,
    retire=_withdraw_year,
    keys=_years,
)


# Limits and parameters --------------------------------------------------------------------------------------------


def _rule_key(content: Mapping[str, Any]) -> str:
    if not content.get("key") or not content.get("valid_from"):
        return ""
    return f"{content['key']}@{content['valid_from']}/{content.get('region', NATION)}"


def rule_of(data: Mapping[str, Any]) -> RuleRow:
    return RuleRow.from_json({"title": data["key"], **data})


def _check_rule(row: Row, context: Context) -> Iterator[Problem]:
    data = row.data
    if code := check_value(data["value"], data["unit"]):
        detail = f"“{data['value']}”不能用作 {data['unit']}：期限、金额（分）、次数写整数，比例写小数，名单写列表。"
        yield row.problem(code, detail, at="value")
    for name in ("valid_from", "valid_to"):
        if data.get(name) and not _is_date(data[name]):
            yield row.problem("date_form", f"没有 {data[name]} 这一天。", at=name)
    if (data.get("valid_to") or "9999") < data["valid_from"]:
        yield row.problem("valid_to_early", "截止日早于施行日，两个日期对调或改正。", at="valid_to")
    extension = data.get("extension")
    if extension and data["unit"] not in UNITS:
        yield row.problem("extension_of_parameter", "只有期限能延长，删去 extension。", at="extension")
    if bool(extension) != bool(data.get("max_extensions")):
        yield row.problem("extension_missing", "extension（一次延多久）和 max_extensions（最多几次）要一起写。")
    if data["unit"] in UNITS and not data.get("clock_start"):
        yield row.problem("clock_start_missing", "期限要写明从什么时候起算（clock_start）。")


def _check_rules(rows: Sequence[Row], context: Context) -> Iterator[Problem]:
    """Rows of one key and region follow each other without holding on the same day."""
    line: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        line.setdefault((row.data["key"], row.data.get("region", NATION)), []).append(row)
    for dated in line.values():
        dated.sort(key=lambda row: str(row.data["valid_from"]))
        for earlier, later in pairwise(dated):
            if (earlier.data.get("valid_to") or "9999") >= later.data["valid_from"]:
                detail = f"与第 {later.line} 行（{later.data['valid_from']} 起）重叠：给这一行写上 valid_to。"
                yield earlier.problem("rule_overlap", detail)


def _put_rules(rows: Sequence[Row], context: Context) -> None:
    """In order of their first days: a row that ends earlier than before makes room for the one that follows it."""
    for row in sorted(rows, key=lambda row: str(row.data["valid_from"])):
        operations.put_rule(rule_of(row.data), context.actor)


def _rule_now(key: str) -> Mapping[str, Any] | None:
    name, _, rest = key.partition("@")
    since, _, region = rest.partition("/")
    rule = queries.history(name, region).filter(superseded_at=None, valid_from=since).first()
    return _content(queries.row_of(rule)) if rule else None


def _content(row: RuleRow) -> dict[str, Any]:
    """A rule as the file writes it: what is not said is not written."""
    unsaid = {"region": NATION, "rolls": True, "max_extensions": 0, "confirmed": None}
    said = {name: value for name, value in row.to_json().items() if name != "id" and value not in (None, "")}
    return {name: value for name, value in said.items() if unsaid.get(name, value) != value or name not in unsaid}


def _withdraw_rule(key: str, context: Context) -> None:
    name, _, rest = key.partition("@")
    since, _, region = rest.partition("/")
    operations.withdraw_rule(name, region, date.fromisoformat(since), context.actor)


def _rules() -> list[str]:
    return [f"{rule.key}@{rule.valid_from}/{rule.region}" for rule in queries.rules()]


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


LIMITS = Section(
    kind="limits",
    title="期限与参数",
    order=Order.LIMITS,
    files="limits*.yaml",
    key=_rule_key,
    schema={
        "type": "object",
        "required": ["key", "title", "value", "unit", "citation", "valid_from", "confirmed"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z0-9_]+)+$"},
            "title": TEXT,
            "value": {},
            "unit": {"enum": list(RULE_UNITS)},
            "clock_start": TEXT,
            "extension": {"type": "integer", "minimum": 1},
            "max_extensions": {"type": "integer", "minimum": 1},
            "rolls": {"type": "boolean"},
            "silence": {"enum": ["deemed_accepted", "deemed_renewed", "deemed_agreed", "deemed_withdrawn"]},
            "citation": TEXT,
            "article": {"type": "string"},
            "region": {"type": "string", "pattern": r"^\d{2,6}$"},
            "regime": {"type": "string"},
            "valid_from": DAY,
            "valid_to": DAY,
            "confirmed": {"type": "boolean"},
            "note": {"type": "string"},
        },
    },
    validate=_check_rule,
    together=_check_rules,
    apply_many=_put_rules,
    current=_rule_now,
    retire=_withdraw_rule,
    retire_first=True,
    keys=_rules,
)
