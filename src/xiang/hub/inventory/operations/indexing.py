"""Bringing what changed into the index of the catalogue; the worker does it every second."""

from __future__ import annotations

from collections.abc import Iterator

from xiang.hub.inventory.models import CatalogueEntry, Unindexed
from xiang.hub.inventory.searching import index

BATCH = 2000


def bring_in() -> int:
    """Index what changed; how many changes there were. Killed in between, it is done again: no harm.

    1. Without an index, build one. 2. Read the oldest changes and replace what they name. 3. Forget the changes.
    """
    if not index.exists():
        index.build(_all())
    total = 0
    while changes := list(Unindexed.objects.order_by("pk").values_list("pk", "key")[:BATCH]):
        keys = list(dict.fromkeys(key for _, key in changes))
        index.replace(keys, CatalogueEntry.objects.filter(key__in=keys, retired=False))
        Unindexed.objects.filter(pk__in=[pk for pk, _ in changes]).delete()
        total += len(changes)
    return total


def _all() -> Iterator[CatalogueEntry]:
    yield from CatalogueEntry.objects.filter(retired=False).iterator(chunk_size=BATCH)
