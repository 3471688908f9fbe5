# ruff: noqa: S608 - every name and value goes through quoting
"""Rules that need more than one row: keys that occur once, references to another table, comparisons across tables.

Each is answered by statements of its own and fills a table ``kept`` of the first failing rows, as the scan does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.quality.engine.compiling import ROW, Aim
from xiang.hub.quality.engine.conditions import Shape
from xiang.hub.quality.engine.quoting import name
from xiang.hub.quality.engine.rules import Rule

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Other:
    """Another table that rules refer to."""

    relation: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How many rows failed; ``sql`` selects the kept rows with ``__row`` and the columns shown. ``assessed`` is how
    many were looked at where the scan cannot count them."""

    failed: int
    sql: str
    shown: tuple[str, ...]
    reason: str
    assessed: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A rule of this kind, ready to be asked."""

    connection: DuckDBPyConnection
    aim: Aim
    rule: Rule
    place: int
    key: tuple[str, ...]
    others: Mapping[str, Other]

    @property
    def at(self) -> str:
        return f"/rules/{self.place}"

    def shape(self, columns: Mapping[str, str] | None = None) -> Shape:
        return Shape(columns or self.aim.columns, self.aim.today, self.rule, self.place, self.aim.found)

    def shown(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.key, *self.rule.columns]))

    def looked_at(self) -> str:
        return self.shape().looked_at()

    def ask(self, sql: str) -> tuple[int, ...]:
        return tuple(int(value or 0) for value in self.connection.execute(sql).fetchall()[0])


def unique(question: Question) -> Answer:
    """Equal keys. Grouped are 64-bit digests of the keys, which take a third of the room that the keys would; only rows
    whose digest occurs twice are then compared by the keys themselves."""
    aim, place = question.aim, question.place
    columns = [name(column) for column in question.rule.columns]
    digest, looked = f"hash({', '.join(columns)})", question.looked_at()
    twice = f"SELECT h FROM (SELECT {digest} AS h FROM {aim.relation} WHERE {looked}) GROUP BY h HAVING count(*) > 1"
    question.connection.execute(f"CREATE OR REPLACE TEMP TABLE twice{place} AS {twice}")
    shown = ", ".join(name(column) for column in question.shown())
    doubtful = f"SELECT {ROW}, {shown} FROM {aim.relation} WHERE ({looked}) AND {digest} IN (FROM twice{place})"
    counted = f"SELECT *, count(*) OVER (PARTITION BY {', '.join(columns)}) AS __times FROM ({doubtful})"
    question.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE double{place} AS SELECT * EXCLUDE (__times) FROM ({counted}) WHERE __times > 1"
    )
    (failed,) = question.ask(f"SELECT count(*) FROM double{place}")
    return Answer(failed, f"FROM double{place} ORDER BY {ROW} LIMIT {aim.keep}", question.shown(), "duplicate")


def reference(question: Question) -> Answer:
    """Values that the other table does not have; compared as text."""
    other = question.others[question.rule.parameters["table"]]
    targets = question.rule.parameters.get("to", question.rule.columns)
    _need(question, other, targets)
    here, there = question.shape(), question.shape(other.columns)
    pairs = list(zip(question.rule.columns, targets, strict=True))
    wanted = ", ".join(f"{there.text(target)} AS t{n}" for n, (_, target) in enumerate(pairs))
    same = " AND ".join(f"{here.text(column)} = that.t{n}" for n, (column, _) in enumerate(pairs))
    rows = f"SELECT * FROM {question.aim.relation} WHERE {question.looked_at()}"
    lost = f"SELECT * FROM ({rows}) ANTI JOIN (SELECT DISTINCT {wanted} FROM {other.relation}) AS that ON {same}"
    return _kept(question, lost, "not_found")


def cross_table(question: Question) -> Answer:
    """Rows that meet their like in the other table, and then do not agree with it."""
    given = question.rule.parameters
    other = question.others[given["table"]]
    _need(question, other, tuple(given["on"].values()))
    question.aim.found(given["sql"], f"{question.at}/sql")
    here, there = question.shape(), question.shape(other.columns)
    same = " AND ".join(
        f"{here.text(mine).replace(name(mine), 'this.' + name(mine))} = "
        f"{there.text(theirs).replace(name(theirs), 'that.' + name(theirs))}"
        for mine, theirs in given["on"].items()
    )
    verdict = f"TRY((\n{given['sql']}\n))"
    rows = f"SELECT * FROM {question.aim.relation} WHERE {question.looked_at()}"
    met = f"SELECT this.*, {verdict} AS __verdict FROM ({rows}) AS this JOIN {other.relation} AS that ON {same}"
    (assessed,) = question.ask(f"SELECT count(*) FROM ({met}) WHERE __verdict IS NOT NULL")
    differing = f"SELECT * EXCLUDE (__verdict) FROM ({met}) WHERE __verdict IS FALSE"
    return _kept(question, differing, "differs", assessed)


def _kept(question: Question, failing: str, reason: str, assessed: int | None = None) -> Answer:
    shown = ", ".join([ROW, *map(name, question.shown())])
    question.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE failing{question.place} AS SELECT {shown} FROM ({failing})"
    )
    (failed,) = question.ask(f"SELECT count(*) FROM failing{question.place}")
    sql = f"FROM failing{question.place} ORDER BY {ROW} LIMIT {question.aim.keep}"
    return Answer(failed, sql, question.shown(), reason, assessed)


def _need(question: Question, other: Other, columns: tuple[str, ...] | list[str]) -> None:
    missing = [column for column in columns if column not in other.columns]
    if missing:
        detail = f"表“{question.rule.parameters['table']}”里没有{'、'.join(missing)}；有：{'、'.join(other.columns)}。"
        raise Invalid([FieldError(question.at, "column_unknown", detail)], code="columns_unknown", detail=detail)


ANSWERS = {"unique": unique, "reference": reference, "cross_table": cross_table}
