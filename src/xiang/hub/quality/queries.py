"""Campaigns, reports and findings, each under the rights of who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body
from xiang.foundation.trust.digest import sm3
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import Resource
from xiang.hub.quality import implied
from xiang.hub.quality.models import Campaign, Check, Finding, RuleSheet, Run
from xiang.hub.quality.operations.campaigns import canonical
from xiang.hub.quality.procedure import Edge, leaving


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is."""

    done: int
    total: int


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Every campaign, for stewards, auditors and the hub; nobody else sees that there are any."""
    rows = Campaign.objects.all()
    return rows if rights.is_hub(actor) or actor.has("steward") or actor.has("auditor") else rows.none()


def may_start(actor: Actor) -> bool:
    """The hub alone starts a campaign."""
    return rights.is_hub(actor)


def campaign(actor: Actor, key: str) -> Campaign:
    found = campaigns(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


def progress(campaign: Campaign) -> Progress:
    return Progress(campaign.checks.exclude(done_at=None).count(), campaign.total)


def unchanged(campaign: Campaign) -> bool:
    """Whether the frozen report still has the digest that stands in the ledger."""
    return bool(campaign.digest) and sm3(canonical(campaign.report)).hex() == campaign.digest


def findings(actor: Actor) -> QuerySet[Finding]:
    """The hub and auditors see every finding; a steward those of the own body."""
    rows = Finding.objects.select_related("origin__campaign")
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.has("steward") and actor.body_key else rows.none()


def open_findings(actor: Actor) -> QuerySet[Finding]:
    """Those that are not closed, the soonest due first."""
    return findings(actor).exclude(state="closed").order_by("due", "id")


def finding(actor: Actor, finding_id: UUID) -> Finding:
    found = findings(actor).filter(id=finding_id).first()
    if found is None:
        raise Absent
    return found


def is_late(finding: Finding) -> bool:
    return finding.state != "closed" and finding.due is not None and finding.due < instant.today()


def steps(finding: Finding, actor: Actor) -> list[Edge]:
    """The steps that this actor may take now."""
    mine = actor.has("steward") and actor.body_key == finding.body_key
    may = {"body": mine, "hub": rights.is_hub(actor), "system": False}
    return [edge for edge in leaving(finding.state) if may[edge.by]]


def resources(actor: Actor) -> QuerySet[Resource]:
    """Mounted resources whose rules the actor may write: the hub everyone's, a steward the own body's."""
    rows = Resource.objects.filter(state=Resource.State.MOUNTED).select_related("system", "entry")
    if rights.is_hub(actor):
        return rows
    own = actor.has("steward") and actor.body_key
    return rows.filter(system__body_key=actor.body_key) if own else rows.none()


def resource(actor: Actor, key: str) -> Resource:
    found = resources(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


def own_sheets(keys: Iterable[str]) -> set[str]:
    """The resources of these that have rules of their own."""
    return set(RuleSheet.objects.filter(resource_key__in=list(keys)).values_list("resource_key", flat=True))


def rules_of(resource: Resource) -> dict[str, Any]:
    """The rules that the next check will use, as plain data; empty where the catalogue implies none."""
    try:
        return implied.rules_of(resource)
    except Refused:
        return {}


def runs(actor: Actor) -> QuerySet[Run]:
    """Looks that were ordered: the hub and auditors see all, a steward those of the own body."""
    rows = Run.objects.all()
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.has("steward") and actor.body_key else rows.none()


def run(actor: Actor, run_id: UUID) -> Run:
    found = runs(actor).filter(id=run_id).first()
    if found is None:
        raise Absent
    return found


def checks(actor: Actor, campaign: Campaign) -> QuerySet[Check]:
    """What was checked in a campaign, the worst first: the hub and auditors see all, a steward the own body's."""
    rows = campaign.checks.exclude(done_at=None).order_by(F("score").asc(nulls_first=True), "id")
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.body_key else rows.none()


def body_names(keys: Iterable[str]) -> Mapping[str, str]:
    """Bodies by key, as pages show them; one that is gone is shown by its key."""
    return dict(Body.objects.filter(key__in=set(keys)).values_list("key", "name"))
