"""Bringing what changed into the index of the catalogue; the worker does it every second."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q, QuerySet

from xiang.hub.inventory.models import CatalogueEntry, Resource, Unindexed
from xiang.hub.inventory.searching import index

BATCH = 2000


def bring_in() -> int:
    """Index what changed; how many changes there were. Killed in between, it is done again: no harm.

    1. Without an index, build one. 2. Read the oldest changes and replace what they name. 3. Forget the changes.
    """
    if not index.exists():
        index.build(_listed(CatalogueEntry.objects.all()))
    total = 0
    while changes := list(Unindexed.objects.order_by("pk").values_list("pk", "key")[:BATCH]):
        keys = list(dict.fromkeys(key for _, key in changes))
        index.replace(keys, _listed(CatalogueEntry.objects.filter(key__in=keys)))
        Unindexed.objects.filter(pk__in=[pk for pk, _ in changes]).delete()
        total += len(changes)
    return total


def _listed(entries: QuerySet[CatalogueEntry]) -> Iterator[index.Listed]:
    mounted = Count("resources", filter=Q(resources__state=Resource.State.MOUNTED))
    rows = entries.filter(retired=False).annotate(mounted=mounted).order_by()
    for entry in rows.iterator(chunk_size=BATCH):
        yield index.Listed(entry, entry.mounted)
