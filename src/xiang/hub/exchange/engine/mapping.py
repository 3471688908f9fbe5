"""Columns under other names, of other types, or with one value for all (字段映射), in front of any source.

One rule a line, as a steward writes it: ``目标列 = 来源列``, ``目标列 = 来源列 : date``, ``目标列 = '430000' : text``. A column
without a rule keeps its name and type. A cast loses nothing: each value is checked, and one that does not fit stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any

from xiang.hub.exchange.engine.ends import Source, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Batch, Column, Row, Schema, decoder, encoder, rows_of

KINDS = (
    "int2", "int4", "int8", "float4", "float8", "numeric", "bool", "text", "date", "time", "timestamp", "timestamptz",
    "uuid",
)  # fmt: skip
_LINE = re.compile(
    r"\s*(?P<name>[^\s=:']+)\s*=\s*(?:'(?P<constant>[^']*)'|(?P<source>[^\s=:']+))\s*"
    r"(?::\s*(?P<kind>[a-z0-9]+)(?:\((?P<precision>\d{1,2}),(?P<scale>\d{1,2})\))?\s*)?"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a column of the target comes from: a column of the source, or a constant as it would be typed."""

    name: str
    source: str = ""
    constant: str | None = None
    kind: str = ""
    precision: int | None = None
    scale: int | None = None

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def rules_of(text: str) -> list[Rule]:
    """The rules of some lines; ``ValueError`` with a sentence that names the line."""
    found: list[Rule] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found.append(_rule(number, line))
    if twice := {rule.name for rule in found if [one.name for one in found].count(rule.name) > 1}:
        raise ValueError(f"“{'、'.join(sorted(twice))}”写了两次，请只留一行。")
    return found


def _rule(number: int, line: str) -> Rule:
    said = _LINE.fullmatch(line)
    if said is None:
        raise ValueError(f"第 {number} 行读不懂：写成“目标列 = 来源列”，需要时在后面加“: 类型”；常量用单引号括起来。")
    kind = said["kind"] or ("text" if said["constant"] is not None else "")
    if kind and kind not in KINDS:
        raise ValueError(f"第 {number} 行没有“{kind}”这种类型。可用：{'、'.join(KINDS)}。")
    size = [int(one) if one else None for one in (said["precision"], said["scale"])]
    rule = Rule(said["name"], said["source"] or "", said["constant"], kind, *size)
    if rule.constant is not None:
        try:
            encoder([_typed(rule, True)])([rule.constant])
        except Stopped:
            raise ValueError(f"第 {number} 行的常量不是合格的 {kind}。") from None
    return rule


def text_of(rules: Sequence[Rule]) -> str:
    """The lines again."""
    return "\n".join(_line(rule) for rule in rules)


def _line(rule: Rule) -> str:
    size = f"({rule.precision},{rule.scale})" if rule.precision else ""
    given = rule.source if rule.constant is None else f"'{rule.constant}'"
    return f"{rule.name} = {given}{f' : {rule.kind}{size}' if rule.kind else ''}"


def _typed(rule: Rule, nullable: bool) -> Column:
    return Column(rule.name, rule.kind, nullable, rule.precision, rule.scale)


class Mapped:
    """A source seen through rules. Renaming alone leaves its rows untouched; anything else takes each apart."""

    def __init__(self, inner: Source, rules: Sequence[Rule]) -> None:
        self.inner = inner
        self.rules = {rule.name: rule for rule in rules}
        self.title = inner.title
        self._renames = all(rule.constant is None and not rule.kind for rule in rules)
        self.keeps_order = inner.keeps_order and self._renames

    def held(self) -> AbstractContextManager[None]:
        return self.inner.held()

    def schema(self) -> Schema | None:
        given = self.inner.schema()
        if given is None:
            return None
        used = {rule.source for rule in self.rules.values()}
        kept = [one for one in given.columns if one.name not in used and one.name not in self.rules]
        columns = [*(self._column(rule, given) for rule in self.rules.values()), *kept]
        names = {rule.source: rule.name for rule in self.rules.values() if rule.source}
        key = tuple(names.get(name, name) for name in given.key)
        return Schema(tuple(columns), key, given.untyped)

    def _column(self, rule: Rule, given: Schema) -> Column:
        if rule.constant is not None:
            return _typed(rule, False)
        own = given.column(rule.source)
        if own is None:
            raise Stopped("mapping_column", f"映射里的“{rule.source}”来源没有这一列。请改映射，或者在来源改回去。")
        return _typed(rule, own.nullable) if rule.kind else replace(own, name=rule.name)

    def _named(self, name: str) -> str:
        rule = self.rules.get(name)
        return rule.source if rule else name

    def _renamed(self, wanted: Schema) -> Schema:
        columns = tuple(replace(column, name=self._named(column.name)) for column in wanted.columns)
        return Schema(columns, tuple(self._named(name) for name in wanted.key))

    def resumes(self, wanted: Schema) -> bool:
        return self._renames and self.inner.resumes(self._renamed(wanted))

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        return self.inner.position(self._renamed(wanted), last, rows)

    def highest(self, column: str) -> Any:
        return self.inner.highest(column)

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        if self._renames:
            yield from self.inner.read(self._renamed(wanted), after, window)
            return
        yield from rows_of(wanted.columns, self._values(wanted, window))

    def _values(self, wanted: Schema, window: Window | None) -> Iterator[Sequence[Any]]:
        given = self.inner.schema()
        if given is None:
            raise Stopped("table_absent", "来源没有这张表，或者文件还没有到。")
        names = [self._named(column.name) for column in wanted.columns]
        own = [column for name in dict.fromkeys(names) if name and (column := given.column(name))]
        places = {column.name: place for place, column in enumerate(own)}
        fixed = [rule.constant if (rule := self.rules.get(column.name)) else None for column in wanted.columns]
        decode = decoder(own)
        for batch in self.inner.read(Schema(tuple(own)), "", window):
            for row in map(decode, batch):
                yield [row[places[name]] if name else value for name, value in zip(names, fixed, strict=True)]
