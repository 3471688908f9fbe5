"""Who may change what about parties, in one place; operations ask it first."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from xiang.foundation.ground.errors import Absent, Forbidden
from xiang.foundation.parties.models import Administration, Role


class Acting(Protocol):
    """What is asked of an actor (``actors.Actor`` is one)."""

    @property
    def ref(self) -> str: ...
    @property
    def party_id(self) -> UUID | None: ...
    @property
    def behalf_id(self) -> UUID | None: ...
    @property
    def staff_id(self) -> UUID | None: ...
    @property
    def delegation_id(self) -> UUID | None: ...
    @property
    def administration(self) -> str: ...
    @property
    def is_system(self) -> bool: ...
    @property
    def roles(self) -> frozenset[str]: ...


#: Roles whose duties bring new people into the records: births, windows, and those who decide and issue.
ENROLLING = frozenset({Role.WINDOW, Role.HOSPITAL, Role.RECEIVER, Role.DECIDER, Role.ISSUER})

#: Whoever checks the record holds no other office, and whoever configures decides no case.
ALONE = frozenset({Role.AUDITOR})
APART = frozenset({Role.CONFIGURATOR, Role.DECIDER}), frozenset({Role.CONFIGURATOR, Role.ISSUER})


def need_role(actor: Acting, *roles: str) -> None:
    """The system, or an officer holding one of ``roles`` anywhere."""
    if not actor.is_system and not (actor.staff_id and actor.roles & set(roles)):
        raise Forbidden("role_missing", "这一步要由有相应岗位的工作人员来做。")


def need_administration(actor: Acting, kind: Administration) -> None:
    """The system, or the administrator of that kind."""
    if not actor.is_system and actor.administration != kind:
        raise Forbidden("administration_missing", f"这一步由{kind.label}来做。")


def need_own(actor: Acting, party_id: UUID) -> None:
    """The party itself, or whoever acts for it today in every matter (representative or guardian, never an agent).

    Anybody else gets what they would get for a party that does not exist.
    """
    if actor.is_system or (actor.staff_id is None and actor.party_id == party_id and actor.behalf_id is None):
        return
    if actor.behalf_id == party_id:
        if actor.delegation_id is None:
            return
        raise Forbidden("agent_may_not", "受托人不能代办这一项，请由本人或者法定代表人来办。")
    raise Absent


def conflict_of(roles: set[str]) -> str | None:
    """The role that excludes another in the set, or None when all may be held together."""
    for role in ALONE & roles:
        if len(roles) > 1:
            return role
    return next((Role.CONFIGURATOR.value for pair in APART if pair <= roles), None)
