"""The inventory's part of the profile: ``resources.yaml``, one file with its systems, catalogue and resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.hub.inventory import operations
from xiang.hub.inventory.models import CatalogueEntry, Resource, System

KIND = "resources"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SHARE = {
    "unconditional": CatalogueEntry.Share.UNCONDITIONAL,
    "conditional": CatalogueEntry.Share.CONDITIONAL,
    "refused": CatalogueEntry.Share.NOT_SHARED,
}
TYPES = ("text", "date", "datetime", "integer", "money", "yesno", "code")
_LETTERS = {
    "text": "C", "date": "D", "datetime": "T", "integer": "I", "money": "Y", "yesno": "L", "code": "C",
}  # fmt: skip
SCHEMES = ("id_number", "uscc", "passport", "birth_record")

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["systems", "catalogue", "resources"],
    "properties": {
        "systems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "title", "body"],
                "additionalProperties": False,
                "properties": {
                    "key": _TEXT,
                    "title": _TEXT,
                    "short": _TEXT,
                    "body": _TEXT,
                    "database": _TEXT,
                    "connection": _TEXT,
                    "kind": {"enum": list(System.Kind.values)},
                },
            },
        },
        "catalogue": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "title", "body", "system", "sharing", "update", "level", "format"],
                "properties": {
                    "key": _TEXT,
                    "title": _TEXT,
                    "sharing": {"enum": list(_SHARE)},
                    "level": {"type": "integer", "minimum": 1, "maximum": 5},
                    "mode": {"enum": list(CatalogueEntry.Mode.values)},
                    "secret": {"const": False},
                },
            },
        },
        "resources": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "title", "catalogue", "system", "table", "lookup", "fields"],
                "properties": {
                    "lookup": {
                        "type": "object",
                        "required": ["subject", "scheme", "columns"],
                        "additionalProperties": False,
                        "properties": {
                            "subject": _TEXT,
                            "scheme": {"enum": list(SCHEMES)},
                            "columns": {"type": "array", "minItems": 1, "items": _TEXT},
                            "of": _TEXT,
                            "many": {"type": "boolean"},
                            "order": _TEXT,
                            "narrow": _TEXTS,
                        },
                    },
                    "personal": {"type": "boolean"},
                    "provider": _TEXT,
                    "sensitive": {"type": "array", "items": _TEXT},
                    "fields": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["key", "title", "type"],
                            "additionalProperties": False,
                            "properties": {
                                "key": _TEXT,
                                "title": _TEXT,
                                "type": {"enum": list(TYPES)},
                                "column": _TEXT,
                                "codes": _TEXTS,
                            },
                        },
                    },
                },
            },
        },
    },
}

#: What a profile that is being checked declares, so that forms of the same profile may already refer to it.
_declared: dict[str, frozenset[str]] = {}


def declared(resource: str, name: str) -> bool:
    """Whether the profile that is being loaded declares this data item."""
    return resource in _declared and (not name or name in _declared[resource])


def check(row: Row, context: Context) -> Iterator[Problem]:
    """References, names that can be columns, one key once, and the law behind what is not shared."""
    content = row.data
    for part in ("systems", "catalogue", "resources"):
        yield from _once(row, part, content[part])
    systems = {s["key"] for s in content["systems"]}
    entries = {e["key"]: e for e in content["catalogue"]}
    yield from _bodies(row, context)
    for place, entry in enumerate(content["catalogue"]):
        yield from _check_entry(row, f"catalogue.{place}", entry, systems)
    for place, resource in enumerate(content["resources"]):
        yield from _check_resource(row, f"resources.{place}", resource, systems, entries)
    _declared.clear()
    _declared.update({r["key"]: frozenset(f["key"] for f in r["fields"]) for r in content["resources"]})


def _once(row: Row, part: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry["key"] in seen:
            yield row.problem("key_twice", f"“{entry['key']}”写了两次，改一个不同的键。", at=f"{part}.{place}.key")
        seen.add(entry["key"])


def _bodies(row: Row, context: Context) -> Iterator[Problem]:
    if not any(context.of("bodies")):
        return
    for part in ("systems", "catalogue"):
        for place, entry in enumerate(row.data[part]):
            if not context.has("bodies", entry["body"]):
                detail = f"没有机构“{entry['body']}”：先写进 bodies.yaml。"
                yield row.problem("body_unknown", detail, at=f"{part}.{place}.body")


def _check_entry(row: Row, at: str, entry: Mapping[str, Any], systems: set[str]) -> Iterator[Problem]:
    if entry["system"] not in systems:
        yield row.problem("system_unknown", f"没有系统“{entry['system']}”：先写进 systems。", at=f"{at}.system")
    if entry["sharing"] == "refused" and not entry.get("basis"):
        detail = "不予共享必须在 basis 里写明法律、行政法规或者国务院决定的具体条款。"
        yield row.problem("citation_missing", detail, at=f"{at}.sharing")
    if entry["sharing"] == "conditional" and not entry.get("condition"):
        yield row.problem("conditions_missing", "有条件共享必须在 condition 里写明条件和用途。", at=f"{at}.sharing")


def _check_resource(
    row: Row, at: str, resource: Mapping[str, Any], systems: set[str], entries: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    if resource["system"] not in systems:
        yield row.problem("system_unknown", f"没有系统“{resource['system']}”：先写进 systems。", at=f"{at}.system")
    entry = entries.get(resource["catalogue"])
    if entry is None:
        detail = f"没有目录“{resource['catalogue']}”：先写进 catalogue。"
        yield row.problem("entry_unknown", detail, at=f"{at}.catalogue")
    elif entry["sharing"] == "refused":
        yield row.problem("not_shared", f"目录“{entry['title']}”不予共享，不能挂接资源。", at=f"{at}.catalogue")
    names = {field["key"]: field.get("column", field["key"]) for field in resource["fields"]}
    lookup = resource["lookup"]
    columns = [resource["table"], *names.values(), *lookup["columns"], *lookup.get("narrow", {}).values()]
    for name in columns:
        if not _NAME.fullmatch(name):
            detail = f"“{name}”不能做表名或列名：只用小写字母、数字和下划线，字母开头。"
            yield row.problem("column_name", detail, at=at)
    for name in resource.get("sensitive", ()):
        if name not in names:
            yield row.problem("field_unknown", f"sensitive 里的“{name}”不在 fields 里。", at=f"{at}.sensitive")


def apply(row: Row, context: Context) -> None:
    """Put everything the file says, and retire what it no longer says."""
    content, actor = row.data, context.actor
    for system in content["systems"]:
        operations.put_system(system["key"], _system(system), actor)
    author = context.author if context.author.ref != actor.ref else None
    for entry in content["catalogue"]:
        own = [resource for resource in content["resources"] if resource["catalogue"] == entry["key"]]
        operations.put_entry(entry["key"], _entry(entry), actor, author, items_of(own))
    for resource in content["resources"]:
        operations.mount(resource["key"], resource["catalogue"], resource["system"], _resource(resource), actor)
    _retire_others(content, context)


def _system(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "from_profile": True,
        "body_key": said["body"],
        "title": said["title"],
        "short": said.get("short", ""),
        "kind": said.get("kind", System.Kind.DATABASE),
        "connection": said.get("connection") or f"sqlite:{said.get('database', said['key'])}",
    }


def items_of(resources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The data items of the resources under an entry, each with the column that it is in; the first of a name counts."""
    found: dict[str, dict[str, Any]] = {}
    for resource in resources:
        sensitive = set(resource.get("sensitive", ()))
        for field in resource["fields"]:
            item = {"name": field["key"], "title": field["title"], "type": _LETTERS[field["type"]]}
            item |= {"sensitive": field["key"] in sensitive, "system": resource["system"], "table": resource["table"]}
            item["column"] = field.get("column", field["key"])
            found.setdefault(field["key"], item)
    return list(found.values())


def _entry(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "body_key": said["body"],
        "title": said["title"],
        "category": said.get("category", ""),
        "summary": said.get("summary", ""),
        "format": said["format"],
        "cycle": said["update"],
        "share": _SHARE[said["sharing"]],
        "conditions": said.get("condition", ""),
        "not_shared_citation": said.get("basis", "") if said["sharing"] == "refused" else "",
        "mode": said.get("mode", CatalogueEntry.Mode.API),
        "open": said.get("open", CatalogueEntry.Open.CLOSED),
        "grade": said["level"],
    }


def _resource(said: Mapping[str, Any]) -> dict[str, Any]:
    sensitive = set(said.get("sensitive", ()))
    return {
        "from_profile": True,
        "title": said["title"],
        "table": said["table"],
        "lookup_spec": dict(said["lookup"]),
        "field_specs": [
            {
                "name": field["key"],
                "title": field["title"],
                "type": field["type"],
                "column": field.get("column", field["key"]),
                "sensitive": field["key"] in sensitive,
                "codes": field.get("codes", {}),
            }
            for field in said["fields"]
        ],
        "provider_column": said.get("provider", ""),
        "personal": said.get("personal", True),
    }


def _retire_others(content: Mapping[str, Any], context: Context) -> None:
    """What the file said before and says no more goes. What bodies registered themselves is not the file's to take away."""
    kept = {part: {one["key"] for one in content.get(part, ())} for part in ("systems", "catalogue", "resources")}
    for resource in Resource.objects.filter(from_profile=True).exclude(key__in=kept["resources"]):
        operations.unmount(resource.key, context.actor)
    for entry in CatalogueEntry.objects.filter(from_profile=True, retired=False).exclude(key__in=kept["catalogue"]):
        operations.retire_entry(entry.key, context.actor)
    for system in System.objects.filter(from_profile=True, retired=False).exclude(key__in=kept["systems"]):
        operations.retire_system(system.key, context.actor)


def retire(key: str, context: Context) -> None:
    """The file has gone: nothing is mounted any more."""
    _retire_others({}, context)


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.Section(
            kind=KIND,
            title="系统、目录、数据资源",
            order=profile.Order.RESOURCES,
            files="resources.yaml",
            key=lambda content: "inventory" if "systems" in content else "",
            schema=SCHEMA,
            validate=check,
            apply=apply,
            retire=retire,
            version=2,  # rows say that they are from the profile
        )
    )
