"""Pages of quality for data stewards: campaigns with their reports, findings and how they are mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.hub.quality import operations, queries
from xiang.hub.quality.engine.indicators import DIMENSIONS, INDICATORS, dimension_of
from xiang.hub.quality.engine.telling import REASONS
from xiang.hub.quality.models import Finding
from xiang.hub.quality.procedure import EDGES, STATES

SHOWN = 200
_KINDS = {"closed": "done", "objected": "wait", "self_checked": "run", "reopened": "late", "fixing": "run"}


def _steward(request: HttpRequest) -> Actor:
    """A steward or an auditor; to anybody else the pages are not there."""
    actor = actor_of(request)
    if not (actor.has("steward") or actor.has("auditor")):
        raise Absent
    return actor


@login_required
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every quarter, with how far it is."""
    actor = _steward(request)
    rows = [(one, queries.progress(one)) for one in queries.campaigns(actor)[:40]]
    context = {"rows": rows, "may_start": queries.may_start(actor), "nav": "quality"}
    return page(request, "quality/campaigns.html", context)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    made = operations.start(_steward(request))
    messages.success(request, f"{made.key} 的质检已经发起，共 {made.total} 个对象，后台逐个检查。")
    return redirect("quality:campaign", made.key)


@login_required
@require_GET
def campaign(request: HttpRequest, key: str) -> HttpResponse:
    """The progress of one that runs, the report of one that is frozen. The page asks again while it runs."""
    actor = _steward(request)
    found = queries.campaign(actor, key)
    ranked = found.report.get("bodies", [])
    names = queries.body_names(row["body"] for row in ranked)
    context = {
        "campaign": found,
        "progress": queries.progress(found),
        "ranked": [{**row, "name": names.get(row["body"], row["body"])} for row in ranked],
        "unchanged": queries.unchanged(found),
        "checks": queries.checks(actor, found)[:SHOWN],
        "nav": "quality",
    }
    return page(request, "quality/campaign.html", context)


@login_required
@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """What is to be mended, the soonest due first: a steward's own body's, the hub's everything."""
    actor = _steward(request)
    rows = list(queries.open_findings(actor)[:SHOWN])
    return page(request, "quality/findings.html", {"rows": _shown(rows), "most": SHOWN, "nav": "quality_findings"})


def _shown(rows: Sequence[Finding]) -> list[dict[str, Any]]:
    names = queries.body_names(row.body_key for row in rows)
    return [
        {
            "finding": row,
            "body": names.get(row.body_key, row.body_key),
            "state": STATES[row.state],
            "kind": "late" if queries.is_late(row) else _KINDS.get(row.state, "you"),
            "late": queries.is_late(row),
        }
        for row in rows
    ]


@login_required
@require_GET
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """One finding: a few failing rows, masked; what happened; what can be done now."""
    actor = _steward(request)
    found = queries.finding(actor, finding_id)
    samples = [{**one, "why": REASONS.get(one["reason"], one["reason"])} for one in found.samples]
    dimension = f"{DIMENSIONS[dimension_of(found.indicator)]}·{INDICATORS[found.indicator]}"
    events = [(event, EDGES[event.edge].title) for event in found.events.all()]
    (shown,) = _shown([found])
    context = {"shown": shown, "finding": found, "samples": samples, "indicator": dimension, "events": events}
    return page(
        request, "quality/finding.html", {**context, "steps": queries.steps(found, actor), "nav": "quality_findings"}
    )


@login_required
@require_POST
def step(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Take a step with a finding."""
    name = request.POST.get("step", "")
    operations.perform(finding_id, name, _steward(request), request.POST.get("note", ""))
    messages.success(request, f"已经“{EDGES[name].title}”。")
    return redirect("quality:finding", finding_id)
