"""What the account pages show: plain values made from parties, with everything masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from xiang.foundation.pages.components import IdentityView
from xiang.foundation.parties import delegable, queries
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.models import Consent, Contact, Delegation, Identifier, Party, Role, Scheme
from xiang.foundation.parties.names import mask_name
from xiang.foundation.parties.queries.divisions import tree

GROUNDS = {"represents": "法定代表人", "guards": "监护人", "delegated": "受托人"}
ICONS = {"person": "user", "legal": "building", "body": "building-bank"}
ASSURANCE = {
    1: "没有核验",
    2: "自己填写，没有核验",
    3: "姓名和身份号码核对一致",
    4: "本人、姓名、证件核对一致",
    5: "窗口当面核对",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody one can act for (or oneself)."""

    party_id: UUID | None
    name: str
    icon: str
    ground: str
    scope: str
    current: bool


@dataclass(frozen=True, slots=True)
class DelegationView:
    """A delegation as either side sees it; the other side's name is masked unless it is an organisation."""

    id: UUID
    other: str
    items: str
    valid_from: date
    valid_to: date
    revoked_at: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class PartyPage:
    """A party and what it is known by."""

    party: Party
    icon: str
    identifiers: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Everything on ``/me/``."""

    subject: PartyPage | None
    own: bool
    may_delegate: bool
    assurance: str
    contacts: Sequence[Contact]
    choices: Sequence[Choice]
    given: Sequence[DelegationView]
    received: Sequence[DelegationView]
    consents: Sequence[Consent]
    posts: Sequence[tuple[str, str]]


def account_page(actor: Actor) -> AccountPage:
    """The account page of an actor; an officer's shows their office instead of private matters."""
    subject_id = actor.subject_id
    subject = queries.party_for(actor, subject_id) if subject_id is not None else None
    # An agent sees neither how the principal is reached nor what the principal agreed to.
    whole = subject_id if not actor.is_staff and actor.delegation_id is None else None
    own = actor.behalf_id is None
    given, received = queries.delegations_of(whole) if whole else ([], [])
    return AccountPage(
        subject=party_page(subject) if subject else None,
        own=own,
        may_delegate=whole is not None,
        assurance=ASSURANCE.get(actor.assurance, "") if own else "",
        contacts=queries.contacts_of(whole) if whole else (),
        choices=choices(actor),
        given=[_delegation(row, mask_name(row.agent.name)) for row in given],
        received=[_delegation(row, row.principal.name) for row in received] if own else (),
        consents=queries.consents_of(whole) if whole else (),
        posts=_posts(actor),
    )


def party_page(party: Party) -> PartyPage:
    """A party with masked numbers and its public facts."""
    return PartyPage(
        party=party,
        icon=ICONS[party.kind],
        identifiers=[_identifier(row) for row in queries.identifiers_of(party.id)],
        facts=_facts(party),
    )


def choices(actor: Actor) -> list[Choice]:
    """Oneself first, then everybody one may act for today."""
    if actor.is_staff or actor.party_id is None:
        return []
    own = Choice(None, actor.name, "user", "本人", "", actor.behalf_id is None)
    others = [
        Choice(
            right.party_id,
            right.name,
            ICONS[right.kind],
            GROUNDS[right.ground],
            "" if right.items is None else _scope(right.items),
            actor.behalf_id == right.party_id,
        )
        for right in queries.acting_rights(actor.party_id)
    ]
    return [own, *others]


def identity_of(request: HttpRequest) -> IdentityView | None:
    """Who is signed in, for the shell of every page."""
    actor = actor_of(request)
    if not actor.signed_in:
        return None
    posts = _posts(actor)
    return IdentityView(
        name=actor.name,
        unit=posts[0][0] if posts else "",
        duties="、".join(dict.fromkeys(duty for _, duties in posts for duty in duties.split("、"))),
        url=reverse("parties:me"),
        on_behalf=f"正在代{actor.behalf_name}办理" if actor.behalf_id else "",
    )


def _identifier(row: Identifier) -> tuple[str, str]:
    # The code of an organisation is public and printed on every contract.
    shown = row.value if row.scheme == Scheme.USCC and row.value else row.masked
    return Scheme(row.scheme).label, shown


def _facts(party: Party) -> list[tuple[str, str]]:
    person = getattr(party, "person", None)
    if person is not None:
        where = tree().title(person.division_code) if person.division_code else ""
        facts = [("性别", person.get_sex_display()), ("户籍地", where)]
        return [(label, value) for label, value in facts if value]
    legal = getattr(party, "legal", None)
    if legal is not None:
        head = legal.representative.name if legal.representative else ""
        facts = [("类型", legal.form), ("登记状态", legal.get_state_display()), ("法定代表人", head)]
        return [(label, value) for label, value in facts if value]
    return []


def _delegation(row: Delegation, other: str) -> DelegationView:
    items = "、".join(delegable.titles_of(row.items, row.principal))
    return DelegationView(row.id, other, items, row.valid_from, row.valid_to, row.revoked_at, row.in_force())


def _scope(items: frozenset[str]) -> str:
    return "所有事项" if "*" in items else f"{len(items)} 个事项"


_ROLES = list(Role.values)


def _posts(actor: Actor) -> list[tuple[str, str]]:
    """The offices an officer serves in, each with their duties there."""
    units = queries.offices(actor.unit_ids)
    duties: dict[str, list[str]] = {}
    for unit_id, role in sorted(actor.grants, key=lambda each: (units[each[0]].key, _ROLES.index(each[1]))):
        duties.setdefault(units[unit_id].name, []).append(Role(role).label)
    return [(unit, "、".join(held)) for unit, held in duties.items()]
