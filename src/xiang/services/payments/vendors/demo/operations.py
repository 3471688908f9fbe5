"""The demonstration institution's own book."""

from __future__ import annotations

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.ids import new_id
from xiang.services.payments.gateways import Charge
from xiang.services.payments.models import DemoTrade


@transaction.atomic
def open_trade(charge: Charge) -> DemoTrade:
    """Open a trade, once for a key."""
    trade, _ = DemoTrade.objects.get_or_create(
        key=charge.key,
        defaults={
            "order_number": charge.number,
            "subject": charge.subject,
            "amount_fen": charge.amount_fen,
            "return_url": charge.return_url,
            "created_at": instant.now(),
        },
    )
    return trade


@transaction.atomic
def pay(key: str) -> DemoTrade:
    """The person confirmed: the trade is paid, once."""
    at, reference = instant.now(), f"YS{new_id().hex[-16:].upper()}"
    DemoTrade.objects.filter(key=key, state="open").update(state="paid", paid_at=at, reference=reference)
    trade = DemoTrade.objects.filter(key=key).first()
    if trade is None:
        raise Absent
    if trade.state not in ("paid", "refunded"):
        raise Refused("trade_closed", "这笔交易已经关闭，没有扣款。请回到缴费单看看。")
    return trade


@transaction.atomic
def close(key: str) -> None:
    """Nobody can pay this trade any more; one already paid stays paid."""
    DemoTrade.objects.filter(key=key, state="open").update(state="closed")


@transaction.atomic
def refund(key: str) -> None:
    """Give the money back, once."""
    DemoTrade.objects.filter(key=key, state="paid").update(
        state="refunded", refunded_at=instant.now(), refund_reference=f"YT{new_id().hex[-16:].upper()}"
    )
