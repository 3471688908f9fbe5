"""Looks at one resource that a steward orders: its rules now, or rules suggested from a profile of its data."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.extras import need_analytics
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.models import Event
from xiang.foundation.outbox.subscriptions import external, repeatable
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import Resource
from xiang.hub.quality import inspecting
from xiang.hub.quality.models import Run

RUN = "quality.run"


@transaction.atomic
def order(resource_key: str, kind: str, actor: Actor) -> Run:
    """Order a look (``check`` or ``suggest``); the worker does it. ``Absent`` for another body's resource, ``Refused``
    (``run_waiting``) while one of the same kind waits."""
    resource = Resource.objects.select_related("system").filter(key=resource_key).first()
    if resource is None or not rights.serves(actor, resource.system.body_key) or kind not in Run.Kind.values:
        raise Absent
    need_analytics()
    if Run.objects.filter(resource_key=resource_key, kind=kind, done_at=None).exists():
        raise Refused("run_waiting", "上一次还没有做完，等它出结果再做。")
    made = Run.objects.create(
        resource_key=resource_key,
        title=resource.title,
        body_key=resource.system.body_key,
        kind=kind,
        asked_by=actor.ref,
        asked_at=instant.now(),
    )
    outbox.emit(RUN, str(made.id), {"run_id": str(made.id)})
    ledger.record("hub.quality.run", actor.ref, {"resource": resource_key, "kind": kind})
    return made


def _look(event: Event, key: str) -> dict[str, Any]:
    run = Run.objects.get(id=event.payload["run_id"])
    resource = Resource.objects.select_related("system").get(key=run.resource_key)
    return inspecting.suggested(resource) if run.kind == Run.Kind.SUGGEST else inspecting.checked(resource)


def _settle(event: Event, result: dict[str, Any]) -> None:
    Run.objects.filter(id=event.payload["run_id"], done_at=None).update(done_at=instant.now(), result=result)


def register() -> None:
    """The job of the worker; it only reads, and may be made again."""
    external(RUN, "quality.run", call=_look, settle=_settle, reconcile=repeatable)
