"""Life events over REST: one application for several items, the other parent's answer, what is offered afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Invalid
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.answering import say
from xiang.foundation.parties.rest.once import once, reserved
from xiang.foundation.parties.rest.shapes import Given, Key, Paging, Shown, rows_of
from xiang.services.applications import drafting, materials
from xiang.services.applications.drafting import READ, WRITE, DraftShown, Kind, Sheet
from xiang.services.lifeevents import definitions, operations, presenting, queries
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.models import Confirmation, Offer
from xiang.services.lifeevents.operations.checking import Declined, check_draft
from xiang.services.lifeevents.operations.confirming import seal_of, shown_of
from xiang.services.lifeevents.operations.filling import EVENT, event_of, form_of, settle_papers


def sheet_of(draft: Draft) -> Sheet:
    """A draft of a life event, read against its one form."""
    event = event_of(draft)
    answers = with_facts(event.content, draft.answers)
    form = form_of(event, draft, answers)
    notes = [str(s.then["note"]) for s in event.holding(answers) if s.then.get("note") and s.key != "usual"]
    errors: tuple[Any, ...] = ()
    if draft.state == Draft.State.OPEN:
        try:
            check_draft(draft)
        except Declined as elsewhere:
            notes.append(elsewhere.detail)
        except Invalid as wrong:
            errors = wrong.errors
    return Sheet(
        form,
        answers,
        materials.standings(form, draft, answers),
        errors,
        [question for question in event.questions if question["key"] not in form.by_key],
        notes,
    )


KIND = Kind(
    kind=EVENT,
    name="life_event_application",
    path="/life-event-applications",
    tag="life-events",
    sheet=sheet_of,
    answer=operations.answer,
    fill=operations.fill,
    settle=settle_papers,
    submit=operations.submit,
)
router = drafting.router_for(KIND)
public = Router(tags=["life-events"])


# --- which life events there are -------------------------------------------------------------------------------------


class LifeEventRow(Shown):
    """A life event in a list."""

    key: str
    title: str
    summary: str
    items: list[str]


class Handled(Shown):
    """One item of an event: what, by whom, in how long."""

    title: str
    promise: str
    who: str
    after: str
    confirmed: bool


class LifeEventShown(LifeEventRow):
    """The guide of a life event in its usual case."""

    typed: int
    fields: int
    papers: int
    visits: int
    days: str
    handled: list[Handled]


def _event(event: definitions.LifeEvent) -> dict[str, Any]:
    return {
        "key": event.key,
        "title": event.title,
        "summary": event.content.get("summary", ""),
        "items": [sub.item for sub in event.sub_items],
    }


@public.get("/life-events", response=list[LifeEventRow], summary="高效办成一件事")
def list_life_events(request: HttpRequest) -> Any:
    """Every life event on offer."""
    return [LifeEventRow(**_event(event)) for event in definitions.all_current()]


@public.get("/life-events/{key}", response=LifeEventShown, summary="一件事的指南")
def read_life_event(request: HttpRequest, key: Key) -> LifeEventShown:
    """What is typed, what is brought, how long it takes, and who handles what."""
    event = definitions.current(key)
    guide = presenting.guide(event)
    return LifeEventShown(
        **_event(event),
        typed=guide.typed,
        fields=guide.fields,
        papers=guide.papers,
        visits=guide.visits,
        days=guide.days,
        handled=[Handled.model_validate(row) for row in guide.rows],
    )


# --- one application -------------------------------------------------------------------------------------------------


class BeginEvent(Given):
    """Which life event, and in which division when nothing else says where."""

    event: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,95}$")]
    division: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""


def _draft(request: HttpRequest, draft_id: UUID) -> DraftShown:
    say(request, "Location", f"/api/v1{KIND.path}/{draft_id}")
    return drafting.shown(KIND, drafting.draft_of(KIND, actor_of(request), draft_id))


@router.post(KIND.path, response={201: DraftShown}, auth=WRITE, summary="开始办一件事")
@once(_draft)
def start_life_event_application(request: HttpRequest, given: BeginEvent) -> UUID:
    """Begin: the scenario, the people and most of the form come from what government holds."""
    actor = actor_of(request)
    return operations.start(actor, given.event, division=given.division, draft_id=reserved(request)).id


class OtherParty(Given):
    """Whom to ask: the spouse by the register of marriages when nobody is named."""

    name: Annotated[str, Field(max_length=100)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""


class WithoutOther(Given):
    """How to go on without them: nothing is written of them, or they confirm at a counter."""

    how: Literal["absent", "paper"]


class AskedShown(Shown):
    """Whether the other party was asked, and what they answered. Who they are is not told back."""

    role: str
    state: str
    asked_at: datetime
    answered_at: datetime | None


@router.get(f"{KIND.path}/{{draft_id}}/other-party", response=AskedShown | None, auth=READ, summary="另一方确认了没有")
def read_other_party(request: HttpRequest, draft_id: UUID) -> Any:
    """What became of asking the other party; nothing (null) before anybody was asked."""
    found = queries.other_party(drafting.draft_of(KIND, actor_of(request), draft_id))
    return AskedShown.model_validate(found) if found else None


@router.post(f"{KIND.path}/{{draft_id}}/other-party", response={201: AskedShown}, auth=WRITE, summary="请另一方确认")
def ask_other_party(request: HttpRequest, draft_id: UUID, given: OtherParty) -> AskedShown:
    """Ask the other parent on their own phone. Nothing of theirs is read before they agree; asking again reminds them."""
    actor = actor_of(request)
    draft = drafting.draft_of(KIND, actor, draft_id)
    return AskedShown.model_validate(operations.ask_other_party(draft, actor, name=given.name, phone=given.phone))


@router.post(
    f"{KIND.path}/{{draft_id}}/other-party/without",
    response=DraftShown,
    auth=WRITE,
    summary="不经另一方继续",
)
def go_on_without_other_party(request: HttpRequest, draft_id: UUID, given: WithoutOther) -> DraftShown:
    """Go on by the legal path; what is left out can be added later."""
    actor = actor_of(request)
    draft = drafting.draft_of(KIND, actor, draft_id)
    return drafting.shown(KIND, operations.go_on_without(draft, actor, given.how))


# --- the other party -------------------------------------------------------------------------------------------------


class ConfirmationShown(Shown):
    """What somebody is asked to confirm: what was filled in about which they are asked (the name as it will be written),
    and what will be read of them. ``seal`` stands for what is shown: send it back with the answer."""

    id: UUID
    event: str
    applicant: str
    shown: dict[str, Any]
    reads: list[str]
    seal: str
    state: str
    asked_at: datetime
    answered_at: datetime | None


class ConfirmationPage(Shown):
    """One page of what one was asked to confirm."""

    items: list[ConfirmationShown]
    next: str | None


class Agreement(Given):
    """Agreeing to what was shown: its ``seal``. Refused when it says something else by now."""

    seal: Annotated[str, Field(max_length=64)] = ""


class Refusal(Given):
    """Why, if one likes to say."""

    reason: Annotated[str, Field(max_length=200)] = ""


def _confirmation(row: Confirmation) -> ConfirmationShown:
    event, asked = event_of(row.draft), row.state == Confirmation.State.ASKED
    form = form_of(event, row.draft) if asked and row.draft.state == Draft.State.OPEN else None
    shown = shown_of(event, row.draft) if form else {}
    return ConfirmationShown(
        id=row.id,
        event=event.title,
        applicant=row.draft.owner.name,
        shown=shown,
        reads=[field.title for field in form.fields if field.subject == row.role and field.source] if form else [],
        seal=seal_of(shown) if form else "",
        state=row.state,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )


def _shown(request: HttpRequest, confirmation_id: UUID) -> ConfirmationShown:
    return _confirmation(queries.confirmation_for(actor_of(request), confirmation_id))


@router.get("/confirmations", response=ConfirmationPage, auth=READ, summary="请我确认的事")
def list_confirmations(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What others asked me to confirm; the newest first."""
    return rows_of(queries.confirmations(actor_of(request)), ("-id",), asked, _confirmation)


@router.get("/confirmations/{confirmation_id}", response=ConfirmationShown, auth=READ, summary="一件请我确认的事")
def read_confirmation(request: HttpRequest, confirmation_id: UUID) -> ConfirmationShown:
    """The name as it will be written, and what will be read of me if I agree."""
    return _shown(request, confirmation_id)


@router.post("/confirmations/{confirmation_id}/confirm", response=ConfirmationShown, auth=WRITE, summary="同意")
@once(_shown)
def confirm_request(request: HttpRequest, confirmation_id: UUID, given: Agreement) -> UUID:
    """Agree: consent is kept, and only then are my own records read into the form."""
    operations.confirm(confirmation_id, actor_of(request), given.seal)
    return confirmation_id


@router.post("/confirmations/{confirmation_id}/refuse", response=ConfirmationShown, auth=WRITE, summary="不同意")
@once(_shown, whole=True)
def refuse_request(request: HttpRequest, confirmation_id: UUID, given: Refusal) -> UUID:
    """Refuse: nothing is read, and the matter goes on without me."""
    operations.refuse(confirmation_id, actor_of(request), given.reason)
    return confirmation_id


# --- offers ----------------------------------------------------------------------------------------------------------


class OfferShown(Shown):
    """What somebody is entitled to next."""

    id: UUID
    case: str
    item: str
    title: str
    text: str
    needs_consent: bool
    state: str
    offered_at: datetime
    decided_at: datetime | None


class OfferPage(Shown):
    """One page of offers."""

    items: list[OfferShown]
    next: str | None


class Decision(Given):
    """Yes, with consent to use this matter's data for it where that is needed; or no."""

    wanted: bool


def _offer(row: Offer) -> OfferShown:
    return OfferShown(
        id=row.id,
        case=row.case.number,
        item=row.item_key,
        title=row.title,
        text=row.text,
        needs_consent=row.needs_consent,
        state=row.state,
        offered_at=row.offered_at,
        decided_at=row.decided_at,
    )


@router.get("/offers", response=OfferPage, auth=needs("cases:read"), summary="可以享受的服务")
def list_offers(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What I am entitled to next, without having asked."""
    return rows_of(queries.offers(actor_of(request)), ("-id",), asked, _offer)


def _decided(request: HttpRequest, offer_id: UUID) -> OfferShown:
    return _offer(queries.offer_for(actor_of(request), offer_id))


@router.post("/offers/{offer_id}/decision", response=OfferShown, auth=needs("cases:write"), summary="答复一项服务")
@once(_decided, whole=True)
def decide_offer(request: HttpRequest, offer_id: UUID, given: Decision) -> UUID:
    """Say yes or no; once."""
    return operations.decide_offer(offer_id, actor_of(request), wanted=given.wanted).id


router.add_router("", public)
