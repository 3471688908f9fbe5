"""Several counts in one statement, each stopping at a cap: past a thousand an officer needs a filter, not a number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Q, QuerySet, When

from xiang.foundation.ground.compiled import ask

COUNT_CAP = 1000
COUNTED_MOST = 20_000
Rows = Mapping[str, QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement that answers one row, and where in it each name's value is."""

    places: Mapping[str, int]
    sql: str
    params: tuple[Any, ...]

    def ask(self) -> dict[str, Any]:
        if not self.places:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return self.read(cursor.fetchone())

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        return {name: row[at] for name, at in self.places.items()}


def capped_counts(wanted: Rows, cap: int = COUNT_CAP) -> dict[str, int]:
    """How many rows each queryset has, at most ``cap``; one round trip."""
    return scalars({}, wanted, cap)


@dataclass(frozen=True)
class Tally:
    """Rows, and which of them each name counts."""

    rows: QuerySet[Any, Any]
    kinds: Mapping[str, Q]


def tallied(key: Hashable | None, compose: Callable[[], Sequence[Tally]]) -> dict[str, int]:
    """How many rows are of each kind, among the first ``COUNTED_MOST``: all kinds of a tally in one pass, all tallies in
    one statement. Composed once for a key, because that takes as long as to count; ``key`` says everything that the
    tallies depend on, ``None`` that they are asked once."""
    statement = _tallying(compose()) if key is None else _keep(key, lambda: _tallying(compose()))
    (row,) = ask(statement.sql, statement.params)
    return statement.read(row)


def _tallying(tallies: Sequence[Tally]) -> _Statement:
    places: dict[str, int] = {}
    parts: list[str] = []
    params: list[Any] = []
    for tally in tallies:
        # A kind may hold of all rows, or of none: neither is a condition that a database could be given.
        asked = {f"kind{n}": Case(When(q, then=True), default=False) for n, q in enumerate(tally.kinds.values()) if q}
        counts = [f"COUNT(*) FILTER (WHERE kind{n})" if q else "COUNT(*)" for n, q in enumerate(tally.kinds.values())]
        named = ", ".join(f"{count} AS n{len(places) + n}" for n, count in enumerate(counts))
        places |= {name: len(places) + n for n, name in enumerate(tally.kinds)}
        rows = tally.rows.order_by().annotate(**asked).values(*asked or ["pk"])[:COUNTED_MOST]
        try:
            sql, values = rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            parts.append(f"(SELECT {', '.join(f'0 AS n{places[name]}' for name in tally.kinds)})")
            continue
        parts.append(f"(SELECT {named} FROM ({sql}) AS rows)")  # noqa: S608
        params += values
    said = ", ".join(f"n{at}" for at in places.values())
    of = ", ".join(f"{part} AS part{n}" for n, part in enumerate(parts))
    return _Statement(places, f"SELECT {said} FROM {of}", tuple(params))  # noqa: S608


def grouped(
    key: Hashable | None, compose: Callable[[], QuerySet[Any, Any]], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """How many of the first thousand rows are alike in some columns: their values and the number. Kept for a key."""

    def composed() -> _Statement:
        try:
            sql, params = compose().order_by().values(*columns)[:COUNT_CAP].query.sql_with_params()
        except EmptyResultSet:
            return _Statement({}, "", ())
        by = ", ".join(connection.ops.quote_name(name) for name in columns)
        return _Statement({}, f"SELECT {by}, COUNT(*) FROM ({sql}) AS counted GROUP BY {by}", params)  # noqa: S608

    statement = composed() if key is None else _keep(key, composed)
    return ask(statement.sql, statement.params) if statement.sql else []


def _keep(key: Hashable, compose: Callable[[], _Statement]) -> _Statement:
    statement = _kept.get(key)
    if statement is None:
        if len(_kept) >= MOST:
            _kept.clear()
        statement = _kept[key] = compose()
    return statement


MOST = 1000
_kept: dict[Hashable, _Statement] = {}


def scalars(first: Rows, counts: Rows, cap: int = COUNT_CAP) -> dict[str, Any]:
    """The first value of some querysets (``None`` without one) and the capped counts of others, in one round trip.

    Each is a subquery with a limit of its own, so that none reads more of an index than it says. Without an order the
    limit of a count takes the first rows that the index yields.
    """
    return _composed(first, counts, cap).ask()


def _composed(first: Rows, counts: Rows, cap: int) -> _Statement:
    parts: list[str] = []
    params: list[Any] = []
    asked = {name: (rows[:1], "({sql})", "NULL") for name, rows in first.items()}
    for name, rows in counts.items():
        asked[name] = (rows.order_by().values("pk")[:cap], "(SELECT COUNT(*) FROM ({sql}) AS counted)", "0")
    for rows, shape, nothing in asked.values():
        try:
            sql, values = rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            parts.append(nothing)
            continue
        parts.append(shape.format(sql=sql))
        params += values
    return _Statement({name: n for n, name in enumerate(asked)}, f"SELECT {', '.join(parts)}", tuple(params))


def words(number: int, cap: int = COUNT_CAP) -> str:
    """A capped count as it is written: ``47``, ``1000+``."""
    return str(number) if number < cap else f"{cap}+"
