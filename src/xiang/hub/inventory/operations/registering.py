"""Registering systems, entries and resources, and retiring them; the profile's loader calls this."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body
from xiang.hub.inventory import content, standard
from xiang.hub.inventory.models import CatalogueEntry, Resource, System
from xiang.hub.inventory.operations import entering
from xiang.hub.inventory.rights import is_hub, need_steward, need_steward_of
from xiang.hub.sources import addresses
from xiang.hub.sources import queries as connections

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@transaction.atomic
def put_system(key: str, values: Mapping[str, Any], actor: Actor) -> System:
    """Register a system or change what is known of it: the body's own steward, or the hub."""
    need_steward(actor)
    known = System.objects.filter(key=key).first()
    need_steward_of(actor, known.body_key if known else values["body_key"])
    if known and known.body_key != values.get("body_key", known.body_key):
        need_steward_of(actor, values["body_key"])
    _need_granted(str(values.get("connection", "")), values.get("body_key") or (known.body_key if known else ""), actor)
    system, _ = System.objects.update_or_create(key=key, defaults={"retired": False, **values})
    ledger.record("hub.system.put", actor.ref, {"system": key})
    return system


def register_system(key: str, said: Mapping[str, str], actor: Actor) -> System:
    """Register a system as a form says it, or change the one of this ``key``; raises :class:`Invalid` field by field.

    A new one belongs to the actor's own body.
    """
    name = key or said.get("key", "").strip()
    texts = {one: said.get(one, "").strip() for one in ("title", "short", "kind", "connection", "description")}
    wrong = []
    if not _NAME.fullmatch(name):
        wrong.append(FieldError("/key", "key_form", "标识用小写字母开头，只含小写字母、数字和下划线，不超过 64 位。"))
    elif not key and System.objects.filter(key=name).exists():
        wrong.append(FieldError("/key", "key_taken", f"标识“{name}”已经是别的系统，请换一个。"))
    for one, most in (("title", 120), ("connection", 200)):
        if not 0 < len(texts[one]) <= most:
            wrong.append(FieldError(f"/{one}", "missing", f"写明这一项，不超过 {most} 个字。"))
    if texts["kind"] not in System.Kind.values or len(texts["short"]) > 40:
        field = "short" if len(texts["short"]) > 40 else "kind"
        wrong.append(FieldError(f"/{field}", "choice_unknown", "从列表里选种类；简称不超过 40 个字。"))
    level = said.get("protection", "").strip()
    if level and level not in "12345":
        wrong.append(FieldError("/protection", "choice_unknown", "从列表里选等级。"))
    if wrong:
        raise Invalid(wrong)
    body = System.objects.get(key=key).body_key if key else actor.body_key
    return put_system(name, texts | {"body_key": body, "protection": int(level) if level else None}, actor)


def _need_granted(name: str, body_key: str, actor: Actor) -> None:
    """Nobody but the system names an address itself, and a name is used by the body that it was set up for.

    That is what its first part says, or what the hub did when it registered a system of this body with it. A name that
    belongs to another body is refused like one that is not there: whether it is there is not for everybody to know.
    """
    if not name or actor.is_system:
        return
    if not addresses.NAME.fullmatch(name):
        detail = (
            "连接写 kept:机关__名称（总枢纽登记的数据库连接）、env:XIANG_SOURCE_机关__名称（地址和口令由运维放在服务器上），"
            "或 sqlite:机关__名称、file:机关__文件名（sources 目录里的文件）。"
        )
        raise Invalid([FieldError("/connection", "connection_form", detail)])
    granted = is_hub(actor) or System.objects.filter(body_key=body_key, connection=name).exists()
    if not granted and not (
        addresses.belongs(name, body_key) and (not name.startswith("env:") or _told_apart(body_key))
    ):
        begins = f"“{body_key}__”，环境变量写作 env:XIANG_SOURCE_{addresses.in_environment(body_key)}__…"
        detail = f"没有为本机关设置这个连接。本机关的名称以{begins}；要用别的，请总枢纽登记。"
        raise Invalid([FieldError("/connection", "connection_not_granted", detail)])
    if name.startswith(connections.PREFIX) and connections.find(name) is None:
        detail = "总枢纽没有登记这个连接，或者已经停用。到“数据库连接”里看有哪些。"
        raise Invalid([FieldError("/connection", "connection_unknown", detail)])


def _told_apart(body_key: str) -> bool:
    """Whether no other body is written the same way in the name of a variable."""
    written = addresses.in_environment(body_key)
    alike = Body.objects.filter(key__startswith=body_key[:2]).exclude(key=body_key).values_list("key", flat=True)
    return all(addresses.in_environment(other) != written for other in alike)


@transaction.atomic
def put_entry(
    key: str, values: Mapping[str, Any], actor: Actor, author: Actor | None = None, items: Any = ()
) -> CatalogueEntry:
    """Enter something in the catalogue at once: for the profile, whose files were agreed elsewhere.

    Bodies draft, sign and submit instead (:mod:`.revising`). With an ``author`` the entry becomes a frozen version.
    """
    if not (actor.is_system or actor.has("configurator")):
        raise Forbidden("not_configurator", "目录由提供机关起草、签字、报送审核；直接装载需要配置员身份。")
    if values["share"] == CatalogueEntry.Share.NOT_SHARED and not values.get("not_shared_citation"):
        raise Refused("citation_missing", "不予共享必须写明法律、行政法规或者国务院决定的具体条款。")
    if values["share"] == CatalogueEntry.Share.CONDITIONAL and not values.get("conditions"):
        raise Refused("conditions_missing", "有条件共享必须写明条件和用途。")
    if values.get("secret"):
        raise Refused("secret", "国家秘密和工作秘密不进入共享目录。")
    said = content.plain({**values, "key": key, "items": items})
    entry = entering.write(said)
    CatalogueEntry.objects.filter(pk=entry.pk).update(from_profile=True)
    if not items:
        titles = list(values.get("items") or ())
        CatalogueEntry.objects.filter(pk=entry.pk).update(items=titles)
        entry.items = titles
    if author is not None:
        entering.freeze(entry, said, author.ref, actor.ref)
    ledger.record("hub.catalogue.put", actor.ref, {"entry": key, "share": entry.share})
    return entry


@transaction.atomic
def mount(key: str, entry_key: str, system_key: str, values: Mapping[str, Any], actor: Actor) -> Resource:
    """Mount a table under a catalogue entry (挂接)."""
    need_steward(actor)
    entry = CatalogueEntry.objects.filter(key=entry_key, retired=False).first()
    system = System.objects.filter(key=system_key, retired=False).first()
    if entry is None or system is None:
        raise Absent("mount_absent", "没有这个目录或者系统，或者已经撤销：先发布目录、登记系统，再挂接。")
    need_steward_of(actor, entry.body_key)
    need_steward_of(actor, system.body_key)
    if not content.TABLE.fullmatch(str(values.get("table", ""))):
        raise Invalid([FieldError("/table", "table_form", "表名用字母开头，只含字母、数字和下划线，不超过 63 位。")])
    if entry.share == CatalogueEntry.Share.NOT_SHARED:
        raise Refused("not_shared", f"目录“{entry.title}”不予共享，不能挂接资源。")
    resource, _ = Resource.objects.update_or_create(
        key=key, defaults={"entry": entry, "system": system, "state": Resource.State.MOUNTED, **values}
    )
    entering.to_index([entry_key])
    ledger.record("hub.resource.mounted", actor.ref, {"resource": key, "entry": entry_key, "system": system_key})
    return resource


@transaction.atomic
def mount_new(key: str, entry_key: str, system_key: str, values: Mapping[str, Any], actor: Actor) -> Resource:
    """Mount under a key that nobody uses: a program that chose a taken one never moves somebody else's resource."""
    if not content.KEY.fullmatch(key):
        raise Invalid([FieldError("/xiang_key", "key_form", "标识用小写字母开头，只含小写字母、数字、下划线和短横。")])
    if Resource.objects.filter(key=key).exists():
        raise Refused("resource_taken", f"标识“{key}”已经是别的数据资源，请换一个。")
    return mount(key, entry_key, system_key, values, actor)


@transaction.atomic
def unmount(key: str, actor: Actor) -> None:
    """Take a resource out of use; grants on it stay written and give nothing."""
    need_steward(actor)
    found = Resource.objects.select_related("entry").filter(key=key).first()
    if found is None:
        return
    need_steward_of(actor, found.entry.body_key)
    if Resource.objects.filter(key=key).exclude(state=Resource.State.UNMOUNTED).update(state=Resource.State.UNMOUNTED):
        entering.to_index([found.entry.key])
        ledger.record("hub.resource.unmounted", actor.ref, {"resource": key})


@transaction.atomic
def report_update(key: str, at: datetime, actor: Actor, rows: int | None = None) -> None:
    """Say that a resource's data was brought up to date, as whoever moves data saw it. Later never gives way to earlier.

    The entry stays fresh for as long as its cycle allows; a cycle that is not judged leaves it unknown.
    """
    found = Resource.objects.select_related("entry").filter(key=key).first()
    if found is None:
        raise Absent("resource_absent", "没有这个数据资源，或者已经下线。")
    need_steward_of(actor, found.entry.body_key)
    if found.updated_at is not None and found.updated_at >= at:
        return
    Resource.objects.filter(pk=found.pk).update(updated_at=at, rows=found.rows if rows is None else rows)
    terms = standard.find()
    lasts = terms.lasts(found.entry.cycle) if terms else None
    CatalogueEntry.objects.filter(pk=found.entry_id).update(fresh_until=at + lasts if lasts else None)
    entering.to_index([found.entry.key])


@transaction.atomic
def retire_entry(key: str, actor: Actor) -> None:
    """Withdraw a catalogue entry at once, as the profile no longer says it."""
    if not (actor.is_system or actor.has("configurator")):
        raise Forbidden("not_configurator", "撤销目录由提供机关起草、签字、报送审核。")
    entry = CatalogueEntry.objects.filter(key=key, retired=False).first()
    if entry is not None:
        close_entry(entry, actor.ref, "配置文件里已经没有这个目录")


def close_entry(entry: CatalogueEntry, approver: str, reason: str) -> None:
    """Take an entry out of force; its items give up what they were the source of."""
    if CatalogueEntry.objects.filter(pk=entry.pk, retired=False).update(retired=True):
        entry.item_rows.filter(authoritative=True).update(authoritative=False)
        entering.thaw(entry, approver, reason)
        entering.to_index([entry.key])
        ledger.record("hub.catalogue.retired", approver, {"entry": entry.key, "on": instant.today().isoformat()})


@transaction.atomic
def retire_system(key: str, actor: Actor) -> None:
    """Withdraw a system."""
    need_steward(actor)
    known = System.objects.filter(key=key, retired=False).first()
    if known is None:
        return
    need_steward_of(actor, known.body_key)
    System.objects.filter(key=key).update(retired=True)
    ledger.record("hub.system.retired", actor.ref, {"system": key})
