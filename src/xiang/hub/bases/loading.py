"""The registries in the profile: ``bases.yaml``; and in demonstrations a few made-up records: ``bases-demo.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.hub.bases import operations
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.engine.surviving import RULES
from xiang.hub.bases.models import Address, Registry
from xiang.hub.inventory import loading as inventory

KIND = "bases"
_KEY = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_SETTLED_BY_RULE = [rule for rule in RULES if rule != "corrected"]


def _object(required: str, **properties: Any) -> dict[str, Any]:
    said = {"type": "object", "required": required.split(), "additionalProperties": False}
    return said | {"properties": properties}


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


SCHEMA = _object(
    "key kind title owner",
    key=_KEY,
    kind={"enum": Registry.Kind.values},
    title=_TEXT,
    owner=_TEXT,
    operator=_TEXT,
    rules={"type": "object", "additionalProperties": {"enum": _SETTLED_BY_RULE}},
    sources=_list(
        _object(
            "key title body rank",
            key=_KEY,
            title=_TEXT,
            body=_TEXT,
            resource=_TEXT,
            rank={"type": "integer", "minimum": 1, "maximum": 99},
        )
    ),
    themes=_list(
        _object(
            "key title owner scenario fields",
            key=_KEY,
            title=_TEXT,
            owner=_TEXT,
            scenario={"type": "string", "minLength": 1, "maxLength": 300},
            sources=_TEXTS,
            fields=_TEXTS,
        )
    ),
    addresses=_list(
        _object(
            "code level name",
            code=_TEXT,
            parent=_TEXT,
            level={"enum": Address.Level.values},
            name=_TEXT,
            lon={"type": "number"},
            lat={"type": "number"},
        )
    ),
)
RECORD_SCHEMA = _object(
    "source reference values",
    source=_KEY,
    reference=_TEXT,
    day={"type": "string"},
    values={"type": "object", "additionalProperties": _TEXT},
)


def check(row: Row, context: Context) -> Iterator[Problem]:
    """Bodies, resources, fields and sources that are named are there."""
    said = row.data
    kind = KINDS.get(said["kind"])
    fields = kind.fields if kind else ()
    own = {one["key"] for one in said.get("sources", ())}
    if own and not kind:
        detail = f"“{said['title']}”不由记录归并而成，不登记数源；标准地址写在 addresses 里。"
        yield row.problem("no_records", detail, at="sources")
    for place, body in _bodies(said):
        if any(context.of("bodies")) and not context.has("bodies", body):
            yield row.problem("body_unknown", f"没有机关“{body}”：先写进 bodies.yaml。", at=place)
    for n, one in enumerate(said.get("sources", ())):
        if one.get("resource") and not inventory.declared(one["resource"], ""):
            detail = f"没有数据资源“{one['resource']}”：先写进 resources.yaml。"
            yield row.problem("resource_unknown", detail, at=f"sources.{n}.resource")
    named = [(f"rules.{field}", field) for field in said.get("rules", {})]
    for n, theme in enumerate(said.get("themes", ())):
        named += [(f"themes.{n}.fields", field) for field in theme["fields"]]
        for key in theme.get("sources", ()):
            if key not in own:
                yield row.problem("source_unknown", f"主题库用到的数源“{key}”没有登记。", at=f"themes.{n}.sources")
    for place, field in named:
        if field not in fields:
            yield row.problem("field_unknown", f"没有“{field}”这一项，可用：{'、'.join(fields)}。", at=place)


def _bodies(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "owner", said["owner"]
    if "operator" in said:
        yield "operator", said["operator"]
    for part, name in (("sources", "body"), ("themes", "owner")):
        for n, one in enumerate(said.get(part, ())):
            yield f"{part}.{n}.{name}", one[name]


def apply(row: Row, context: Context) -> None:
    """Set up the registry, its sources, its theme registries, its addresses. What is no longer said stays: it holds
    records, and golden ids never end."""
    said, actor = row.data, context.actor
    values = {"kind": said["kind"], "title": said["title"], "owner_key": said["owner"]}
    values |= {"operator_key": said.get("operator", ""), "rules": said.get("rules", {})}
    operations.put_registry(row.key, values, actor)
    for one in said.get("sources", ()):
        source = {"title": one["title"], "body_key": one["body"], "rank": one["rank"]}
        operations.put_source(one["key"], row.key, source | {"resource_key": one.get("resource", "")}, actor)
    for one in said.get("themes", ()):
        theme = {name: one[name] for name in ("title", "scenario", "fields")}
        theme |= {"owner_key": one["owner"], "sources": one.get("sources", [])}
        operations.put_theme(one["key"], row.key, theme, actor)
    for one in said.get("addresses", ()):
        place = {name: one[name] for name in ("level", "name", "lon", "lat") if name in one}
        operations.put_address(one["code"], one.get("parent", ""), place, actor)


def resolve(row: Row, context: Context) -> None:
    """Resolve a made-up record: in demonstrations only."""
    if settings.DEMO:
        said = row.data
        day = said.get("day", "")
        operations.resolve(said["source"], said["reference"], said["values"], context.actor, day=day)


def register() -> None:
    """Make the sections known; called at start."""
    profile.register(
        profile.Section(
            kind=KIND,
            title="基础库",
            order=profile.Order.RESOURCES + 1,
            files="bases.yaml",
            schema=SCHEMA,
            validate=check,
            apply=apply,
            finish=lambda context: operations.count(),
        )
    )
    profile.register(
        profile.Section(
            kind="base_records",
            title="基础库演示记录",
            order=profile.Order.RESOURCES + 2,
            files="bases-demo.yaml",
            key=lambda said: f"{said.get('source')}/{said.get('reference')}",
            schema=RECORD_SCHEMA,
            apply=resolve,
            finish=lambda context: operations.count(),
        )
    )
