"""Sending through a gateway: outside any transaction, under an idempotency key, reconciled when nobody answered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xiang.foundation.notices import addresses, gateways, operations, queries
from xiang.foundation.notices.gateways import Message, Rejected
from xiang.foundation.notices.models import Outcome, Sending
from xiang.foundation.outbox.subscriptions import Answer, Event, NotArrived, external


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a sending."""

    outcome: Outcome
    vendor: str = ""
    receipt: str = ""
    reason: str = ""


def call(event: Event, key: str) -> Result:
    """Hand it over, unless meanwhile it must not be said any more or there is nowhere to send it."""
    sending = _sending(event)
    notice = sending.notice
    if queries.is_suppressed(notice.recipient_id, notice.kind, notice.category, notice.about):
        return Result(Outcome.SKIPPED, reason="suppressed")
    address = addresses.address_of(notice.recipient_id, sending.channel)
    if not address:
        return Result(Outcome.SKIPPED, reason="no_address")
    gateway = gateways.of(sending.channel)
    try:
        receipt = gateway.send(Message(address, notice.title, sending.text, key))
    except Rejected as refusal:
        return Result(Outcome.FAILED, gateway.key, reason=refusal.code)
    return Result(Outcome.SENT, gateway.key, receipt)


def settle(event: Event, result: Result) -> None:
    operations.settle(
        UUID(event.payload["sending_id"]),
        result.outcome,
        vendor=result.vendor,
        receipt=result.receipt,
        reason=result.reason,
    )


def reconcile(event: Event, key: str) -> Answer | NotArrived:
    """Ask the gateway whether the message arrived."""
    gateway = gateways.of(_sending(event).channel)
    receipt = gateway.status(key)
    return NotArrived() if receipt is None else Answer(Result(Outcome.SENT, gateway.key, receipt))


def _sending(event: Event) -> Sending:
    return Sending.objects.select_related("notice").get(pk=event.payload["sending_id"])


def register() -> None:
    """Subscribe to what is queued."""
    external(operations.SEND, "notices.gateway", call=call, settle=settle, reconcile=reconcile)
