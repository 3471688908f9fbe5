"""The figures of the engine: cases filed, closed, and on time (plan points 10, 13 and 17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register

FILED, ON_TIME = "cases.filed", "cases.on_time"


def on_time(case: Case, closed: date) -> bool:
    """Whether a case was closed by its promised date; one whose clock never started kept its promise."""
    return case.due == NO_DUE or closed <= case.due


def _dimensions(case: Case) -> dict[str, str]:
    return {"item": case.item_key, "city": case.division_path[:7]}


def count_filed(case: Case) -> None:
    """Count a case that was just opened; a life event counts through its sub-cases."""
    if case.unit_id is not None:
        measures.append(FILED, _dimensions(case), 1, 0, instant.legal_date(case.submitted_at))


def count_closed(case: Case, on: date) -> None:
    """Count a case that has just closed; a parent counts through its children."""
    if case.unit_id is not None:
        measures.append(ON_TIME, _dimensions(case), int(on_time(case, on)), 1, on)


def _recount(start: date | None, end: date | None) -> Iterator[Count]:
    for case in Case.objects.filter(open=False, unit__isnull=False).defer("answers").iterator():
        closing = case.events.filter(source__gt="", target=case.state).order_by("sequence").first()
        on = closing.effective_on if closing else instant.legal_date(case.concluded_at or case.submitted_at)
        if (start is None or on >= start) and (end is None or on <= end):
            yield Count(on, _dimensions(case), int(on_time(case, on)), 1, f"case:{case.id}")


def _recount_filed(start: date | None, end: date | None) -> Iterator[Count]:
    for case in Case.objects.filter(unit__isnull=False).defer("answers").order_by("id").iterator():
        on = instant.legal_date(case.submitted_at)
        if (start is None or on >= start) and (end is None or on <= end):
            yield Count(on, _dimensions(case), 1, 0, f"case:{case.id}")


register(
    Measure(
        key=FILED,
        title="办件量",
        formula="收到的申请件数，一件事按其中的每一项计",
        numerator="提交成功的申请",
        dimensions=("item", "city"),
        unit="件",
        plan_point="10",
        source=_recount_filed,
    )
)
register(
    Measure(
        key=ON_TIME,
        title="按时办结率",
        formula="按承诺时限办结的办件 ÷ 全部办结的办件（停钟的日子不计）",
        numerator="承诺到期日前（含当日）办结的办件数",
        denominator="办结的办件数",
        dimensions=("item", "city"),
        unit="%",
        plan_point="17",
        source=_recount,
    )
)
