"""Taking deliveries and carrying them out. Internals of the worker: rooms call :mod:`worker`.

1. Take: pick deliveries that are due and first in their lane (and what stands right behind them), and lease them in
   one conditional update; whoever changed the row is the owner. A call whose worker died becomes ``unknown``.
2. Local: in one transaction mark the delivery done, if the lease is still ours, and run the handler.
3. External: commit ``calling``; call outside any transaction; in one transaction settle and mark done, if still ours.
4. A failure backs off and returns the delivery; the last attempt parks it, and it keeps blocking its lane.
"""

from __future__ import annotations

import logging
import os
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ground.ids import new_id
from xiang.foundation.outbox.models import Delivery, State
from xiang.foundation.outbox.subscriptions import (
    Answer,
    External,
    Hopeless,
    Local,
    NotArrived,
    NotSent,
    find,
    idempotency_key,
)

log = logging.getLogger("xiang.outbox")

LEASE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
BATCH = 20


@dataclass(frozen=True, slots=True)
class Lease:
    """What one taking leased: the token is in every row, and every later write is conditional on it."""

    token: str
    deliveries: list[Delivery]


class LostLease(Exception):
    """Somebody else took the delivery meanwhile: nothing of ours may remain."""


def pause(attempts: int) -> timedelta:
    """The back-off after this many attempts: doubling, with up to a quarter of jitter."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 30), LONGEST_PAUSE)
    return doubled * random.uniform(1, 1.25)  # noqa: S311 - jitter, not a secret


def take(limit: int = BATCH, lease: timedelta = LEASE) -> Lease:
    """Lease up to ``limit`` deliveries that are due, with nothing unfinished before them in a lane but each other."""
    now = instant.now()
    token = f"{os.getpid()}-{new_id()}"
    earlier = Delivery.objects.filter(lane=OuterRef("lane"), pk__lt=OuterRef("pk"))
    due = Delivery.objects.filter(~Exists(earlier), due_at__lte=now)
    with transaction.atomic():
        ids = _choose(due, limit, now)
        taken = bool(ids) and Delivery.objects.filter(pk__in=ids, due_at__lte=now).update(
            state=Case(
                When(state__in=[State.READY, State.LEASED], then=Value(State.LEASED.value)),
                default=Value(State.UNKNOWN.value),
            ),
            attempts=F("attempts") + 1,
            lease_owner=token,
            due_at=now + lease,
        )
    if not taken:
        return Lease(token, [])
    return Lease(token, list(Delivery.objects.filter(lease_owner=token).select_related("event").order_by("pk")))


def _choose(due: QuerySet[Delivery], limit: int, now: datetime) -> list[int]:
    """Deliveries never tried before, or a single one that was: what kills workers must not take others along."""
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    heads = list(due.order_by("due_at", "pk").values_list("pk", "lane", "attempts")[:limit])
    fresh = list(takewhile(lambda head: head[2] == 0, heads))
    if not fresh:
        return [pk for pk, _, _ in heads[:1]]
    chosen = [pk for pk, _, _ in fresh]
    lanes = {lane for _, lane, _ in fresh if lane}
    return chosen + _followers(lanes, chosen, limit - len(chosen), now)


def _followers(lanes: set[str], heads: list[int], room: int, now: datetime) -> list[int]:
    """What stands right behind these heads: nobody else can take it, and a long lane is not searched again for each."""
    if not lanes or room <= 0:
        return []
    queue = Delivery.objects.filter(lane__in=lanes).exclude(pk__in=heads).order_by("pk")
    found = []
    for pk, lane, attempts, due_at in queue.values_list("pk", "lane", "attempts", "due_at")[:room]:
        if lane in lanes and attempts == 0 and due_at is not None and due_at <= now:
            found.append(pk)
        else:
            lanes.discard(str(lane))
    return found


def renew(token: str, lease: timedelta = LEASE) -> None:
    """Keep what is leased under this token. A row that a transaction holds needs no renewal and is not waited for."""
    held = Delivery.objects.filter(lease_owner=token, due_at__isnull=False)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            ids = held.select_for_update(skip_locked=True).values_list("pk", flat=True)
            held = Delivery.objects.filter(pk__in=list(ids), lease_owner=token)
        held.update(due_at=instant.now() + lease)


def give_back(token: str, lane: str | None = None) -> None:
    """Return what was taken and not begun (in one lane, or all), as if it had never been taken."""
    untouched = Delivery.objects.filter(lease_owner=token, state=State.LEASED, **({"lane": lane} if lane else {}))
    untouched.update(state=State.READY, attempts=F("attempts") - 1, lease_owner="", due_at=instant.now())


def carry_out_all(lease: Lease, stopping: Callable[[], bool] = lambda: False, *, raising: bool = False) -> int:
    """Do what was leased, one after the other; how many are done. What stands behind a failure goes back."""
    done = 0
    blocked: set[str] = set()
    for delivery in lease.deliveries:
        if stopping():
            give_back(lease.token)
            break
        if delivery.lane in blocked:
            continue
        try:
            finished = carry_out(delivery, raising=raising)
        except Exception:
            give_back(lease.token)
            raise
        done += finished
        if not finished and delivery.lane:
            blocked.add(delivery.lane)
            give_back(lease.token, delivery.lane)
    return done


def carry_out(delivery: Delivery, *, raising: bool = False) -> bool:
    """Do one leased delivery; whether it is done now. ``raising`` lets a failure out after recording it, for tests."""
    subscription = find(delivery.event.kind, delivery.subscriber)
    most = subscription.attempts if subscription else 0
    try:
        if subscription is None:
            raise Hopeless("no_subscriber")
        if delivery.attempts > most:
            raise Hopeless("worker_died")
        if isinstance(subscription, Local):
            _do_locally(delivery, subscription)
        elif delivery.state == State.UNKNOWN:
            _reconcile(delivery, subscription)
        else:
            _call(delivery, subscription)
    except LostLease:
        log.info("lease lost: %s event %s", delivery.subscriber, delivery.event_id)
        return False
    except Exception as failure:
        _record_failure(delivery, failure, most)
        if raising:
            raise
        return False
    return delivery.state == State.DONE


def _do_locally(delivery: Delivery, subscription: Local) -> None:
    with transaction.atomic():
        _finish(delivery)
        subscription.handler(delivery.event)
    delivery.state = State.DONE


def _call(delivery: Delivery, subscription: External) -> None:
    _keep(delivery, state=State.CALLING, called_at=instant.now())
    result = subscription.call(delivery.event, idempotency_key(delivery.event_id, delivery.subscriber))
    _settle(delivery, subscription, result)


def _reconcile(delivery: Delivery, subscription: External) -> None:
    answer = subscription.reconcile(delivery.event, idempotency_key(delivery.event_id, delivery.subscriber))
    if isinstance(answer, Answer):
        _settle(delivery, subscription, answer.result)
    elif isinstance(answer, NotArrived):
        _keep(delivery, state=State.READY, called_at=None, lease_owner="", due_at=instant.now(), reason="not_arrived")
    else:
        raise TypeError("reconcile answers Answer(result) or NotArrived()")


def _settle(delivery: Delivery, subscription: External, result: Any) -> None:
    with transaction.atomic():
        _finish(delivery)
        subscription.settle(delivery.event, result)
    delivery.state = State.DONE


def _finish(delivery: Delivery) -> None:
    """Mark done first: the row's lock then keeps every other worker out until the effect is committed with it."""
    done = {"state": State.DONE, "due_at": None, "lane": None, "called_at": None, "lease_owner": "", "reason": ""}
    if not _ours(delivery).update(finished_at=instant.now(), **done):
        raise LostLease


def _keep(delivery: Delivery, **changes: Any) -> None:
    with transaction.atomic():
        if not _ours(delivery).update(**changes):
            raise LostLease
    for name, value in changes.items():
        setattr(delivery, name, value)


def _ours(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, lease_owner=delivery.lease_owner, due_at__isnull=False)


def _record_failure(delivery: Delivery, failure: Exception, most: int) -> None:
    """Back off or park. Only the failure's class, code and place are kept: its message may hold personal data."""
    reason = name_of(failure)
    parked = isinstance(failure, Hopeless) or delivery.attempts >= most
    certain = isinstance(failure, NotSent | Hopeless)
    changes: dict[str, Any] = {"lease_owner": "", "reason": reason}
    if parked:
        changes |= {"state": State.PARKED, "due_at": None}
    else:
        # A call that raised may have arrived all the same, unless it says that it was never sent.
        unanswered = delivery.state == State.UNKNOWN or (delivery.state == State.CALLING and not certain)
        changes["state"] = State.UNKNOWN if unanswered else State.READY
        changes["due_at"] = instant.now() + pause(delivery.attempts)
    if certain and delivery.state == State.CALLING:
        changes["called_at"] = None
    try:
        _keep(delivery, **changes)
    except LostLease:
        return
    log.warning(
        "%s %s: %s event %s attempt %d: %s",
        "parked" if parked else "failed",
        delivery.subscriber,
        delivery.event.kind,
        delivery.event_id,
        delivery.attempts,
        reason,
    )


def name_of(failure: BaseException) -> str:
    """What may be said of a failure: its class or code, and where it was raised."""
    code = failure.code if isinstance(failure, DomainError | Hopeless) else type(failure).__name__
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{code}{place}"[:200]
