"""Several counts in one statement, each stopping at a cap: past a thousand an officer needs a filter, not a number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

COUNT_CAP = 1000
Rows = Mapping[str, QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement that answers one row, a value a name."""

    names: tuple[str, ...]
    sql: str
    params: tuple[Any, ...]

    def ask(self) -> dict[str, Any]:
        if not self.names:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return dict(zip(self.names, cursor.fetchone(), strict=True))


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
    return statement.ask()


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
    return _Statement(tuple(asked), f"SELECT {', '.join(parts)}", tuple(params))


def words(number: int, cap: int = COUNT_CAP) -> str:
    """A capped count as it is written: ``47``, ``1000+``."""
    return str(number) if number < cap else f"{cap}+"
