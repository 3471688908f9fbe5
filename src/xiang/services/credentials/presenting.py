"""What the pages of credentials show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from xiang.foundation.documents.marks import Mark
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import StatusView
from xiang.foundation.pages.texts import legal_day
from xiang.services.credentials import faces, queries
from xiang.services.credentials.faces import Shown
from xiang.services.credentials.models import Credential, Showing, State

_NEW = timedelta(days=14)
_FIRST = 4


@dataclass(frozen=True, slots=True)
class Card:
    """One credential in a list."""

    url: str
    icon: str
    title: str
    who: str
    note: str
    good: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that the holder may show."""

    field: Shown
    chosen: bool


@dataclass(frozen=True, slots=True)
class LiveView:
    """What is being shown now."""

    number: str
    until: datetime
    url: str
    seconds: int
    purpose: str
    fields: str
    checked: int
    checked_at: datetime | None


def card_of(credential: Credential) -> Card:
    good, words = queries.standing(credential)
    fresh = instant.now() - credential.issued_at < _NEW and credential.version == 1 and not credential.source_ref
    note = f"{legal_day(credential.issued_at, 'short')}新签发" if fresh else faces.until(credential)
    named = faces.shown(credential, only=frozenset({"name"}))
    return Card(
        reverse("credentials:show", args=[credential.code]),
        credential.type.icon,
        credential.type.short,
        named[0].words if named else credential.holder.name,
        note if good else words,
        good,
    )


def status_of(credential: Credential) -> StatusView:
    good, words = queries.standing(credential)
    if good:
        return StatusView("run", f"有效·第 {credential.version} 版", "circle-check")
    return StatusView("done" if credential.state == State.SUPERSEDED else "late", f"{words}·第 {credential.version} 版")


def choices_of(credential: Credential, chosen: list[str] | None = None) -> tuple[list[Choice], list[Choice]]:
    """The fields to choose from: the first few that are not sensitive stand open and are chosen, the rest is folded."""
    fields = faces.shown(credential)
    plain = [field.key for field in fields if not field.sensitive][:_FIRST]
    picked = plain if chosen is None else chosen
    views = [Choice(field, field.key in picked) for field in fields]
    return [v for v in views if v.field.key in plain], [v for v in views if v.field.key not in plain]


def live_of(showing: Showing, url: str) -> LiveView:
    titles = {field["key"]: field["title"] for field in showing.credential.type.fields}
    number = f"{showing.number[:4]} {showing.number[4:]}"
    return LiveView(
        number,
        showing.until,
        url,
        max(0, int((showing.until - instant.now()).total_seconds())),
        showing.purpose,
        "、".join(titles.get(key, key) for key in showing.fields),
        showing.checked,
        showing.checked_at,
    )


def mark_of(credential: Credential) -> Mark | None:
    return Mark.from_json(credential.signature) if credential.signature else None
