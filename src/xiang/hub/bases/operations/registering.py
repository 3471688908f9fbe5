"""Registries, sources, theme registries and the standard address tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.engine.spelling import folded, numerals
from xiang.hub.bases.engine.surviving import RULES
from xiang.hub.bases.models import Address, Lane, Registry, Source, Theme
from xiang.hub.bases.rights import need_hub, need_lead

LANES = 64


@transaction.atomic
def put_registry(key: str, values: Mapping[str, Any], actor: Actor) -> Registry:
    """Set up a registry (the hub alone) or change what is known of it; who leads and who runs it only the hub changes."""
    found = Registry.objects.filter(key=key).first()
    _may_put(found, values, actor)
    wrong = [field for field, rule in values.get("rules", {}).items() if rule not in RULES or rule == "corrected"]
    if wrong:
        raise Invalid([FieldError(f"/rules/{field}", "rule_unknown", "没有这种取值规则。") for field in wrong])
    registry, _ = Registry.objects.update_or_create(key=key, defaults=dict(values))
    Lane.objects.bulk_create([Lane(id=n) for n in range(LANES)], ignore_conflicts=True)
    ledger.record("bases.registry.put", actor.ref, {"registry": key})
    return registry


def _may_put(found: Registry | None, values: Mapping[str, Any], actor: Actor) -> None:
    if found is None:
        need_hub(actor)
        return
    need_lead(actor, found)
    if any(values.get(name, getattr(found, name)) != getattr(found, name) for name in ("owner_key", "operator_key")):
        need_hub(actor)
    if values.get("kind", found.kind) != found.kind and found.sources.exists():
        raise Refused("kind_fixed", f"“{found.title}”已经有数源，种类不能再改；请另设一个基础库。")


def lead_of(registry_key: str, actor: Actor) -> Registry:
    """A registry for somebody who leads it. ``Absent`` when there is none, ``Forbidden`` to a neighbour's steward."""
    registry = Registry.objects.filter(key=registry_key).first()
    if registry is None:
        raise Absent("registry_absent", "没有这个基础库，请先登记。")
    need_lead(actor, registry)
    return registry


@transaction.atomic
def put_source(key: str, registry_key: str, values: Mapping[str, Any], actor: Actor) -> Source:
    """Register a department's table as a source of a registry. It never changes the registry that it feeds."""
    registry = lead_of(registry_key, actor)
    if registry.kind not in KINDS:
        raise Refused("no_records", f"“{registry.title}”不由记录归并而成，不登记数源。")
    if Source.objects.filter(key=key).exclude(registry=registry).exists():
        raise Refused("source_elsewhere", "这个数源已经登记在另一个基础库。")
    source, _ = Source.objects.update_or_create(key=key, defaults={"registry": registry, **values})
    ledger.record("bases.source.put", actor.ref, {"registry": registry_key, "source": key})
    return source


@transaction.atomic
def put_theme(key: str, registry_key: str, values: Mapping[str, Any], actor: Actor) -> Theme:
    """Declare a theme registry: whose, for which scenario, which fields of which sources. Nothing is copied."""
    registry = lead_of(registry_key, actor)
    if Theme.objects.filter(key=key).exclude(registry=registry).exists():
        raise Refused("theme_elsewhere", "这个主题库已经建在另一个基础库上，请换一个键。")
    if not str(values.get("scenario", "")).strip():
        raise Refused("scenario_missing", "主题库要写明用在什么场景。")
    given = dict(values)
    sources = given.pop("sources", [])
    theme, _ = Theme.objects.update_or_create(key=key, defaults={"registry": registry, **given})
    theme.sources.set(Source.objects.filter(key__in=sources, registry=registry))
    ledger.record("bases.theme.put", actor.ref, {"theme": key, "registry": registry_key})
    return theme


@transaction.atomic
def put_address(code: str, parent_code: str, values: Mapping[str, Any], actor: Actor) -> Address:
    """Enter a node of the standard address tree, below its parent (none for a province): by who leads geography."""
    geography = Registry.objects.filter(kind=Registry.Kind.GEOGRAPHY).first()
    if geography is None:
        need_hub(actor)
    else:
        need_lead(actor, geography)
    parent = Address.objects.filter(code=parent_code).first() if parent_code else None
    if parent_code and parent is None:
        raise Refused("parent_absent", "上一级地址还没有，请先登记上一级。")
    if parent is not None and int(values["level"]) <= parent.level:
        raise Refused("level_order", "地址级别要低于上一级。")
    spelt = numerals(folded(values["name"]))
    node, _ = Address.objects.update_or_create(code=code, defaults={"parent": parent, "spelt": spelt, **values})
    ledger.record("bases.address.put", actor.ref, {"address": code})
    return node
