"""Credentials that departments issued before, as records in their own systems: found through the hub, by right.

Every look-up is a use in the ledger; what is found is sealed and kept as a credential when it is first presented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiang.foundation.forms.sources import FetchContext, Fetched, Subject
from xiang.foundation.ground.errors import Absent, DomainError
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Body, Party, PartyKind, Scheme
from xiang.hub.inventory import queries as inventory
from xiang.hub.sharing import operations as hub
from xiang.hub.sharing import wording
from xiang.hub.sharing.operations.fetching import Answer, ask
from xiang.services.credentials import operations, queries
from xiang.services.credentials.models import Credential, CredentialType

FIELDS = ("type", "number", "holder", "name", "issued_on", "valid_until", "issuer", "status")
PURPOSE = "credential"
"""The purpose under which people have their own credentials fetched."""
_BY = "credential_type"
_SCHEMES = (Scheme.RESIDENT_ID, Scheme.USCC, "id_number")
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a department's system says: the records that are good, and the same in the words of forms."""

    records: tuple[Record, ...]
    said: Fetched


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What came of looking for a person's older credentials: what was taken over, and which systems did not answer."""

    credentials: tuple[Credential, ...]
    outages: tuple[str, ...]


def resource_of(kind: CredentialType) -> str:
    """The hub's resource that lists what the department issued; empty for a kind that has no such list."""
    source = kind.content.get("source") or {}
    return str(source.get("resource") or f"{source['system']}_credential") if source else ""


def look_up(kinds: Sequence[CredentialType], subject: Subject, why: hub.Purpose) -> list[Found | None]:
    """The departments' records about this subject, one answer a kind, all systems asked side by side; ``None`` for a
    kind that is kept nowhere else. Somebody without a number of their own is not asked about: a kind alone names
    nobody."""
    if not _has_number(subject):
        return [None for _ in kinds]
    asked = [kind for kind in kinds if _listed(kind)]
    answers = dict(
        zip([kind.key for kind in asked], ask([_question(kind, subject) for kind in asked], why), strict=True)
    )
    return [_found(answers[kind.key]) if kind.key in answers else None for kind in kinds]


def _has_number(subject: Subject) -> bool:
    if any(subject.identifiers.get(str(scheme)) for scheme in _SCHEMES):
        return True
    own = (Scheme.RESIDENT_ID, Scheme.USCC)
    return subject.party_id is not None and any(parties.number_of(subject.party_id, scheme) for scheme in own)


def _listed(kind: CredentialType) -> bool:
    key = resource_of(kind)
    return bool(key) and inventory.has_field(key, "")


def _question(kind: CredentialType, subject: Subject) -> hub.Question:
    asked = replace(subject, identifiers={**subject.identifiers, _BY: kind.content["source"]["type"]})
    return hub.Question(resource_of(kind), asked, FIELDS)


def _found(answer: Answer) -> Found:
    good = tuple(row for row in answer.rows if row.get("number") and row.get("status") in ("valid", None, ""))
    return Found(good, wording.fetched(answer))


def why(context: FetchContext) -> hub.Purpose:
    """The forms' context as the hub takes it."""
    return hub.Purpose(
        context.purpose,
        context.actor,
        context.body_key,
        frozenset(context.item_keys),
        context.case_id,
        context.case_number,
    )


def issuer_of(kind: CredentialType) -> Body:
    """Who seals what a department's system holds: the body that keeps the system."""
    return parties.body(inventory.resource(resource_of(kind)).system.body_key)


def take_over(kind: CredentialType, holder: Party, record: Mapping[str, Any]) -> Credential:
    """Seal and keep a record as a credential, once."""
    return operations.adopt(kind, holder, issuer_of(kind), record, SYSTEM)


def bring_in(actor: Actor) -> BroughtIn:
    """Have the older credentials of the person brought into their list. Asks departments: never in a transaction.

    The person asks about themselves, so there is no case; the request has an id of its own in the ledger.
    """
    if actor.is_staff or actor.subject_id is None:
        raise Absent
    holder = Party.objects.get(id=actor.subject_id)
    sort = "company" if holder.kind == PartyKind.LEGAL else "person"
    kinds = queries.types(sort)
    subject = Subject("applicant", holder.id, {}, holder.name)
    asking = hub.Purpose(PURPOSE, actor, "", frozenset(), new_id())
    return _taken(holder, list(zip(kinds, look_up(kinds, subject, asking), strict=True)))


def _taken(holder: Party, answers: Sequence[tuple[CredentialType, Found | None]]) -> BroughtIn:
    taken: list[Credential] = []
    outages: list[str] = []
    for kind, found in answers:
        if found is None:
            continue
        if found.said.outage:
            outages.append(found.said.outage)
        for record in found.records:
            try:
                taken.append(take_over(kind, holder, record))
            except DomainError as refusal:
                outages.append(f"{kind.short}：{refusal.detail}")
    return BroughtIn(tuple(taken), tuple(dict.fromkeys(outages)))
