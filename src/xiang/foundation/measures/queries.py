"""Reading figures: one number, a series, a breakdown, what it is made of, and whether a recount agrees."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any, Literal

from django.db import transaction
from django.db.models import F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations, registry
from xiang.foundation.measures.models import Delta, Figure, Target, canonical
from xiang.foundation.measures.registry import Count, Dims, Measure

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with what it is made of. ``value`` is empty when there is nothing to divide by."""

    measure: Measure
    numerator: int
    denominator: int
    start: date | None = None
    end: date | None = None

    @property
    def value(self) -> Decimal | None:
        if not self.measure.denominator:
            return Decimal(self.numerator)
        if not self.denominator:
            return None
        scale = 100 if self.measure.unit == "%" else 1
        return (Decimal(self.numerator) * scale / self.denominator).quantize(HUNDREDTH, ROUND_HALF_UP)

    def meets(self, target: Decimal | None) -> bool | None:
        """Whether the target is reached; empty when there is no figure or no target."""
        value = self.value
        if value is None or target is None:
            return None
        return value >= target if self.measure.better == "up" else value <= target


@dataclass(frozen=True, slots=True)
class Point:
    """One day or month of a series; ``day`` is its first."""

    day: date
    reading: Reading


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the folded figures and a recount disagree: (numerator, denominator) of each."""

    day: date
    dims: str
    folded: tuple[int, int]
    counted: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recount:
    """The outcome of a recount."""

    measure: Measure
    figures: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences


def figure(key: str, where: Dims | None = None, start: date | None = None, end: date | None = None) -> Reading:
    """The figure of a period (both days included), for those dimensions that ``where`` fixes."""
    measure = registry.get(key)
    total = _rows(measure, where or {}, (), start, end).aggregate(n=Sum("numerator"), d=Sum("denominator"))
    return Reading(measure, total["n"] or 0, total["d"] or 0, start, end)


def totals(periods: Sequence[tuple[date | None, date | None]]) -> list[dict[str, Reading]]:
    """The figures of every measure in several periods, by measure, in one query: what a board asks."""
    sums: dict[str, Any] = {}
    for i, (start, end) in enumerate(periods):
        within = Q(day__lte=end) if end else Q()
        within &= Q(day__gte=start) if start else Q()
        sums[f"n{i}"] = Sum("numerator", filter=within) if within else Sum("numerator")
        sums[f"d{i}"] = Sum("denominator", filter=within) if within else Sum("denominator")
    rows = {row["measure"]: row for row in Figure.objects.filter(grouping="").values("measure").annotate(**sums)}
    return [
        {m.key: _total(m, rows.get(m.key, {}), i, period) for m in registry.all_measures()}
        for i, period in enumerate(periods)
    ]


def _total(measure: Measure, row: Mapping[str, Any], i: int, period: tuple[date | None, date | None]) -> Reading:
    return Reading(measure, row.get(f"n{i}") or 0, row.get(f"d{i}") or 0, *period)


def series(
    key: str,
    by: Literal["day", "month"] = "day",
    where: Dims | None = None,
    start: date | None = None,
    end: date | None = None,
) -> list[Point]:
    """The figure day by day or month by month, without gaps."""
    measure = registry.get(key)
    sums: dict[date, list[int]] = {}
    rows = _rows(measure, where or {}, (), start, end)
    for day, numerator, denominator in (
        rows.values("day").annotate(n=Sum("numerator"), d=Sum("denominator")).values_list("day", "n", "d")
    ):
        entry = sums.setdefault(day.replace(day=1) if by == "month" else day, [0, 0])
        entry[0] += numerator
        entry[1] += denominator
    if not sums and (start is None or end is None):
        return []
    first, last = start or min(sums), end or max(sums)
    return [Point(day, Reading(measure, *_pair(sums.get(day, [0, 0])), day, day)) for day in _steps(first, last, by)]


def breakdown(
    key: str, dimension: str, where: Dims | None = None, start: date | None = None, end: date | None = None
) -> list[tuple[str, Reading]]:
    """The figure for each value of a dimension, by value."""
    measure = registry.get(key)
    rows = _rows(measure, where or {}, (dimension,), start, end).values("dims")
    sums: dict[str, list[int]] = {}
    for dims, numerator, denominator in rows.annotate(n=Sum("numerator"), d=Sum("denominator")).values_list(
        "dims", "n", "d"
    ):
        entry = sums.setdefault(json.loads(dims)[dimension], [0, 0])
        entry[0] += numerator
        entry[1] += denominator
    return [(value, Reading(measure, *_pair(sums[value]), start, end)) for value in sorted(sums)]


def span(key: str) -> tuple[date, date] | None:
    """The first and the last day that has a figure."""
    days = Figure.objects.filter(measure=key, grouping="").aggregate(first=Min("day"), last=Max("day"))
    return (days["first"], days["last"]) if days["first"] else None


def trace(
    key: str, where: Dims | None = None, start: date | None = None, end: date | None = None, limit: int = 100
) -> list[Count]:
    """What a figure is made of: contributions from the room's own tables, each with its ``ref``."""
    measure = registry.get(key)
    counts: Iterable[Count] = measure.source(start, end) if measure.source else ()
    wanted = dict(where or {})
    matching: Iterator[Count] = (
        count
        for count in counts
        if all(operations.complete(measure, count.dims).get(name) == value for name, value in wanted.items())
    )
    return list(islice(matching, limit))


def target(key: str, on: date | None = None) -> Decimal | None:
    """The target in force on a day: the profile's, or the measure's own default."""
    day = on or instant.today()
    row = (
        Target.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), measure=key, valid_from__lte=day)
        .order_by("-valid_from")
        .first()
    )
    if row:
        return Decimal(row.hundredths) / 100
    default = registry.get(key).target
    return None if default is None else Decimal(default)


def targets_on(on: date | None = None) -> dict[str, Target]:
    """The target in force on a day of every measure that has one, in one query."""
    day = on or instant.today()
    rows = Target.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).order_by("valid_from")
    return {row.measure: row for row in rows}


def targets() -> QuerySet[Target]:
    """Every dated target, by measure and day."""
    return Target.objects.order_by("measure", "valid_from")


@transaction.atomic
def recount(key: str) -> Recount:
    """Count again from the room's own tables and compare, in one snapshot; what waits to be folded is counted in."""
    operations.one_snapshot()
    measure = registry.get(key)
    folded: operations.Sums = {}
    for row in Figure.objects.filter(measure=key).iterator():
        folded[row.grouping, row.dims, row.day] = [row.numerator, row.denominator]
    for delta in Delta.objects.filter(measure=key).iterator():
        dims = operations.dims_of(measure, delta)
        operations.add_up(folded, measure, dims, delta.day, delta.numerator, delta.denominator)
    counted = operations.recount_sums(measure)
    nothing = [0, 0]
    differences = [
        Difference(key[2], key[1], _pair(folded.get(key, nothing)), _pair(counted.get(key, nothing)))
        for key in sorted(folded.keys() | counted.keys())
        if folded.get(key, nothing) != counted.get(key, nothing)
    ]
    return Recount(measure, len(counted), tuple(differences))


def _pair(sums: list[int]) -> tuple[int, int]:
    return sums[0], sums[1]


def _rows(measure: Measure, where: Dims, by: tuple[str, ...], start: date | None, end: date | None) -> QuerySet[Figure]:
    """The figures of the smallest grouping that knows every dimension asked for."""
    needed = set(where) | set(by)
    if strange := needed - set(measure.dimensions):
        raise LookupError(f"{measure.key} has no dimension {', '.join(sorted(strange))}")
    names = next(names for names in measure.slices if needed <= set(names))
    rows = Figure.objects.filter(measure=measure.key, grouping=",".join(names))
    if start:
        rows = rows.filter(day__gte=start)
    if end:
        rows = rows.filter(day__lte=end)
    if set(where) == set(names):
        return rows.filter(dims=canonical(where))
    for name, value in where.items():
        # Not ``contains``: LIKE ignores case on SQLite. Sorted keys and quotes make the text of a pair exact.
        rows = rows.filter(GreaterThan(StrIndex(F("dims"), Value(canonical({name: value})[1:-1])), 0))
    return rows


def _steps(first: date, last: date, by: str) -> Iterator[date]:
    day = first.replace(day=1) if by == "month" else first
    while day <= last:
        yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1) if by == "month" else day + timedelta(days=1)
