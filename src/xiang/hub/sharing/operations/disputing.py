"""Disputes about records (校核纠错): raised by the person, checked by the department that keeps the record.

The correction is written into the department's own database by the outbox, once, with history; then the dispute closes
and the person is told (``hub.dispute.closed``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.measures import operations as measures
from xiang.foundation.notices import operations as notices
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.subscriptions import Answer, Event, Hopeless, NotArrived, NotSent
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import clock
from xiang.foundation.statutes import queries as statutes
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import Resource
from xiang.hub.inventory.rights import is_hub
from xiang.hub.sharing import adapters, names, recipients, subjects
from xiang.hub.sharing.models import Dispute
from xiang.hub.sharing.operations import correcting
from xiang.hub.sources.found import Unreachable

CORRECTING = "hub.dispute.corrected"
CLOSED = "hub.dispute.closed"
RAISED = "hub.dispute.raised"
LIMIT = "hub.dispute.check"
CHECKED = "hub.checks_done"
_SECONDS = 10.0
_AWAITED = -1  # nothing could be written there: the department mends it itself


def dispute(
    resource_key: str,
    subject: Subject,
    field: str,
    claim: Any,
    *,
    actor: Actor,
    reason: str = "",
    evidence: Iterable[str] = (),
    case_id: UUID | None = None,
    case_number: str = "",
    as_user: bool = False,
) -> Dispute:
    """Say that ``field`` is wrong and what is right. Raising the same again finds the dispute that is open.

    ``evidence`` holds ids of stored files. ``as_user`` is the way of a body that found it while using shared data.
    """
    resource = inventory.resource(resource_key)
    if field not in resource.data_fields:
        raise Absent("field_absent", "没有这个数据项。")
    if as_user:
        correcting.need_user(actor, resource_key, field)
    if not str(claim if claim is not None else "").strip():
        raise Invalid([FieldError("/claim", "claim_missing", "请写明正确的内容是什么。")])
    if not actor.is_system and not actor.is_staff and subject.party_id not in (actor.party_id, actor.behalf_id):
        raise Absent
    target = subjects.target(resource, subject)
    if target is None:
        raise Refused("nobody_meant", "还不知道这是谁的记录：请先补上证件号码。")
    known = _open(resource, field, target)
    if known:
        return known
    content = {
        "scheme": target.scheme,
        "columns": list(target.columns),
        "values": list(target.values),
        "narrow": dict(target.narrow),
        "claim": claim,
        "reason": reason,
    }
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Dispute.objects.create(
                    resource=resource,
                    field=field,
                    subject=target.index,
                    content=content,
                    evidence=list(evidence),
                    case_id=case_id,
                    case_number=case_number,
                    raised_by=actor.ref,
                    reporter_body=actor.body_key if as_user else "",
                    raised_at=instant.now(),
                    due=_due(),
                )
        except IntegrityError:
            # Two clicks at once: the constraint let one through.
            if known := _open(resource, field, target):
                return known
            raise
        _note(RAISED, made, actor)
    return made


def _due() -> date | None:
    """Until when the check is to be done; nothing is promised where no rule is in force."""
    today = instant.today()
    rule = statutes.find(LIMIT, today)
    return clock.due(today, rule.limit(), statutes.calendar()).date if rule else None


def _open(resource: Resource, field: str, target: subjects.Target) -> Dispute | None:
    rows = Dispute.objects.filter(resource=resource, field=field, subject__in=target.indexes)
    return rows.exclude(state=Dispute.State.CLOSED).first()


def take_up_dispute(dispute_id: UUID, actor: Actor) -> Dispute:
    """The department begins to check."""
    return _move(dispute_id, actor, (Dispute.State.RAISED,), state=Dispute.State.CHECKING)


def answer_dispute(dispute_id: UUID, *, corrected: bool, answer: str, actor: Actor) -> Dispute:
    """The department's finding, with its reason. A correction goes out to the source; a refusal closes at once."""
    if not answer.strip():
        raise Invalid([FieldError("/answer", "answer_missing", "请写明核查结果和理由。")])
    outcome = Dispute.State.CORRECTED if corrected else Dispute.State.REJECTED
    with transaction.atomic():
        made = _move(
            dispute_id,
            actor,
            (Dispute.State.RAISED, Dispute.State.CHECKING),
            state=outcome,
            outcome=outcome,
            answer=answer,
            answered_by=actor.ref,
            answered_at=instant.now(),
        )
        in_time = int(made.due is None or instant.today() <= made.due)
        measures.append(CHECKED, {"body": made.resource.system.body_key}, in_time, 1)
        return made if corrected else _close(made, actor.ref)


def close_dispute(dispute_id: UUID, actor: Actor) -> Dispute:
    """The person who raised it takes it back."""
    found = Dispute.objects.filter(pk=dispute_id, raised_by=actor.ref).first()
    if found is None:
        raise Absent
    if found.state not in (Dispute.State.RAISED, Dispute.State.CHECKING):
        raise Refused("dispute_answered", "这件异议已经有结果，不能撤回。")
    with transaction.atomic():
        return _close(found, actor.ref)


def _move(dispute_id: UUID, actor: Actor, sources: tuple[str, ...], **values: Any) -> Dispute:
    with transaction.atomic():
        found = Dispute.objects.select_related("resource__system").filter(pk=dispute_id).first()
        if found is None:
            raise Absent
        need_keeper(actor, found)
        if not Dispute.objects.filter(pk=dispute_id, state__in=sources).update(**values):
            raise Refused("dispute_moved", "这件异议已经处理过，请刷新后再看。")
        found.refresh_from_db()
        _note(f"hub.dispute.{found.state}", found, actor)
    return found


def need_keeper(actor: Actor, found: Dispute) -> None:
    """The hub, or an officer of the line of work that keeps the record."""
    line = found.resource.system.body_key.partition(".")[2]
    if is_hub(actor):
        return
    if not (actor.is_staff and actor.body_key.partition(".")[2] == line):
        raise Forbidden("not_keeper", "这条记录由保管它的机关核查。")


def _close(found: Dispute, actor_ref: str) -> Dispute:
    done = Dispute.objects.filter(pk=found.pk).exclude(state=Dispute.State.CLOSED)
    if not done.update(state=Dispute.State.CLOSED, closed_at=instant.now()):
        raise Refused("dispute_moved", "这件异议已经结束。")
    found.refresh_from_db()
    ledger.record(CLOSED, actor_ref, {"dispute": str(found.pk)}, case_id=found.case_id)
    outbox.emit(CLOSED, str(found.pk), _payload(found))
    if found.outcome == Dispute.State.CORRECTED:
        correcting.fan_out(found)
    return found


def _note(kind: str, found: Dispute, actor: Actor) -> None:
    refs = {"dispute": str(found.pk), "resource": found.resource.key, "field": found.field}
    ledger.record(kind, actor.ref, refs, case_id=found.case_id)
    outbox.emit(kind, str(found.pk), _payload(found))


def _payload(found: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": found.pk,
        "case_id": found.case_id,
        "raised_by": found.raised_by,
        "outcome": found.outcome,
        "resource": found.resource.key,
    }


# Writing the correction into the source: an outside call of the outbox.


def write_correction(event: Event, key: str) -> int:
    """Mend the department's record; asking again with the same dispute does nothing more."""
    found = _load(event)
    reading, column = _reading(found)
    adapter, until = _adapter(found), time.monotonic() + _SECONDS
    correction = adapters.Correction(
        str(found.pk), reading, column, found.content["claim"], f"异议核查 {found.pk}", instant.now()
    )
    try:
        done = adapter.correct(correction, until)
    except adapters.Unwritable:
        return 0 if _is_right(found) else _AWAITED
    except Unreachable as wrong:
        raise NotSent(wrong.reason) from wrong
    if not done and not adapter.was_corrected(str(found.pk), time.monotonic() + _SECONDS):
        raise Hopeless("record_gone")
    return done


def _reading(found: Dispute) -> tuple[adapters.Reading, str]:
    """The look-up of the disputed value, and its column."""
    content, column = found.content, found.resource.data_fields[found.field].column
    order = found.resource.lookup.order
    columns = tuple(dict.fromkeys([column, *([order.lstrip("-")] if order else [])]))
    matched = tuple(content["columns"]), tuple(content["values"])
    return adapters.Reading(found.resource.table, columns, *matched, content["narrow"], order, 1), column


def _is_right(found: Dispute) -> bool:
    """Whether the source holds the right value now."""
    reading, column = _reading(found)
    try:
        rows = _adapter(found).read(reading, time.monotonic() + _SECONDS)
    except Unreachable as wrong:
        raise NotSent(wrong.reason) from wrong
    return any(str(row[column]) == str(found.content["claim"]) for row in rows)


def confirm_mended(dispute_id: UUID, actor: Actor) -> Dispute:
    """The department says that it mended the record at its own desk: the source is read, and only if it holds the right
    value does the dispute close. Outside any transaction."""
    found = Dispute.objects.select_related("resource__system").filter(pk=dispute_id).first()
    if found is None:
        raise Absent
    need_keeper(actor, found)
    if found.state != Dispute.State.CORRECTED or found.awaited_since is None:
        raise Refused("dispute_moved", "这件异议已经处理过，请刷新后再看。")
    try:
        right = _is_right(found)
    except NotSent as away:
        raise Refused("source_away", "现在连不上这个系统，核对不了。请过一会儿再试。") from away
    if not right:
        raise Refused("not_mended", "查到的还是原来的内容。请先在本机关的系统里改成核查认定的内容，再点一次。")
    with transaction.atomic():
        return _applied(found, actor.ref)


def settle_correction(event: Event, result: Any) -> None:
    """The source is mended: close, and let the person know. Where nothing can be written, wait for the department."""
    found = _load(event)
    if result == _AWAITED:
        Dispute.objects.filter(pk=found.pk, applied_at=None).update(awaited_since=instant.now())
        return
    _applied(found, "system")


def _applied(found: Dispute, actor_ref: str) -> Dispute:
    Dispute.objects.filter(pk=found.pk, applied_at=None).update(applied_at=instant.now())
    found.refresh_from_db()
    return found if found.state == Dispute.State.CLOSED else _close(found, actor_ref)


def reconcile_correction(event: Event, key: str) -> Answer | NotArrived:
    """Ask the source whether the correction arrived."""
    found = _load(event)
    try:
        arrived = _adapter(found).was_corrected(str(found.pk), time.monotonic() + _SECONDS)
    except Unreachable:
        arrived = _is_right(found)  # a source without history cannot say; the value itself can
    return Answer(1) if arrived else NotArrived()


def tell_raiser(event: Event) -> None:
    """The person who raised it hears that the check is done; who took it back needs no telling."""
    found = _load(event)
    recipient = recipients.party_of(found.raised_by)
    if recipient is None or not found.outcome:
        return
    body = names.body_name(found.resource.system.body_key)
    notices.notify(
        recipient,
        "dispute.answered",
        "异议核对好了",
        f"{body}核对了您提出异议的一项。{found.answer}",
        params={"body": body},
        case_number=found.case_number,
        once=f"dispute:{found.pk}",
    )


def _load(event: Event) -> Dispute:
    return Dispute.objects.select_related("resource__system").get(pk=event.payload["dispute_id"])


def _adapter(found: Dispute) -> adapters.Adapter:
    return adapters.adapter_for(found.resource.system.connection)
