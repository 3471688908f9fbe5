"""The figure of payments: money taken in, by city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register
from xiang.services.payments.models import Movement, Order

PAID = "payments.paid"


def _dimensions(order: Order) -> dict[str, str]:
    division = order.payee.division
    return {"city": (division.path if division else "")[:7]}


def count_paid(order: Order, at: datetime) -> None:
    """Count an order that was just paid, in its transaction."""
    measures.append(PAID, _dimensions(order), order.amount_fen, 0, instant.legal_date(at))


def _recount(start: date | None, end: date | None) -> Iterator[Count]:
    rows = Movement.objects.filter(kind=Movement.Kind.PAID).select_related("order__payee__division")
    for row in rows.iterator():
        if (start is None or row.day >= start) and (end is None or row.day <= end):
            yield Count(row.day, _dimensions(row.order), row.amount_fen, 0, f"payment:{row.order.number}")


register(
    Measure(
        key=PAID,
        title="线上缴费",
        formula="线上缴清的金额（分）",
        numerator="已缴清的缴费单金额，退款不减",
        dimensions=("city",),
        unit="分",
        source=_recount,
    )
)
