"""Carrying a run out: take its lease, move the data, write what came of it. Killed at any moment, it goes on.

1. Take the run by one conditional update; whoever else has it keeps it.
2. Move the data (the engine keeps its progress at the target); a thread of its own keeps the lease.
3. Sign the receipt, outside any transaction.
4. In one transaction: the run's end, receipt, lineage, what the job now knows, ledger. Only who holds the lease may.
5. Clear the target of what the run needed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connections, transaction
from django.db.models import F, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.exchange import ends, lineage, receipts
from xiang.hub.exchange.engine import agreeing, running
from xiang.hub.exchange.engine.agreeing import Drift
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.running import Outcome, Plan, Watch
from xiang.hub.exchange.models import Chunk, Job, LineageEvent, Run
from xiang.hub.zone import operations as zone

log = logging.getLogger("xiang.exchange")

LEASE = timedelta(seconds=60)
#: After how many interruptions a run is given up; they are as far apart as its number of attempts, in minutes.
ATTEMPTS = 10
FINISHED = "exchange.run.finished"


def carry_out(run_id: UUID) -> Run | None:
    """Carry a run out in this process; ``None`` when somebody else has it or it is over."""
    owner = str(new_id())
    if not take(run_id, owner):
        return None
    run = Run.objects.select_related("job").get(pk=run_id)
    try:
        if run.cancelling:
            raise Stopped("cancelled", "已经取消。")
        if run.attempts >= ATTEMPTS:
            raise Stopped(
                "given_up", f"中断了 {ATTEMPTS} 次，没有再试。请系统管理员查看工作进程的日志，改好后重新运行。"
            )
        with kept(Run.objects.filter(pk=run.pk, owner=owner), "due_at"):
            outcome = _move(run)
            Run.objects.filter(pk=run.pk).update(phase="signing")
            names = ends.source_of(run.job).title, ends.target_of(run.job).title
            receipt = receipts.signed(run, receipts.content_of(run, outcome, *names), instant.now())
        _settle(run, owner, outcome, receipt)
        _clear(run)
    except Interrupted as away:
        _put_off(run, owner, away)
    except Stopped as stopped:
        _fail(run, owner, stopped)
    except Exception:
        _fail(run, owner, Stopped("unexpected", "交换程序遇到没有料到的错误。请系统管理员查看日志。"))
        raise
    run.refresh_from_db()
    return run


def take(run_id: UUID, owner: str) -> bool:
    """Take a run's lease, if it is due: it waits, or whoever had it is dead."""
    now = instant.now()
    due = Run.objects.filter(pk=run_id, due_at__lte=now, state__in=["queued", "running"])
    # Whoever had it died: what kills its process each time must not do so for ever.
    due.filter(state=Run.State.RUNNING).update(attempts=F("attempts") + 1)
    taken = due.update(state=Run.State.RUNNING, owner=owner, due_at=now + LEASE)
    Run.objects.filter(pk=run_id, owner=owner, started_at=None).update(started_at=now)
    return bool(taken)


def _move(run: Run) -> Outcome:
    job = run.job
    with transaction.atomic():
        LineageEvent.objects.get_or_create(
            run=run, kind="START", defaults={"event": lineage.event(run, "START", instant.now()), "at": instant.now()}
        )
    source, target = ends.source_of(job), ends.target_of(job)
    if job.mode == Job.Mode.INCREMENTAL and run.upto is None:
        # Kept before anything moves, so that a run that goes on has the same upper bound.
        run.upto = source.highest(job.watermark)
        Run.objects.filter(pk=run.pk).update(upto=run.upto)
    plan = Plan(
        run=str(run.pk),
        mode=job.mode,  # type: ignore[arg-type]
        key=tuple(job.key_columns),
        watermark=job.watermark,
        overlap=job.overlap,
        tombstone=job.tombstone,
        salt=bytes.fromhex(run.salt),
        since=job.since,
        upto=run.upto,
        rate=job.rate,
        known=agreeing.from_plain(job.known) if job.known else None,
    )
    return running.run(source, target, plan, _watching(run))


def _watching(run: Run) -> Watch:
    def chunk(number: int, rows: int, digest: str) -> None:
        values = {"rows": rows, "digest": digest, "at": instant.now()}
        with transaction.atomic():
            Chunk.objects.update_or_create(run=run, number=number, defaults=values)
            Run.objects.filter(pk=run.pk).update(rows=rows, attempts=0)

    def drift(found: Sequence[Drift]) -> None:
        Run.objects.filter(pk=run.pk).update(drift=[one.plain() for one in found])

    def phase(name: str) -> None:
        Run.objects.filter(pk=run.pk).update(phase=name)

    return Watch(chunk=chunk, drift=drift, phase=phase, stopping=_Stopping(run.pk))


class _Stopping:
    """Whether somebody called the run off; asks the records once a second."""

    def __init__(self, run_id: UUID) -> None:
        self._run, self._next = run_id, 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + 1
        return Run.objects.filter(pk=self._run, cancelling=True).exists()


@contextmanager
def kept(rows: QuerySet[Any], due: str) -> Iterator[None]:
    """Keep the lease (the instant at which somebody else may take the work) for as long as the block runs."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(LEASE.total_seconds() / 3):
                close_old_connections()
                rows.all().update(**{due: instant.now() + LEASE})
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _settle(run: Run, owner: str, outcome: Outcome, receipt: Any) -> None:
    now = instant.now()
    state = Run.State.DONE if outcome.agrees else Run.State.DIFFERS
    with transaction.atomic():
        if not _end(run, owner, state, rows=outcome.source.rows, phase=""):
            raise Stopped("superseded", "这次运行已经由另一个进程接手，本进程停止。")
        receipt.save(force_insert=True)
        LineageEvent.objects.get_or_create(
            run=run, kind="COMPLETE", defaults={"event": lineage.event(run, "COMPLETE", now, outcome), "at": now}
        )
        if outcome.agrees:
            known: dict[str, Any] = {"known": agreeing.plain(outcome.source_schema)}
            if outcome.upto is not None:
                known["since"] = outcome.upto
            Job.objects.filter(pk=run.job_id).update(**known)
        counted = {
            "job": run.job.key,
            "run": str(run.pk),
            "rows": str(outcome.target.rows),
            "digest": outcome.target.hex,
        }
        ledger.record(f"exchange.run.{state}", SYSTEM.ref, counted, payload={"receipt": receipt.content})
        outbox.emit(FINISHED, str(run.job_id), {"run": str(run.pk), "state": state.value})
        if outcome.agrees:
            ends.report(run.job, run.started_at or now, None if run.job.mode == "incremental" else outcome.target.rows)
    if run.job.target_address.startswith("zone:"):
        zone.note_write(run.job.target_address.rpartition("/")[2], SYSTEM)


def _put_off(run: Run, owner: str, away: Interrupted) -> None:
    """An end is away: later again, or given up."""
    run.refresh_from_db(fields=["attempts"])  # each chunk that arrived has set them back
    attempts = run.attempts + 1
    if attempts >= ATTEMPTS:
        _fail(run, owner, away)
        return
    later = {"state": Run.State.QUEUED, "owner": "", "attempts": attempts, "code": away.code}
    due = instant.now() + timedelta(minutes=attempts)
    Run.objects.filter(pk=run.pk, owner=owner).update(**later, reason=away.detail, due_at=due)


def _fail(run: Run, owner: str, stopped: Stopped) -> None:
    cancelled = stopped.code == "cancelled"
    state = Run.State.CANCELLED if cancelled else Run.State.FAILED
    run.code = stopped.code
    with transaction.atomic():
        if not _end(run, owner, state, code=stopped.code, reason=stopped.detail):
            return
        now = instant.now()
        LineageEvent.objects.get_or_create(
            run=run, kind="FAIL", defaults={"event": lineage.event(run, "FAIL", now), "at": now}
        )
        ledger.record(f"exchange.run.{state}", SYSTEM.ref, {"run": str(run.pk), "code": stopped.code})
        outbox.emit(FINISHED, str(run.job_id), {"run": str(run.pk), "state": state.value})
    if stopped.code != "superseded":
        _clear(run)


def _clear(run: Run) -> None:
    """Take the staging of a run that is over away, if the target can be reached."""
    try:
        ends.target_of(run.job).finish(str(run.pk))
    except Stopped as left:
        log.warning("staging of run %s stays: %s", run.pk, left.code)


def _end(run: Run, owner: str, state: str, **values: Any) -> int:
    ended = {"state": state, "finished_at": instant.now(), "owner": "", "due_at": None}
    return Run.objects.filter(pk=run.pk, owner=owner, state=Run.State.RUNNING).update(**ended, **values)
