"""What the pages of exchanges show, as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.pages.components import Kind
from xiang.hub.exchange import receipts
from xiang.hub.exchange.models import Job, Migration, Receipt, Run
from xiang.hub.exchange.operations.migrating import ORDER
from xiang.hub.inventory.naming import body_names

_KINDS: dict[str, Kind] = {
    "queued": "wait",
    "running": "run",
    "done": "done",
    "differs": "late",
    "failed": "late",
    "cancelled": "stop",
}
_PHASES = {
    "loading": "正在搬运",
    "publishing": "正在发布到目标表",
    "removing": "正在删除来源已删的行",
    "counting": "正在读回核对",
}


_GROUP = 8


@dataclass(frozen=True, slots=True)
class PhaseCell:
    """One part of a run: done, under way, stopped there, or still to come."""

    title: str
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in words."""

    id: UUID
    job: str
    job_key: str
    kind: Kind
    state: str
    phase: str
    rows: str
    per_second: str
    phases: Sequence[PhaseCell]
    asked_at: datetime
    finished_at: datetime | None
    code: str
    reason: str
    open: bool


def run_row(run: Run) -> RunRow:
    end = run.finished_at or instant.now()
    spent = end - (run.started_at or end)
    return RunRow(
        id=run.pk,
        job=run.job.title,
        job_key=run.job.key,
        kind=_KINDS[run.state],
        state=str(run.get_state_display()),
        phase="正在取消" if run.cancelling and run.open else _PHASES.get(run.phase, ""),
        rows=f"{run.rows:,}",
        per_second=f"{int(run.rows / (spent / timedelta(seconds=1))) if spent else 0:,}",
        phases=_cells(run),
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        code=run.code,
        reason=run.reason,
        open=run.open,
    )


def _cells(run: Run) -> list[PhaseCell]:
    """Where a run is, a cell for each part. One that came to its end has done them all."""
    parts = {"loading": "搬运", "publishing": "发布到目标", "counting": "读回核对", "signing": "双方签回执"}
    phase = "publishing" if run.phase == "removing" else run.phase
    reached = list(parts).index(phase) if phase in parts else 0 if run.started_at else -1
    here: tuple[Kind, str] = ("run", "进行中") if run.open else ("late", "停在这里")
    if run.open and run.state == Run.State.QUEUED:
        here = ("wait", "等待")
    if run.state in (Run.State.DONE, Run.State.DIFFERS):
        return [PhaseCell(title, "done", "完成") for title in parts.values()]
    return [
        PhaseCell(title, *(("done", "完成") if number < reached else here if number == reached else ("wait", "还没有")))
        for number, title in enumerate(parts.values())
    ]


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job in a list: from whom to whom, and how its last run went."""

    job: Job
    source: str
    target: str
    kind: Kind
    state: str
    rows: str


def job_rows(jobs: Iterable[Job]) -> list[JobRow]:
    """Jobs as ``queries.jobs`` answers them."""
    found = list(jobs)
    names = body_names({body for one in found for body in (one.source_body, one.target_body)})
    return [_job_row(one, names) for one in found]


def _job_row(job: Any, names: Mapping[str, str]) -> JobRow:
    return JobRow(
        job,
        names[job.source_body],
        names[job.target_body],
        _KINDS.get(job.last_state or "", "wait"),
        str(Run.State(job.last_state).label) if job.last_state else "没有运行过",
        "" if job.last_rows is None else f"{job.last_rows:,}",
    )


def run_rows(runs: Iterable[Run]) -> list[RunRow]:
    return [run_row(one) for one in runs]


@dataclass(frozen=True, slots=True)
class SideView:
    """What one end counted. The digest is cut into groups, which people compare by eye."""

    title: str
    body: str
    place: str
    rows: str
    digest: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt as a page shows it."""

    agrees: bool
    holds: bool
    sides: Sequence[SideView]
    keys: Sequence[str]
    written: str
    deleted: str


def receipt_view(receipt: Receipt | None) -> ReceiptView | None:
    if receipt is None:
        return None
    content = json.loads(receipt.content)
    names = body_names({content[side]["body"] for side in ("source", "target")})
    sides = [_side(content[side], words, names) for side, words in (("source", "来源"), ("target", "目标，提交后读回"))]
    return ReceiptView(
        agrees=content["agrees"],
        holds=receipts.holds(receipt),
        sides=sides,
        keys=(receipt.source_key, receipt.target_key),
        written=f"{content['written']:,}",
        deleted=f"{content['deleted']:,}",
    )


def _side(counted: dict[str, Any], title: str, names: Mapping[str, str]) -> SideView:
    digest = counted["digest"]
    groups = [digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP)]
    body = names[counted["body"]]
    return SideView(title, body, counted["place"], f"{counted['rows']:,}", groups)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a migration: done, or still to come."""

    title: str
    kind: Kind
    at: datetime | None
    note: str


def steps_of(migration: Migration) -> list[StepRow]:
    done = {one.state: one for one in migration.steps.order_by("id")}
    reached = ORDER.index(migration.state)
    rows = []
    for number, state in enumerate(ORDER):
        step = done.get(state) if number <= reached else None
        title = str(Migration.State(state).label)
        rows.append(StepRow(title, "done" if step else "wait", step.at if step else None, step.note if step else ""))
    return rows


def next_step(migration: Migration) -> str:
    """What the button that goes on says; empty when all is done."""
    place = ORDER.index(migration.state) + 1
    words = ("", "定方案并开始复制", "确认复制完成", "确认核对通过", "切换到新库", "确认业务已接入", "关闭旧通道")
    return words[place] if place < len(ORDER) else ""
