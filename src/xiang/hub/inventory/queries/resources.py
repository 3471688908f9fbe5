"""Resources in use: what rooms above read by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.hub.inventory.models import Resource, System


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
