"""The life of a standing right after receipt: renewed, expired, revoked, closed. Each takes effect at once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from xiang.foundation.cases import operations as cases
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights as inventory
from xiang.hub.sharing.models import Grant, ShareRequest
from xiang.hub.sharing.narrowing import narrowed
from xiang.hub.sharing.operations import agreeing

State = ShareRequest.State
ENDED = "hub.share.ended"
SOON = timedelta(days=30)


def revoke(request: ShareRequest, reason: str, actor_ref: str) -> None:
    """Take the grant of a request back, in the caller's transaction; the next look-up finds it gone."""
    grant = Grant.objects.filter(request=request, revoked_at=None).first()
    if grant is None:
        return
    Grant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=instant.now(), revoked_reason=reason[:200])
    agreeing.write_revocation(grant)
    ledger.record("hub.grant.revoked", actor_ref, {"grant": grant.key}, case_id=request.pk)
    narrowed(grant.key)


def renewed(request: ShareRequest, actor_ref: str) -> None:
    """A later request goes on where this one ends; its grant holds until its own last day."""
    if not ShareRequest.objects.filter(pk=request.pk, state=State.IN_USE).update(
        state=State.RENEWED, ended_at=instant.now()
    ):
        raise Refused("not_in_use", "要续期的共享已经不在使用中：请另行申请。")
    ledger.record("hub.share.renewed", actor_ref, {"request": request.number}, case_id=request.pk)


@transaction.atomic
def revoke_request(request: ShareRequest, reason: str, actor: Actor) -> None:
    """The provider or the hub ends the sharing (收回), with a reason; the requester is told."""
    if not inventory.serves(actor, request.provider):
        raise Forbidden("not_provider", "由提供机关或者总枢纽收回。")
    reason = _needed(reason)
    if request.state in (State.PROVISIONING, State.DELIVERED):
        cases.perform(request.pk, "recall", actor, {"reason": reason})
        return
    revoke(request, reason, actor.ref)
    _end(request, State.REVOKED, reason, actor.ref)


@transaction.atomic
def close_request(request: ShareRequest, reason: str, actor: Actor) -> None:
    """The requester needs it no longer."""
    if not (actor.has("steward") and actor.body_key == request.requester):
        raise Forbidden("not_requester", "由申请机关的数据管理岗来办。")
    reason = _needed(reason)
    revoke(request, reason, actor.ref)
    _end(request, State.CLOSED, reason, actor.ref)


def expire_due() -> int:
    """Write down what has run out; it gave nothing since its last day, written down or not. Answers how many."""
    over = ShareRequest.objects.filter(state=State.IN_USE, valid_to__lt=instant.today())
    found = list(over.order_by("valid_to")[:200])
    for request in found:
        with transaction.atomic():
            _end(request, State.EXPIRED, "", "system")
    return len(found)


def _end(request: ShareRequest, state: str, reason: str, actor_ref: str) -> None:
    done = ShareRequest.objects.filter(pk=request.pk, state=State.IN_USE).update(
        state=state, ended_at=instant.now(), ended_reason=reason[:400]
    )
    if not done:
        raise Refused("not_in_use", "这份共享已经不在使用中，请刷新后再看。")
    ledger.record(f"hub.share.{state}", actor_ref, {"request": request.number}, case_id=request.pk)
    outbox.emit(ENDED, str(request.pk), {"request_id": str(request.pk), "step": str(state)})


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Invalid([FieldError("/reason", "reason_missing", "请写明理由，对方会看到。")])
    return reason.strip()
