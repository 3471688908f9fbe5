"""Mending a finding: one step at a time, each with its right, its event and its entry in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.measures import operations as measures
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.statutes import queries as statutes
from xiang.hub.inventory import rights
from xiang.hub.quality.models import Finding, FindingEvent
from xiang.hub.quality.procedure import EDGES, LIMIT, Edge

MENDED, HELD = "hub.quality_mended", "hub.quality_rechecks_held"


@transaction.atomic
def perform(finding_id: UUID, edge_name: str, actor: Actor, note: str = "") -> Finding:
    """Take a step that a person takes. ``Absent`` for another body's finding, ``Refused`` (``moved_on``) when somebody
    was faster. Saying that it is mended orders a recheck."""
    finding = Finding.objects.select_related("origin").filter(id=finding_id).first()
    if finding is None or not rights.serves(actor, finding.body_key):
        raise Absent
    edge = EDGES.get(edge_name)
    if edge is None or edge.by == "system":
        raise Absent
    _check_right(edge, finding, actor)
    if edge.needs_note and not note.strip():
        raise Invalid([FieldError("/note", "note_missing", "请写明理由。")])
    _move(finding, edge, actor, note.strip())
    if edge.name == "self_check":
        outbox.emit("quality.recheck", str(finding.id), {"finding_id": str(finding.id)})
    return finding


def _check_right(edge: Edge, finding: Finding, actor: Actor) -> None:
    if edge.by == "hub" and not rights.is_hub(actor):
        raise Forbidden("not_hub", "异议由政务数据共享主管部门答复。")
    # Nobody answers their own objection: the hub's own body has its findings answered by another person.
    objected = finding.events.filter(edge="object").last()
    if edge.by == "hub" and objected is not None and objected.actor_ref == actor.ref:
        raise Forbidden("own_objection", "自己提的异议要由别人答复。")
    if edge.by == "body" and actor.body_key != finding.body_key and not actor.is_system:
        raise Forbidden("other_body", "由被检查的机关来整改。")


def _move(finding: Finding, edge: Edge, actor: Actor, note: str, **changes: Any) -> None:
    """Settle the race by the row count, then event and ledger."""
    if finding.state not in edge.source:
        raise Refused("not_now", f"现在不能“{edge.title}”，刷新页面看看到了哪一步。")
    changes["state"] = edge.target
    if edge.target == "closed":
        changes["closed_at"] = instant.now()
    if not Finding.objects.filter(pk=finding.pk, state=finding.state).update(**changes):
        raise Refused("moved_on", "这张工单刚刚有了变化，刷新页面再看。")
    FindingEvent.objects.create(
        finding=finding,
        edge=edge.name,
        source=finding.state,
        target=edge.target,
        actor_ref=actor.ref,
        at=instant.now(),
        note=note[:400],
    )
    if edge.name in ("pass", "uphold"):
        in_time = int(finding.due is None or instant.today() <= finding.due)
        measures.append(MENDED, {"body": finding.body_key}, in_time, 1)
    if edge.name in ("pass", "fail"):
        measures.append(HELD, {"body": finding.body_key}, int(edge.name == "pass"), 1)
    ledger.record(f"hub.quality.finding.{edge.name}", actor.ref, {"finding": str(finding.id)})
    for name, value in changes.items():
        setattr(finding, name, value)


def assign(finding: Finding) -> None:
    """Send a finding to its body, in the caller's transaction, with the limit in force today."""
    today = instant.today()
    row = statutes.find(LIMIT, today)
    due = statutes.last_day(LIMIT, today) if row else None
    _move(finding, EDGES["assign"], SYSTEM, "", due=due, limit=row.to_json() if row else {})


def rechecked(finding_id: str, rule: Mapping[str, Any]) -> None:
    """What a recheck found: closed, or open again with the rows that still fail. A finding that moved on stays."""
    finding = Finding.objects.select_related("origin").get(id=finding_id)
    if finding.state != "self_checked":
        return
    if not rule["failed"]:
        _move(finding, EDGES["pass"], SYSTEM, "", failed=0, samples=[])
        return
    still = {"assessed": rule["assessed"], "failed": rule["failed"], "samples": rule["first"]}
    _move(finding, EDGES["fail"], SYSTEM, "", reopened=finding.reopened + 1, **still)
