"""What holds besides the grant: nobody looks anybody up without a case, nor for another body, nor outside the case."""

from __future__ import annotations

from uuid import UUID

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms import queries as drafts
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.sharing.enforcement import EVERY, Decision
from xiang.hub.sharing.subjects import Target


def refusal(actor: Actor, body_key: str, case_id: UUID | None) -> str:
    """The code of what forbids every look-up of this call, or nothing.

    An officer reads in a case of their own units (or one they supervise), or in a draft that they fill at a window.
    """
    if case_id is None:
        return "no_case"
    if not actor.is_staff:
        return ""
    if actor.body_key != body_key and not _fills_draft(actor, case_id):
        return "other_body"
    return "" if _own_case(actor, case_id) or _fills_draft(actor, case_id) else "no_case"


def asking_body(actor: Actor, body_key: str, case_id: UUID | None) -> str:
    """Who asks, for the grants: the body, or ``*`` while a form is filled in by the person or at a window for them."""
    if actor.is_staff:
        return EVERY if case_id and _fills_draft(actor, case_id) else body_key
    return body_key if actor.is_system else EVERY


def _own_case(actor: Actor, case_id: UUID) -> bool:
    return cases.visible_to(actor).filter(id=case_id).exists()


def _fills_draft(actor: Actor, draft_id: UUID) -> bool:
    try:
        drafts.draft_for(actor, draft_id)
    except Absent:
        return False
    return True


def inside_case(
    actor: Actor, case_id: UUID | None, target: Target, known: dict[UUID | None, bool], decision: Decision
) -> Decision:
    """The decision, or ``not_in_case`` when an officer asks about somebody who has no part in the case.

    ``known`` remembers the parties already checked in this call.
    """
    if case_id is None or not Case.objects.filter(id=case_id).exists():
        return decision  # a draft at the window: the person stands there
    party = target.party()
    party_id = party.id if party else None
    if party_id not in known:
        known[party_id] = party_id is not None and _has_part(party_id, case_id)
    return decision if known[party_id] else Decision("not_in_case")


def _has_part(party_id: UUID, case_id: UUID) -> bool:
    """Applicant, subject or party of the case, or of the life event that it belongs to."""
    case = Case.objects.filter(id=case_id).values_list("id", "parent_id").get()
    family = Case.objects.filter(id__in=[key for key in case if key])
    return (
        family.filter(applicant_id=party_id).exists()
        or family.filter(subject_id=party_id).exists()
        or family.filter(parties__party_id=party_id).exists()
    )
