"""Counting, setting targets, and rebuilding figures from the truth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import F

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.measures import registry
from xiang.foundation.measures.models import Delta, Figure, Target, canonical
from xiang.foundation.measures.registry import Dims, Measure

Key = tuple[str, str, date]  # grouping, dims, day
Sums = dict[Key, list[int]]


def append(key: str, dims: Dims, numerator: int, denominator: int = 0, day: date | None = None) -> None:
    """Count something, inside the caller's transaction. A correction appends the opposite sign."""
    append_many(dims, {key: (numerator, denominator)}, day)


def append_many(dims: Dims, counts: Mapping[str, tuple[int, int]], day: date | None = None) -> None:
    """:func:`append` for several measures of the same dimensions at the price of one."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{', '.join(counts)} must be counted inside the transaction that it tells of")
    on = day or instant.today()
    adding.add(
        Delta(
            measure=key,
            day=on,
            dims=canonical(complete(registry.get(key), dims)),
            numerator=numerator,
            denominator=denominator,
        )
        for key, (numerator, denominator) in counts.items()
    )


def complete(measure: Measure, dims: Dims) -> dict[str, str]:
    """Every dimension of the measure, those not given empty; a dimension that it has not is a mistake."""
    if strange := set(dims) - set(measure.dimensions):
        raise ValueError(f"{measure.key} has no dimension {', '.join(sorted(strange))}")
    return {name: str(dims.get(name) or "") for name in measure.dimensions}


def add_up(sums: Sums, measure: Measure, dims: Dims, day: date, numerator: int, denominator: int) -> None:
    """Add one contribution to every grouping that is kept."""
    for names in measure.slices:
        key = (",".join(names), canonical({name: dims[name] for name in names}), day)
        entry = sums.setdefault(key, [0, 0])
        entry[0] += numerator
        entry[1] += denominator


def recount_sums(measure: Measure, start: date | None = None, end: date | None = None) -> Sums:
    """What the room's own tables say, in every grouping."""
    if measure.source is None:
        raise Refused("no_recount", f"指标“{measure.title}”没有登记重算办法。")
    sums: Sums = {}
    for count in measure.source(start, end):
        add_up(sums, measure, complete(measure, count.dims), count.day, count.numerator, count.denominator)
    return sums


@transaction.atomic
def rebuild(key: str) -> int:
    """Replace a measure's figures by a full recount, after a bulk load or for a new measure; how many there are now."""
    one_snapshot()
    measure = registry.get(key)
    # Only the deltas that this snapshot sees are part of the recount; later ones stay to be folded.
    Delta.objects.filter(pk__in=list(Delta.objects.filter(measure=key).values_list("pk", flat=True))).delete()
    Figure.objects.filter(measure=key).delete()
    rows = [
        Figure(measure=key, grouping=grouping, dims=dims, day=day, numerator=numerator, denominator=denominator)
        for (grouping, dims, day), (numerator, denominator) in recount_sums(measure).items()
    ]
    Figure.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def one_snapshot() -> None:
    """Let every statement of this transaction see the same state. SQLite does so by itself."""
    if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@transaction.atomic
def set_target(
    key: str,
    hundredths: int,
    valid_from: date,
    *,
    valid_to: date | None = None,
    citation: str = "",
    plan_point: str = "",
    confirmed: bool = False,
) -> Target:
    """Set what a measure should reach from a day on: 9550 for 95.5 %. The profile may name a measure still to come."""
    changes = {
        "hundredths": hundredths,
        "valid_to": valid_to,
        "citation": citation,
        "plan_point": plan_point,
        "confirmed": confirmed,
    }
    target, _ = Target.objects.update_or_create(measure=key, valid_from=valid_from, defaults=changes)
    return target


@transaction.atomic
def drop_target(key: str, valid_from: date) -> None:
    """Remove a target that the profile no longer names."""
    Target.objects.filter(measure=key, valid_from=valid_from).delete()


def fold_batch(size: int) -> int:
    """Fold up to ``size`` deltas in one transaction; how many there were.

    1. Read the oldest deltas (locked, where the engine can).
    2. Delete them; if somebody else had deleted any, start again.
    3. Add their sums to the figures, in a fixed order.
    """
    with transaction.atomic():
        waiting = Delta.objects.order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        deltas = list(waiting[:size])
        gone, _ = Delta.objects.filter(pk__in=[delta.pk for delta in deltas]).delete()
        if gone != len(deltas):
            raise Refused("folded_elsewhere", "这些增量刚被另一个进程汇总。")
        _add_to_figures(deltas)
    return len(deltas)


def _add_to_figures(deltas: list[Delta]) -> None:
    by_measure: dict[str, Sums] = defaultdict(dict)
    for delta in deltas:
        measure = registry.find(delta.measure)
        if measure is not None:  # a measure that no room declares any more is forgotten with its deltas
            dims = dims_of(measure, delta)
            add_up(by_measure[delta.measure], measure, dims, delta.day, delta.numerator, delta.denominator)
    for key in sorted(by_measure):
        _add_sums(key, by_measure[key])


def _add_sums(key: str, sums: Sums) -> None:
    ordered = sorted(sums.items())  # one order for every folder: no two wait for each other
    Figure.objects.bulk_create(
        (Figure(measure=key, grouping=grouping, dims=dims, day=day) for (grouping, dims, day), _ in ordered),
        ignore_conflicts=True,
        batch_size=500,
    )
    for (grouping, dims, day), (numerator, denominator) in ordered:
        Figure.objects.filter(measure=key, grouping=grouping, dims=dims, day=day).update(
            numerator=F("numerator") + numerator, denominator=F("denominator") + denominator
        )


def dims_of(measure: Measure, delta: Delta) -> dict[str, str]:
    """The dimensions that the measure still has: one may have been dropped since the delta was written."""
    kept: dict[str, str] = json.loads(delta.dims)
    return complete(measure, {name: value for name, value in kept.items() if name in measure.dimensions})
