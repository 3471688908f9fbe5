"""Keeping the index true: rooms say what changed, the worker brings it in."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection

from xiang.foundation.search import documents, index
from xiang.foundation.search.models import Change

BATCH = 500


def changed(kind: str, *keys: str) -> None:
    """Say that documents changed or are gone, inside the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind} must be said to have changed inside the transaction that changes it")
    Change.objects.bulk_create([Change(kind=kind, key=key) for key in keys], batch_size=1000)


def bring_in(limit: int = BATCH) -> int:
    """Bring what changed into the index; how many changes there were. Killed in between, it is done again: no harm.

    1. Without an index, or with a rebuild that was cut off, build one.
    2. Read the oldest changes; fetch what they name; put what exists, drop what is gone.
    3. Forget the changes.
    """
    now = index.state()
    if not now.current or now.building:
        index.rebuild()
    total = 0
    while changes := list(Change.objects.order_by("pk")[:limit]):
        wanted: dict[str, set[str]] = defaultdict(set)
        for change in changes:
            wanted[change.kind].add(change.key)
        for name, keys in wanted.items():
            _bring(name, sorted(keys))
        Change.objects.filter(pk__in=[change.pk for change in changes]).delete()
        total += len(changes)
        if len(changes) < limit:
            break
    return total


def _bring(name: str, keys: list[str]) -> None:
    kind = documents.find(name)
    found = list(kind.fetch(keys)) if kind else []
    there = {document.key for document in found}
    if gone := [key for key in keys if key not in there]:
        index.drop(name, gone)
    if found:
        index.put(found)
