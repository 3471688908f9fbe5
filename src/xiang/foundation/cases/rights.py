"""Who may see a case and who may walk an edge of it. The same words as in :mod:`queries`, for one case at hand."""

from __future__ import annotations

from dataclasses import dataclass

from xiang.foundation.cases.models import Case, CaseEvent, CaseMark
from xiang.foundation.cases.procedures import Transition
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


def past_of(case: Case, actor: Actor) -> Past:
    """Asked once for all the edges of a page."""
    if actor.staff_id is None:
        return Past()
    performed = CaseEvent.objects.filter(case=case, actor_ref=actor.ref).values_list("transition", flat=True)
    return Past(_recused(case, actor), frozenset(performed))


def _past_for(case: Case, actor: Actor, edge: Transition) -> Past:
    """The same as far as one edge asks for it: one statement."""
    if not edge.apart_from or actor.staff_id is None:
        return Past(_recused(case, actor))
    took = CaseEvent.objects.filter(case=case, actor_ref=actor.ref, transition__in=edge.apart_from)
    back = CaseMark.objects.filter(case=case, staff_id=actor.staff_id, kind=CaseMark.Kind.RECUSED)
    said = frozenset(took.order_by().values_list("transition").union(back.order_by().values_list("kind")))
    words = frozenset(word for (word,) in said)
    return Past(CaseMark.Kind.RECUSED in words, words - {CaseMark.Kind.RECUSED})


def _recused(case: Case, actor: Actor) -> bool:
    if actor.staff_id is None:
        return False
    return CaseMark.objects.filter(case=case, staff_id=actor.staff_id, kind=CaseMark.Kind.RECUSED).exists()


def who_may(case: Case, edge: Transition, actor: Actor, past: Past | None = None) -> Refusal | None:
    """``None`` when the actor may walk the edge, else why not."""
    if actor.is_system:
        return None if "system" in edge.by else Refusal("not_your_step", "这一步不由系统办理。")
    if "applicant" in edge.by and is_applicant(actor, case):
        return None
    held = [role for role in edge.by if case.unit_id and actor.has(role, case.unit_id)]
    if not held:
        return Refusal("not_your_step", "这一步不由您的岗位办理。")
    past = past or _past_for(case, actor, edge)
    if past.recused:
        return Refusal("recused", "您已回避这件事，请由同事办理。")
    if past.performed & {*edge.apart_from}:
        return Refusal("same_person", "受审分离：前一步是您办的，这一步请由另一位同事办理。")
    return None
