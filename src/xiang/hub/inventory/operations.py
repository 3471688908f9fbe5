"""Registering systems, catalogue entries and resources, and retiring them; the profile's loader calls this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ground.errors import Forbidden, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory.models import CatalogueEntry, Resource, System


def need_steward(actor: Actor) -> None:
    """The system, a data steward or a configurator."""
    if not (actor.is_system or actor.has("steward") or actor.has("configurator")):
        raise Forbidden("not_steward", "这一步由数据管理岗的工作人员来做。")


@transaction.atomic
def put_system(key: str, values: Mapping[str, Any], actor: Actor) -> System:
    """Register a system or change what is known of it."""
    need_steward(actor)
    system, _ = System.objects.update_or_create(key=key, defaults={"retired": False, **values})
    ledger.record("hub.system.put", actor.ref, {"system": key})
    return system


@transaction.atomic
def put_entry(key: str, values: Mapping[str, Any], actor: Actor) -> CatalogueEntry:
    """Enter something in the catalogue. What is not shared cites the law that says so."""
    need_steward(actor)
    if values["share"] == CatalogueEntry.Share.NOT_SHARED and not values.get("not_shared_citation"):
        raise Refused("citation_missing", "不予共享必须写明法律、行政法规或者国务院决定的具体条款。")
    if values["share"] == CatalogueEntry.Share.CONDITIONAL and not values.get("conditions"):
        raise Refused("conditions_missing", "有条件共享必须写明条件和用途。")
    if values.get("secret"):
        raise Refused("secret", "国家秘密和工作秘密不进入共享目录。")
    entry, _ = CatalogueEntry.objects.update_or_create(key=key, defaults={"retired": False, **values})
    ledger.record("hub.catalogue.put", actor.ref, {"entry": key, "share": entry.share})
    return entry


@transaction.atomic
def mount(key: str, entry_key: str, system_key: str, values: Mapping[str, Any], actor: Actor) -> Resource:
    """Mount a table under a catalogue entry (挂接)."""
    need_steward(actor)
    entry, system = CatalogueEntry.objects.get(key=entry_key), System.objects.get(key=system_key)
    if entry.share == CatalogueEntry.Share.NOT_SHARED:
        raise Refused("not_shared", f"目录“{entry.title}”不予共享，不能挂接资源。")
    resource, _ = Resource.objects.update_or_create(
        key=key, defaults={"entry": entry, "system": system, "state": Resource.State.MOUNTED, **values}
    )
    ledger.record("hub.resource.mounted", actor.ref, {"resource": key, "entry": entry_key, "system": system_key})
    return resource


@transaction.atomic
def unmount(key: str, actor: Actor) -> None:
    """Take a resource out of use; grants on it stay written and give nothing."""
    need_steward(actor)
    if Resource.objects.filter(key=key).exclude(state=Resource.State.UNMOUNTED).update(state=Resource.State.UNMOUNTED):
        ledger.record("hub.resource.unmounted", actor.ref, {"resource": key})


@transaction.atomic
def retire_entry(key: str, actor: Actor) -> None:
    """Withdraw a catalogue entry."""
    need_steward(actor)
    if CatalogueEntry.objects.filter(key=key, retired=False).update(retired=True):
        ledger.record("hub.catalogue.retired", actor.ref, {"entry": key})


@transaction.atomic
def retire_system(key: str, actor: Actor) -> None:
    """Withdraw a system."""
    need_steward(actor)
    if System.objects.filter(key=key, retired=False).update(retired=True):
        ledger.record("hub.system.retired", actor.ref, {"system": key})
