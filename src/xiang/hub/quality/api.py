"""Quality over REST: rules of a resource, looks at it, campaigns with report and ranking, findings and their steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import Given, Key, Line, Paging, Shown, rows_of
from xiang.hub.quality import operations, queries
from xiang.hub.quality.models import Campaign, Check, Finding, Run

router = Router(tags=["quality"])
READ, WRITE = needs("desk:read"), needs("desk:write")
Quarter = Annotated[str, Path(pattern=r"^[0-9]{4}Q[1-4]$")]


class QualityRulesShown(Shown):
    """The rules that the next check of a resource will use; ``own`` when its steward wrote them."""

    resource: str
    title: str
    own: bool
    content: dict[str, Any]


class QualityRulesGiven(Given):
    """Rules as ``quality run --rules`` reads them, as JSON."""

    content: dict[Line, Any]


class QualityRunGiven(Given):
    """A look at a resource: its rules, or a profile with suggested rules."""

    resource: Line
    kind: Literal["check", "suggest"] = "check"


class QualityRunShown(Shown):
    """A look; ``result`` is empty until it is done."""

    id: UUID
    resource_key: str
    title: str
    kind: str
    asked_at: datetime
    done_at: datetime | None
    result: dict[str, Any]


class QualityRunPage(Shown):
    """One page of looks."""

    items: list[QualityRunShown]
    next: str | None


class QualityCampaignShown(Shown):
    """A quarter's campaign; ``report`` is frozen with its digest (SM3) when the last check is done, with the ranking."""

    key: str
    state: str
    started_at: datetime
    frozen_at: datetime | None
    done: int
    total: int
    digest: str
    unchanged: bool
    report: dict[str, Any]


class QualityCampaignPage(Shown):
    """One page of campaigns."""

    items: list[QualityCampaignShown]
    next: str | None


class QualityRankShown(Shown):
    """A body's place in a frozen report."""

    rank: int
    body: str
    score: float | None
    checks: int
    findings: int


class QualityCheckShown(Shown):
    """One catalogue entry or resource in a campaign."""

    subject: str
    subject_key: str
    title: str
    body_key: str
    score: float | None
    grade: str


class QualityCheckPage(Shown):
    """One page of what was checked."""

    items: list[QualityCheckShown]
    next: str | None


class QualityFindingShown(Shown):
    """What is to be mended; ``samples`` are a few failing rows, masked; ``steps`` what I can do now."""

    id: UUID
    campaign: str
    subject: str
    title: str
    body_key: str
    rule: str
    indicator: str
    message: str
    assessed: int
    failed: int
    samples: list[dict[str, Any]]
    state: str
    due: date | None
    late: bool
    reopened: int
    steps: list[str]


class QualityFindingPage(Shown):
    """One page of findings."""

    items: list[QualityFindingShown]
    next: str | None


class QualityFindingFilter(Paging):
    """``open``: only those that are not closed."""

    open: bool = True


class QualityStepGiven(Given):
    """A step of a finding; ``note`` where it needs a reason."""

    step: Literal["begin", "self_check", "object", "uphold", "dismiss"]
    note: str = Field("", max_length=400)


@router.get("/hub/quality/rules/{resource}", response=QualityRulesShown, auth=READ, summary="数据资源的质检规则")
def read_quality_rules(request: HttpRequest, resource: Key) -> Any:
    """The rules of a resource of mine: its own, or those that the catalogue implies."""
    found = queries.resource(actor_of(request), resource)
    own = bool(queries.own_sheets([found.key]))
    return QualityRulesShown(resource=found.key, title=found.title, own=own, content=queries.rules_of(found))


@router.put("/hub/quality/rules/{resource}", response=QualityRulesShown, auth=WRITE, summary="写质检规则")
def write_quality_rules(request: HttpRequest, resource: Key, given: QualityRulesGiven) -> Any:
    """Replace the rules of a resource; what does not hold is told rule by rule."""
    actor = actor_of(request)
    operations.put_rules(resource, given.content, actor)
    return read_quality_rules(request, resource)


@router.get("/hub/quality/runs", response=QualityRunPage, auth=READ, summary="质检运行")
def list_quality_runs(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Looks of my body, the newest first."""
    return rows_of(queries.runs(actor_of(request)), ("-id",), asked, QualityRunShown.model_validate)


def _run(request: HttpRequest, run_id: UUID) -> QualityRunShown:
    return QualityRunShown.model_validate(queries.run(actor_of(request), run_id))


@router.post("/hub/quality/runs", response=QualityRunShown, auth=WRITE, summary="检查一次")
@once(_run, whole=True)
def order_quality_run(request: HttpRequest, given: QualityRunGiven) -> UUID:
    """Order a look at a resource of mine. It is done in the background: read it again."""
    made: Run = operations.order(given.resource, given.kind, actor_of(request))
    return made.id


@router.get("/hub/quality/runs/{run_id}", response=QualityRunShown, auth=READ, summary="一次质检运行")
def read_quality_run(request: HttpRequest, run_id: UUID) -> Any:
    """One look with what it found."""
    return _run(request, run_id)


@router.get("/hub/quality/campaigns", response=QualityCampaignPage, auth=READ, summary="季度质检")
def list_campaigns(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Campaigns, the newest first."""
    return rows_of(queries.campaigns(actor_of(request)), ("-key",), asked, _campaign)


def _started(request: HttpRequest, campaign_id: UUID) -> QualityCampaignShown:
    return _campaign(queries.campaigns(actor_of(request)).get(id=campaign_id))


@router.post("/hub/quality/campaigns", response=QualityCampaignShown, auth=WRITE, summary="发起本季度质检")
@once(_started, whole=True)
def start_campaign(request: HttpRequest) -> UUID:
    """Check every catalogue entry and resource; once a quarter, by the hub alone."""
    return operations.start(actor_of(request)).id


@router.get("/hub/quality/campaigns/{key}", response=QualityCampaignShown, auth=READ, summary="一次季度质检")
def read_campaign(request: HttpRequest, key: Quarter) -> Any:
    """One campaign with its report."""
    return _campaign(queries.campaign(actor_of(request), key))


@router.get("/hub/quality/campaigns/{key}/ranking", response=list[QualityRankShown], auth=READ, summary="机关排名")
def rank_bodies(request: HttpRequest, key: Quarter) -> Any:
    """Bodies by score as the frozen report has them; empty while the campaign runs."""
    return queries.campaign(actor_of(request), key).report.get("bodies", [])


@router.get("/hub/quality/campaigns/{key}/checks", response=QualityCheckPage, auth=READ, summary="检查结果")
def list_checks(request: HttpRequest, key: Quarter, asked: Query[Paging]) -> Any:
    """What was checked, those that I may see."""
    actor = actor_of(request)
    rows = queries.checks(actor, queries.campaign(actor, key))
    return rows_of(rows, ("id",), asked, _check)


@router.get("/hub/quality/findings", response=QualityFindingPage, auth=READ, summary="整改工单")
def list_findings(request: HttpRequest, asked: Query[QualityFindingFilter]) -> Any:
    """Findings of my body; of everybody for the hub."""
    actor = actor_of(request)
    rows = queries.open_findings(actor) if asked.open else queries.findings(actor)
    return rows_of(rows, ("id",), asked, lambda row: _finding(request, row))


@router.get("/hub/quality/findings/{finding_id}", response=QualityFindingShown, auth=READ, summary="一张整改工单")
def read_finding(request: HttpRequest, finding_id: UUID) -> Any:
    """One finding with a few failing rows."""
    return _finding(request, queries.finding(actor_of(request), finding_id))


@router.post(
    "/hub/quality/findings/{finding_id}/steps", response=QualityFindingShown, auth=WRITE, summary="整改、复检、异议"
)
def step_finding(request: HttpRequest, finding_id: UUID, given: QualityStepGiven) -> Any:
    """Take a step. One that was taken already is refused with where the finding stands."""
    actor = actor_of(request)
    queries.finding(actor, finding_id)
    return _finding(request, operations.perform(finding_id, given.step, actor, given.note))


def _campaign(row: Campaign) -> QualityCampaignShown:
    progress = queries.progress(row)
    names = ("key", "state", "started_at", "frozen_at", "digest", "report")
    told = {name: getattr(row, name) for name in names}
    return QualityCampaignShown(**told, done=progress.done, total=progress.total, unchanged=queries.unchanged(row))


def _check(row: Check) -> QualityCheckShown:
    return QualityCheckShown.model_validate(row)


def _finding(request: HttpRequest, row: Finding) -> QualityFindingShown:
    names = (
        "id",
        "body_key",
        "rule",
        "indicator",
        "message",
        "assessed",
        "failed",
        "samples",
        "state",
        "due",
        "reopened",
    )
    origin = row.origin
    return QualityFindingShown(
        **{name: getattr(row, name) for name in names},
        campaign=origin.campaign.key,
        subject=origin.subject_key,
        title=origin.title,
        late=queries.is_late(row),
        steps=[edge.name for edge in queries.steps(row, actor_of(request))],
    )
