"""Who may see a case and who may walk an edge of it. The same words as in :mod:`queries`, for one case at hand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xiang.foundation.cases.models import Case, CaseEvent, CaseMark
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.ground.compiled import Compiled, Question
from xiang.foundation.parties.actors import Actor


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an edge is not this person's: a stable code and a sentence for the button that is disabled."""

    code: str
    detail: str


AGENT = "agent"
"""The role of who acted for the applicant: it gives no right of its own, the delegation does, as long as it holds."""


def is_applicant(actor: Actor, case: Case) -> bool:
    """Whether the actor applied, in their own name or for whom they act within what was entrusted to them."""
    return actor.subject_id is not None and case.applicant_id == actor.subject_id and entrusted(actor, case)


def entrusted(actor: Actor, case: Case) -> bool:
    """Whether a delegation acted under covers the case: its item, or the life event to which it belongs."""
    if actor.items is None or "*" in actor.items:
        return True
    if case.unit_id is None:
        return case.item_key in actor.events
    return case.item_key in actor.items or (case.parent is not None and case.parent.item_key in actor.events)


def may_see(actor: Actor, case: Case) -> bool:
    """The applicant and the parties of the case; officers of its unit; supervisors above its division; the engine
    itself. An officer who stepped back from a case is told so at each of its edges, and no longer shown its page."""
    if actor.is_system or is_applicant(actor, case):
        return True
    if actor.staff_id is None:
        who = actor.subject_id
        if who is None or not entrusted(actor, case):
            return False
        return case.parties.filter(party_id=who).exclude(role=AGENT).exists()
    return case.unit_id in actor.unit_ids or (case.unit_id is not None and actor.oversees(case.division_path))


@dataclass(frozen=True, slots=True)
class Past:
    """What an officer did in a case, as far as it binds them: stepped back from it, or took these steps."""

    recused: bool = False
    performed: frozenset[str] = frozenset()


_taken: Compiled[tuple[str]] = Compiled(
    lambda case_id, actor_ref: (
        CaseEvent.objects.filter(case_id=case_id, actor_ref=actor_ref).order_by().values_list("transition")
    )
)
_stepped_back = Compiled(
    lambda case_id, staff_id: (
        CaseMark.objects.filter(case_id=case_id, staff_id=staff_id, kind=CaseMark.Kind.RECUSED)
        .order_by()
        .values_list("id")
    )
)


def past_asked(case_id: UUID, actor: Actor) -> list[Question]:
    """What :func:`past_of` asks, for :func:`~xiang.foundation.ground.compiled.together`."""
    if actor.staff_id is None:
        return []
    return [(_stepped_back, (case_id, actor.staff_id)), (_taken, (case_id, actor.ref))]


def past_of(case: Case, actor: Actor, *, apart: bool = True) -> Past:
    """Asked once for all the edges of a page; the steps only if one of them has to be apart from another."""
    if actor.staff_id is None:
        return Past()
    recused = bool(_stepped_back(case.id, actor.staff_id))
    return Past(recused, frozenset(step for (step,) in _taken(case.id, actor.ref)) if apart else frozenset())


def who_may(case: Case, edge: Transition, actor: Actor, past: Past | None = None) -> Refusal | None:
    """``None`` when the actor may walk the edge, else why not."""
    if actor.is_system:
        return None if "system" in edge.by else Refusal("not_your_step", "这一步不由系统办理。")
    if "applicant" in edge.by and is_applicant(actor, case):
        return None
    held = [role for role in edge.by if case.unit_id and actor.has(role, case.unit_id)]
    if not held:
        return Refusal("not_your_step", "这一步不由您的岗位办理。")
    past = past or past_of(case, actor, apart=bool(edge.apart_from))
    if past.recused:
        return Refusal("recused", "您已回避这件事，请由同事办理。")
    if past.performed & {*edge.apart_from}:
        return Refusal("same_person", "受审分离：前一步是您办的，这一步请由另一位同事办理。")
    return None
