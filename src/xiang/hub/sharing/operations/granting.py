"""Granting, revoking, and the switch that unplugs a system in a demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory.models import Resource, System
from xiang.hub.inventory.operations import need_steward
from xiang.hub.sharing.models import Grant, SystemState
from xiang.hub.sharing.narrowing import narrowed
from xiang.hub.sharing.operations import circuit


@transaction.atomic
def put_grant(key: str, resource_key: str, values: Mapping[str, Any], actor: Actor) -> Grant:
    """Grant, or change a grant. ``values``: requester, fields, purposes, basis, items, valid_from, valid_to."""
    need_steward(actor)
    resource = Resource.objects.filter(key=resource_key).first()
    if resource is None:
        raise Absent("resource_absent", "没有这个数据资源。")
    if strange := set(values["fields"]) - set(resource.data_fields):
        raise Refused("field_unknown", f"资源“{resource.title}”没有数据项：{'、'.join(sorted(strange))}。")
    grant, made = Grant.objects.update_or_create(
        key=key, defaults={"resource": resource, "revoked_at": None, "revoked_reason": "", **values}
    )
    ledger.record("hub.grant.put", actor.ref, {"grant": key, "resource": resource_key, "requester": grant.requester})
    if not made:
        narrowed(key)
    return grant


@transaction.atomic
def revoke_grant(key: str, reason: str, actor: Actor) -> None:
    """Take a grant back; the next look-up already finds it gone."""
    need_steward(actor)
    done = Grant.objects.filter(key=key, revoked_at=None).update(revoked_at=instant.now(), revoked_reason=reason)
    if not done:
        raise Refused("grant_revoked", "这份授权已经撤销，或者不存在。")
    ledger.record("hub.grant.revoked", actor.ref, {"grant": key})
    narrowed(key)


@transaction.atomic
def set_system_state(key: str, switch: str, actor: Actor) -> None:
    """Unplug a system, make it slow, or plug it in again (``up``, ``down``, ``slow``): for demonstrations only."""
    need_steward(actor)
    if not settings.DEMO:
        raise Refused("not_a_demonstration", "只有演示环境可以断开系统。")
    if switch not in SystemState.Switch.values:
        raise Refused("switch_unknown", "只能是连通、断开或者很慢。")
    system = System.objects.filter(key=key, retired=False).first()
    if system is None:
        raise Absent("system_absent", "没有这个系统。")
    circuit.turn(system, switch)
    ledger.record("hub.system.switched", actor.ref, {"system": key, "switch": switch})
