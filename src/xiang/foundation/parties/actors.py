"""Who acts: the one value that operations and queries ask for rights.

An actor is made once a request from the signed-in account and what holds today: appointments in force for an officer,
delegations and guardianships in force for a resident who acts for somebody else. Revoking either works at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from django.http import HttpRequest

from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.parties.models import Account, Appointment, Party, Role, Staff
from xiang.foundation.parties.models.validity import live
from xiang.foundation.parties.queries import acting, divisions

Channel = Literal["web", "window", "api", "system"]

SESSION_KEY = "acting_for"
EVENT = "event:"
"""Before the key of a life event among the items of a delegation: entrusted whole, with all that belongs to it."""
_CACHE = "_xiang_actor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting, and the rights that hold for them now."""

    account_id: UUID | None = None
    party_id: UUID | None = None
    behalf_id: UUID | None = None
    staff_id: UUID | None = None
    body_key: str = ""
    name: str = ""
    grants: frozenset[tuple[UUID, str]] = frozenset()
    division_paths: tuple[str, ...] = ()
    channel: Channel = "web"
    behalf_name: str = ""
    items: frozenset[str] | None = None  # the items a delegation covers; None: not limited
    delegation_id: UUID | None = None
    assurance: int = 0
    administration: str = ""

    @property
    def ref(self) -> str:
        """How the ledger names them: ``staff:<id>``, ``party:<id>``, ``account:<id>``, ``system``, ``anonymous``."""
        if self.staff_id:
            return f"staff:{self.staff_id}"
        if self.party_id:
            return f"party:{self.party_id}"
        if self.account_id:
            return f"account:{self.account_id}"
        return "system" if self.channel == "system" else "anonymous"

    @property
    def is_system(self) -> bool:
        return self.channel == "system"

    @property
    def is_staff(self) -> bool:
        return self.staff_id is not None

    @property
    def signed_in(self) -> bool:
        return self.account_id is not None

    @property
    def subject_id(self) -> UUID | None:
        """The party whose matter it is: the one acted for, or oneself."""
        return self.behalf_id or self.party_id

    @property
    def unit_ids(self) -> frozenset[UUID]:
        """The units in which the actor holds any role."""
        return frozenset(unit for unit, _ in self.grants)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for _, role in self.grants)

    def has(self, role: str, unit_id: UUID | None = None) -> bool:
        """Whether the actor holds ``role``, in that unit or in any."""
        return any(held == role and unit_id in (None, unit) for unit, held in self.grants)

    def units_with(self, *roles: str) -> frozenset[UUID]:
        """The units in which the actor holds one of ``roles``."""
        return frozenset(unit for unit, role in self.grants if role in roles)

    def oversees(self, path: str) -> bool:
        """Whether a division (by its path) lies under one the actor supervises."""
        return any(path == own or path.startswith(own + "/") for own in self.division_paths)

    @property
    def events(self) -> frozenset[str]:
        """The life events that the delegation acted under covers, by key; entrusted as ``event:<key>``."""
        return frozenset(key.removeprefix(EVENT) for key in self.items or () if key.startswith(EVENT))

    def may_file(self, item_key: str) -> bool:
        """Whether the delegation acted under covers this item, or this life event as ``event:<key>`` (always, when no
        delegation limits it)."""
        return self.items is None or "*" in self.items or item_key in self.items


SYSTEM = Actor(name="湘政务服务平台", channel="system")
ANONYMOUS = Actor()


def for_person(party: Party, behalf: Party | None = None, *, channel: Channel = "web") -> Actor:
    """The actor for a person, acting for ``behalf`` when what holds today allows it (``Forbidden`` otherwise)."""
    actor = Actor(party_id=party.id, name=party.name, channel=channel)
    return switched(actor, behalf) if behalf and behalf.id != party.id else actor


def switched(actor: Actor, behalf: Party) -> Actor:
    """The actor acting for ``behalf``: represented, delegated or a ward."""
    right = acting.right_between(actor.party_id, behalf.id)
    if right is None:
        raise Forbidden("acting_not_allowed", "您现在不能代这位办事人办理：没有委托，或者委托已经到期、撤销。")
    return replace(
        actor,
        behalf_id=behalf.id,
        behalf_name=behalf.name,
        items=right.items,
        delegation_id=right.delegation_id,
    )


def for_staff(staff: Staff, *, channel: Channel = "web") -> Actor:
    """The actor for a member of staff with the appointments in force today."""
    if not staff.in_force():
        return Actor(account_id=staff.account_id, name=staff.party.name, channel=channel)
    rows = _appointments(staff.id, instant.today())
    # Supervisors only: an auditor reads the ledger, which holds no personal data, and opens no case.
    overseen = {path for _, role, path in rows if role == Role.SUPERVISOR}
    return Actor(
        account_id=staff.account_id,
        party_id=staff.party_id,
        staff_id=staff.id,
        body_key=staff.body.key,
        name=staff.party.name,
        grants=frozenset((unit, role) for unit, role, _ in rows),
        division_paths=divisions.paths_with_history(overseen),
        channel=channel,
        assurance=staff.account.assurance,
        administration=staff.account.administration,
    )


_appointments: Compiled[tuple[UUID, str, str]] = Compiled(
    lambda staff_id, on=date.min: Appointment.objects.filter(
        live(on), live(on, prefix="unit__"), staff=staff_id
    ).values_list("unit_id", "role", "unit__division__path")
)
_posts = Compiled(
    lambda account_id: Staff.objects.select_related("party", "body").filter(account_id=account_id).order_by("id")
)


def for_account(account: Account, behalf_id: UUID | None = None, *, channel: Channel = "web") -> Actor:
    """The actor for an account; ``behalf_id`` is dropped silently once the right to act for them has ended."""
    staff = next((post for post in _posts(account.id) if post.in_force()), None)
    if staff:
        staff.account = account
        return for_staff(staff, channel=channel)
    party = account.party
    actor = Actor(
        account_id=account.id,
        party_id=party.id if party else None,
        name=party.name if party else account.username,
        channel=channel,
        assurance=account.assurance,
        administration=account.administration,
    )
    if behalf_id is None or party is None:
        return actor
    right = acting.right_between(party.id, behalf_id)
    if right is None:
        return actor
    return replace(
        actor,
        behalf_id=behalf_id,
        behalf_name=right.name,
        items=right.items,
        delegation_id=right.delegation_id,
    )


def actor_of(request: HttpRequest) -> Actor:
    """The actor of this request, made once and kept on it."""
    known: Actor | None = getattr(request, _CACHE, None)
    if known is None:
        known = _actor_of(request)
        setattr(request, _CACHE, known)
    return known


def adopt(request: HttpRequest, actor: Actor) -> Actor:
    """Make ``actor`` the one of this request: whoever called showed something else than a session (a token)."""
    setattr(request, _CACHE, actor)
    return actor


def _actor_of(request: HttpRequest) -> Actor:
    account = request.user
    if not isinstance(account, Account):
        return ANONYMOUS
    chosen = request.session.get(SESSION_KEY)
    return for_account(account, UUID(chosen) if chosen else None)


def act_for(request: HttpRequest, behalf_id: UUID | None) -> Actor:
    """Switch whom the session acts for (``None``: oneself again); ``Forbidden`` without a right to."""
    if behalf_id is None:
        request.session.pop(SESSION_KEY, None)
    else:
        own = actor_of(request)
        if own.is_staff or acting.right_between(own.party_id, behalf_id) is None:
            raise Forbidden("acting_not_allowed", "您现在不能代这位办事人办理：没有委托，或者委托已经到期、撤销。")
        request.session[SESSION_KEY] = str(behalf_id)
    if hasattr(request, _CACHE):
        delattr(request, _CACHE)
    return actor_of(request)
