"""The figures of sharing (plan points 3 and 6): satisfied, answered in time, checks done. By providing body; a quarter is a
period of the series. Mounting and timely update are stocks and are read from the inventory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.measures.registry import Count, Measure, register, within
from xiang.hub.sharing.models import Dispute, ShareRequest
from xiang.hub.sharing.operations.answering import ON_TIME, SATISFIED
from xiang.hub.sharing.operations.disputing import CHECKED


def _within(rows: QuerySet[Any], field: str, start: date | None, end: date | None) -> QuerySet[Any]:
    if start is not None:
        rows = rows.filter(**{f"{field}__gte": start})
    return rows.filter(**{f"{field}__lte": end}) if end is not None else rows


def _answered(start: date | None, end: date | None) -> Iterator[Count]:
    rows = _within(ShareRequest.objects.filter(answered_on__isnull=False), "answered_on", start, end)
    for one in rows.order_by("id").iterator():
        on: date = one.answered_on
        yield Count(on, {"body": one.provider}, int(bool(one.answered_in_time)), 1, f"request:{one.number}")


def _concluded(start: date | None, end: date | None) -> Iterator[Count]:
    refused = ShareRequest.objects.filter(state=ShareRequest.State.REFUSED)
    for one in _within(refused, "answered_on", start, end).order_by("id").iterator():
        yield Count(one.answered_on, {"body": one.provider}, 0, 1, f"request:{one.number}")
    for one in ShareRequest.objects.filter(delivered_at__isnull=False).order_by("id").iterator():
        on = instant.legal_date(one.delivered_at or one.handed_in_at)
        if within(on, start, end):
            yield Count(on, {"body": one.provider}, 1, 1, f"request:{one.number}")


def _checked(start: date | None, end: date | None) -> Iterator[Count]:
    rows = Dispute.objects.filter(answered_at__isnull=False).select_related("resource__system")
    for one in rows.order_by("id").iterator():
        on = instant.legal_date(one.answered_at or one.raised_at)
        if within(on, start, end):
            in_time = int(one.due is None or on <= one.due)
            yield Count(on, {"body": one.resource.system.body_key}, in_time, 1, f"dispute:{one.pk}")


register(
    Measure(
        key=SATISFIED,
        title="共享满足率",
        formula="已提供的申请 ÷ 有结果的申请（已提供的和不同意的；撤回、退回的不计）",
        numerator="已经提供数据的共享申请",
        denominator="已经提供或者答复不同意的共享申请",
        dimensions=("body",),
        unit="%",
        plan_point="3",
        source=_concluded,
    )
)
register(
    Measure(
        key=ON_TIME,
        title="答复及时率",
        formula="期限内答复的共享申请 ÷ 已答复的共享申请（延期的按延长后的期限）",
        numerator="到期日前（含当日）答复的申请",
        denominator="已经答复的申请",
        dimensions=("body",),
        unit="%",
        plan_point="3",
        source=_answered,
    )
)
register(
    Measure(
        key=CHECKED,
        title="校核办结率",
        formula="期限内答复的校核 ÷ 已答复的校核",
        numerator="期限内给出核查结果的校核",
        denominator="已经给出核查结果的校核",
        dimensions=("body",),
        unit="%",
        plan_point="6",
        source=_checked,
    )
)
