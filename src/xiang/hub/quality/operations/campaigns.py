"""A quarter's campaign: started once, checked by the worker, frozen when the last check is done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ground.extras import need_analytics
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.models import Event
from xiang.foundation.outbox.subscriptions import external, repeatable
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.trust.digest import sm3
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry, Resource
from xiang.hub.quality import inspecting, standing
from xiang.hub.quality.engine import rules
from xiang.hub.quality.models import Campaign, Check, Finding, RuleSheet
from xiang.hub.quality.operations import findings

CHECK, RECHECK = "quality.check", "quality.recheck"


def quarter(day: date) -> str:
    """``2026Q1``: the calendar quarter of a day."""
    return f"{day.year}Q{(day.month + 2) // 3}"


@transaction.atomic
def put_rules(resource_key: str, content: Mapping[str, Any], actor: Actor) -> RuleSheet:
    """Write the rules of a resource; ``Invalid`` says what does not hold. Its own body's steward does it, or the hub."""
    resource = Resource.objects.select_related("system").filter(key=resource_key).first()
    if resource is None or not rights.serves(actor, resource.system.body_key):
        raise Absent
    rules.build(content)
    if content.get("tables"):
        raise Refused("tables_elsewhere", "平台里的规则暂时不能引用别的文件，请改用命令行检查。")
    kept = {"content": dict(content), "changed_at": instant.now()}
    sheet, _ = RuleSheet.objects.update_or_create(resource_key=resource_key, defaults=kept)
    ledger.record("hub.quality.rules", actor.ref, {"resource": resource_key})
    return sheet


@transaction.atomic
def start(actor: Actor, day: date | None = None) -> Campaign:
    """Start the campaign of the quarter: everything in the catalogue is put on the list, each with a job of its own."""
    if not rights.is_hub(actor):
        raise Forbidden("not_hub", "季度质检由政务数据共享主管部门发起。")
    need_analytics()
    standing.terms()
    key = quarter(day or instant.today())
    campaign, made = Campaign.objects.get_or_create(key=key, defaults={"started_at": instant.now()})
    if not made:
        raise Refused("campaign_twice", f"{key} 的质检已经发起过，到质检页面看进度和报告。")
    checks = [*_entries(campaign), *_resources(campaign)]
    if not checks:
        raise Refused("nothing_to_check", "还没有目录，先编目再质检。")
    Check.objects.bulk_create(checks, batch_size=500)
    Campaign.objects.filter(pk=campaign.pk).update(total=len(checks))
    campaign.total = len(checks)
    outbox.emit_many(CHECK, [("", {"check_id": str(check.id)}) for check in checks])
    ledger.record("hub.quality.started", actor.ref, {"campaign": key, "checks": str(len(checks))})
    return campaign


def _entries(campaign: Campaign) -> list[Check]:
    rows = CatalogueEntry.objects.filter(retired=False)
    subject = Check.Subject.ENTRY
    return [
        Check(campaign=campaign, subject=subject, subject_key=e.key, title=e.title, body_key=e.body_key) for e in rows
    ]


def _resources(campaign: Campaign) -> list[Check]:
    rows = Resource.objects.filter(state=Resource.State.MOUNTED, system__retired=False, entry__retired=False)
    return [
        Check(
            campaign=campaign,
            subject=Check.Subject.RESOURCE,
            subject_key=resource.key,
            title=resource.title,
            body_key=resource.entry.body_key,
        )
        for resource in rows.select_related("entry")
    ]


def _look(event: Event, key: str) -> dict[str, Any]:
    """The heavy part, outside any transaction."""
    return inspecting.inspect(Check.objects.get(id=event.payload["check_id"]))


def _settle(event: Event, result: dict[str, Any]) -> None:
    """1. keep the result, once; 2. a finding for each rule that failed; 3. after the last check, the report."""
    check = Check.objects.select_related("campaign").get(id=event.payload["check_id"])
    kept = {"done_at": instant.now(), "score": result["score"], "grade": result["grade"], "result": result}
    if not Check.objects.filter(pk=check.pk, done_at=None).update(**kept):
        return
    failed = [rule for rule in result["rules"] if rule["failed"]]
    Finding.objects.bulk_create([_finding(check, rule) for rule in failed])
    if not check.campaign.checks.filter(done_at=None).exists():
        freeze(check.campaign)


def _finding(check: Check, rule: Mapping[str, Any]) -> Finding:
    return Finding(
        origin=check,
        body_key=check.body_key,
        rule=rule["key"],
        indicator=rule["indicator"],
        message=rule["message"][:400],
        assessed=rule["assessed"],
        failed=rule["failed"],
        samples=rule["first"],
    )


@transaction.atomic
def freeze(campaign: Campaign) -> None:
    """Write the report, which nobody changes any more, its digest into the ledger, and send the findings out.

    Two workers may end the last two checks at once: the one whose update counts a row freezes.
    """
    report = summary(campaign)
    digest = sm3(canonical(report)).hex()
    frozen = {"state": Campaign.State.FROZEN, "frozen_at": instant.now(), "report": report, "digest": digest}
    if not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.RUNNING).update(**frozen):
        return
    ledger.record("hub.quality.frozen", SYSTEM.ref, {"campaign": campaign.key, "digest": digest})
    for finding in Finding.objects.filter(origin__campaign=campaign, state="found"):
        findings.assign(finding)


def canonical(report: Mapping[str, Any]) -> bytes:
    """The bytes that the digest is of: sorted names, no spaces, UTF-8."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def summary(campaign: Campaign) -> dict[str, Any]:
    """The report as plain data: bodies ranked by score, equal scores sharing a rank."""
    found = Count("findings", distinct=True)
    rows = campaign.checks.values("body_key").annotate(
        mean=Avg("score"), checks=Count("id", distinct=True), found=found
    )
    bodies = sorted(rows, key=lambda row: (-(row["mean"] or 0), row["body_key"]))
    scores = [round(row["mean"], 2) if row["mean"] is not None else None for row in bodies]
    ranked = [
        {"rank": _rank(scores, place), "body": row["body_key"], "score": scores[place], "checks": row["checks"],
         "findings": row["found"]}
        for place, row in enumerate(bodies)
    ]  # fmt: skip
    counted = campaign.checks.aggregate(
        entries=Count("id", filter=Q(subject=Check.Subject.ENTRY)),
        resources=Count("id", filter=Q(subject=Check.Subject.RESOURCE)),
    )
    terms = standing.terms()
    scored = {
        "grades": [list(cut) for cut in terms.cutoffs],
        "weights": dict(terms.weights),
        "confirmed": terms.confirmed,
    }
    return {"version": 2, "campaign": campaign.key, **counted, "terms": scored, "bodies": ranked}


def _rank(scores: Sequence[float | None], place: int) -> int:
    return scores.index(scores[place]) + 1


def _look_again(event: Event, key: str) -> dict[str, Any]:
    finding = Finding.objects.select_related("origin").get(id=event.payload["finding_id"])
    result = inspecting.inspect(finding.origin)
    same = [rule for rule in result["rules"] if rule["key"] == finding.rule]
    lost = [rule for rule in result["rules"] if rule["key"] == "resource_reachable"]
    found: list[dict[str, Any]] = lost or same or [{"assessed": 0, "failed": 0, "first": []}]
    return found[0]


def _settle_again(event: Event, rule: dict[str, Any]) -> None:
    findings.rechecked(event.payload["finding_id"], rule)


def register() -> None:
    """The jobs of the worker; called at start. A check only reads, and may be made again."""
    external(CHECK, "quality.check", call=_look, settle=_settle, reconcile=repeatable)
    external(RECHECK, "quality.recheck", call=_look_again, settle=_settle_again, reconcile=repeatable)
