"""Timers: after every change of state or clock, exactly the deadlines of the present state are pending."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from xiang.foundation.cases import clocks
from xiang.foundation.cases.models import NO_DUE, Case, CaseTimer, ClockState
from xiang.foundation.cases.procedures import Procedure
from xiang.foundation.ground import adding
from xiang.foundation.ground.changing import change
from xiang.foundation.ground.compiled import Compiled

_OF_THE_CLOCK = ("promised", "legal")
_KNOWN = "_known_timers"
in_force = Compiled(
    lambda case_id: CaseTimer.objects.filter(Q(pending=True) | Q(fired=True), case_id=case_id).order_by("id")
)


def _clock_due(case: Case, slot: str) -> date | None:
    if case.clock != ClockState.RUNNING or (slot == "promised" and case.overdue):
        return None
    found = case.due if slot == "promised" else case.legal_due
    return found if found != NO_DUE else None


def known_of(case: Case) -> list[CaseTimer]:
    """The timers of a locked case that are pending or have taken effect, in order of making. Read once: while the case
    is locked nobody else writes them, and :func:`arm` keeps the list up to date."""
    known: list[CaseTimer] | None = case.__dict__.get(_KNOWN)
    if known is None:
        known = case.__dict__[_KNOWN] = in_force(case.id)
    return known


def arm(case: Case, procedure: Procedure, entered: date | None, *, first: bool = False) -> None:
    """Make the pending timers those of the present state, and say on ``case`` (not in the database) until when the
    office must act.

    ``entered`` is the legal date since which the case is in its state; ``None`` when the state did not change: then
    only the deadlines of the clock may have moved. ``first`` says that no timer can be pending yet.
    """
    wanted = _wanted(case, procedure, entered)
    known = [] if first else known_of(case)
    case.act_by = _act_by(case, procedure, wanted, known if entered is None else [])
    for timer in known:
        # What has taken effect does not do so again, as long as the date is the same.
        if timer.fired and wanted.get(timer.slot) == (timer.fires, timer.due) and timer.slot in _OF_THE_CLOCK:
            del wanted[timer.slot]
    pending = [t for t in known if t.pending and (entered is not None or t.slot in _OF_THE_CLOCK)]
    keep = {t.slot for t in pending if wanted.get(t.slot) == (t.fires, t.due)}
    stale = [t for t in pending if t.slot not in keep]
    for timer in stale:
        timer.pending = False
        change(timer, ("pending",))
    made = [
        CaseTimer(case=case, slot=slot, fires=fires, due=due)
        for slot, (fires, due) in wanted.items()
        if slot not in keep
    ]
    adding.add(made)
    case.__dict__[_KNOWN] = [*(t for t in known if t not in stale), *made]


def _wanted(case: Case, procedure: Procedure, entered: date | None) -> dict[str, tuple[str, date]]:
    """What fires, and when, in each slot of the present state."""
    wanted: dict[str, tuple[str, date]] = {}
    for deadline in procedure.deadlines:
        if deadline.state != case.state:
            continue
        if deadline.slot in _OF_THE_CLOCK:
            due = _clock_due(case, deadline.slot)
        else:
            due = clocks.deadline(case, deadline.slot, entered) if entered else None
        if due is not None:
            wanted[deadline.slot] = (deadline.fires, due)
    return wanted


def _act_by(case: Case, procedure: Procedure, wanted: dict[str, tuple[str, date]], known: list[CaseTimer]) -> date:
    """The first of the dates that bind the office in this state; one that has passed still does."""
    if not case.open or case.waiting_for:
        return NO_DUE
    dates = {slot: due for slot, (_, due) in wanted.items()}
    slots = {d.slot for d in procedure.deadlines if d.state == case.state} - {*_OF_THE_CLOCK}
    dates |= {t.slot: t.due for t in known if t.slot in slots}  # in order of making: the latest holds
    if case.clock == ClockState.RUNNING:
        dates["promised"] = case.due
    return min(dates.values(), default=NO_DUE)
