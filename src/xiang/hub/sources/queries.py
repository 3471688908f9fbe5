"""What can be asked of kept connections. Nothing here gives an address away but :func:`address_of`, which a page never asks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.sources.models import Connection
from xiang.hub.sources.rights import is_operator

PREFIX = "kept:"
_APART = "__"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed address: which engine it is of, the envelope as JSON, and what the envelope is bound to."""

    engine: str
    envelope: str
    context: str


def connections_for(actor: Actor) -> QuerySet[Connection]:
    """Connections in use: the hub and auditors see all, a steward those of the own body, anybody else none."""
    rows = Connection.objects.filter(retired=False)
    if is_operator(actor) or actor.has("auditor"):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.has("steward") and actor.body_key else rows.none()


def connection_for(actor: Actor, body_key: str, name: str) -> Connection:
    """One connection; ``Absent`` where it is not, or not for this actor."""
    found = connections_for(actor).filter(body_key=body_key, name=name).first()
    if found is None:
        raise Absent("connection_absent", "没有这个连接，或者已经停用。")
    return found


def find(ref: str) -> Connection | None:
    """The connection in use of this name, for whoever reads a source; the right to the name was settled before."""
    body_key, apart, name = ref.removeprefix(PREFIX).partition(_APART)
    if not ref.startswith(PREFIX) or not apart:
        return None
    return Connection.objects.filter(body_key=body_key, name=name, retired=False).first()


def sealed_of(ref: str) -> Sealed | None:
    """A connection's address as it lies in the records, for a process of ours that opens it itself."""
    found = find(ref)
    if found is None:
        return None
    field = Connection._meta.get_field("address")
    row = Connection.objects.filter(pk=found.pk).values_list("address", flat=True).get()
    return Sealed(found.engine, json.dumps(row.envelope, sort_keys=True), field.context_of(found.pk))


def address_of(ref: str) -> str:
    """The address with its credentials behind a name; empty when there is none."""
    found = find(ref)
    return str(found.address) if found else ""
