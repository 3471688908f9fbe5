"""What the pages of exchanges show, as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.pages.components import Kind
from xiang.hub.exchange import receipts
from xiang.hub.exchange.models import Migration, Receipt, Run
from xiang.hub.exchange.operations.migrating import ORDER

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


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in words."""

    id: UUID
    job: str
    job_key: str
    kind: Kind
    state: str
    phase: str
    rows: int
    per_second: int
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
        rows=run.rows,
        per_second=int(run.rows / (spent / timedelta(seconds=1))) if spent else 0,
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        code=run.code,
        reason=run.reason,
        open=run.open,
    )


def run_rows(runs: Iterable[Run]) -> list[RunRow]:
    return [run_row(one) for one in runs]


def kind_of(state: str | None) -> Kind:
    """The colour of a run's state."""
    return _KINDS.get(state or "", "wait")


def state_words(state: str | None) -> str:
    return str(Run.State(state).label) if state else "没有运行过"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt as a page shows it."""

    content: dict[str, Any]
    holds: bool
    receipt: Receipt


def receipt_view(receipt: Receipt | None) -> ReceiptView | None:
    return ReceiptView(json.loads(receipt.content), receipts.holds(receipt), receipt) if receipt else None


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
