"""Exchanges over REST: jobs, runs, receipts, lineage; start and cancel."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Paging, Shown, rows_of
from xiang.hub.exchange import operations, queries, receipts
from xiang.hub.exchange.models import Run

router = Router(tags=["exchange"])
READ, WRITE = needs("desk:read"), needs("desk:write")


class RunShown(Shown):
    """One run: its state, how far it is, and why it stopped if it did."""

    id: UUID
    state: str
    phase: str
    rows: int
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    code: str
    reason: str
    drift: list[dict[str, Any]]


class RunPage(Shown):
    """One page of runs, the newest first."""

    items: list[RunShown]
    next: str | None


class JobShown(Shown):
    """One job: what is carried from where to where."""

    key: str
    title: str
    source_body: str
    target_body: str
    mode: str
    state: str


class JobPage(Shown):
    """One page of jobs."""

    items: list[JobShown]
    next: str | None


class ReceiptShown(Shown):
    """A receipt: the content as it was signed, and both signatures (hexadecimal DER)."""

    content: dict[str, Any]
    signed: str
    algorithm: str
    source_key: str
    source_signature: str
    target_key: str
    target_signature: str
    holds: bool


@router.get("/exchange/jobs", response=JobPage, auth=READ, summary="交换任务")
def list_exchange_jobs(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Jobs that concern the caller's body."""
    return rows_of(queries.jobs(actor_of(request)).order_by("key"), ("key",), asked, JobShown.model_validate)


@router.get("/exchange/jobs/{key}/runs", response=RunPage, auth=READ, summary="一个任务的运行记录")
def list_exchange_runs(request: HttpRequest, key: str, asked: Query[Paging]) -> Any:
    """Runs of a job."""
    actor = actor_of(request)
    queries.job_for(actor, key)
    return rows_of(queries.runs(actor, key), ("-id",), asked, _shown)


@router.post("/exchange/jobs/{key}/runs", response=RunShown, auth=WRITE, summary="运行一次")
def start_exchange_run(request: HttpRequest, key: str) -> Any:
    """Ask for a run."""
    return _shown(operations.start(key, actor_of(request)))


@router.get("/exchange/runs/{run_id}", response=RunShown, auth=READ, summary="一次运行")
def get_exchange_run(request: HttpRequest, run_id: UUID) -> Any:
    """A run and how far it is."""
    return _shown(queries.run_for(actor_of(request), run_id))


@router.post("/exchange/runs/{run_id}/cancel", response=RunShown, auth=WRITE, summary="取消一次运行")
def cancel_exchange_run(request: HttpRequest, run_id: UUID) -> Any:
    """Call a run off; what the target held stays."""
    actor = actor_of(request)
    operations.cancel(run_id, actor)
    return _shown(queries.run_for(actor, run_id))


@router.get("/exchange/runs/{run_id}/receipt", response=ReceiptShown, auth=READ, summary="交换回执")
def get_exchange_receipt(request: HttpRequest, run_id: UUID) -> Any:
    """What both ends counted and signed; ``signed`` is the text that the signatures are over."""
    found = queries.receipt_of(actor_of(request), run_id)
    if found is None:
        raise Absent("receipt_absent", "这次运行没有完成，没有回执。")
    names = ("algorithm", "source_key", "source_signature", "target_key", "target_signature")
    values = {name: getattr(found, name) for name in names}
    return ReceiptShown(content=json.loads(found.content), signed=found.content, holds=receipts.holds(found), **values)


@router.get("/exchange/runs/{run_id}/lineage", response=list[dict[str, Any]], auth=READ, summary="血缘（OpenLineage）")
def list_exchange_lineage(request: HttpRequest, run_id: UUID) -> Any:
    """OpenLineage run events, in order."""
    return [one.event for one in queries.lineage_of(actor_of(request), run_id)]


def _shown(run: Run) -> RunShown:
    return RunShown.model_validate(run)
