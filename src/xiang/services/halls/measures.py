"""What windows do: matters filed there, people served (plan point 1: fewer trips)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register
from xiang.services.halls.models import WindowMatter, WindowSession

FILED, VISITS = "halls.filed", "halls.visits"


def city_of(session: WindowSession) -> dict[str, str]:
    """The city of a window, as other figures name it: the first two steps of its division's path."""
    return {"city": "/".join(session.unit.division.path.split("/")[:2])}


def count_filed(session: WindowSession) -> None:
    """Count a matter filed at a window, in the transaction that files it."""
    measures.append(FILED, city_of(session), 1)


def count_visit(session: WindowSession) -> None:
    """Count somebody who came."""
    measures.append(VISITS, city_of(session), 1)


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or day >= start) and (end is None or day <= end)


def _filed(start: date | None, end: date | None) -> Iterator[Count]:
    rows = WindowMatter.objects.filter(state=WindowMatter.State.FILED)
    for row in rows.select_related("session__unit__division").iterator():
        day = instant.legal_date(row.filed_at) if row.filed_at else None
        if day and _within(day, start, end):
            yield Count(day, city_of(row.session), 1, ref=f"case:{row.draft_id}")


def _visits(start: date | None, end: date | None) -> Iterator[Count]:
    for row in WindowSession.objects.select_related("unit__division").iterator():
        day = instant.legal_date(row.opened_at)
        if _within(day, start, end):
            yield Count(day, city_of(row), 1, ref=f"window:{row.id}")


register(
    Measure(
        key=FILED,
        title="窗口收件数",
        formula="在综合窗口提交的办件数",
        numerator="由窗口工作人员代为提交、经本人核对的办件",
        dimensions=("city",),
        unit="件",
        plan_point="1",
        source=_filed,
        better="down",
    )
)
register(
    Measure(
        key=VISITS,
        title="窗口接待人次",
        formula="在综合窗口读取身份、开始办事的次数",
        numerator="窗口接待",
        dimensions=("city",),
        unit="人次",
        plan_point="1",
        source=_visits,
        better="down",
    )
)
