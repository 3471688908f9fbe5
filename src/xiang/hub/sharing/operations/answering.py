"""Guards and effects of the procedure of a request: what the hub, the provider and the requester do, inside the case's
own transaction."""

from __future__ import annotations

from typing import Any

from xiang.foundation.cases.procedures import Move
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.measures import operations as measures
from xiang.foundation.outbox import operations as outbox
from xiang.hub.sharing import offices
from xiang.hub.sharing.models import Disagreement, ShareRequest
from xiang.hub.sharing.operations import agreeing, ending

State = ShareRequest.State
MOVED = "hub.share.moved"
ON_TIME, SATISFIED = "hub.share_on_time", "hub.share_satisfied"


def request_of(move: Move) -> ShareRequest:
    """The request of a case, as it stands."""
    found = ShareRequest.objects.select_related("entry", "resource", "renews").filter(pk=move.case.pk).first()
    if found is None:
        raise Absent
    return found


def not_own(move: Move) -> None:
    """Nobody answers what they handed in themselves, nor for the body that asks."""
    request = request_of(move)
    if not move.actor.is_system and move.actor.ref == request.handler_ref:
        raise Forbidden("own_request", "这份申请是您经办的，请由另一位同事来办。")


def may_forward(move: Move) -> None:
    """Conditional sharing, with a filter that can be enforced (as far as there is something to enforce it on)."""
    not_own(move)
    request = request_of(move)
    if request.unconditional:
        raise Refused("unconditional", "这个目录无条件共享，枢纽直接同意，不用送提供机关审核。")
    if request.resource is not None:
        agreeing.compiled(request)


def may_authorise(move: Move) -> None:
    """Unconditional sharing alone is the hub's to give."""
    not_own(move)
    request = request_of(move)
    if not request.unconditional:
        raise Refused("conditional", "这个目录有条件共享，要由提供机关审核：请送审。")
    agreeing.compiled(request)


def may_approve(move: Move) -> None:
    """The provider adds no condition that its catalogue entry does not have."""
    not_own(move)
    request = request_of(move)
    own = [one for one in move.data.get("conditions", ()) if one.strip() not in request.entry.conditions]
    if own:
        detail = f"目录里没有写明“{own[0]}”：不能自行增设共享条件。要增加条件，先变更目录。"
        raise Invalid([FieldError("/conditions", "condition_not_in_catalogue", detail)])
    agreeing.compiled(request)


def may_reject(move: Move) -> None:
    """What was settled to be shared is not refused again."""
    not_own(move)
    request = request_of(move)
    settled = Disagreement.objects.filter(
        outcome=Disagreement.Outcome.SHARE, request__requester=request.requester, request__entry=request.entry
    )
    if any(set(request.items) <= set(one.request.items) for one in settled.select_related("request")):
        raise Refused("settled_to_share", "争议处理已经决定应当共享，不能再不同意。")


def forwarded(move: Move) -> None:
    """To the sharing office of the provider, where the limit for the answer runs."""
    request = request_of(move)
    unit = offices.sharing_office(request.provider)
    move.case.unit, move.case.division_path = unit, unit.division.path
    _put(move, request, State.PROVIDER_REVIEW)


def sent_back(move: Move) -> None:
    _put(move, request_of(move), State.RETURNED)


def handed_in_again(move: Move) -> None:
    _put(move, request_of(move), State.HUB_CHECK)


def taken_back(move: Move) -> None:
    _put(move, request_of(move), State.WITHDRAWN, ended_at=instant.now())


def prolonged(move: Move) -> None:
    """The state stays; the requester is told."""
    _tell(request_of(move), move.transition.name)


def escalated(move: Move) -> None:
    """A limit passed. No effect of silence is confirmed, so that it shows as late and the hub is told."""
    if move.transition.name == "reply_overdue":
        move.case.overdue = True
    _tell(request_of(move), move.transition.name)


def approved(move: Move) -> None:
    """Grant, agreement and plan; what it renews has been renewed."""
    request = request_of(move)
    grant = agreeing.write_grant(request)
    move.results["grant"] = grant.key
    if request.renews is not None:
        ending.renewed(request.renews, move.actor.ref)
    _answered(move, request, State.PROVISIONING)


def rejected(move: Move) -> None:
    """With its legal basis, without which the form is not complete."""
    data = move.data
    reason = f"{data['reason']}（《{data['law']}》{data['article']}）"
    request = request_of(move)
    _answered(move, request, State.REFUSED, ended_at=instant.now(), ended_reason=reason[:400])
    measures.append(SATISFIED, {"body": request.provider}, 0, 1, move.on)


def delivered(move: Move) -> None:
    request = request_of(move)
    _put(move, request, State.DELIVERED, delivered_at=instant.now())
    measures.append(SATISFIED, {"body": request.provider}, 1, 1, move.on)


def confirmed(move: Move) -> None:
    _put(move, request_of(move), State.IN_USE)


def recalled(move: Move) -> None:
    """Taken back before the receipt was confirmed: no look-up after this one is answered."""
    request = request_of(move)
    reason = str(move.data["reason"])
    ending.revoke(request, reason, move.actor.ref)
    _put(move, request, State.REVOKED, ended_at=instant.now(), ended_reason=reason[:400])


def _answered(move: Move, request: ShareRequest, state: str, **values: Any) -> None:
    """An answer, counted as in time or not by the date that bound the office."""
    in_time = move.on <= move.case.act_by
    _put(move, request, state, answered_on=move.on, answered_in_time=in_time, **values)
    measures.append(ON_TIME, {"body": request.provider}, int(in_time), 1, move.on)


def _put(move: Move, request: ShareRequest, state: str, **values: Any) -> None:
    if not ShareRequest.objects.filter(pk=request.pk, state=request.state).update(state=state, **values):
        raise Refused("changed_meanwhile", "这份申请刚刚有人办过，请刷新后再办。")
    _tell(request, move.transition.name)


def _tell(request: ShareRequest, step: str) -> None:
    outbox.emit(MOVED, str(request.pk), {"request_id": str(request.pk), "step": step})
