"""A case as programs read it: plain values, of what the reader may see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from xiang.foundation.cases import clocks, procedures, queries
from xiang.foundation.cases.clocks import Reading
from xiang.foundation.cases.models import NO_DUE, Case, CaseEvent
from xiang.foundation.cases.presenting import answers as sheets
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.cases.rights import Refusal, is_applicant
from xiang.foundation.documents import queries as documents
from xiang.foundation.documents.models import Document
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.texts import mask_id
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.rest.shapes import Shown
from xiang.foundation.statutes.clock import Due


class CaseRow(Shown):
    """A case in a list. ``due`` is the promised legal date, nothing while no clock runs."""

    number: str
    title: str
    item: str
    item_title: str
    state: str
    state_title: str
    kind: str
    open: bool
    outcome: str
    waiting_for: str
    clock: str
    due: date | None
    provisional: bool
    overdue: bool
    unit: str | None
    assignee: UUID | None
    parent: str | None
    submitted_at: datetime
    version: int


class Day(Shown):
    """One day of a derivation. ``counted`` is its number within the limit."""

    day: date
    kind: str
    counted: int | None
    note: str
    provisional: bool


class Clock(Shown):
    """The legal clock, with its derivation day by day and in sentences."""

    limit: str
    basis: str
    confirmed: bool
    started: date
    due: date | None
    remaining: int
    stopped_since: date | None
    provisional: bool
    derivation: list[Day]
    sentences: list[str]


class EventShown(Shown):
    """What happened, once and for ever. ``effective_on`` is the legal date; ``recorded_at`` when it was written down."""

    sequence: int
    transition: str
    title: str
    source: str
    target: str
    by: str
    basis: str
    opinion: str
    data: dict[str, Any]
    document: UUID | None
    effective_on: date
    recorded_at: datetime


class DocumentShown(Shown):
    """A numbered document; there is a file once it is sealed."""

    id: UUID
    kind: str
    number: str
    title: str
    state: str
    sealed_at: datetime | None


class CaseShown(CaseRow):
    """One case, whole."""

    body: str | None
    applicant: str | None
    scenario: str
    channel: str
    received_on: date
    accepted_on: date | None
    decided_on: date | None
    concluded_at: datetime | None
    promised: Clock | None
    legal: Clock | None
    events: list[EventShown]
    documents: list[DocumentShown]
    children: list[CaseRow]


class OriginShown(Shown):
    """Where an answer comes from. ``kind``: ``source``, ``typed``, ``changed`` (over what a source says), ``outage``,
    ``absent``, ``refused``."""

    kind: str
    body: str
    system: str
    resource: str
    at: datetime
    disputed: bool
    note: str


class AnswerShown(Shown):
    """One answer of an application."""

    key: str
    title: str
    value: Any
    words: str
    origin: OriginShown | None


class TransitionShown(Shown):
    """A step. ``asks`` is the JSON Schema of its form; ``refusal`` says why it is not yours."""

    name: str
    title: str
    basis: str
    clock: str
    asks: dict[str, Any] | None
    document: str
    preview: bool
    batch: bool
    allowed: bool
    refusal: dict[str, str] | None


def _row(case: Case) -> dict[str, Any]:
    state = procedures.get(case.procedure, case.procedure_version).state(case.state)
    return {
        "number": case.number,
        "title": case.title,
        "item": case.item_key,
        "item_title": case.item_title,
        "state": case.state,
        "state_title": state.title,
        "kind": state.kind,
        "open": case.open,
        "outcome": case.outcome,
        "waiting_for": case.waiting_for,
        "clock": case.clock,
        "due": case.due if case.due != NO_DUE else None,
        "provisional": case.due_provisional,
        "overdue": case.overdue,
        "unit": case.unit.name if case.unit else None,
        "assignee": case.assignee_id,
        "parent": case.parent.number if case.parent else None,
        "submitted_at": case.submitted_at,
        "version": case.version,
    }


def row_of(case: Case) -> CaseRow:
    """A case as lists show it."""
    return CaseRow(**_row(case))


def case_shown(case: Case, actor: Actor) -> CaseShown:
    """One case, whole, for somebody who may see it."""
    reading = clocks.reading(case)
    return CaseShown(
        **_row(case),
        body=case.unit.body.name if case.unit else None,
        applicant=case.applicant.name if case.applicant else None,
        scenario=case.scenario,
        channel=case.channel,
        received_on=case.received_on,
        accepted_on=case.accepted_on,
        decided_on=case.decided_on,
        concluded_at=case.concluded_at,
        promised=_promised(reading),
        legal=_legal(reading),
        events=[_event(event, actor) for event in queries.events(case)],
        documents=[
            _document(d) for d in documents.of_case(case.id) if actor.is_staff or d.recipient_id == actor.subject_id
        ],
        children=[row_of(child) for child in queries.children(case)] if case.unit_id is None else [],
    )


def _promised(reading: Reading | None) -> Clock | None:
    if reading is None:
        return None
    return _clock(reading.promised, reading.rule.words, reading.rule.basis, reading.rule.confirmed)


def _legal(reading: Reading | None) -> Clock | None:
    if reading is None or reading.legal is None or reading.legal_rule is None:
        return None
    return _clock(reading.legal, reading.legal_rule.words, reading.legal_rule.basis, reading.legal_rule.confirmed)


def _clock(due: Due, limit: str, basis: str, confirmed: bool) -> Clock:
    return Clock(
        limit=limit,
        basis=basis,
        confirmed=confirmed,
        started=due.start_day,
        due=due.date,
        remaining=due.remaining(instant.today()),
        stopped_since=due.stopped_since,
        provisional=due.provisional,
        derivation=[
            Day(day=s.day, kind=s.kind, counted=s.counted, note=s.note, provisional=s.provisional)
            for s in due.derivation
        ],
        sentences=list(due.explain()),
    )


def _event(event: CaseEvent, actor: Actor) -> EventShown:
    """An event. Opinions are between officers; what stands in a document that was sent, its reader may see."""
    told = actor.is_staff or event.document_id is not None
    return EventShown(
        sequence=event.sequence,
        transition=event.transition,
        title=event.title,
        source=event.source,
        target=event.target,
        by=event.actor_name if actor.is_staff or not event.actor_ref.startswith("staff:") else "",
        basis=event.basis,
        opinion=event.opinion if actor.is_staff else "",
        data=dict(event.data) if told else {},
        document=event.document_id,
        effective_on=event.effective_on,
        recorded_at=event.recorded_at,
    )


def _document(document: Document) -> DocumentShown:
    return DocumentShown(
        id=document.id,
        kind=document.kind,
        number=document.number,
        title=document.title,
        state=document.state,
        sealed_at=document.sealed_at,
    )


def origin_shown(origin: Origin | None) -> OriginShown | None:
    """Where an answer comes from."""
    if origin is None:
        return None
    names = ("kind", "body", "system", "resource", "disputed", "note")
    return OriginShown(at=origin.moment, **{name: getattr(origin, name) for name in names})


def answers_of(case: Case, actor: Actor) -> list[AnswerShown]:
    """What was filled in. Other parties of the case see none of it."""
    if not (actor.is_staff or is_applicant(actor, case)):
        raise Absent
    kept, form = case.answers or {}, sheets.form_of(case)
    answers, origins = kept.get("fields", {}), kept.get("origins", {})
    asked = form.asked(answers) if form else []
    return [
        AnswerShown(
            key=field.key,
            title=field.title,
            value=mask_id(str(value)) if field.type == "id_number" else value,
            words=sheets.words_of(field, value),
            origin=origin_shown(Origin.from_json(origins[field.key]) if field.key in origins else None),
        )
        for field in asked
        if (value := answers.get(field.key)) not in (None, "", [])
    ]


def transition_shown(edge: Transition, refusal: Refusal | None) -> TransitionShown:
    """A step, and whether it is the reader's."""
    return TransitionShown(
        name=edge.name,
        title=edge.title,
        basis=edge.basis,
        clock=str(edge.clock),
        asks=dict(edge.asks) if edge.asks is not None else None,
        document=edge.document,
        preview=edge.preview,
        batch=edge.batch,
        allowed=refusal is None,
        refusal={"code": refusal.code, "detail": refusal.detail} if refusal else None,
    )
