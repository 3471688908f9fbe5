"""Several counts in one statement, each stopping at a cap: past a thousand an officer needs a filter, not a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

COUNT_CAP = 1000
Rows = Mapping[str, QuerySet[Any, Any]]


def capped_counts(wanted: Rows, cap: int = COUNT_CAP) -> dict[str, int]:
    """How many rows each queryset has, at most ``cap``; one round trip."""
    return scalars({}, wanted, cap)


def scalars(first: Rows, counts: Rows, cap: int = COUNT_CAP) -> dict[str, Any]:
    """The first value of some querysets (``None`` without one) and the capped counts of others, in one round trip.

    Each is a subquery with a limit of its own, so that none reads more of an index than it says. Without an order the
    limit of a count takes the first rows that the index yields.
    """
    parts: list[str] = []
    params: list[Any] = []
    asked = {name: (rows[:1], "({sql})", "NULL") for name, rows in first.items()}
    for name, rows in counts.items():
        asked[name] = (rows.order_by().values("pk")[:cap], "(SELECT COUNT(*) FROM ({sql}) AS counted)", "0")
    if not asked:
        return {}
    using = next(iter(asked.values()))[0].db
    for rows, shape, nothing in asked.values():
        try:
            sql, values = rows.query.get_compiler(using).as_sql()
        except EmptyResultSet:
            parts.append(nothing)
            continue
        parts.append(shape.format(sql=sql))
        params += values
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        found = cursor.fetchone()
    return dict(zip(asked, found, strict=True))


def words(number: int, cap: int = COUNT_CAP) -> str:
    """A capped count as it is written: ``47``, ``1000+``."""
    return str(number) if number < cap else f"{cap}+"
