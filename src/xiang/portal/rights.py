"""Who may open which of the portal's offices; to anybody else they are not there."""

from __future__ import annotations

from django.http import HttpRequest

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor, actor_of

BOARD = frozenset({"supervisor", "configurator"})
AUDIT = frozenset({"auditor"})
CONFIG = frozenset({"configurator"})
DESK = frozenset({"receiver", "reviewer", "decider", "head", "issuer", "window", "hospital"})


def holds(request: HttpRequest, roles: frozenset[str]) -> bool:
    """Whether the person at this request holds one of these roles."""
    return bool(actor_of(request).roles & roles)


def need(request: HttpRequest, roles: frozenset[str]) -> Actor:
    """The actor, who holds one of these roles; ``Absent`` otherwise: forbidden and absent read alike."""
    actor = actor_of(request)
    if not actor.roles & roles:
        raise Absent
    return actor
