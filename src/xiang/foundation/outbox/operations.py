"""Writing events, and what an operator may do with a delivery that stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.outbox import subscriptions
from xiang.foundation.outbox.models import Delivery, Event, State

# An identity number or a mobile phone number: values, which an outbox row never holds.
_VALUE = re.compile(r"\d{17}[\dXx]|1[3-9]\d{9}")
_LONGEST = 128


def emit(kind: str, key: str, payload: dict[str, Any], *, after: datetime | None = None) -> None:
    """Say that something happened, in the caller's transaction. An event that nobody subscribes to leaves no row.

    ``after`` holds the deliveries back until then; what comes later under the same key waits behind them.
    """
    emit_many(kind, [(key, payload)], after=after)


def emit_many(kind: str, events: Iterable[tuple[str, dict[str, Any]]], *, after: datetime | None = None) -> None:
    """:func:`emit` for many ``(key, payload)`` at the price of one, in the order given."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind} must be emitted inside the transaction that it tells of")
    names = subscriptions.subscribers(kind)
    now = instant.now()
    rows = [Event(kind=kind, key=key, payload=_ids_only(payload), at=now) for key, payload in events]
    deliveries = [
        Delivery(event=row, subscriber=name, lane=f"{name} {row.key}" if row.key else None, due_at=after or now)
        for row in rows
        for name in names
    ]
    if deliveries:
        adding.add([*rows, *deliveries])


def _ids_only(value: Any) -> Any:
    """The payload as it will come back from the database; refuses what does not look like an id."""
    if isinstance(value, dict):
        return {str(name): _ids_only(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_ids_only(inner) for inner in value]
    if value is None or isinstance(value, bool | int):
        return value
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    if len(text) > _LONGEST or not text.isascii() or _VALUE.fullmatch(text):
        raise ValueError("an outbox payload holds ids, never values: names, numbers and texts are read when handling")
    return text


@transaction.atomic
def retry(delivery_id: int) -> None:
    """Put a parked delivery back in its queue. One whose outside call was never answered is reconciled first."""
    parked = Delivery.objects.filter(pk=delivery_id, state=State.PARKED)
    back = {"attempts": 0, "due_at": instant.now(), "reason": ""}
    if not (
        parked.filter(called_at=None).update(state=State.READY, **back) or parked.update(state=State.UNKNOWN, **back)
    ):
        raise Refused("not_parked", "这条投递没有停放，不需要重新投递。")


@transaction.atomic
def drop(delivery_id: int, reason: str) -> None:
    """Give a parked delivery up, so that those behind it in its lane go on. ``reason``: a code or a short sentence."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明为什么放弃这条投递。")
    finished = {"state": State.DROPPED, "lane": None, "finished_at": instant.now(), "reason": reason[:200]}
    if not Delivery.objects.filter(pk=delivery_id, state=State.PARKED).update(**finished):
        raise Refused("not_parked", "只有已停放的投递才能放弃。")


def prune(older_than: timedelta = timedelta(days=30), chunk: int = 1000) -> int:
    """Remove what was finished long ago, in short transactions; returns how many events went."""
    before = instant.now() - older_than
    while True:
        old = Delivery.objects.filter(lane=None, due_at=None, finished_at__lt=before).order_by("pk")[:chunk]
        if not Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]:
            break
    removed = 0
    pending = Delivery.objects.filter(event=OuterRef("pk"))
    while True:
        gone = Event.objects.filter(~Exists(pending), at__lt=before).order_by("pk")[:chunk]
        ids: list[UUID] = list(gone.values_list("pk", flat=True))
        if not ids:
            return removed
        removed += Event.objects.filter(pk__in=ids).delete()[0]
