"""What the record says: uses of data, disputes, figures and where they come from, proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger import exports, proofs, sealer
from xiang.foundation.ledger import queries as ledger
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.measures import queries as measures
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, Role, Scheme
from xiang.hub.sharing import operations as hub
from xiang.hub.sharing.models import Dispute
from xiang.services.credentials import queries as credentials
from xiang.services.credentials.models import Credential

Shown = dict[str, Any]


def uses_of(actor: Actor) -> list[Shown]:
    """Who used the data of the person, and who tried; newest first."""
    if actor.subject_id is None:
        raise Absent
    return [_use(row) for row in ledger.uses_of(parties.subject_indexes(actor.subject_id))]


def refusals(actor: Actor) -> list[Shown]:
    """Refused look-ups as an auditor reads them."""
    if not actor.has(Role.AUDITOR):
        raise Absent
    rows = ledger.uses(ledger.UseFilter(outcome="refused")).rows
    return [{**_use(row), "actor": row.actor_ref} for row in rows]


def _use(row: DataUse) -> Shown:
    return {
        "body_key": row.body_key,
        "resource_key": row.resource_key,
        "fields": list(row.fields),
        "purpose": row.purpose,
        "basis": row.basis,
        "case_number": row.case_number,
        "outcome": row.outcome,
        "reason": row.reason,
        "at": row.at.isoformat(),
    }


def credential_shown(row: Credential, actor: Actor) -> Shown:
    """A credential as its holder sees it."""
    good, standing = credentials.standing(row)
    return {
        "identifier": row.identifier,
        "type": row.type_id,
        "title": row.type.title,
        "holder": row.holder.name,
        "kept_for_other": row.holder_id != actor.subject_id,
        "issuer": row.issuer.name,
        "version": row.version,
        "good": good,
        "standing": standing,
        "sealed": row.sealed_at is not None,
    }


def dispute_shown(row: Dispute) -> Shown:
    """A dispute as the body that checks it sees it."""
    return {"id": str(row.pk), "resource": row.resource.key, "field": row.field, "state": row.state}


def look_up(actor: Actor, person: Party, resource: str, fields: Sequence[str], case: Case | None) -> Shown:
    """Ask the hub for a person's record as an officer of a body."""
    number = parties.number_of(person.id, Scheme.RESIDENT_ID) or ""
    subject = Subject("applicant", person.id, {str(Scheme.RESIDENT_ID): number}, person.name)
    found = hub.fetch(
        resource,
        subject,
        fields,
        purpose=hub.SERVICE,
        actor=actor,
        body_key=actor.body_key,
        case_id=case.id if case else None,
        case_number=case.number if case else "",
        item_key=case.item_key if case else (),
    )
    return {"fields": sorted(found.values), "body": found.provenance.body}


def figure(key: str) -> Shown:
    """A figure of the board with what it is made of."""
    found = measures.figure(key)
    return {
        "key": key,
        "title": found.measure.title,
        "formula": found.measure.formula,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "value": str(found.value) if found.value is not None else None,
        "unit": found.measure.unit,
    }


def traced(key: str) -> list[Shown]:
    """The cases that a figure counts, masked: which item, which office, how much; nobody's name or whole number."""
    rows = measures.trace(key)
    ids = [UUID(row.ref.partition(":")[2]) for row in rows if row.ref.startswith("case:")]
    cases = Case.objects.defer("answers").in_bulk(ids)
    return [
        {
            "case": masked(cases[case_id].number),
            "item": cases[case_id].item_title,
            "day": row.day.isoformat(),
            "numerator": row.numerator,
            "denominator": row.denominator,
        }
        for row, case_id in zip((r for r in rows if r.ref.startswith("case:")), ids, strict=True)
        if case_id in cases
    ]


def masked(number: str) -> str:
    """A case number of which only the end is legible."""
    head, _, tail = number.rpartition("-")
    return f"{'*' * len(head)}-{tail[-4:]}" if head else number


def proof_of(case_id: UUID, kind: str) -> Shown:
    """The proof of an entry about a case. What was just written is sealed first."""
    entry = Entry.objects.filter(case_id=case_id, kind=kind).order_by("id").first()
    if entry is None:
        raise Absent
    sealer.seal_and_checkpoint()
    return {"entry": str(entry.id), "proof": proofs.prove(entry.id)}


def keys() -> list[Shown]:
    """The public keys of the log and of its witness, handed out apart from the proofs."""
    return list(exports.public_keys())
