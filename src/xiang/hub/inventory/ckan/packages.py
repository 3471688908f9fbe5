"""An entry as a package and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xiang.hub.inventory import content, naming
from xiang.hub.inventory.models import CatalogueEntry, Resource, Revision

_PLAIN = {"title": "title", "name": "key", "notes": "summary", "owner_org": "body_key"}
_EXTRAS = ("code", "provider_code", "category", "format", "cycle", "share", "conditions", "not_shared_citation", "open",
           "mode", "grade", "related", "classification", "grading", "items")  # fmt: skip
_STRUCTURED = ("related", "classification", "grading", "items")


def packages(entries: Sequence[CatalogueEntry]) -> list[dict[str, Any]]:
    """Entries in force as packages. Three statements."""
    names = naming.body_names(entry.body_key for entry in entries)
    mounted: dict[Any, list[Resource]] = {}
    used = Resource.objects.filter(entry__in=entries, state=Resource.State.MOUNTED).select_related("system")
    for resource in used.order_by("key"):
        mounted.setdefault(resource.entry_id, []).append(resource)
    return [_package(entry, names[entry.body_key], mounted.get(entry.pk, ())) for entry in entries]


def _package(entry: CatalogueEntry, body: str, resources: Iterable[Resource]) -> dict[str, Any]:
    shown = [resource_of(one, str(entry.pk)) for one in resources]
    at = entry.published_at.isoformat() if entry.published_at else None
    return _shell(content.of_entry(entry), body) | {
        "id": str(entry.pk), "state": "deleted" if entry.retired else "active", "version": str(entry.version),
        "metadata_created": at, "metadata_modified": at, "resources": shown, "num_resources": len(shown),
    }  # fmt: skip


def draft_package(revision: Revision) -> dict[str, Any]:
    """A change under way as the package that it will be; ``state`` is draft."""
    body = naming.body_name(revision.body_key)
    at = revision.created_at.isoformat()
    return _shell(revision.content, body) | {
        "id": str(revision.entry_id or revision.pk), "state": "draft", "version": str(revision.base),
        "metadata_created": at, "metadata_modified": at, "resources": [], "num_resources": 0,
    }  # fmt: skip


def _shell(said: Mapping[str, Any], body: str) -> dict[str, Any]:
    kind, _, item = said["category"].partition("/")
    extras = [{"key": name, "value": _value(said[name])} for name in _EXTRAS]
    return {theirs: said[ours] for theirs, ours in _PLAIN.items()} | {
        "type": "dataset", "private": said["open"] != CatalogueEntry.Open.OPEN, "license_id": None,
        "organization": organization(said["body_key"], body), "extras": extras,
        "groups": [{"name": kind, "title": kind, "display_name": kind}] if kind else [],
        "tags": [{"name": item, "display_name": item, "state": "active"}] if item else [],
        "num_tags": 1 if item else 0,
    }  # fmt: skip


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def organization(key: str, name: str) -> dict[str, Any]:
    """A body."""
    return {"id": key, "name": key, "title": name, "type": "organization", "is_organization": True, "state": "active"}


def resource_of(resource: Resource, package_id: str) -> dict[str, Any]:
    """A mounted resource. Its address is the gateway's: nobody is led past the rights to the department's system."""
    return {
        "id": str(resource.pk), "name": resource.title, "package_id": package_id, "state": "active",
        "format": resource.system.get_kind_display(), "url": f"/hub/resources/{resource.key}/", "url_type": "xiang",
        "description": "", "xiang_key": resource.key,
        "last_modified": resource.updated_at.isoformat() if resource.updated_at else None, "size": None,
    }  # fmt: skip


def content_of(package: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A package that somebody sent as a content, over what was ``before`` (for a patch)."""
    said = dict(before or {})
    said |= {ours: package[theirs] for theirs, ours in _PLAIN.items() if theirs in package}
    said |= {one["key"]: one["value"] for one in package.get("extras") or () if one.get("key") in _EXTRAS}
    said |= {name: package[name] for name in _EXTRAS if name in package}
    for name in _STRUCTURED:
        if isinstance(said.get(name), str):
            said[name] = _parsed(said[name])
    if str(said.get("grade", "")).isdecimal():
        said["grade"] = int(said["grade"])
    return said


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return None
