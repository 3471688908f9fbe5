"""Connections over REST: the same operations as the pages. No answer holds a secret or an address with one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import Field

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Given, Key, Line, Paging, Shown, rows_of
from xiang.hub.sources import operations, queries, rights
from xiang.hub.sources.models import Connection
from xiang.hub.sources.places import LONGEST_SECRET

router = Router(tags=["connections"])
READ, WRITE = needs("desk:read"), needs("desk:write")
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Secret = Annotated[str, Field(max_length=LONGEST_SECRET)]


class ConnectionShown(Shown):
    """A connection by the name that systems are registered with. Where it leads, the hub alone is told: ``host`` and what
    follows it are empty for others."""

    ref: str
    body_key: str
    name: str
    engine: str
    purpose: str
    checked_at: datetime | None
    checked_code: str
    checked_tables: int
    host: str = ""
    port: int | None = None
    database: str = ""
    user: str = ""
    tls: str = ""


class ConnectionPage(Shown):
    """One page of connections."""

    items: list[ConnectionShown]
    next: str | None


class ConnectionGiven(Given):
    """A connection. ``secret`` may be left out where the place stays as it was."""

    engine: Literal["postgresql", "mariadb"]
    host: Line
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    database: Line
    user: Line
    tls: Literal["", "require", "verify-full"] = ""
    purpose: Line
    secret: Secret = ""


class SecretGiven(Given):
    """Another secret."""

    secret: Secret


class ConnectionCheckShown(Shown):
    """What a check found: ``ok``, or a reason."""

    code: str
    tables: int
    milliseconds: int


@router.get("/hub/connections", response=ConnectionPage, auth=READ, summary="数据库连接")
def list_connections(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Connections in use: the hub sees all, a body's stewards which are theirs."""
    actor = actor_of(request)
    whole = rights.is_operator(actor)
    return rows_of(queries.connections_for(actor), ("body_key", "name"), asked, lambda one: _shown(one, whole))


@router.put("/hub/connections/{body_key}/{name}", response=ConnectionShown, auth=WRITE, summary="登记数据库连接")
def put_connection(request: HttpRequest, body_key: Key, name: Name, given: ConnectionGiven) -> Any:
    """Keep a connection for a body, or change it."""
    return _shown(operations.put(body_key, name, given.model_dump(), actor_of(request)), True)


@router.post("/hub/connections/{body_key}/{name}/secret", response=ConnectionShown, auth=WRITE, summary="换口令")
def change_connection_secret(request: HttpRequest, body_key: Key, name: Name, given: SecretGiven) -> Any:
    """Give it another secret."""
    actor = actor_of(request)
    found = queries.connection_for(actor, body_key, name)
    return _shown(operations.change_secret(found.pk, given.secret, actor), True)


@router.post(
    "/hub/connections/{body_key}/{name}/checks", response={201: ConnectionCheckShown}, auth=WRITE, summary="检查连接"
)
def check_connection(request: HttpRequest, body_key: Key, name: Name) -> Any:
    """Look now whether it works; one that does not is answered with its reason."""
    actor = actor_of(request)
    found = queries.connection_for(actor, body_key, name)
    return Status(201, ConnectionCheckShown.model_validate(operations.check(found.pk, actor)))


@router.delete("/hub/connections/{body_key}/{name}", response={204: None}, auth=WRITE, summary="停用连接")
def retire_connection(request: HttpRequest, body_key: Key, name: Name) -> Any:
    """Take it out of use and its secret away."""
    actor = actor_of(request)
    operations.retire(queries.connection_for(actor, body_key, name).pk, actor)
    return Status(204, None)


def _shown(one: Connection, whole: bool) -> ConnectionShown:
    names = ["ref", "body_key", "name", "engine", "purpose", "checked_at", "checked_code", "checked_tables"]
    place = ["host", "port", "database", "user", "tls"] if whole else []
    return ConnectionShown(**{name: getattr(one, name) for name in (*names, *place)})
