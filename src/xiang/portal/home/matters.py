"""My matters as the first page shows them: the most urgent first, life events with the item that is due soonest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.cases.presenting import clocks
from xiang.foundation.cases.presenting.clocks import Clockwork
from xiang.foundation.ground.reference import recall
from xiang.foundation.pages.components import ClockView, StatusView
from xiang.foundation.parties.actors import Actor
from xiang.portal import links
from xiang.services.items import queries as items
from xiang.services.lifeevents.definitions import LifeEvent

SHOWN = 3
_MOST = 80
_NOT_BEGUN = "prerequisite"


@dataclass(frozen=True)
class Matters:
    """The person's open cases: those on top, sub-cases by parent, and what their clocks are read from."""

    tops: Sequence[Case]
    children: Mapping[UUID, Sequence[Case]]
    work: Clockwork | None
    who: UUID | None = None

    @property
    def waiting(self) -> list[Case]:
        """Cases in which it is the person's turn, the first to run out first."""
        found = [case for case in self.every if self.is_theirs(case)]
        return sorted(found, key=lambda case: (self.due(case), case.id))

    @property
    def every(self) -> list[Case]:
        return [*self.tops, *(child for group in self.children.values() for child in group)]

    def is_theirs(self, case: Case) -> bool:
        """Whether it is this person's turn: they applied; the other parent only follows."""
        return case.open and case.waiting_for == "applicant" and case.applicant_id == self.who

    def due(self, case: Case) -> object:
        timer = self.work.timer(case) if self.work else None
        return timer.due if timer else case.due


@dataclass(frozen=True, slots=True)
class Row:
    """One matter: its title, how it stands, and the clock that runs out first."""

    title: str
    url: str
    icon: str
    status: StatusView
    detail: str
    clock: ClockView | None


def of(actor: Actor) -> Matters:
    """Everything open, with the sub-cases of open life events whether they are done or not."""
    wanted = Q(open=True) | Q(parent__open=True)
    rows = list(cases.mine(actor).filter(wanted).select_related("unit__body", "subject").defer("answers")[:_MOST])
    tops = [case for case in rows if case.parent_id is None]
    known = {case.id for case in tops}
    children: dict[UUID, list[Case]] = defaultdict(list)
    for case in reversed(rows):
        if case.parent_id in known:
            children[case.parent_id].append(case)
        elif case.parent_id is not None:
            tops.append(case)  # a part that is somebody's alone: they take no part in the whole
    return Matters(
        tops, children, clocks.gather(case for case in rows if case.open) if rows else None, actor.subject_id
    )


def rows(found: Matters, events: Sequence[LifeEvent]) -> list[Row]:
    """The most urgent few."""
    shown = sorted(found.tops, key=lambda case: (_urgency(found, case), -case.submitted_at.timestamp()))[:SHOWN]
    icons = {event.key: event.content["icon"] for event in events}
    icons |= recall("editions", "portal.icons", lambda: dict(items.active().values_list("key", "icon")))
    return [_row(found, case, icons.get(case.item_key, "file-text")) for case in shown]


def _urgency(found: Matters, case: Case) -> object:
    return min((one.due for one in [case, *found.children.get(case.id, ())] if one.open), default=NO_DUE)


def _row(found: Matters, case: Case, icon: str) -> Row:
    parts = found.children.get(case.id, ())
    clock = _first_clock(found, parts) if parts else _clock(found, case)
    office = "" if parts or case.unit is None else case.unit.name
    if office and case.subject and case.subject_id != case.applicant_id:
        office = f"{case.subject.name}·{office}"
    return Row(
        title=case.title if parts else case.item_title,
        url=links.to_case(case.number),
        icon=icon,
        status=_status(found, case, parts, clock),
        detail=_parts_words(found, parts) if parts else office,
        clock=clock,
    )


def _clock(found: Matters, case: Case) -> ClockView | None:
    return clocks.view_of(case, found.work) if found.work else None


def _first_clock(found: Matters, parts: Sequence[Case]) -> ClockView | None:
    """Of the parts that an office has in hand, the one that is due first; its item leads the words."""
    running = [p for p in parts if p.open and not p.waiting_for and not p.outcome]
    for part in sorted(running, key=lambda p: (p.due, p.id)):
        clock = _clock(found, part)
        if clock and clock.cells:
            return replace(clock, lead=part.item_title)
    return None


def _status(found: Matters, case: Case, parts: Sequence[Case], clock: ClockView | None) -> StatusView:
    if any(found.is_theirs(one) for one in (case, *parts)):
        return StatusView("you", "等您处理")
    words = {"late": "晚了", "soon": "临近到期", "stop": "停钟"}
    if clock and clock.kind in words:
        return StatusView(clock.kind, words[clock.kind])
    state = clocks.state_of(case)
    return StatusView(state.kind, "办理中" if parts else state.title)  # type: ignore[arg-type]


def _parts_words(found: Matters, parts: Sequence[Case]) -> str:
    """7 项中 3 项办好，2 项在办，1 项等您，1 项未开始."""
    done = sum(not part.open or bool(part.outcome) for part in parts)
    running = [part for part in parts if part.open and not part.outcome]
    yours = sum(found.is_theirs(part) for part in running)
    later = sum(part.waiting_for == _NOT_BEGUN for part in running)
    counted = ((done, "办好"), (len(running) - yours - later, "在办"), (yours, "等您"), (later, "未开始"))
    return f"{len(parts)} 项中 {'，'.join(f'{n} 项{word}' for n, word in counted if n)}"
