"""Reading the ledger.

The ledger knows no people and no rights: whoever calls has checked that the actor is an auditor, or that the subject
indexes are the actor's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.paging import Page, page
from xiang.foundation.ledger import tree
from xiang.foundation.ledger.models import Checkpoint, DataUse, Entry

PAGE = 50

R = TypeVar("R", Entry, DataUse)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What an auditor looks for; ``kind`` may end in ``.*`` for a family."""

    kind: str = ""
    case_id: UUID | None = None
    actor_ref: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class UseFilter:
    """Which uses of data an auditor looks for."""

    actor_ref: str = ""
    outcome: str = ""
    body_key: str = ""
    resource_key: str = ""
    case_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How the log is doing: how far sealing lags, and what is still to be witnessed or exported."""

    lag: timedelta
    size: int
    checkpoint: Checkpoint | None
    unexported: int

    @property
    def witnessed(self) -> bool:
        """Whether the last checkpoint bears the witness's signature."""
        return bool(self.checkpoint and self.checkpoint.witness_signature)


def entries(wanted: EntryFilter, cursor: str | None = None, size: int = PAGE) -> Page[Entry]:
    """Entries, newest first."""
    rows: QuerySet[Entry] = Entry.objects.all()
    if wanted.kind.endswith(".*"):
        rows = rows.filter(kind__startswith=wanted.kind[:-1])
    elif wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    rows = rows.filter(case_id=wanted.case_id) if wanted.case_id else rows
    rows = rows.filter(actor_ref=wanted.actor_ref) if wanted.actor_ref else rows
    return page(_between(rows, wanted.since, wanted.until), ("-id",), cursor, size)


def entry(entry_id: UUID) -> Entry:
    """One entry."""
    found: Entry | None = Entry.objects.filter(id=entry_id).first()
    if found is None:
        raise Absent
    return found


def uses_of(subject_indexes: Sequence[str]) -> QuerySet[DataUse]:
    """Every use of one person's data, served and refused, newest first ("谁用过我的数据")."""
    return DataUse.objects.filter(subject__in=list(subject_indexes)).order_by("-id")


def uses_of_page(subject_indexes: Sequence[str], cursor: str | None = None, size: int = PAGE) -> Page[DataUse]:
    """The same, a page at a time."""
    return page(uses_of(subject_indexes), ("-id",), cursor, size)


def uses(wanted: UseFilter, cursor: str | None = None, size: int = PAGE) -> Page[DataUse]:
    """Uses of anybody's data, newest first; the subject stays a blind index."""
    rows: QuerySet[DataUse] = DataUse.objects.all()
    exact = {name: getattr(wanted, name) for name in ("actor_ref", "outcome", "body_key", "resource_key", "case_id")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return page(_between(rows, wanted.since, wanted.until), ("-id",), cursor, size)


def sealing_lag() -> timedelta:
    """The age of the oldest entry that is not sealed; nothing when all are."""
    oldest = Entry.objects.filter(leaf_index=None).order_by("id").values_list("at", flat=True).first()
    return max(instant.now() - oldest, timedelta()) if oldest else timedelta()


def latest_checkpoint() -> Checkpoint | None:
    """The checkpoint of the largest size."""
    return Checkpoint.objects.order_by("-size").first()


def checkpoints(cursor: str | None = None, size: int = PAGE) -> Page[Checkpoint]:
    """Checkpoints, newest first."""
    return page(Checkpoint.objects.all(), ("-size",), cursor, size)


def health() -> Health:
    """The state of sealing, for boards and for whoever must refuse when it stands still."""
    unexported = Checkpoint.objects.filter(exported_at=None).count()
    return Health(sealing_lag(), tree.size(), latest_checkpoint(), unexported)


def _between(rows: QuerySet[R], since: datetime | None, until: datetime | None) -> QuerySet[R]:
    rows = rows.filter(at__gte=since) if since else rows
    return rows.filter(at__lt=until) if until else rows
