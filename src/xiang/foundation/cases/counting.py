"""Several counts in one statement, each stopping at a cap: past a thousand an officer needs a filter, not a number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from xiang.foundation.ground.compiled import ask

COUNT_CAP = 1000
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


def kept_counts(key: Hashable, compose: Callable[[], Rows]) -> dict[str, int]:
    """:func:`capped_counts` of what ``compose`` makes for a key; composed once, because that takes as long as to count.
    ``key`` says everything that the query sets depend on."""
    statement = _kept.get(key)
    if statement is None:
        if len(_kept) >= MOST:
            _kept.clear()
        statement = _kept[key] = _composed({}, compose(), COUNT_CAP)
    (row,) = ask(statement.sql, statement.params)
    return statement.read(row)


MOST = 1000
_kept: dict[Hashable, _Statement] = {}


def scalars(first: Rows, counts: Rows, cap: int = COUNT_CAP) -> dict[str, Any]:
    """The first value of some querysets (``None`` without one) and the capped counts of others, in one round trip.

    Each is a subquery with a limit of its own, so that none reads more of an index than it says. Without an order the
    limit of a count takes the first rows that the index yields.
    """
    return _composed(first, counts, cap).ask()


def _composed(first: Rows, counts: Rows, cap: int) -> _Statement:
    # What two names count alike (the list that is open, and its entry in the side bar) is counted once.
    places: dict[tuple[str, tuple[Any, ...]], int] = {}
    asked = {name: (rows[:1], "({sql})", "NULL") for name, rows in first.items()}
    for name, rows in counts.items():
        asked[name] = (rows.order_by().values("pk")[:cap], "(SELECT COUNT(*) FROM ({sql}) AS counted)", "0")
    at: dict[str, int] = {}
    for name, (rows, shape, nothing) in asked.items():
        try:
            sql, params = rows.query.get_compiler(connection=connection).as_sql()
            part = (shape.format(sql=sql), tuple(params))
        except EmptyResultSet:
            part = (nothing, ())
        at[name] = places.setdefault(part, len(places))
    return _Statement(at, f"SELECT {', '.join(sql for sql, _ in places)}", tuple(chain(*(p for _, p in places))))


def words(number: int, cap: int = COUNT_CAP) -> str:
    """A capped count as it is written: ``47``, ``1000+``."""
    return str(number) if number < cap else f"{cap}+"
