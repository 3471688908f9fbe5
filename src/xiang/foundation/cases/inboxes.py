"""What an officer narrows the inbox by. Which rows are theirs at all is said in :mod:`queries`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Self

from django.db.models import Q, QuerySet

from xiang.foundation.cases import procedures
from xiang.foundation.cases.models import Case, CaseMark, ClockState
from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import Limit, due

INBOX_ORDER = ("act_by", "id")
DUES = ("late", "today", "tomorrow", "stopped", "applicant", "normal")
REVIEWED = ("reviewing", "deciding")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """``view``: mine (in my hands, or my turn and nobody's yet), unit, unclaimed, review, followed, closed, all."""

    view: str = "unit"
    item: str = ""
    state: str = ""
    due: str = ""
    text: str = ""
    closed: bool = False

    def due_only(self, due: str) -> Self:
        """The same list, of one kind of urgency."""
        return replace(self, due=due)

    def without(self, *names: str) -> Self:
        """The same list, wider."""
        widened: dict[str, Any] = dict.fromkeys(names, "")
        return replace(self, **widened)


def order_of(wanted: InboxFilter) -> tuple[str, str]:
    """The most urgent first; of what is closed, the newest."""
    return ("-act_by", "-id") if wanted.closed or wanted.view == "closed" else INBOX_ORDER


def narrowed(rows: QuerySet[Case], actor: Actor, wanted: InboxFilter, tomorrow: date | None = None) -> QuerySet[Case]:
    """Those of ``rows`` that the filter keeps."""
    narrow = in_view(actor, wanted.view) & due_within(wanted.due, tomorrow)
    if wanted.item:
        narrow &= Q(item_key=wanted.item)
    if wanted.state:
        narrow &= Q(state=wanted.state)
    if wanted.text:
        narrow &= _named(wanted.text)
    return rows.filter(narrow, open=not (wanted.closed or wanted.view == "closed"))


def in_view(actor: Actor, view: str) -> Q:
    """Which cases of the officer's offices stand in one of their lists."""
    match view:
        case "mine":
            return Q(assignee_id=actor.staff_id) | (Q(assignee=None) & _my_turn(actor))
        case "unclaimed":
            return _my_turn(actor) & Q(assignee=None)
        case "review":
            return Q(state__in=REVIEWED)
        case "followed":
            followed = CaseMark.objects.filter(staff=actor.staff_id, kind=CaseMark.Kind.FOLLOWED)
            return Q(id__in=followed.values("case_id"))
    return Q()


def _named(text: str) -> Q:
    """A whole number is sought by its index; part of one, a name or an item by what is written."""
    text = text.strip()
    if text.upper().startswith("XC") and len(text) >= 18:
        return Q(number=text.upper())
    return Q(number__icontains=text) | Q(title__icontains=text) | Q(item_title__icontains=text)


def _my_turn(actor: Actor) -> Q:
    """Cases whose next step is for a role that the officer holds in their unit; never while others are awaited."""
    turn = Q()
    for unit in actor.unit_ids:
        roles = frozenset(role for held_in, role in actor.grants if held_in == unit)
        turn |= Q(unit_id=unit, state__in=states_for(roles))
    return turn & Q(waiting_for="") if turn else Q(pk__in=())


def states_for(roles: frozenset[str]) -> tuple[str, ...]:
    """The open states that one of these roles moves on, in any procedure."""
    return _states_for(roles, procedures.known_keys())


@cache
def _states_for(roles: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    found = set()
    for procedure in procedures.all_known():
        open_states = {state.name for state in procedure.states if not state.closed}
        for edge in procedure.transitions:
            # A step that stays where it is (to ask, to note) makes it nobody's turn.
            if edge.target and roles & set(edge.by):
                found |= open_states & set(edge.source)
    return tuple(sorted(found))


def due_within(wanted: str, tomorrow: date | None) -> Q:
    """Which cases are of one kind of urgency (one of ``DUES``); all without a kind."""
    today = instant.today()
    match wanted:
        case "late":
            return Q(act_by__lt=today)
        case "today":
            return Q(act_by=today)
        case "tomorrow":
            return Q(act_by=tomorrow or next_working_day(today))
        case "stopped":
            return Q(clock=ClockState.STOPPED)
        case "applicant":
            return Q(waiting_for="applicant")
        case "normal":
            later = Q(act_by__gt=today) & ~Q(act_by=tomorrow or next_working_day(today))
            return later & ~Q(clock=ClockState.STOPPED) & ~Q(waiting_for="applicant")
    return Q()


def next_working_day(after: date) -> date:
    """The next working day after a date."""
    return due(after, Limit(1, "wd"), statutes.calendar()).date or after + timedelta(days=1)
