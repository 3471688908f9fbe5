"""Which edition is in force. What is published is public; drafts are seen by configurators alone (the views ask)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.reference import recall
from xiang.foundation.parties.actors import Actor
from xiang.foundation.publishing.models import FROZEN, Edition, EditionState, LoadedRow

# A published edition is frozen, so a process may keep it for as long as it lives; only which one is current can change.
_kept: dict[UUID, Edition] = {}
_KEPT_MOST = 2000
_NEWEST = ("-published_at", "-number")


def current(kind: str, key: str, on: date | None = None) -> Edition:
    """The edition in force today, or on a day. Raises ``Absent`` when there is none, or it is suspended."""
    edition = find(kind, key, on)
    if edition is None:
        raise Absent("edition_absent", f"“{key}”没有正在使用的版本。", kind=kind, key=key)
    return edition


def find(kind: str, key: str, on: date | None = None) -> Edition | None:
    """The edition in force, or ``None``."""
    # Without a day only what is published counts: what was retired today is out of use at once.
    asked = ("in_force", kind, key, on or instant.today(), on is None)
    pk = recall("editions", asked, lambda: _id_in_force(kind, key, on))
    return _keep(pk) if pk else None


def _id_in_force(kind: str, key: str, on: date | None) -> UUID | None:
    return _in_force(on).filter(kind=kind, key=key).order_by(*_NEWEST).values_list("pk", flat=True).first()


def all_current(kind: str, on: date | None = None) -> list[Edition]:
    """Every edition of a kind in force, by key."""
    newest: dict[str, Edition] = {}
    for edition in _in_force(on).filter(kind=kind).order_by("key", *_NEWEST):
        newest.setdefault(edition.key, edition)
    return list(newest.values())


def in_force_ids(kind: str, keys: Collection[str], on: date | None = None) -> dict[str, UUID]:
    """Which edition is in force for each of these keys, in one query; keys without one are left out. What is computed
    from several editions is kept under these ids: they change when any of them does."""
    newest: dict[str, UUID] = {}
    rows = _in_force(on).filter(kind=kind, key__in=keys).order_by("key", *_NEWEST).values_list("key", "pk")
    for key, pk in rows:
        newest.setdefault(key, pk)
    return newest


def editions(ids: Iterable[UUID]) -> dict[UUID, Edition]:
    """Editions by id; those that this process has not read yet in one query."""
    wanted = set(ids)
    held = {pk: _kept[pk] for pk in wanted if pk in _kept}
    missing = wanted - held.keys()
    return held | ({found.pk: _hold(found) for found in Edition.objects.filter(pk__in=missing)} if missing else {})


def edition(edition_id: UUID) -> Edition:
    """An edition by its id, whatever its state: a case asks for the one it pinned."""
    return _keep(edition_id)


def numbered(kind: str, key: str, number: int) -> Edition:
    """An edition by its number."""
    found = Edition.objects.filter(kind=kind, key=key, number=number).first()
    if found is None:
        raise Absent("edition_absent", f"“{key}”没有第 {number} 版。", kind=kind, key=key)
    return found


def history(kind: str, key: str) -> QuerySet[Edition]:
    """Every edition of a key, the newest first."""
    return Edition.objects.filter(kind=kind, key=key).order_by("-number")


def previous(edition: Edition) -> Edition | None:
    """What an edition is compared with: the one published before it; for a draft, the one published last."""
    rows = Edition.objects.filter(kind=edition.kind, key=edition.key, state__in=FROZEN).exclude(pk=edition.pk)
    if edition.published_at:
        rows = rows.filter(published_at__lt=edition.published_at)
    return rows.order_by(*_NEWEST).first()


def visible_to(actor: Actor) -> QuerySet[Edition]:
    """All editions for a configurator; for everybody else what is or was published."""
    rows = Edition.objects.all()
    return rows if actor.is_system or actor.has("configurator") else rows.filter(state__in=FROZEN)


def kinds() -> list[Any]:
    """The kinds of edition with how many keys, and how many wait for review."""
    waiting = Count("id", filter=Q(state=EditionState.REVIEW))
    return list(
        Edition.objects.values("kind")
        .annotate(keys=Count("key", distinct=True), waiting=waiting, last=Max("created_at"))
        .order_by("kind")
    )


def conflicts() -> QuerySet[LoadedRow]:
    """Rows of the profile that wait because the records were edited locally."""
    return LoadedRow.objects.exclude(offered="").order_by("kind", "key")


def _in_force(on: date | None) -> QuerySet[Edition]:
    day = on or instant.today()
    states = [EditionState.PUBLISHED] if on is None else [EditionState.PUBLISHED, EditionState.RETIRED]
    held = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    return Edition.objects.filter(held, state__in=states)


def _keep(pk: UUID) -> Edition:
    held = _kept.get(pk)
    if held is not None:
        return held
    found = Edition.objects.filter(pk=pk).first()
    if found is None:
        raise Absent("edition_absent")
    return _hold(found)


def _hold(found: Edition) -> Edition:
    if found.state == EditionState.PUBLISHED:
        if len(_kept) >= _KEPT_MOST:
            _kept.clear()
        _kept[found.pk] = found
    return found
