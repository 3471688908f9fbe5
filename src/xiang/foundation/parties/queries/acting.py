"""Who may act for whom today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Q

from xiang.foundation.parties.models import Delegation, Guardianship, LegalPerson, LegalPersonState, Party
from xiang.foundation.parties.models.validity import live

Ground = Literal["represents", "guards", "delegated"]

# A legal person in these states can still act through its representative (winding up, for one).
_CAN_ACT = (LegalPersonState.ACTIVE, LegalPersonState.LICENCE_REVOKED)


@dataclass(frozen=True, slots=True)
class ActingRight:
    """A right of somebody to act for ``party_id``; ``items`` is None when every item is covered by law."""

    party_id: UUID
    name: str
    kind: str
    ground: Ground
    items: frozenset[str] | None = None
    delegation_id: UUID | None = None


def acting_rights(party_id: UUID | None, behalf_id: UUID | None = None) -> list[ActingRight]:
    """Everybody that ``party_id`` may act for today, strongest ground first.

    A legal person whose legal representative they are; a ward of theirs who lives; a principal whose delegation to them
    is in force and not revoked. With ``behalf_id``, only rights to act for that party.
    """
    if party_id is None:
        return []
    return [*_represented(party_id, behalf_id), *_wards(party_id, behalf_id), *_principals(party_id, behalf_id)]


def _represented(party_id: UUID, behalf_id: UUID | None) -> list[ActingRight]:
    rows = LegalPerson.objects.filter(representative=party_id, state__in=_CAN_ACT).select_related("party")
    if behalf_id:
        rows = rows.filter(party=behalf_id)
    return [
        ActingRight(row.party_id, row.party.name, row.party.kind, "represents")
        for row in rows.order_by("party__name_key")
    ]


def _wards(party_id: UUID, behalf_id: UUID | None) -> list[ActingRight]:
    rows = Guardianship.objects.filter(live(), guardian=party_id, ward__person__death_date__isnull=True).select_related(
        "ward"
    )
    if behalf_id:
        rows = rows.filter(ward=behalf_id)
    return [ActingRight(row.ward_id, row.ward.name, row.ward.kind, "guards") for row in rows.order_by("valid_from")]


def _principals(party_id: UUID, behalf_id: UUID | None) -> list[ActingRight]:
    rows = Delegation.objects.filter(live(), agent=party_id, revoked_at__isnull=True).select_related("principal")
    if behalf_id:
        rows = rows.filter(principal=behalf_id)
    return [
        ActingRight(row.principal_id, row.principal.name, row.principal.kind, "delegated", frozenset(row.items), row.id)
        for row in rows.order_by("granted_at")
    ]


def right_between(party_id: UUID | None, behalf_id: UUID) -> ActingRight | None:
    """The right of one party to act for another today; several delegations add up to one right."""
    rights = acting_rights(party_id, behalf_id)
    if len(rights) < 2 or rights[0].items is None:
        return rights[0] if rights else None
    items = frozenset().union(*(right.items or frozenset() for right in rights))
    first = rights[0]
    return ActingRight(first.party_id, first.name, first.kind, first.ground, items, first.delegation_id)


def parties_acting_for(party_id: UUID) -> list[Party]:
    """Everybody who may act for ``party_id`` today (whom to tell, whom the party itself can see)."""
    agents = Delegation.objects.filter(live(), principal=party_id, revoked_at__isnull=True).values("agent")
    guardians = Guardianship.objects.filter(live(), ward=party_id).values("guardian")
    heads = LegalPerson.objects.filter(party=party_id, representative__isnull=False).values("representative")
    return list(Party.objects.filter(Q(id__in=agents) | Q(id__in=guardians) | Q(id__in=heads)).order_by("name_key"))
