"""The pages of the one ledger. For officers; for everybody else they are not there."""

from __future__ import annotations

from django.http import HttpRequest

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor, actor_of


def officer(request: HttpRequest) -> Actor:
    """Whoever asks, if they are in office; ``Absent`` otherwise."""
    actor = actor_of(request)
    if not actor.is_staff:
        raise Absent
    return actor
