"""A case on an officer's desk: form, papers, events, clock, the others of its life event, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from xiang.foundation.cases import queries
from xiang.foundation.cases.inboxes import InboxFilter
from xiang.foundation.cases.models import Case, CaseEvent, OpinionPhrase
from xiang.foundation.cases.presenting import steps
from xiang.foundation.cases.presenting.answers import Paper, Sheet, sheet_of
from xiang.foundation.cases.presenting.clocks import Clockwork, gather, state_of, view_of
from xiang.foundation.cases.presenting.events import (
    DocumentView,
    document_view,
    documents_of,
    for_officers,
    last_urge,
    supplements,
)
from xiang.foundation.cases.presenting.inbox import TITLES, beside, case_url, query_of, short_number
from xiang.foundation.cases.presenting.steps import Step
from xiang.foundation.cases.queries import Opened, Place
from xiang.foundation.cases.rights import Past
from xiang.foundation.pages.components import ActionView, ClockView, EventView, StatusView
from xiang.foundation.pages.texts import moment
from xiang.foundation.parties.actors import Actor


@dataclass(frozen=True, slots=True)
class SiblingView:
    """Another sub-case of the same life event, at another body."""

    item: str
    unit: str
    status: StatusView
    clock: ClockView | None
    current: bool
    url: str


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands the case is in, and what this officer may do about it."""

    holder: str
    mine: bool
    may_claim: bool
    may_hand_over: bool
    may_return: bool
    may_recuse: bool
    followed: bool


@dataclass(frozen=True)
class CaseView:
    """The whole page."""

    case: Case
    short: str
    status: StatusView
    clock: ClockView
    sheet: Sheet
    papers: Sequence[Paper]
    events: Sequence[EventView]
    documents: Sequence[DocumentView]
    siblings: Sequence[SiblingView]
    actions: Sequence[ActionView]
    steps: Sequence[Step]
    phrases: Sequence[OpinionPhrase]
    previews: Sequence[Step]
    hands: Hands
    urge: str
    overseer: bool
    place: Place
    back: str
    back_title: str
    before: str
    after: str
    query: str

    @property
    def may_say(self) -> bool:
        """Whether some step that is open takes an opinion on the page itself."""
        return any(step.refusal is None and not step.edge.preview for step in self.steps)


def case_view(actor: Actor, opened: Opened, wanted: InboxFilter, place: Place) -> CaseView:
    """Everything of a case that an officer works with."""
    case = opened.case
    events, papers = queries.events(case), documents_of([case])
    siblings = queries.children(case.parent) if case.parent else []
    work = gather({c.id: c for c in (case, *siblings)}.values())
    handling = case.unit_id in actor.unit_ids
    past = Past(performed=frozenset(e.transition for e in events if e.actor_ref == actor.ref))
    found = steps.officers_steps(case, actor, past) if handling else []
    free = [step for step in found if step.refusal is None]
    sheet = sheet_of(case, reachable=handling)
    state = state_of(case)
    urge = last_urge(events)
    return CaseView(
        case=case,
        short=short_number(case.number),
        status=StatusView(state.kind, state.title),  # type: ignore[arg-type]
        clock=view_of(case, work, whole=True),
        sheet=sheet,
        papers=[*sheet.papers, *supplements(case, events)],
        events=for_officers(case, events, papers, actor),
        documents=[document_view(paper, actor) for paper in papers],
        siblings=[_sibling(one, case, actor, work) for one in siblings],
        actions=steps.action_bar(found),
        steps=found,
        phrases=queries.phrases(case.procedure, *(s.edge.name for s in free if s.at_once)) if free else (),
        previews=[s for s in free if s.at_once and s.edge.document],
        hands=_hands(case, actor, opened, events, handling),
        urge=f"{moment(urge.recorded_at)}{f'：“{urge.opinion}”' if urge.opinion else ''}" if urge else "",
        overseer=not handling,
        place=place,
        back=f"{reverse('cases:inbox')}?{query_of(wanted)}",
        back_title=TITLES[wanted.view],
        before=case_url(place.before, wanted) if place.before else "",
        after=case_url(place.after, wanted) if place.after else "",
        query=query_of(wanted),
    )


def _hands(case: Case, actor: Actor, opened: Opened, events: Sequence[CaseEvent], handling: bool) -> Hands:
    mine = case.assignee_id is not None and case.assignee_id == actor.staff_id
    free = case.assignee_id is None
    accepted = [e.actor_ref for e in events if e.transition == "accept" and e.actor_ref.startswith("staff:")]
    open_here = case.open and handling
    return Hands(
        holder=case.assignee.party.name if case.assignee else "",
        mine=mine,
        may_claim=open_here and free,
        may_hand_over=open_here and (free or mine or actor.has("head", case.unit_id)),
        may_return=open_here and (free or mine) and bool(accepted) and accepted[-1] != actor.ref,
        may_recuse=open_here,
        followed=opened.followed,
    )


def _sibling(one: Case, case: Case, actor: Actor, work: Clockwork) -> SiblingView:
    state = state_of(one)
    visible = one.unit_id in actor.unit_ids and one.id != case.id
    return SiblingView(
        item=one.item_title,
        unit=one.unit.name if one.unit else "",
        status=StatusView(state.kind, state.title),  # type: ignore[arg-type]
        clock=beside(one, work),
        current=one.id == case.id,
        url=reverse("cases:case", args=[one.number]) if visible else "",
    )


# --- the peek --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeekView:
    """A case beside the list: what decides whether to open it now."""

    case: Case
    short: str
    clock: ClockView
    summary: str
    sheet: Sheet
    last: EventView | None
    actions: Sequence[ActionView]
    url: str
    may_hand_over: bool
    may_recuse: bool
    urge: str


def peek_view(actor: Actor, opened: Opened, wanted: InboxFilter) -> PeekView:
    """The main points of a case, and the keyed steps that are this officer's."""
    case = opened.case
    events = queries.events(case)
    handling = case.unit_id in actor.unit_ids
    past = Past(performed=frozenset(e.transition for e in events if e.actor_ref == actor.ref))
    found = [s for s in steps.officers_steps(case, actor, past) if s.refusal is None and s.edge.key] if handling else []
    urge = last_urge(events)
    clock = view_of(case, gather([case]), whole=True)
    hands = _hands(case, actor, opened, events, handling)
    return PeekView(
        case=case,
        short=short_number(case.number),
        clock=clock,
        summary="。".join(row.text for row in clock.derivation if row.term in ("起算",) or row.term.startswith("停钟")),
        sheet=sheet_of(case, reachable=handling),
        last=next(iter(for_officers(case, events, documents_of([case]), actor)), None),
        actions=steps.action_bar(found),
        url=case_url(case.number, wanted),
        may_hand_over=hands.may_hand_over,
        may_recuse=hands.may_recuse,
        urge=moment(urge.recorded_at) if urge else "",
    )
