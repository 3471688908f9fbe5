"""Reading exchanges: jobs, runs and receipts of whom they concern.

A data steward and the system see all. An officer sees the jobs that their own body gives to or takes from. Anybody else
sees none, as if they were not there.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.exchange.models import Job, LineageEvent, Migration, Receipt, Run
from xiang.hub.inventory import rights

M = TypeVar("M", bound=Model)


def jobs(actor: Actor) -> QuerySet[Job]:
    """Jobs in use, each with ``last_state`` and ``last_at`` of its last run."""
    last = Run.objects.filter(job=OuterRef("pk")).order_by("-id")
    rows = Job.objects.exclude(state=Job.State.RETIRED).select_related("schedule")
    return _own(rows, actor, "").annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_at=Subquery(last.values("asked_at")[:1]),
        last_rows=Subquery(last.values("rows")[:1]),
    )


def job_for(actor: Actor, key: str) -> Job:
    """One of those; ``Absent`` otherwise."""
    found = jobs(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


def runs(actor: Actor, key: str = "") -> QuerySet[Run]:
    """Runs, the newest first; of one job with ``key``."""
    rows = _own(Run.objects.select_related("job"), actor, "job__")
    return rows.filter(job__key=key) if key else rows


def run_for(actor: Actor, run_id: UUID) -> Run:
    """One of those; ``Absent`` otherwise."""
    found = runs(actor).filter(pk=run_id).first()
    if found is None:
        raise Absent
    return found


def receipt_of(actor: Actor, run_id: UUID) -> Receipt | None:
    """The receipt of a run, if it has come to one."""
    return Receipt.objects.filter(run=run_for(actor, run_id)).first()


def lineage_of(actor: Actor, run_id: UUID) -> QuerySet[LineageEvent]:
    """OpenLineage events of a run, in order."""
    return LineageEvent.objects.filter(run=run_for(actor, run_id)).order_by("id")


def migrations(actor: Actor) -> QuerySet[Migration]:
    """Movings of databases: the hub sees all, an officer their own body's."""
    rows = Migration.objects.all()
    if rights.is_hub(actor):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.is_staff and actor.body_key else rows.none()


def migration_for(actor: Actor, key: str) -> Migration:
    """One of those; ``Absent`` otherwise."""
    found = migrations(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


def _own(rows: QuerySet[M], actor: Actor, prefix: str) -> QuerySet[M]:
    if rights.is_hub(actor):
        return rows
    if not (actor.is_staff and actor.body_key):
        return rows.none()
    mine = {f"{prefix}source_body": actor.body_key}, {f"{prefix}target_body": actor.body_key}
    return rows.filter(Q(**mine[0]) | Q(**mine[1]))
