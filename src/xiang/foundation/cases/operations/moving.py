"""Moving a locked case along one edge of its procedure. The callers decide who may; this does it whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xiang.foundation.cases import clocks, documents
from xiang.foundation.cases.measures import count_closed
from xiang.foundation.cases.models import Case, CaseEvent, CaseSpan, ClockState
from xiang.foundation.cases.operations.timers import arm
from xiang.foundation.cases.procedures import Clock, Move, Procedure, State, Transition
from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.changing import change
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor

_WRITTEN = (
    "state", "waiting_for", "open", "outcome", "assignee_id", "clock", "clock_started", "clock_ended", "due", "legal_due",
    "due_provisional", "overdue", "act_by", "received_on", "facts", "subject_id", "unit_id", "division_path",
    "accepted_on", "decided_on", "concluded_at", "title", "version",
)  # fmt: skip


for_update = Compiled(lambda case_id: Case.objects.select_for_update().defer("answers").filter(id=case_id))


def locked(case_id: UUID) -> Case:
    """The case, locked until the transaction ends (SQLite's write transaction is the lock)."""
    found = for_update(case_id)
    if not found:
        raise Absent
    case = found[0]
    if case.unit_id:
        case.unit = parties.office(case.unit_id)  # from memory: documents and figures name it, and its body
    return case


def advance(
    case: Case, procedure: Procedure, edge: Transition, actor: Actor, data: Mapping[str, Any], on: date
) -> CaseEvent:
    """Walk ``edge``.

    1. Guard. 2. New state, clock and the edge's own effect. 3. The document it issues. 4. The event. 5. Timers.
    6. Write the case if nobody else did meanwhile. 7. Ledger, outbox, figures.
    """
    if edge.backdate:
        reached = getattr(case, edge.backdate)
        on = reached if type(reached) is date else instant.legal_date(reached)
    move = Move(case, edge, actor, data, on)
    if edge.guard:
        edge.guard(move)
    source, event_id = case.state, new_id()
    _enter(case, procedure, edge, on)
    span = _turn_clock(move, event_id)
    if span is not None:
        span.save()  # its event follows in this transaction: the foreign key is checked at its end
    if edge.clock is not Clock.NONE:
        clocks.refresh(case, () if edge.clock is Clock.START else None)  # nothing has stopped it before it starts
    if edge.effect:
        edge.effect(move)
    with adding.gathered():
        event = _recorded(move, source, event_id)
        adding.add([event])
        arm(case, procedure, on if source != case.state else None)
        _write(case)
        actor_ref, refs = actor.ref, {"case": case.number, "event": str(event_id)}
        ledger.record(f"case.{edge.name}", actor_ref, refs, case_id=case.id)
        outbox.emit(f"case.{edge.name}", str(case.id), {"case_id": str(case.id), "event_id": str(event_id)})
        if not case.open:
            count_closed(case, on)
    return event


def _recorded(move: Move, source: str, event_id: UUID) -> CaseEvent:
    """The event, with the document that the edge issues."""
    case, edge, actor, data = move.case, move.transition, move.actor, move.data
    document_id = documents.request(move, event_id) if edge.document else None
    return CaseEvent(
        id=event_id,
        case=case,
        sequence=case.version + 1,
        transition=edge.name,
        title=edge.title,
        source=source,
        target=case.state,
        actor_ref=actor.ref,
        actor_name=actor.name,
        unit_id=case.unit_id,
        basis=edge.basis,
        opinion=str(data.get("opinion", "")),
        data={**{k: v for k, v in data.items() if k != "opinion"}, **move.results},
        document_id=document_id,
        effective_on=move.on,
        recorded_at=instant.now(),
    )


def _enter(case: Case, procedure: Procedure, edge: Transition, on: date) -> None:
    target = procedure.state(edge.target or case.state)
    if target.name != case.state and not _comes_back(case, edge, target):
        case.assignee = None
    if case.waiting_for == "prerequisite" and not target.waiting_for:
        case.received_on = on  # what it waited for is there: now the office has it, and its limits begin
    case.state, case.waiting_for = target.name, target.waiting_for
    if edge.outcome:
        case.outcome = edge.outcome
    if target.closed and case.open:
        case.open, case.concluded_at = False, instant.now()
        if case.clock in (ClockState.RUNNING, ClockState.STOPPED):
            case.clock, case.clock_ended = ClockState.ENDED, on


def _comes_back(case: Case, edge: Transition, target: State) -> bool:
    """While the clock stands, or the applicant is awaited, the case stays in the hands it was in."""
    return edge.clock in (Clock.STOP, Clock.RESUME) or "applicant" in (case.waiting_for, target.waiting_for)


def _turn_clock(move: Move, event_id: UUID) -> CaseSpan | None:
    """Change the clock's state; answers the suspension or extension to be written with the event."""
    case, data, on = move.case, move.data, move.on
    match move.transition.clock:
        case Clock.START:
            case.clock, case.clock_started = ClockState.RUNNING, on
        case Clock.STOP:
            case.clock = ClockState.STOPPED
            return CaseSpan(
                case=case, kind=CaseSpan.Kind.STOP, reason=data["reason"], reason_title=data["reason_title"],
                basis=move.transition.basis, starts=on, planned_days=data.get("days"), event_id=event_id,
            )  # fmt: skip
        case Clock.RESUME:
            case.clock = ClockState.RUNNING
            CaseSpan.objects.filter(case=case, kind=CaseSpan.Kind.STOP, ends=None).update(ends=on - timedelta(days=1))
        case Clock.EXTEND:
            return CaseSpan(
                case=case, kind=CaseSpan.Kind.EXTEND, reason="extension", reason_title=data.get("reason", "")[:100],
                basis=move.transition.basis, starts=on, limit=data["limit"], event_id=event_id,
            )  # fmt: skip
        case Clock.END:
            case.clock, case.clock_ended = ClockState.ENDED, on
        case Clock.NONE:
            pass
    return None


def _write(case: Case) -> None:
    before = case.version
    case.version += 1
    if not change(case, _WRITTEN, version=before):
        raise Refused("changed_meanwhile", "这件事刚刚有人办过，页面上的内容已不是最新，请刷新后再办。")
