"""How reliably people are reached outside the application."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register
from xiang.foundation.notices.models import Outcome, Sending

KEY = "notices.delivered"


def count_sending(channel: str, *, sent: bool) -> None:
    """One sending came to its end, in the caller's transaction."""
    measures.append(KEY, {"channel": channel}, int(sent), 1)


def recount(start: date | None, end: date | None) -> Iterable[Count]:
    """Every sending that was tried, from the sendings themselves."""
    tried = Sending.objects.filter(outcome__in=[Outcome.SENT, Outcome.FAILED], settled_at__isnull=False)
    for sending in tried.order_by("pk").iterator():
        day = instant.legal_date(sending.settled_at) if sending.settled_at else None
        if day and (start is None or day >= start) and (end is None or day <= end):
            sent = int(sending.outcome == Outcome.SENT)
            yield Count(day, {"channel": sending.channel}, sent, 1, f"notice:{sending.notice_id}")


DELIVERED = register(
    Measure(
        key=KEY,
        title="通知送达率",
        formula="网关收下的短信和邮件 ÷ 发出的短信和邮件",
        numerator="网关收下的短信和邮件",
        denominator="发出的短信和邮件（没有号码、已停发的不计）",
        dimensions=("channel",),
        unit="%",
        source=recount,
    )
)
