"""What officers do around a case without moving it: claim, hand over, recuse, follow."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.cases.models import Case, CaseEvent, CaseMark
from xiang.foundation.cases.operations.moving import locked
from xiang.foundation.cases.rights import may_see
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Staff


def claim(case_id: UUID, actor: Actor) -> Case:
    """Take a case in hand (签收); raises ``Refused('claimed_by_other')`` when a colleague was faster."""
    with transaction.atomic():
        case = _mine_to_touch(case_id, actor)
        won = Case.objects.filter(id=case_id, assignee=None).update(assignee_id=actor.staff_id)
        if not won and case.assignee_id != actor.staff_id:
            raise Refused("claimed_by_other", "这件事已由同事签收。")
        if won:
            _note(case, actor, "claim", "签收")
        case.assignee_id = actor.staff_id
        return case


def release(case_id: UUID, actor: Actor) -> Case:
    """Put a claimed case back for the whole office."""
    with transaction.atomic():
        case = _mine_to_touch(case_id, actor)
        if not Case.objects.filter(id=case_id, assignee_id=actor.staff_id).update(assignee=None):
            raise Refused("not_claimed", "这件事不在您手上。")
        _note(case, actor, "release", "退回待签收")
        case.assignee_id = None
        return case


def hand_over(case_id: UUID, actor: Actor, to: Staff, reason: str) -> Case:
    """Hand a case to a colleague of the same unit (转交), by whoever has it in hand or by the head of the unit."""
    with transaction.atomic():
        case = _mine_to_touch(case_id, actor)
        if case.assignee_id not in (None, actor.staff_id) and not actor.has("head", case.unit_id):
            raise Forbidden("not_your_step", "这件事在同事手上，请由他或负责人转交。")
        if not parties.works_in(to, case.unit_id):
            raise Refused("not_a_colleague", "只能转交给本科室的同事。")
        if CaseMark.objects.filter(case=case, staff=to, kind=CaseMark.Kind.RECUSED).exists():
            raise Refused("recused", "这位同事已回避这件事，请转交给别人。")
        Case.objects.filter(id=case_id).update(assignee=to)
        _note(case, actor, "hand_over", "转交", reason, {"to": str(to.id)})
        case.assignee = to
        return case


def return_to_receiver(case_id: UUID, actor: Actor, reason: str) -> Case:
    """Give a case that was accepted back to the officer who received it (退回受理岗), to put something right. Its state
    and its clock go on: what was accepted stays accepted. When they have left, any colleague may take it."""
    with transaction.atomic():
        case = _mine_to_touch(case_id, actor)
        if case.assignee_id not in (None, actor.staff_id):
            raise Forbidden("not_your_step", "这件事在同事手上，请由他退回。")
        accepted = case.events.filter(transition="accept", actor_ref__startswith="staff:").order_by("-sequence").first()
        if accepted is None:
            raise Refused("nobody_received", "这件事没有经过受理岗，不能退回。可以转交给同事。")
        receiver = Staff.objects.filter(id=accepted.actor_ref.partition(":")[2]).first()
        if receiver is not None and not parties.works_in(receiver, case.unit_id):
            receiver = None
        if receiver is not None and receiver.id == actor.staff_id:
            raise Refused("own_receipt", "这件事就是您受理的，不用退回。")
        Case.objects.filter(id=case_id).update(assignee=receiver)
        _note(case, actor, "return", "退回受理岗", reason, {"to": str(receiver.id)} if receiver else {})
        case.assignee = receiver
        return case


def recuse(case_id: UUID, actor: Actor, reason: str) -> None:
    """Step back from a case for a conflict of interest (回避): it leaves the officer's hands and steps."""
    with transaction.atomic():
        case = _mine_to_touch(case_id, actor)
        _mark(case, actor, CaseMark.Kind.RECUSED, reason)
        Case.objects.filter(id=case_id, assignee_id=actor.staff_id).update(assignee=None)
        _note(case, actor, "recuse", "回避", reason)


def follow(case_id: UUID, actor: Actor) -> None:
    """Follow a case (关注). Following twice is following."""
    with transaction.atomic():
        _mark(_mine_to_touch(case_id, actor), actor, CaseMark.Kind.FOLLOWED, "")


def unfollow(case_id: UUID, actor: Actor) -> None:
    """Stop following a case."""
    if actor.staff_id is not None:
        CaseMark.objects.filter(case_id=case_id, staff_id=actor.staff_id, kind=CaseMark.Kind.FOLLOWED).delete()


def _mine_to_touch(case_id: UUID, actor: Actor) -> Case:
    case = locked(case_id)
    if actor.staff_id is None or not may_see(actor, case):
        raise Absent
    if not case.open:
        raise Refused("closed", "这件事已经办结。")
    return case


def _mark(case: Case, actor: Actor, kind: CaseMark.Kind, reason: str) -> None:
    if actor.staff_id is None:
        raise Absent
    try:
        with transaction.atomic():
            CaseMark.objects.create(case=case, staff_id=actor.staff_id, kind=kind, reason=reason)
    except IntegrityError:
        return


def _note(
    case: Case, actor: Actor, name: str, title: str, reason: str = "", data: dict[str, str] | None = None
) -> None:
    """An event that leaves the state as it is."""
    event = CaseEvent.objects.create(
        case=case,
        sequence=case.version + 1,
        transition=name,
        title=title,
        source=case.state,
        target=case.state,
        actor_ref=actor.ref,
        actor_name=actor.name,
        unit_id=case.unit_id,
        opinion=reason,
        data=data or {},
        effective_on=instant.today(),
        recorded_at=instant.now(),
    )
    Case.objects.filter(id=case.id, version=case.version).update(version=case.version + 1)
    case.version += 1
    ledger.record(f"case.{name}", actor.ref, {"case": case.number, "event": str(event.id)}, case_id=case.id)
