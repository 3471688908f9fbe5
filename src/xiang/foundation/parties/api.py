"""The account that calls, over REST."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Shown

router = Router(tags=["me"])


class ActorShown(Shown):
    """Who acts, for whom, and in which offices."""

    ref: str
    name: str
    kind: Literal["person", "officer"]
    party: UUID | None
    acting_for: str | None
    body: str | None
    roles: list[str]


@router.get("/me", response=ActorShown, auth=needs(), summary="我是谁，代谁办")
def read_me(request: HttpRequest) -> ActorShown:
    """Who the caller is to the platform, and for whom it acts."""
    actor = actor_of(request)
    return ActorShown(
        ref=actor.ref,
        name=actor.name,
        kind="officer" if actor.is_staff else "person",
        party=actor.party_id,
        acting_for=actor.behalf_name or None,
        body=actor.body_key or None,
        roles=sorted(actor.roles),
    )
