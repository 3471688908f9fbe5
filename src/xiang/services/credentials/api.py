"""Credentials over REST: those that I hold or keep, showing one, its sealed file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from xiang.foundation.documents.serving import send
from xiang.foundation.ground.errors import Absent, Unavailable
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import Given, Line, Paging, Shown, rows_of
from xiang.services.credentials import faces, operations, queries
from xiang.services.credentials.models import Credential, Showing
from xiang.services.credentials.showing import CredentialRow
from xiang.services.credentials.showing import credential_row as _row

router = Router(tags=["credentials"])

READ, WRITE = needs("credentials:read"), needs("credentials:write")
Code = Annotated[str, Path(pattern="^[0-9A-Z]{16}$")]


class CredentialPage(Shown):
    """One page of credentials."""

    items: list[CredentialRow]
    next: str | None


class FaceField(Shown):
    """One field of the face."""

    key: str
    title: str
    words: str


class ShowingShown(Shown):
    """One act of showing: what, for what, until when, and how often somebody looked."""

    code: str
    number: str
    fields: list[str]
    purpose: str
    created_at: datetime
    until: datetime
    checked: int
    checked_at: datetime | None
    withdrawn_at: datetime | None


class CredentialShown(CredentialRow):
    """A credential with its face and how it was shown lately."""

    face: list[FaceField]
    showings: list[ShowingShown]


class ToShow(Given):
    """Which fields, and for what."""

    fields: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=50)
    purpose: Annotated[Line, Field(min_length=1, max_length=100)]


@router.get("/credentials", response=CredentialPage, auth=READ, summary="我的电子证照")
def list_credentials(request: HttpRequest, asked: Query[Paging]) -> Any:
    """The credentials that I hold, or keep for my child; the newest first, without versions that were replaced."""
    actor = actor_of(request)
    return rows_of(queries.current(actor), ("-id",), asked, lambda row: CredentialRow(**_row(row, actor.subject_id)))


@router.get("/credentials/{code}", response=CredentialShown, auth=READ, summary="一份电子证照")
def read_credential(request: HttpRequest, code: Code) -> CredentialShown:
    """One credential with the words of its face."""
    actor = actor_of(request)
    found = _own(request, code)
    return CredentialShown(
        **_row(found, actor.subject_id),
        face=[FaceField(key=field.key, title=field.title, words=field.words) for field in faces.shown(found)],
        showings=[ShowingShown.model_validate(row) for row in queries.showings_of(actor, found)[:20]],
    )


def _own(request: HttpRequest, code: str) -> Credential:
    actor = actor_of(request)
    found = queries.credential_for(actor, code)
    if actor.is_staff:  # officers of the issuer have pages for it, and no API
        raise Absent
    return found


BINARY = {"responses": {200: {"description": "The sealed PDF.", "content": {"application/pdf": {}}}}}


@router.get("/credentials/{code}/pdf", auth=READ, openapi_extra=BINARY, summary="下载签章的证照")
def read_credential_pdf(request: HttpRequest, code: Code) -> HttpResponse:
    """The sealed PDF."""
    found = _own(request, code)
    if found.file is None:
        raise Unavailable("not_sealed_yet", "证照还在签章，通常一两分钟就好。请稍后再试。")
    return send(found.file)


def _showing(request: HttpRequest, showing_id: UUID) -> ShowingShown:
    """A showing of the caller's own."""
    found = Showing.objects.filter(id=showing_id, by=actor_of(request).ref).first()
    if found is None:
        raise Absent
    return ShowingShown.model_validate(found)


@router.post("/credentials/{code}/showings", response={201: ShowingShown}, auth=WRITE, summary="亮证")
@once(_showing, whole=True)
def show_credential(request: HttpRequest, code: Code, given: ToShow) -> UUID:
    """Show the chosen fields for some minutes: whoever is told the code checks it at `/verifications/{code}`. What was
    shown of it before stops."""
    return operations.show(_own(request, code), actor_of(request), given.fields, given.purpose).id


@router.delete("/credentials/{code}/showing", response={204: None}, auth=WRITE, summary="停止亮证")
def stop_showing_credential(request: HttpRequest, code: Code) -> None:
    """Stop showing at once; nothing happens when nothing is being shown."""
    actor = actor_of(request)
    live = queries.live_showing(actor, _own(request, code))
    if live is not None:
        operations.stop_showing(live, actor)
