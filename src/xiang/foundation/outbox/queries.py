"""How the outbox stands: what an operator looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from xiang.foundation.outbox.models import Delivery, State, Turn


@dataclass(frozen=True, slots=True)
class Health:
    """Counts by state, and since when the oldest delivery that is not finished has been waiting."""

    waiting: int
    unknown: int
    parked: int
    oldest: datetime | None
    turns: tuple[Turn, ...]


def parked() -> QuerySet[Delivery]:
    """Deliveries that stopped after their last attempt, oldest first; each blocks its lane until retried or dropped."""
    return Delivery.objects.filter(state=State.PARKED).select_related("event").order_by("pk")


def waiting() -> QuerySet[Delivery]:
    """Deliveries that a worker still has to do."""
    return Delivery.objects.filter(due_at__isnull=False)


def health() -> Health:
    """The state of the outbox in three statements."""
    counts = {row["state"]: row["n"] for row in waiting().values("state").annotate(n=Count("pk"))}
    oldest: datetime | None = waiting().aggregate(at=Min("event__at"))["at"]
    return Health(
        waiting=sum(counts.values()),
        unknown=counts.get(State.UNKNOWN, 0),
        parked=parked().count(),
        oldest=oldest,
        turns=tuple(Turn.objects.order_by("name")),
    )
