"""What using bodies do about wrong records (校核纠错): report them, and put their own copies right.

A report is a dispute like that of the person concerned; a correction goes to everybody who received the wrong value.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.sharing import queries, subjects
from xiang.hub.sharing.models import Dispute, Grant, HolderNotice, Mode

TOLD = "hub.correction.told"


def need_user(actor: Actor, resource_key: str, field: str) -> None:
    """An officer of a body that may use this item now: who does not use it cannot know that it is wrong."""
    if field not in {one.name for one in queries.reportable(actor, inventory.resource(resource_key))}:
        raise Forbidden("not_user", "您的机关没有获准使用这项数据，不能提出校核。本人可以在“我的数据”里提出。")


def fan_out(found: Dispute) -> None:
    """A row and an event for every body that received the wrong value, in the transaction that closes the dispute."""
    for body_key in sorted(holders_of(found)):
        told, made = HolderNotice.objects.get_or_create(
            dispute=found, body_key=body_key, defaults={"told_at": instant.now()}
        )
        if made:
            outbox.emit(TOLD, str(found.pk), {"notice_id": str(told.pk), "dispute_id": str(found.pk)})


def holders_of(found: Dispute) -> set[str]:
    """Who read this item of this person before, as the ledger shows, and who receives it in bulk; never the keeper."""
    content: dict[str, Any] = found.content
    target = subjects.Target(content["scheme"], tuple(content["columns"]), tuple(content["values"]), content["narrow"])
    uses = DataUse.objects.filter(subject__in=target.indexes, resource_key=found.resource.key, outcome="served")
    readers = {body for body, fields in uses.values_list("body_key", "fields") if found.field in fields}
    bulk = Grant.objects.filter(resource=found.resource, mode__in=(Mode.TABLE, Mode.FILE), revoked_at=None)
    readers |= {grant.requester for grant in bulk if found.field in grant.fields}
    return {key for key in readers if "." in key and "*" not in key} - {found.resource.system.body_key}


@transaction.atomic
def confirm_correction(notice_id: Any, state: str, actor: Actor) -> HolderNotice:
    """A holder's steward says that the own copy was put right, or that none is kept."""
    found = HolderNotice.objects.filter(pk=notice_id).first()
    if found is None or not actor.is_staff or actor.body_key != found.body_key:
        raise Absent
    if not actor.has("steward"):
        raise Forbidden("not_steward", "这一步由数据管理岗的工作人员来做。")
    if state not in (HolderNotice.State.CORRECTED, HolderNotice.State.NOT_HELD):
        raise Invalid([FieldError("/state", "state_unknown", "请说明已经改正，还是没有留存。")])
    done = HolderNotice.objects.filter(pk=found.pk, state=HolderNotice.State.TOLD).update(
        state=state, confirmed_at=instant.now(), confirmed_by=actor.ref
    )
    if not done:
        raise Refused("already_confirmed", "这条纠错通知已经确认过。")
    ledger.record("hub.correction.confirmed", actor.ref, {"notice": str(found.pk), "state": state})
    found.refresh_from_db()
    return found
