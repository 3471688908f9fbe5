"""Reading the registries: counts by source, one golden record, the stewards' queue. Rights lie in the querysets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.engine.spelling import folded, numerals
from xiang.hub.bases.models import Address, Event, Golden, Key, Merge, Pair, Record, Registry, Source, Theme
from xiang.hub.bases.rights import need_steward, settled_by, visible

_FOUND = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """A registry with its sources and how much of each it holds."""

    registry: Registry
    sources: Sequence[tuple[Source, int]]
    golden: int
    redirected: int
    waiting: int
    themes: Sequence[Theme]
    addresses: int = 0


def overviews(actor: Actor) -> list[Overview]:
    """All registries, with what the worker counted last, and the pairs that wait now."""
    need_steward(actor)
    sources: dict[UUID, list[Source]] = {}
    for one in Source.objects.all():
        sources.setdefault(one.registry_id, []).append(one)
    themes: dict[UUID, list[Theme]] = {}
    for theme in Theme.objects.all():
        themes.setdefault(theme.registry_id, []).append(theme)
    waiting = dict(Pair.objects.filter(state__in=Pair.WAITING).order_by().values_list("registry").annotate(Count("id")))
    return [
        _overview(registry, sources.get(registry.id, ()), themes.get(registry.id, ()), waiting.get(registry.id, 0))
        for registry in Registry.objects.all()
    ]


def _overview(registry: Registry, sources: Sequence[Source], themes: Sequence[Theme], waiting: int) -> Overview:
    counted = registry.counted
    records = counted.get("sources", {})
    return Overview(
        registry=registry,
        sources=[(one, records.get(one.key, 0)) for one in sources],
        golden=counted.get("golden", 0),
        redirected=counted.get("redirected", 0),
        waiting=waiting,
        themes=themes,
        addresses=counted.get("addresses", 0),
    )


def search(actor: Actor, registry_key: str, fields: dict[str, str]) -> list[Golden]:
    """Golden records that agree with what is asked on a whole key: a number, a phone, or a name with the birthday.

    A name alone finds nobody: registries are not for browsing.
    """
    need_steward(actor)
    registry = registry_of(registry_key)
    kind = KINDS.get(registry.kind)
    if kind is None:
        return []
    keys = keeping.lookups(kind, registry.key, kind.features(keeping.cleaned(kind, fields)))
    if not keys:
        return []
    golden = Key.objects.filter(value__in=list(keys)).values("record__golden")
    rows = Golden.objects.select_related("registry").filter(id__in=golden, redirect=None, registry=registry)
    return list(visible(rows, actor).order_by("id")[:_FOUND])


def registry_of(key: str) -> Registry:
    registry = Registry.objects.filter(key=key).first()
    if registry is None:
        raise Absent("registry_absent", "没有这个基础库。")
    return registry


def current_id(golden_id: UUID) -> UUID:
    """The golden id that stands for this one today; itself when it never was merged."""
    for _ in range(64):
        target = Golden.objects.filter(id=golden_id).values_list("redirect_id", flat=True).first()
        if target is None:
            return golden_id
        golden_id = target
    return golden_id


def golden_of(source_key: str, reference: str) -> UUID | None:
    """The golden id of a source's record, or nothing when it was never resolved."""
    rows = Record.objects.filter(source__key=source_key, reference__in=keeping.references(source_key, reference))
    return rows.values_list("golden_id", flat=True).first()


def records_of(golden: Golden) -> QuerySet[Record]:
    """The source records behind a golden one, the best source first."""
    return Record.objects.select_related("source").filter(golden=golden).order_by("source__rank", "id")


def history_of(golden: Golden) -> QuerySet[Event]:
    """What happened to a golden record, the newest first."""
    return Event.objects.filter(golden=golden).order_by("-id")


def pair_for(actor: Actor, pair_id: UUID) -> Pair:
    """A pair that the actor may settle, whether it waits or was decided."""
    need_steward(actor)
    rows = Pair.objects.select_related("registry", "left__source", "right__source")
    pair = settled_by(rows, actor).filter(id=pair_id).first()
    if pair is None:
        raise Absent
    return pair


def merges_into(golden: Golden) -> QuerySet[Merge]:
    """Merges into a golden record that can be undone."""
    return Merge.objects.filter(kept=golden, undone_at=None).order_by("-id")


def queue(actor: Actor, registry_key: str = "") -> QuerySet[Pair]:
    """Pairs that the actor may settle: the likeliest first, those put off at the end."""
    need_steward(actor)
    rows = settled_by(Pair.objects.filter(state__in=Pair.WAITING), actor)
    rows = rows.select_related("registry", "left__source", "right__source")
    if registry_key:
        rows = rows.filter(registry__key=registry_key)
    return rows.order_by("-state", "-weight", "id")


def corrected_value(record_id: UUID, field: str) -> str | None:
    """What a holder should write into this field of its record: the golden value, when the record says otherwise."""
    record = Record.objects.select_related("golden").filter(id=record_id).first()
    if record is None:
        return None
    won = (record.golden.values or {}).get(field)
    return None if won is None or won[0] == record.values.get(field) else str(won[0])


def locate(text: str) -> Address | None:
    """The deepest node of the standard address tree that a written address leads to; nothing when it leads nowhere."""
    rest, node = numerals(folded(text)), None
    while rest:
        below = Address.objects.filter(parent=node, valid_to=None)
        found = [one for one in below if one.spelt and rest.startswith(one.spelt)]
        if not found and node is None:
            found = _further_down(rest)
        if not found:
            break
        node = max(found, key=lambda one: len(one.spelt))
        rest = rest[len(node.spelt) :]
    return node


def _further_down(rest: str) -> list[Address]:
    """Who writes an address at home leaves out the province and often the city."""
    heads = Address.objects.filter(level__lte=Address.Level.COUNTY, valid_to=None)
    return [one for one in heads if one.spelt and rest.startswith(one.spelt)]
