"""The demonstration institution as a plugin: it answers as a real one would, out of its own book."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.urls import reverse

from xiang.foundation.ground import instant
from xiang.foundation.trust import digest
from xiang.services.payments.gateways import Charge, ForgedError, PaymentGateway, StatementRow, Trade, TradeState
from xiang.services.payments.models import DemoTrade
from xiang.services.payments.vendors.demo import operations

_STATES: dict[str, TradeState] = {"open": "open", "paid": "paid", "refunded": "refunded", "closed": "failed"}


class DemoPayment(PaymentGateway):
    """Works like a real one: one key, one trade; a trade paid stays paid; what it says it signs."""

    key = "demo"
    title = "演示支付"
    demo = True

    def create(self, charge: Charge) -> str:
        operations.open_trade(charge)
        return reverse("payments:demo", args=[charge.key])

    def query(self, key: str) -> Trade:
        return trade_of(key)

    def refund(self, key: str, amount_fen: int, reason: str) -> Trade:
        operations.refund(key)
        return trade_of(key)

    def close(self, key: str) -> Trade:
        operations.close(key)
        return trade_of(key)

    def read_callback(self, body: bytes, signature: str) -> str:
        if not hmac.compare_digest(sign(body), signature):
            raise ForgedError
        return body.decode("utf-8", "replace")

    def statement(self, day: date) -> Sequence[StatementRow]:
        rows: list[StatementRow] = []
        for trade in DemoTrade.objects.exclude(reference=""):
            if trade.paid_at and instant.legal_date(trade.paid_at) == day:
                rows.append(StatementRow(trade.key, "paid", trade.reference, trade.amount_fen))
            if trade.refunded_at and instant.legal_date(trade.refunded_at) == day:
                rows.append(StatementRow(trade.key, "refunded", trade.refund_reference, trade.amount_fen))
        return rows


def trade_of(key: str) -> Trade:
    """A trade as the book has it."""
    kept = DemoTrade.objects.filter(key=key).first()
    if kept is None:
        return Trade(key, "absent")
    return Trade(
        key,
        _STATES[kept.state],
        kept.amount_fen,
        kept.reference,
        kept.paid_at,
        kept.refund_reference,
        kept.refunded_at,
    )


def sign(body: bytes) -> str:
    """The institution's signature on its call-backs: here a keyed digest, there its certificate."""
    return digest.mac(f"demo-payment/{settings.SECRET_KEY}".encode(), body).hex()
