"""Reading the ledger of systems, catalogues and data, and what hangs loose in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.hub.inventory.models import CatalogueEntry, Resource, System


def systems() -> QuerySet[System]:
    """Systems in service."""
    return System.objects.filter(retired=False)


def resource(key: str) -> Resource:
    """A resource in use, with its system and catalogue entry; ``Absent`` otherwise."""
    found = resources([key])
    if key not in found:
        raise Absent("resource_absent", "没有这个数据资源，或者已经下线。")
    return found[key]


def resources(keys: Iterable[str] | None = None) -> Mapping[str, Resource]:
    """Resources in use by key; all of them without ``keys``."""
    rows = Resource.objects.select_related("system", "entry").filter(
        state=Resource.State.MOUNTED, system__retired=False, entry__retired=False
    )
    return {row.key: row for row in (rows if keys is None else rows.filter(key__in=set(keys)))}


def has_field(resource_key: str, name: str) -> bool:
    """Whether a resource in use has a data item of this name."""
    found = resources([resource_key]).get(resource_key)
    return found is not None and (not name or name in found.data_fields)


@dataclass(frozen=True, slots=True)
class Orphans:
    """What hangs loose: systems without catalogue, catalogue without data (both are defects to mend)."""

    systems: Sequence[System]
    entries: Sequence[CatalogueEntry]


def orphans() -> Orphans:
    """The defect lists of the one ledger. A resource without an entry cannot exist: the database forbids it."""
    mounted = Resource.objects.filter(state=Resource.State.MOUNTED)
    return Orphans(
        list(systems().filter(~Exists(mounted.filter(system=OuterRef("pk"))))),
        list(
            CatalogueEntry.objects.filter(~Exists(mounted.filter(entry=OuterRef("pk"))), retired=False).exclude(
                share=CatalogueEntry.Share.NOT_SHARED
            )
        ),
    )
