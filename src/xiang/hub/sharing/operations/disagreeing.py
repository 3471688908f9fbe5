"""A refusal that the requester does not accept (争议): negotiated, then the department in charge, then the government."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights as inventory
from xiang.hub.sharing.models import Disagreement, ShareRequest
from xiang.hub.sharing.operations.requesting import need_requester

Stage = Disagreement.Stage


@transaction.atomic
def disagree(request: ShareRequest, reason: str, actor: Actor) -> Disagreement:
    """Object to a refusal; it begins with the two bodies talking. Once for a request."""
    need_requester(actor, request.requester)
    if request.state != ShareRequest.State.REFUSED:
        raise Refused("not_refused", "只有答复不同意的申请可以提出争议。")
    try:
        with transaction.atomic():
            made = Disagreement.objects.create(request=request, reason=_said(reason), raised_at=instant.now())
    except IntegrityError:
        return Disagreement.objects.get(request=request)
    _note(made, "raised", actor)
    return made


@transaction.atomic
def take_further(found: Disagreement, actor: Actor) -> Disagreement:
    """No agreement at this stage: on to the next one."""
    need_requester(actor, found.request.requester)
    after = Disagreement.NEXT.get(Stage(found.stage))
    if after is None or not Disagreement.objects.filter(pk=found.pk, stage=found.stage).update(stage=after):
        raise Refused("no_further_stage", "争议已经在最后一级，或者已经结束。")
    found.refresh_from_db()
    _note(found, found.stage, actor)
    return found


@transaction.atomic
def settle(found: Disagreement, outcome: str, decision: str, actor: Actor) -> Disagreement:
    """How it ended. While the two negotiate the provider says so; afterwards the department in charge, which also writes
    down what the government decided. The requester may give it up at any stage."""
    if outcome not in Disagreement.Outcome.values:
        raise Invalid([FieldError("/outcome", "outcome_unknown", "请选择处理结果。")])
    _need_judge(found, outcome, actor)
    done = Disagreement.objects.filter(pk=found.pk, stage=found.stage).exclude(stage=Stage.SETTLED)
    if not done.update(
        stage=Stage.SETTLED, outcome=outcome, decision=_said(decision), settled_at=instant.now(), settled_by=actor.ref
    ):
        raise Refused("settled", "这件争议已经结束，请刷新后再看。")
    found.refresh_from_db()
    _note(found, "settled", actor)
    return found


def _need_judge(found: Disagreement, outcome: str, actor: Actor) -> None:
    if outcome == Disagreement.Outcome.DROPPED:
        need_requester(actor, found.request.requester)
    elif found.stage == Stage.NEGOTIATING:
        if not (actor.has("steward") and actor.body_key == found.request.provider):
            raise Forbidden("not_provider", "协商阶段由提供机关答复。")
    elif not inventory.is_hub(actor) or actor.body_key in (found.request.provider, found.request.requester):
        raise Forbidden("not_hub", "由政务数据共享主管部门处理；主管部门自己是一方的，由另一级处理。")


def _said(text: str) -> str:
    if not text.strip():
        raise Invalid([FieldError("/reason", "reason_missing", "请写明理由。")])
    return text.strip()[:1000]


def _note(found: Disagreement, step: str, actor: Actor) -> None:
    refs = {"request": found.request.number, "step": step}
    ledger.record("hub.share.disagreement", actor.ref, refs, case_id=found.request_id)
