"""Whether a system can be reached, and since when it cannot: a circuit breaker that every process shares.

1. Unplugged by the switch: down since the switch was thrown.
2. Failed lately (:data:`PATIENCE` times in a row): not asked again until the pause is over; then one caller tries.
3. Answered: as if nothing had been.

Rows are written only when something changes, so that a healthy look-up costs no write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from xiang.foundation.ground import instant
from xiang.hub.inventory.models import System
from xiang.hub.sharing.models import SystemState

PATIENCE = 2
PAUSE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of a system before asking it. ``ask`` is false when it is not to be asked now."""

    ask: bool = True
    slow: bool = False
    failed: bool = False
    since: datetime | None = None


def look(systems: Iterable[System]) -> Mapping[str, Reach]:
    """How the systems stand, by key. Winning the try after a pause is settled by a conditional update."""
    wanted = {system.pk: system.key for system in systems}
    found = {key: Reach() for key in wanted.values()}
    now = instant.now()
    for row in SystemState.objects.filter(system__in=wanted):
        key, failed = wanted[row.system_id], row.failures > 0
        if row.switch == SystemState.Switch.DOWN:
            found[key] = Reach(ask=False, since=row.down_since)
        elif row.failures >= PATIENCE and row.retry_at and (row.retry_at > now or not _win_try(row, now)):
            found[key] = Reach(ask=False, failed=True, since=row.down_since)
        else:
            found[key] = Reach(slow=row.switch == SystemState.Switch.SLOW, failed=failed, since=row.down_since)
    return found


def _win_try(row: SystemState, now: datetime) -> bool:
    same = SystemState.objects.filter(pk=row.pk, retry_at=row.retry_at)
    return bool(same.update(retry_at=now + PAUSE))


def failed(system: System, reason: str) -> datetime:
    """The system did not answer; returns since when."""
    now = instant.now()
    with transaction.atomic():
        SystemState.objects.get_or_create(system=system)
        SystemState.objects.filter(system=system).update(
            failures=F("failures") + 1,
            down_since=Coalesce("down_since", now),
            retry_at=now + PAUSE,
            reason=reason[:80],
        )
        since = SystemState.objects.values_list("down_since", flat=True).get(system=system)
    return since or now


def answered(system: System) -> None:
    """The system answered after it had failed."""
    SystemState.objects.filter(system=system, failures__gt=0).exclude(switch=SystemState.Switch.DOWN).update(
        failures=0, down_since=None, retry_at=None, reason=""
    )


def turn(system: System, switch: str) -> None:
    """Throw the switch. Turning it to what it is changes nothing, the beginning of an outage least of all."""
    now = instant.now()
    down = switch == SystemState.Switch.DOWN
    values = {"failures": 0, "retry_at": None, "reason": "switch" if down else "", "down_since": now if down else None}
    _, made = SystemState.objects.get_or_create(system=system, defaults={"switch": switch, **values})
    if not made:
        SystemState.objects.filter(system=system).exclude(switch=switch).update(switch=switch, **values)
