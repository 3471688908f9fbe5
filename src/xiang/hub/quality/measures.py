"""The figures of quality (plan point 6): findings closed in time, and rechecks that held. By body, on the day of the step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures.registry import Count, Measure, register, within
from xiang.hub.quality.models import FindingEvent
from xiang.hub.quality.operations.findings import HELD, MENDED


def _events(edges: tuple[str, ...], start: date | None, end: date | None) -> Iterator[tuple[date, FindingEvent]]:
    rows = FindingEvent.objects.filter(edge__in=edges).select_related("finding").order_by("id")
    for event in rows.iterator():
        on = instant.legal_date(event.at)
        if within(on, start, end):
            yield on, event


def _mended(start: date | None, end: date | None) -> Iterator[Count]:
    for on, event in _events(("pass", "uphold"), start, end):
        due = event.finding.due
        in_time = int(due is None or on <= due)
        yield Count(on, {"body": event.finding.body_key}, in_time, 1, f"finding:{event.finding_id}")


def _held(start: date | None, end: date | None) -> Iterator[Count]:
    for on, event in _events(("pass", "fail"), start, end):
        held = int(event.edge == "pass")
        yield Count(on, {"body": event.finding.body_key}, held, 1, f"finding:{event.finding_id}")


register(
    Measure(
        key=MENDED,
        title="质检整改及时率",
        formula="期限内销号的问题 ÷ 已销号的问题（没有登记期限的算及时）",
        numerator="到期日前（含当日）复检通过或者异议成立的问题",
        denominator="复检通过或者异议成立的问题",
        dimensions=("body",),
        unit="%",
        plan_point="6",
        source=_mended,
    )
)
register(
    Measure(
        key=HELD,
        title="质检复检通过率",
        formula="通过的复检 ÷ 做过的复检",
        numerator="通过的复检",
        denominator="做过的复检",
        dimensions=("body",),
        unit="%",
        plan_point="6",
        source=_held,
    )
)
