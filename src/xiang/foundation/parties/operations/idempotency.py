"""Keys that make a repeated request harmless: what was asked under a key is done once, whoever dies in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties.models import IdempotencyRecord

State = IdempotencyRecord.State
# Not rules of law: how long a client may come back, and after how long one that never came back is taken for dead.
KEPT, LEASE = timedelta(hours=24), timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Taken:
    """A key that is ours now. ``reference`` is reserved for what will be made, or (``done``) is what was made."""

    id: UUID
    reference: UUID
    done: bool


def take_key(account_id: UUID, key: str, route: str, digest: str) -> Taken:
    """Take a key for one request.

    1. A key never used: write it down. 2. One that has expired is a new one. 3. Used for another request: refuse.
    4. Done before: say what came of it. 5. Somebody is at it: refuse, unless they have been silent for a lease.
    Raises ``Invalid('idempotency_key_reused')`` or ``Refused('in_progress')``.
    """
    now = instant.now()
    IdempotencyRecord.objects.filter(account_id=account_id, key=key, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            fresh = IdempotencyRecord.objects.create(
                account_id=account_id, key=key, route=route, digest=digest, taken_at=now, expires_at=now + KEPT
            )
        return Taken(fresh.id, fresh.reference, False)
    except IntegrityError:
        kept = IdempotencyRecord.objects.filter(account_id=account_id, key=key).first()
    if kept is None:  # given back between the two statements: whoever had it was refused
        raise Refused("in_progress", "同样的请求正在办理，请稍后再问一次结果。")
    if (kept.route, kept.digest) != (route, digest):
        place = FieldError("/Idempotency-Key", "idempotency_key_reused", "这个键已经用在另一个请求上，请换一个新的。")
        raise Invalid([place], place.code, place.detail)
    if kept.state == State.DONE:
        return Taken(kept.id, kept.reference, True)
    open_to_take = Q(state=State.FREE) | Q(taken_at__lte=now - LEASE)
    if (
        not IdempotencyRecord.objects.filter(open_to_take, id=kept.id)
        .exclude(state=State.DONE)
        .update(state=State.RUNNING, taken_at=now)
    ):
        raise Refused("in_progress", "同样的请求正在办理，请稍后再问一次结果。")
    return Taken(kept.id, kept.reference, False)


def keep_answer(taken: Taken, reference: UUID) -> None:
    """Remember what came of it; in the caller's transaction when there is one."""
    IdempotencyRecord.objects.filter(id=taken.id).update(state=State.DONE, reference=reference)


def release_key(taken: Taken, *, refused: bool) -> None:
    """Nothing came of it. After a refusal the key is as new, for a request that was mended; after anything else the same
    request may be tried again, with the same reserved reference."""
    mine = IdempotencyRecord.objects.filter(id=taken.id).exclude(state=State.DONE)
    if refused:
        mine.delete()
    else:
        mine.update(state=State.FREE)


def sweep_keys() -> int:
    """Forget keys that have expired; answers how many."""
    gone, _ = IdempotencyRecord.objects.filter(expires_at__lte=instant.now()).delete()
    return gone
