"""Entries: who may see which, searching them, their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from django.db.models import Prefetch, Q, QuerySet

from xiang.foundation.ground import instant, paging
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.publishing.differences import Difference, differences
from xiang.foundation.publishing.models import Edition
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry, Item
from xiang.hub.inventory.searching import finding
from xiang.hub.inventory.searching.finding import Asked

__all__ = [
    "Asked",
    "Found",
    "entry_for",
    "freshness",
    "history",
    "search",
    "to_export",
    "version_changes",
    "visible_to",
]

PAGE = 20
DEEPEST = 10_000
EDITION = "catalogue"


def visible_to(actor: Actor) -> QuerySet[CatalogueEntry]:
    """The hub and auditors see everything. An officer sees what is shared, wherever it is kept, and everything of the
    own body; of what others do not share, not even that it is there. Everybody else sees what is open to the public.
    Revoked entries are seen by the hub and the own body alone."""
    return _seen(rights.sees(actor), actor.body_key)


def _seen(sees: rights.Sees, body_key: str) -> QuerySet[CatalogueEntry]:
    rows = CatalogueEntry.objects.all()
    if sees == "all":
        return rows
    shared = ~Q(share=CatalogueEntry.Share.NOT_SHARED) & Q(retired=False)
    if sees == "public":
        return rows.filter(shared, open=CatalogueEntry.Open.OPEN)
    return rows.filter(shared | Q(body_key=body_key))


def _shown(sees: rights.Sees) -> Compiled[CatalogueEntry]:
    """Those of a page of ids that may be seen and that are in force; the first value is the body of who asks."""
    return Compiled(lambda body_key, ids=(): _seen(sees, body_key).filter(pk__among=ids, retired=False).order_by())


_page: Mapping[rights.Sees, Compiled[CatalogueEntry]] = {one: _shown(one) for one in get_args(rights.Sees)}


def entry_for(actor: Actor, key: str) -> CatalogueEntry:
    """One entry by key or code; ``Absent`` where it is not, or not for this actor."""
    found = visible_to(actor).filter(Q(key=key) | (Q(code=key) & ~Q(code=""))).first()
    if found is None:
        raise Absent("entry_absent", "打不开这个目录：没有它，或者它不对您的机关共享。")
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries with how many resources each has, and how many there are of each facet in all."""

    rows: Sequence[CatalogueEntry]
    mounted: Mapping[str, int]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    next: str | None


def search(actor: Actor, asked: Asked, cursor: str = "", size: int = PAGE) -> Found:
    """A page of what fits, by rank; paged by position, at most ten thousand deep. One statement to the records."""
    offset = min(paging.position(cursor), DEEPEST) if cursor else 0
    found = finding.find(actor, asked, offset, size)
    # The index may lag a second behind the records: what is shown is decided by the records.
    rows = {row.pk: row for row in _page[rights.sees(actor)](actor.body_key, tuple(found.resources))}
    shown = [rows[pk] for pk in found.resources if pk in rows]
    mounted = {rows[pk].key: number for pk, number in found.resources.items() if pk in rows}
    more = offset + size < min(found.total, DEEPEST)
    return Found(shown, mounted, found.total, found.facets, paging.encode([offset + size]) if more else None)


def freshness(entry: CatalogueEntry) -> Literal["fresh", "stale", "unknown"]:
    """Whether what was last reported of an entry's data is within its cycle."""
    if entry.fresh_until is None:
        return "unknown"
    return "fresh" if entry.fresh_until >= instant.now() else "stale"


def history(entry: CatalogueEntry) -> list[Edition]:
    """Every version, the newest first."""
    return list(publishing.history(EDITION, entry.key))


def version_changes(entry: CatalogueEntry, number: int, before: int | None = None) -> list[Difference]:
    """What a version changed: against ``before``, or the one before it; the first against nothing."""
    now = publishing.numbered(EDITION, entry.key, number)
    if before is None:
        last = publishing.history(EDITION, entry.key).filter(number__lt=number).first()
    else:
        last = publishing.numbered(EDITION, entry.key, before)
    return list(differences(last.content if last else {}, now.content))


def to_export(actor: Actor, body_key: str = "") -> QuerySet[CatalogueEntry]:
    """Entries in force that the actor may see, by key; of one body, or of all."""
    rows = (
        visible_to(actor)
        .filter(retired=False)
        .prefetch_related(Prefetch("item_rows", Item.objects.select_related("system"), to_attr="listed"))
        .order_by("key")
    )
    return rows.filter(body_key=body_key) if body_key else rows
