"""The register of point-to-point channels: entered, measured, planned for replacement, switched off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import Resource, System
from xiang.hub.sharing.models import Channel


@transaction.atomic
def put_channel(key: str, values: Mapping[str, Any], actor: Actor) -> Channel:
    """Register a channel or change what is known of it. ``values``: source, target (keys of systems), data, reason,
    rows_a_day, measured_on, replacement, replaced_by (key of a resource), planned_for."""
    ends = {name: System.objects.filter(key=values.get(name), retired=False).first() for name in ("source", "target")}
    if missing := [name for name, system in ends.items() if system is None]:
        raise Invalid([FieldError(f"/{name}", "system_absent", "没有这个系统：先在一本账里登记。") for name in missing])
    source, target = ends["source"], ends["target"]
    assert source is not None and target is not None
    if not (rights.serves(actor, source.body_key) or rights.serves(actor, target.body_key)):
        raise Forbidden("other_body", "由通道两端的机关之一或者总枢纽登记。")
    if source == target:
        raise Invalid([FieldError("/target", "same_system", "通道的两端要是两个系统。")])
    kept = {name: values[name] for name in ("data", "reason", "replacement") if name in values}
    if not str(values.get("reason", "")).strip() or not str(values.get("data", "")).strip():
        raise Invalid([FieldError("/reason", "reason_missing", "请写明传什么数据、凭什么存在。")])
    kept |= {"rows_a_day": int(values.get("rows_a_day") or 0), "measured_on": values.get("measured_on")}
    kept |= {"planned_for": values.get("planned_for"), "replaced_by": _resource(values.get("replaced_by"))}
    made, _ = Channel.objects.update_or_create(key=key, defaults={**kept, "source": source, "target": target})
    ledger.record("hub.channel.put", actor.ref, {"channel": key})
    return made


def _resource(key: Any) -> Resource | None:
    if not key:
        return None
    found: Resource | None = Resource.objects.filter(key=key).first()
    if found is None:
        raise Invalid([FieldError("/replaced_by", "resource_absent", "没有这个数据资源。")])
    return found


@transaction.atomic
def retire_channel(key: str, actor: Actor) -> Channel:
    """Switch a channel off: only when the hub serves what ran over it, or nothing does any more."""
    found = Channel.objects.select_related("source", "target", "replaced_by").filter(key=key).first()
    if found is None:
        raise Absent("channel_absent", "没有这个通道。")
    if not (rights.serves(actor, found.source.body_key) or rights.serves(actor, found.target.body_key)):
        raise Forbidden("other_body", "由通道两端的机关之一或者总枢纽登记。")
    if found.replaced_by is None and found.rows_a_day:
        raise Refused("not_replaced", "这个通道还在传数据：先写明由哪个数据资源替代，再停用。")
    if not Channel.objects.filter(pk=found.pk, retired_at=None).update(retired_at=instant.now()):
        raise Refused("channel_retired", "这个通道已经停用。")
    ledger.record("hub.channel.retired", actor.ref, {"channel": key})
    found.refresh_from_db()
    return found
