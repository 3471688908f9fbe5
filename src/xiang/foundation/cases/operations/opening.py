"""Opening a case: exactly once for a draft, whatever is clicked twice or retried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiang.foundation.cases import procedures
from xiang.foundation.cases.measures import count_filed
from xiang.foundation.cases.models import Case, CaseEvent, CaseNumber, CaseParty
from xiang.foundation.cases.operations.freezing import freeze
from xiang.foundation.cases.operations.timers import arm
from xiang.foundation.ground import adding, instant
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, Unit
from xiang.foundation.statutes.queries import RuleRow


@dataclass(frozen=True, slots=True)
class PartyRole:
    """Somebody's role in a case and what is frozen of them."""

    role: str
    party: Party | None
    snapshot: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """All that a new case starts from. ``id`` is the draft's; ``state`` overrides the procedure's initial state (a
    sub-case that waits for another)."""

    id: UUID
    procedure: str
    item_key: str
    item_title: str
    title: str
    channel: str
    applicant: Party | None
    unit: Unit | None = None
    item_edition: UUID | None = None
    subject: Party | None = None
    parent: Case | None = None
    scenario: str = ""
    state: str = ""
    rules: Mapping[str, RuleRow] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    parties: Sequence[PartyRole] = ()


def open_case(opening: Opening, actor: Actor) -> Case:
    """Open a case, or return the one already opened from the same draft.

    1. Number it. 2. Arm the timers of its first state. 3. Write case, roles and the first event. 4. Ledger and outbox.
    A second submission of the draft, even at the same moment, finds the first one's row.
    """
    with transaction.atomic(savepoint=False), adding.gathered():
        serial = _serial(opening.id)
        return Case.objects.get(id=opening.id) if serial is None else _open(opening, actor, serial)


def _open(opening: Opening, actor: Actor, serial: int) -> Case:
    procedure = procedures.get(opening.procedure)
    state = procedure.state(opening.state or procedure.initial)
    at = instant.now()
    case = Case(
        id=opening.id,
        number=f"XC{instant.today():%Y-%m%d}-{serial:05d}",
        procedure=procedure.key,
        procedure_version=procedure.version,
        regime=procedure.regime,
        item_key=opening.item_key,
        item_edition=opening.item_edition,
        item_title=opening.item_title,
        title=opening.title,
        parent=opening.parent,
        scenario=opening.scenario,
        channel=opening.channel,
        applicant=opening.applicant,
        subject=opening.subject,
        unit=opening.unit,
        division_path=opening.unit.division.path if opening.unit else "",
        state=state.name,
        waiting_for=state.waiting_for,
        kept_rules=freeze(opening.rules),
        answers=dict(opening.answers),
        facts=dict(opening.facts),
        submitted_at=at,
        received_on=instant.legal_date(at),
    )
    arm(case, procedure, case.received_on, first=True)  # before the row, which keeps until when the office must act
    adding.add([case])
    adding.add(CaseParty(case=case, role=r.role, party=r.party, snapshot=dict(r.snapshot)) for r in opening.parties)
    event = CaseEvent(
        case=case,
        sequence=1,
        transition="submit",
        title="提交",
        source="",
        target=state.name,
        actor_ref=actor.ref,
        actor_name=actor.name,
        unit=opening.unit,
        effective_on=instant.legal_date(at),
        recorded_at=at,
    )
    adding.add([event])
    count_filed(case)
    ledger.record("case.submit", actor.ref, {"case": case.number, "event": str(event.id)}, case_id=case.id)
    outbox.emit("case.submit", str(case.id), {"case_id": str(case.id), "event_id": str(event.id)})
    return case


def _serial(case_id: UUID) -> int | None:
    """The serial of a new case; ``None`` when the draft has one already: whoever comes second waits here for the first.
    The ORM has no statement that inserts, keeps what is there and answers which of the two it did."""
    table = connection.ops.quote_name(CaseNumber._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (case_id) VALUES (%s) ON CONFLICT (case_id) DO NOTHING RETURNING id",  # noqa: S608
            [CaseNumber._meta.get_field("case_id").get_db_prep_value(case_id, connection)],
        )
        row = cursor.fetchone()
    return row[0] if row else None
