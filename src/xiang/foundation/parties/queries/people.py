"""Parties by number, phone and right.

The functions named ``…_by_…`` find somebody without asking who wants to know: they are for operations that have already
checked their right (a case, a window session), never for a view. A view asks :func:`party_for`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties import numbers
from xiang.foundation.parties.models import (
    Consent,
    Contact,
    Delegation,
    Guardianship,
    Identifier,
    Party,
    Scheme,
)
from xiang.foundation.parties.models.validity import live
from xiang.foundation.parties.queries.acting import acting_rights
from xiang.foundation.parties.rights import Acting


def party_by_number(scheme: str, value: str, *, former: bool = False) -> Party | None:
    """The party that holds this number today, or (``former``) ever held it. No right is asked here: see above."""
    rows = Identifier.objects.filter(scheme=scheme, index__in=numbers.lookups(scheme, value))
    if not former:
        rows = rows.filter(live())
    found = rows.select_related("party").order_by("-valid_from", "-id").first()
    return found.party if found else None


def person_by_id_number(number: str) -> Party | None:
    """The person with this resident identity number. No right is asked here: see above."""
    return party_by_number(Scheme.RESIDENT_ID, number)


def legal_person_by_uscc(code: str) -> Party | None:
    """The legal person (or body) with this unified social credit code. Registered names of them are public."""
    return party_by_number(Scheme.USCC, code)


def person_by_phone(phone: str) -> Party | None:
    """The person who signs in with this phone number, else the only one who gave it. No right is asked here."""
    indexes = numbers.phone_lookups(phone)
    owner = Party.objects.filter(accounts__phone_index__in=indexes, accounts__is_active=True).first()
    if owner:
        return owner
    rows = Party.objects.filter(contacts__index__in=indexes, contacts__removed_at__isnull=True, kind="person")
    found = list(rows.distinct()[:2])
    return found[0] if len(found) == 1 else None


def visible_parties(actor: Acting) -> QuerySet[Party]:
    """The parties whose page an actor may open: oneself, whom one acts for today, and nobody else.

    An officer sees persons only inside cases, so an office gives no right here; the system sees all.
    """
    if actor.is_system:
        return Party.objects.all()
    if actor.party_id is None:
        return Party.objects.none()
    ids = {actor.party_id} | {right.party_id for right in acting_rights(actor.party_id)}
    return Party.objects.filter(id__in=ids)


def party_for(actor: Acting, party_id: UUID) -> Party:
    """A party the actor may see; ``Absent`` whether it does not exist or is not theirs."""
    # Whom the actor is or acts for was settled when the actor was made.
    settled = party_id in (actor.party_id, actor.behalf_id)
    rows = Party.objects.all() if settled else visible_parties(actor)
    found = rows.select_related("person", "legal__representative").filter(id=party_id).first()
    if found is None:
        raise Absent
    return found


def names_of(*party_ids: UUID | None) -> list[str]:
    """The names of some parties, each once; whom nobody names is left out."""
    wanted = {party_id for party_id in party_ids if party_id is not None}
    return list(Party.objects.filter(id__in=wanted).values_list("name", flat=True)) if wanted else []


def identifiers_of(party_id: UUID, on: Any = None) -> list[Identifier]:
    """The numbers of a party in force, the most telling first. Values stay sealed until read."""
    order = list(Scheme.values)
    rows = Identifier.objects.filter(live(on), party=party_id)
    return sorted(rows, key=lambda row: (order.index(row.scheme), row.valid_from))


def number_of(party_id: UUID, scheme: str = Scheme.RESIDENT_ID) -> str | None:
    """The value of a party's number, opened; None when there is none or only its index was enrolled."""
    row = Identifier.objects.filter(live(), party=party_id, scheme=scheme).first()
    return row.value if row else None


def subject_indexes(party_id: UUID) -> list[str]:
    """Every blind index a party is or was known under, for "who used my data"."""
    found: list[str] = []
    for row in Identifier.objects.filter(party=party_id).order_by("valid_from"):
        found += numbers.lookups(row.scheme, row.value) if row.value else [row.index]
    return list(dict.fromkeys(found))


def contacts_of(party_id: UUID, kind: str = "") -> list[Contact]:
    """Where a party can be reached, the newest first."""
    rows = Contact.objects.filter(party=party_id, removed_at__isnull=True)
    return list((rows.filter(kind=kind) if kind else rows).order_by("kind", "-added_at"))


def contact_value(party_id: UUID, kind: str = "phone") -> str | None:
    """The newest phone number (or address) of a party, opened: for notices and forms."""
    return next((row.value for row in contacts_of(party_id, kind) if row.value), None)


def delegations_of(party_id: UUID) -> tuple[list[Delegation], list[Delegation]]:
    """Delegations somebody gave (those in force first, then what ended) and received (those in force)."""
    rows = Delegation.objects.filter(Q(principal=party_id) | Q(agent=party_id))
    found = sorted(
        rows.select_related("principal", "agent").order_by("-granted_at"), key=lambda row: not row.in_force()
    )
    given = [row for row in found if row.principal_id == party_id]
    return given, [row for row in found if row.agent_id == party_id and row.in_force()]


def guardians_of(party_id: UUID) -> list[Party]:
    """The guardians of a ward today."""
    rows = Guardianship.objects.filter(live(), ward=party_id).select_related("guardian").order_by("valid_from")
    return [row.guardian for row in rows]


def wards_of(party_id: UUID) -> list[Party]:
    """The wards of a guardian today."""
    rows = Guardianship.objects.filter(live(), guardian=party_id).select_related("ward").order_by("valid_from")
    return [row.ward for row in rows]


def consents_of(party_id: UUID) -> list[Consent]:
    """What a party agreed to and refused, newest first."""
    return list(Consent.objects.filter(party=party_id).order_by("-decided_at", "-id"))


def consent_to(party_id: UUID, purpose: str, case_id: UUID | None = None) -> Consent | None:
    """The last decision of a party on a purpose (in a case): given, refused or withdrawn; None when never asked."""
    rows = Consent.objects.filter(Q(case_id=case_id), party=party_id, purpose=purpose)
    return rows.order_by("-decided_at", "-id").first()


def has_consented(party_id: UUID, purpose: str, case_id: UUID | None = None) -> bool:
    """Whether a consent to this purpose stands."""
    found = consent_to(party_id, purpose, case_id)
    return found is not None and found.given and found.withdrawn_at is None
