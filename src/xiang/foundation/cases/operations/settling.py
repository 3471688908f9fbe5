"""Settling: a deadline that has passed has had its effect, whether or not anybody wrote it down yet."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xiang.foundation.cases import clocks, procedures
from xiang.foundation.cases.models import Case, CaseTimer, ClockState
from xiang.foundation.cases.operations.moving import advance, locked
from xiang.foundation.cases.operations.timers import known_of
from xiang.foundation.cases.procedures import Transition
from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import kept
from xiang.foundation.parties import actors


def settle(case_id: UUID) -> Case:
    """Let every deadline of this case that has passed take effect, the earliest first, and answer the case."""
    with transaction.atomic():
        case = locked(case_id)
        settle_locked(case)
        return case


def settle_locked(case: Case) -> None:
    """The same for a case that the caller has locked."""
    today = instant.today()
    while lapsed := [timer for timer in known_of(case) if timer.pending and timer.due < today]:
        timer = min(lapsed, key=lambda one: (one.due, one.id))
        won = CaseTimer.objects.filter(id=timer.id, pending=True).update(pending=False, fired=True)
        timer.pending, timer.fired = False, True
        procedure = procedures.get(case.procedure, case.procedure_version)
        edge = procedure.transition(timer.fires, case.state)
        if won and edge is not None and case.open:
            after = timer.due + timedelta(days=1)
            advance(case, procedure, edge, actors.SYSTEM, {"slot": timer.slot, "due": timer.due.isoformat()}, after)


def settle_overdue(limit: int = 200, unit_ids: frozenset[UUID] | None = None) -> int:
    """Settle the cases whose deadlines have passed, of some units or of all; answers how many were touched."""
    today = instant.today()

    def overdue() -> QuerySet[CaseTimer, tuple[UUID]]:
        timers = CaseTimer.objects.filter(pending=True, due__lt=today)
        if unit_ids is not None:
            timers = timers.filter(case__unit_id__in=unit_ids)
        return timers.order_by("due").values_list("case_id")[:limit]

    case_ids = list(dict.fromkeys(case_id for (case_id,) in kept(("overdue", today, unit_ids, limit), overdue)))
    for case_id in case_ids:
        settle(case_id)
    return len(case_ids)


def recompute(year: int | None = None) -> int:
    """After the calendar changed: recompute the deadlines that were provisional, and those that touch ``year`` (one
    that was corrected or withdrawn); each that moves has an event that says so. Answers how many moved."""
    touched = Q(due_provisional=True)
    if year is not None:
        touched |= Q(clock_started__year__lte=year, due__year__gte=year)
    running = Case.objects.filter(touched, open=True, clock=ClockState.RUNNING).order_by("id")
    return sum(_recompute(case_id) for case_id in list(running.values_list("id", flat=True)))


def _recompute(case_id: UUID) -> bool:
    with transaction.atomic():
        case = locked(case_id)
        settle_locked(case)
        if not case.open or case.clock != ClockState.RUNNING:
            return False
        before = (case.due, case.legal_due, case.due_provisional)
        clocks.refresh(case)
        if (case.due, case.legal_due, case.due_provisional) == before:
            return False
        edge = Transition("recompute", "日历变动，重算到期日", (case.state,), "", ("system",))
        procedure = procedures.get(case.procedure, case.procedure_version)
        data = {"before": before[0].isoformat(), "after": case.due.isoformat()}
        advance(case, procedure, edge, actors.SYSTEM, data, instant.today())
        return True
