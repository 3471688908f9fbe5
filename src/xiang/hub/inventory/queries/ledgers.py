"""The one ledger as a whole: what hangs loose, coverage and freshness by body, the graph from system to data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry, Column, Item, Resource, Scan, System, Table
from xiang.hub.inventory.queries.entries import visible_to

LONGEST = 200


def systems_for(actor: Actor) -> QuerySet[System]:
    """The hub and auditors see every system in service, a body's officers their own."""
    rows = System.objects.filter(retired=False)
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.is_staff and actor.body_key else rows.none()


def system_for(actor: Actor, key: str) -> System:
    """One system; ``Absent`` where it is not, or not for this actor."""
    found = systems_for(actor).filter(key=key).first()
    if found is None:
        raise Absent("system_absent", "打不开这个系统：没有它，或者不归您的机关管。")
    return found


@dataclass(frozen=True, slots=True)
class Orphans:
    """What hangs loose: systems without catalogue, catalogue without data, data without catalogue. All to be mended.

    Each list holds the first :data:`LONGEST`; ``counts`` says how many there are of each.
    """

    systems: Sequence[System]
    entries: Sequence[CatalogueEntry]
    tables: Sequence[Table] = ()
    counts: Mapping[str, int] | None = None


def orphans(actor: Actor | None = None) -> Orphans:
    """The three defect lists, of everything or of what an actor answers for."""
    mounted = Resource.objects.filter(state=Resource.State.MOUNTED)
    own = System.objects.filter(retired=False) if actor is None else systems_for(actor)
    mapped = Item.objects.filter(entry__retired=False)
    loose = own.filter(~Exists(mounted.filter(system=OuterRef("pk"))), ~Exists(mapped.filter(system=OuterRef("pk"))))
    entries = CatalogueEntry.objects.filter(~Exists(mounted.filter(entry=OuterRef("pk"))), retired=False).exclude(
        share=CatalogueEntry.Share.NOT_SHARED
    )
    if actor is not None and not rights.is_hub(actor):
        entries = entries.filter(body_key=actor.body_key)
    tables = Table.objects.select_related("system").filter(
        ~Exists(mounted.filter(system=OuterRef("system"), table=OuterRef("name"))),
        ~Exists(mapped.filter(system=OuterRef("system"), table=OuterRef("name"))),
        gone=False,
        system__in=own,
    )
    counts = {"systems": loose.count(), "entries": entries.count(), "tables": tables.count()}
    return Orphans(list(loose[:LONGEST]), list(entries[:LONGEST]), list(tables[:LONGEST]), counts)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One body: how many systems and entries, how many with data, how many fresh of those that are judged."""

    body_key: str
    systems: int
    entries: int
    mounted: int
    fresh: int
    stale: int

    @property
    def share(self) -> float:
        """挂接率: entries with data ÷ entries that could have some."""
        return self.mounted / self.entries if self.entries else 0.0

    @property
    def percent(self) -> int:
        """The same in whole percent, for the bar."""
        return round(100 * self.share)

    @property
    def judged(self) -> int:
        """Entries whose data was reported and whose cycle is judged."""
        return self.fresh + self.stale

    @property
    def timely(self) -> float | None:
        """及时更新率: fresh ÷ judged; ``None`` when none is judged."""
        return self.fresh / self.judged if self.judged else None


def coverage(actor: Actor) -> list[Coverage]:
    """Every body that has a system or an entry, those with most entries first. Entries that may not be shared cannot be
    mounted and are left out. Three statements."""
    now, mounted = instant.now(), Resource.objects.filter(state=Resource.State.MOUNTED, entry=OuterRef("pk"))
    entries = visible_to(actor).filter(retired=False).exclude(share=CatalogueEntry.Share.NOT_SHARED)
    rows = entries.order_by().values("body_key").annotate(
        number=Count("id"), fresh=Count("id", filter=Q(fresh_until__gte=now)), stale=Count("id", filter=Q(fresh_until__lt=now))
    )  # fmt: skip
    with_data = dict(entries.filter(Exists(mounted)).order_by().values_list("body_key").annotate(number=Count("id")))
    own = dict(systems_for(actor).order_by().values_list("body_key").annotate(number=Count("id")))
    found = {
        row["body_key"]: Coverage(
            row["body_key"], own.get(row["body_key"], 0), row["number"],
            with_data.get(row["body_key"], 0), row["fresh"], row["stale"],
        )
        for row in rows
    }  # fmt: skip
    found |= {key: Coverage(key, number, 0, 0, 0, 0) for key, number in own.items() if key not in found}
    return sorted(found.values(), key=lambda one: (-one.entries, one.body_key))


@dataclass(frozen=True, slots=True)
class Graph:
    """System–catalogue–data (系统—目录—数据): the three columns and the lines between, by their places in them."""

    systems: Sequence[System]
    entries: Sequence[CatalogueEntry]
    tables: Sequence[tuple[str, str]]
    system_entry: frozenset[tuple[int, int]]
    entry_table: frozenset[tuple[int, int]]


MOST_NODES = 40


def graph(actor: Actor, body_key: str) -> Graph:
    """The graph of one body, at most :data:`MOST_NODES` of each kind; tables are ``(system key, table)``."""
    systems = list(systems_for(actor).filter(body_key=body_key)[:MOST_NODES])
    entries = list(visible_to(actor).filter(body_key=body_key, retired=False)[:MOST_NODES])
    lines = set(_mapped(entries))
    known = list(dict.fromkeys((line[1], line[2]) for line in sorted(lines)))
    scanned = Table.objects.filter(system__in=systems, gone=False).values_list("system__key", "name")
    known += [one for one in scanned[: MOST_NODES * 2] if one not in known]
    tables = known[:MOST_NODES]
    place_of_system = {one.key: place for place, one in enumerate(systems)}
    place_of_entry = {one.key: place for place, one in enumerate(entries)}
    place_of_table = {one: place for place, one in enumerate(tables)}
    return Graph(
        systems, entries, tables,
        frozenset((place_of_system[s], place_of_entry[e]) for e, s, _ in lines if s in place_of_system),
        frozenset((place_of_entry[e], place_of_table[(s, t)]) for e, s, t in lines if (s, t) in place_of_table),
    )  # fmt: skip


def _mapped(entries: Sequence[CatalogueEntry]) -> list[tuple[str, str, str]]:
    """(entry, system, table) as mounted or mapped."""
    mounted = Resource.objects.filter(entry__in=entries, state=Resource.State.MOUNTED)
    rows = list(mounted.values_list("entry__key", "system__key", "table"))
    mapped = Item.objects.filter(entry__in=entries, system__isnull=False).order_by()
    return rows + list(mapped.values_list("entry__key", "system__key", "table").distinct())


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column of a system and the data items that it is in; ``missing``: items point at it and it is not there."""

    table: str
    column: str
    native: str
    items: Sequence[Item]
    missing: bool = False


def mapping(system: System) -> list[Mapped]:
    """Every column that was scanned with what is mapped to it, and what is mapped to nothing. Two statements."""
    by_column: dict[tuple[str, str], list[Item]] = {}
    for item in Item.objects.filter(system=system, entry__retired=False).exclude(column="").select_related("entry"):
        by_column.setdefault((item.table, item.column), []).append(item)
    rows = []
    for column in (
        Column.objects.filter(table__system=system, table__gone=False)
        .select_related("table")
        .order_by("table__name", "position")
    ):
        rows.append(
            Mapped(column.table.name, column.name, column.native, by_column.pop((column.table.name, column.name), ()))
        )
    return rows + [Mapped(table, name, "", items, True) for (table, name), items in by_column.items()]


def mapped_tables(entry: CatalogueEntry) -> list[tuple[str, str, str]]:
    """The tables that an entry's items lie in: system key, its title, table."""
    rows = Item.objects.filter(entry=entry, system__retired=False).exclude(column="").order_by("system__key", "table")
    return list(rows.values_list("system__key", "system__title", "table").distinct())


def columns_of(system_key: str, table: str) -> list[Column]:
    """The columns of a table as the last scan saw them, in order."""
    found = Column.objects.filter(table__system__key=system_key, table__name=table, table__gone=False)
    return list(found.select_related("table__system").order_by("position"))


def last_scans(systems: Sequence[System]) -> dict[str, Scan]:
    """The last scan of each system, by the system's key."""
    newest: dict[str, Scan] = {}
    for scan in Scan.objects.filter(system__in=systems).select_related("system").order_by("-id")[: 20 * len(systems)]:
        newest.setdefault(scan.system.key, scan)
    return newest


def mapped_items(entries: Sequence[CatalogueEntry]) -> dict[str, tuple[int, int]]:
    """How many items each entry has and how many of them have a column, by key."""
    rows = Item.objects.filter(entry__in=entries).order_by().values_list("entry__key")
    counted = rows.annotate(number=Count("id"), mapped=Count("id", filter=~Q(column="")))
    return {key: (number, mapped) for key, number, mapped in counted}
