# ruff: noqa: S608 - every name and value goes through quoting
"""Rules compiled to SQL: every rule that looks at one row goes into ONE scan of the table; keys, references and
comparisons with other tables are statements of their own, because a join or a grouping inside the scan would hold it up.

The scan answers, a rule: how many rows were looked at, how many failed, and the first rows that failed (at most so many).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.quality.engine import conditions
from xiang.hub.quality.engine.conditions import Condition, Found, Shape
from xiang.hub.quality.engine.quoting import literal, name
from xiang.hub.quality.engine.rules import Rule, RuleSet

ROW = "__row"
CODE = "__code"
SEPARATE = ("unique", "reference", "cross_table")


@dataclass(frozen=True, slots=True)
class Aim:
    """What is compiled for: the table as SQL (with ``__row``), its columns with their types, today, and how many
    failing rows a rule keeps."""

    relation: str
    columns: Mapping[str, str]
    today: date
    keep: int
    found: Found


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in the scan. ``key`` and ``shown`` are the columns that a failing row is told by."""

    place: int
    rule: Rule
    condition: Condition
    key: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.key, *self.condition.columns]))


@dataclass(frozen=True, slots=True)
class Scan:
    """The one scan: its SQL makes the table ``scanned`` of one row, with ``rows``, and of rule i ``b<i>`` (looked at),
    ``n<i>`` (failed) and ``k<i>`` (kept)."""

    sql: str
    lines: tuple[Line, ...]


def scan(rules: RuleSet, aim: Aim) -> Scan:
    """All rules of one row in one statement; ``Invalid`` when a rule names a column that the table has not."""
    check_columns(rules, aim.columns)
    shapes = [Shape(aim.columns, aim.today, rule, place, aim.found) for place, rule in enumerate(rules.rules)]
    lines = [
        Line(shape.place, shape.rule, conditions.of(shape), rules.key)
        for shape in shapes
        if shape.rule.kind not in SEPARATE
    ]
    singles = [line for line in lines if not line.condition.whole]
    counted = {shape.place: shape.looked_at() for shape in shapes if shape.rule.kind in ("unique", "reference")}
    texts = dict.fromkeys([*(line.condition.assessed for line in singles), *counted.values()])
    looked = {text: f"a{n}" for n, text in enumerate(texts)}
    coded = {f"{CODE}{line.place}": line.condition.coded for line in singles if line.condition.coded}
    used = dict.fromkeys(column for line in lines for column in line.shown)
    inner = [ROW, *map(name, used), *coded]
    inner += [f"{text} AS {alias}" for text, alias in looked.items()]
    inner += [f"{line.condition.failed} AS f{line.place}" for line in singles]
    calls = "".join(f", {call} AS {alias}" for alias, call in coded.items())
    outer = ["count(*) AS rows", *(f"count_if({looked[text]}) AS b{place}" for place, text in counted.items())]
    outer += [part for line in lines for part in _aggregates(line, looked, aim.keep)]
    sql = f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM (SELECT *{calls} FROM {aim.relation}))"
    return Scan(f"CREATE OR REPLACE TEMP TABLE scanned AS {sql}", tuple(lines))


def _aggregates(line: Line, looked: Mapping[str, str], keep: int) -> list[str]:
    place, condition = line.place, line.condition
    if condition.whole:
        return [f"1 AS b{place}", f"{condition.failed} AS n{place}"]
    code = f", {CODE}: {CODE}{place}" if condition.coded else ""
    kept = f"{{{ROW}: {ROW}{''.join(f', {name(column)}: {name(column)}' for column in line.shown)}{code}}}"
    return [
        f"count_if({looked[condition.assessed]}) AS b{place}",
        f"count_if(f{place}) AS n{place}",
        f"arg_min({kept}, {ROW}, {keep}) FILTER (WHERE f{place}) AS k{place}",
    ]


def check_columns(rules: RuleSet, columns: Mapping[str, str]) -> None:
    """Every column that a rule or the key names is there; all that are not are told at once."""
    errors = [
        FieldError("/key", "column_unknown", f"表里没有“{column}”这一列，key 里写的列要在表里。")
        for column in rules.key
        if column not in columns
    ]
    for place, rule in enumerate(rules.rules):
        errors += [
            FieldError(f"/rules/{place}", "column_unknown", f"规则“{rule.key}”用到的“{column}”这一列不在表里。")
            for column in rule.columns
            if column not in columns
        ]
    if errors:
        known = "、".join(list(columns)[:40])
        raise Invalid(
            errors, code="columns_unknown", detail=f"有 {len(errors)} 处用到了表里没有的列；表里有：{known}。"
        )


def wanted(rules: RuleSet) -> tuple[str, ...] | None:
    """The columns that the rules need; ``None`` for all, when an expression may name any."""
    if any(rule.kind in ("expression", "cross_table") or rule.when for rule in rules.rules):
        return None
    return tuple(dict.fromkeys([*rules.key, *(column for rule in rules.rules for column in rule.columns)]))


def reason(condition: Condition, code: str = CODE) -> str:
    """SQL of the reason of a kept row."""
    if not condition.coded:
        return literal(condition.reasons[0])
    listed = ", ".join(literal(each) for each in condition.reasons)
    return f"([{listed}])[{code} + 1]"


def joined(columns: Sequence[str], sensitive: frozenset[str], prefix: str = "", *, named: bool = False) -> str:
    """SQL of a text of several columns; what is sensitive is masked."""
    parts = []
    for column in columns:
        value = f"CAST({prefix}{name(column)} AS VARCHAR)"
        value = masked(value) if column in sensitive else value
        value = f"coalesce({value}, '（空）')"
        parts.append(f"{literal(column + '=')} || {value}" if named and len(columns) > 1 else value)
    return " || '；' || ".join(parts) if parts else "''"


def masked(value: str) -> str:
    """SQL that hides the middle of a value: four signs at each end of a long one stay, one of a short one."""
    return (
        f"CASE WHEN length({value}) >= 15 THEN {value}[:4] || repeat('*', length({value}) - 8) || {value}[-4:] "
        f"ELSE left({value}, 1) || repeat('*', greatest(length({value}) - 1, 0)) END"
    )
