"""Asking for a run, calling it off, and starting what a schedule has due."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.hub.exchange.models import Job, Run, Schedule
from xiang.hub.exchange.operations.defining import next_after
from xiang.hub.inventory.operations import need_hub


def start(key: str, actor: Actor, *, accept_drift: bool = False) -> Run:
    """Ask for a run; the worker takes it up. ``accept_drift``: the steward has looked at how the source's table changed
    and takes it as it now is. Raises ``Refused("running")`` when one is under way."""
    need_hub(actor)
    try:
        with transaction.atomic():
            job = Job.objects.filter(key=key).exclude(state=Job.State.RETIRED).first()
            if job is None:
                raise Absent("job_absent", "没有这个交换任务，或者已经停用。")
            if job.state == Job.State.PAUSED:
                raise Refused("paused", "任务已经暂停，请先恢复再运行。")
            if accept_drift:
                Job.objects.filter(pk=job.pk).update(known=None)
                ledger.record("exchange.drift.accepted", actor.ref, {"job": key})
            now = instant.now()
            run = Run.objects.create(job=job, asked_by=actor.ref, asked_at=now, due_at=now)
            ledger.record("exchange.run.asked", actor.ref, {"job": key, "run": str(run.pk)})
            return run
    except IntegrityError as twice:
        raise Refused("running", "这个任务正在运行，请等它结束，或者先取消。") from twice


@transaction.atomic
def cancel(run_id: UUID, actor: Actor) -> None:
    """Call a run off. The target stays as it was.

    One that never began ends at once; one that runs, at its next batch; one that was put off is taken up once more, now,
    because it must clear the target of what it had staged there.
    """
    need_hub(actor)
    now, runs = instant.now(), Run.objects.filter(pk=run_id)
    ended = {"state": Run.State.CANCELLED, "finished_at": now, "due_at": None, "code": "cancelled"}
    waiting = runs.filter(state=Run.State.QUEUED)
    if not (
        waiting.filter(started_at=None).update(**ended)
        or waiting.update(cancelling=True, due_at=now)
        or runs.filter(state=Run.State.RUNNING).update(cancelling=True)
    ):
        raise Refused("not_running", "这次运行已经结束，不用取消。")
    ledger.record("exchange.run.cancelled", actor.ref, {"run": str(run_id)})


def start_due() -> int:
    """Start what schedules have due; how many. One conditional update decides among several workers."""
    now, started = instant.now(), 0
    for row in Schedule.objects.filter(next_at__lte=now, job__state=Job.State.ACTIVE).select_related("job"):
        following = next_after(row.next_at, row.every_minutes, now)
        if not Schedule.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=following):
            continue
        try:
            start(row.job.key, SYSTEM)
        except Refused:  # the one before is still running: this beat is left out
            continue
        started += 1
    return started
