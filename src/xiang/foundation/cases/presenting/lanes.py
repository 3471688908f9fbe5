"""A life event as lanes: one a body, over one row of days; a line shows what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from xiang.foundation.cases import clocks
from xiang.foundation.cases.models import Case, CaseLink, ClockState
from xiang.foundation.cases.presenting.clocks import (
    SLOTS,
    Clockwork,
    concluded_on,
    reading_of,
    spaced,
    state_of,
    steps_until,
    view_of,
)
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import ClockView, DayCell, DayState, LaneRow, LanesView, Link, StatusView
from xiang.foundation.pages.texts import legal_day
from xiang.foundation.statutes.clock import Due, Step, due
from xiang.foundation.statutes.rules import RuleRow

ONE_DAY = timedelta(days=1)
LEAST, MOST, BEHIND = 14, 24, 6
"""Columns: fewer look lost, more do not fit; a long matter shows the days around today."""


@dataclass(frozen=True)
class Event:
    """The sub-cases of a life event with what their clocks and links say."""

    parent: Case
    children: Sequence[Case]
    links: Sequence[CaseLink]
    work: Clockwork

    @cached_property
    def by_id(self) -> Mapping[UUID, Case]:
        return {case.id: case for case in self.children}

    def needed_by(self, case: Case) -> list[Case]:
        """What a sub-case waits for."""
        return [
            self.by_id[one.target_id] for one in self.links if one.source_id == case.id and one.target_id in self.by_id
        ]

    @cached_property
    def expected(self) -> Mapping[UUID, tuple[date | None, bool]]:
        """When each sub-case will be done at the latest, and whether that is an estimate. ``None`` while its clock
        stands still."""
        found: dict[UUID, tuple[date | None, bool]] = {}
        for case in self.in_order:
            found[case.id] = self._expected(case, [found[n.id] for n in self.needed_by(case) if n.id in found])
        return found

    def _expected(self, case: Case, before: Sequence[tuple[date | None, bool]]) -> tuple[date | None, bool]:
        if not case.open:
            return concluded_on(case), False
        if case.clock in (ClockState.RUNNING, ClockState.STOPPED):
            reading = reading_of(case, self.work)
            return (reading.promised.date if reading else None), False
        if case.clock == ClockState.ENDED:
            return case.clock_ended, False
        timer = self.work.timer(case)
        if case.waiting_for == "applicant":
            return (timer.due if timer else None), True
        days = [day for day, _ in before]
        if None in days:
            return None, True
        return self._as_if_from(case, max([self.work.today, *(d for d in days if d)])), True

    def _as_if_from(self, case: Case, start: date) -> date | None:
        estimate = self.estimate(case, start)
        return estimate.date if estimate else None

    def estimate(self, case: Case, start: date) -> Due | None:
        """The promised limit as if it began on a day."""
        rule = clocks.rule_of(case, "promised")
        return due(start, rule.limit(), self.work.calendar) if rule else None

    @cached_property
    def in_order(self) -> list[Case]:
        """Each sub-case after what it waits for, and what waits for one alone right behind it."""
        order: list[Case] = []
        waiting = {case.id: self.needed_by(case) for case in self.children}

        def place(case: Case) -> None:
            if case in order:
                return
            order.append(case)
            for other in self.children:
                if case in waiting[other.id] and all(n in order for n in waiting[other.id]):
                    place(other)

        first = [case for case in self.children if not waiting[case.id]]
        for case in [*first, *self.children]:
            place(case)
        return order

    @property
    def several_children(self) -> bool:
        """Twins: every child has its own row of each item."""
        return len({case.facts.get("child") for case in self.children if case.facts.get("child")}) > 1


def lanes_view(event: Event) -> LanesView:
    """The lanes with their axis of days."""
    axis = _axis(event)
    days = [cell.day for cell in axis if cell.day]
    roots = [case for case in event.in_order if not event.needed_by(case)]
    others = {link.target_id for link in event.links}
    root = next((case for case in roots if case.id in others), None)
    # One primary button a view: what is to be paid has its own, in the panel above.
    yours = [case for case in event.in_order if case.open and case.state == "supplementing"]
    rows = tuple(_row(event, case, days, primary=bool(yours) and case is yours[0]) for case in event.in_order)
    side_by_side = sum(case.id != root.id and not _nested(event, case, root) for case in event.in_order) if root else 0
    return LanesView(
        axis=axis,
        rows=rows,
        root=str(root.id) if root else "",
        parallel_words=f"以下 {side_by_side} 项同时办，互不等待" if side_by_side > 1 else "",
    )


def _nested(event: Event, case: Case, root: Case) -> bool:
    return state_of(case).kind == "wait" and any(n.id != root.id for n in event.needed_by(case))


# --- days ------------------------------------------------------------------------------------------------------------


def span_of(event: Event) -> tuple[date, date]:
    """The first and the last day shown."""
    first, today = instant.legal_date(event.parent.submitted_at), event.work.today
    ends = [event.expected[c.id][0] for c in event.children if not (c.open and c.waiting_for == "applicant")]
    ends += [today] if event.parent.open else []
    last = max([first, *(day for day in ends if day)])
    if (last - first).days >= MOST and (today - first).days > BEHIND and event.parent.open:
        first = today - ONE_DAY * BEHIND
    return first, max(min(last, first + ONE_DAY * (MOST - 1)), first + ONE_DAY * (LEAST - 1))


def _axis(event: Event) -> tuple[DayCell, ...]:
    first, last = span_of(event)
    return tuple(_axis_day(event, first + ONE_DAY * n) for n in range((last - first).days + 1))


def _axis_day(event: Event, day: date) -> DayCell:
    calendar = event.work.calendar
    working, name = calendar.is_working(day), calendar.name(day)
    if day == event.work.today and event.parent.open:
        return DayCell("today", day)
    if working:
        return DayCell("none", day, label="班" if name else "")
    return DayCell("rest", day, label=short_holiday(name))


def short_holiday(name: str) -> str:
    """国庆节、中秋节 → 国庆; 春节 stays."""
    first = name.partition("、")[0]
    return first if len(first) <= 2 else first.removesuffix("节")[:2]


def _cells(event: Event, case: Case, days: Sequence[date]) -> tuple[DayCell, ...]:
    states = _states(event, case)
    return tuple(DayCell(states.get(day, "none"), day) for day in days)


def _states(event: Event, case: Case) -> dict[date, DayState]:
    if not case.open or case.clock == ClockState.ENDED:
        return _walked(event, case)
    work, reading = event.work, reading_of(case, event.work)
    if reading is not None and case.clock in (ClockState.RUNNING, ClockState.STOPPED):
        return _running(reading.promised, work)
    if case.state and not case.waiting_for:
        timer = work.timer(case)
        rule = clocks.rule_of(case, timer.slot) if timer else None
        return _running(due(case.received_on, rule.limit(), work.calendar), work) if rule else {}
    if case.waiting_for == "prerequisite":
        return _waiting(event, case)
    return {}


def _walked(event: Event, case: Case) -> dict[date, DayState]:
    """What was walked until the end."""
    on = concluded_on(case)
    if on is None:
        return {}
    reading = reading_of(case, event.work)
    states: dict[date, DayState] = {case.received_on: "rest"} if reading is None else {}
    for step in steps_until(reading.promised, on) if reading else ():
        if step.day < on:
            states[step.day] = "stopped" if step.kind == "stopped" else "past" if step.counted else "rest"
    return {**states, on: "end"}


def _running(found: Due, work: Clockwork) -> dict[date, DayState]:
    states: dict[date, DayState] = {}
    for step in steps_until(found, work.today):
        states[step.day] = _day_state(step, found, work.today)
    if found.date and found.date < work.today:
        late = (found.date + ONE_DAY * n for n in range(1, (work.today - found.date).days + 1))
        states |= {day: "over" for day in late if work.calendar.is_working(day)}
    return states


def _day_state(step: Step, found: Due, today: date) -> DayState:
    if step.kind == "stopped":
        return "stopped"
    if step.day == found.date and step.day >= today:
        return "due"
    if step.counted is None:
        return "rest"
    return "today" if step.day == today else "past" if step.day < today else "left"


def _waiting(event: Event, case: Case) -> dict[date, DayState]:
    """Dashed days after what it waits for, as many as were promised."""
    days = [event.expected[need.id][0] for need in event.needed_by(case)]
    known = [day for day in days if day]
    if not known or len(known) < len(days):
        return {}
    estimate = event.estimate(case, max([*known, event.work.today]))
    if estimate is None:
        return {}
    return {s.day: "waiting" if s.counted else "rest" for s in estimate.derivation if s.kind != "start"}


# --- a row -----------------------------------------------------------------------------------------------------------


def status_of(case: Case, work: Clockwork) -> StatusView:
    """The state in the applicant's words."""
    state = state_of(case)
    if case.open and case.overdue and case.clock == ClockState.RUNNING:
        return StatusView("late", view_of(case, work).short)
    if state.waiting_for == "applicant":
        return StatusView("you", "等您处理")
    if state.kind == "wait":
        return StatusView("wait", "未开始")
    if not case.open and case.outcome not in ("granted", "done"):
        return StatusView("done", state.title, "x" if case.outcome in ("refused", "declined") else "circle-off")
    return StatusView(state.kind, state.title)  # type: ignore[arg-type]


def _row(event: Event, case: Case, days: Sequence[date], *, primary: bool) -> LaneRow:
    needs = event.needed_by(case)
    open_needs = [need for need in needs if need.open] or needs
    url = reverse("cases:progress", args=[case.number])
    yours = case.open and case.waiting_for == "applicant"
    title = f"{case.item_title}·{case.title}" if event.several_children else case.item_title
    return LaneRow(
        key=str(case.id),
        title=title,
        body=case.unit.name if case.unit else "",
        status=status_of(case, event.work),
        cells=() if yours else _cells(event, case, days),
        note=note_of(event, case),
        clock=_clock_of(event, case),
        after=str(open_needs[0].id) if open_needs else "",
        after_words=_awaited(event, open_needs[0]) if open_needs and case.waiting_for == "prerequisite" else "",
        ask=ask_of(case, event.work) if yours else "",
        action=Link(_verb(case), f"{url}#act", "primary" if primary else "plain") if yours else None,
        url=url,
    )


def _clock_of(event: Event, case: Case) -> ClockView | None:
    """The clock beside a row of the tree; what has not begun has as many dashed days as were promised."""
    if not case.open or case.waiting_for == "applicant":
        return None
    if case.waiting_for == "prerequisite":
        rule = clocks.rule_of(case, "promised")
        days = rule.value if rule and rule.unit in ("wd", "d") else 0
        return ClockView("wait", note_of(event, case), tuple(DayCell("waiting") for _ in range(days))) if days else None
    clock = view_of(case, event.work)
    return clock if clock.cells else None


def _awaited(event: Event, need: Case) -> str:
    day, estimated = event.expected[need.id]
    if day is None or not need.open:
        return ""
    return f"{need.item_title.partition('（')[0]} {'预计' if estimated else ''}{legal_day(day, 'short')}前"


def note_of(event: Event, case: Case) -> str:
    """A few words behind the body: 第 3 天，共 5 天."""
    work = event.work
    on = concluded_on(case)
    if not case.open and on:
        return f"{legal_day(on, 'short')}{state_of(case).title.removeprefix('已')}"
    if case.clock == ClockState.ENDED and on:
        return f"{legal_day(on, 'short')}办好"
    if case.clock == ClockState.STOPPED:
        span = next((s for s in reversed(work.spans.get(case.id, ())) if s.ends is None and s.kind == "stop"), None)
        return f"停钟：{span.reason_title}" if span else "停钟"
    reading = reading_of(case, work)
    if reading is not None:
        elapsed, total = reading.promised.elapsed(work.today), reading.promised.total
        return f"第 {elapsed} 天，共 {total} 天" if elapsed <= total else ""
    rule = clocks.rule_of(case, "promised")
    promise = _promise(rule) if rule else ""
    if case.waiting_for == "prerequisite":
        return f"{promise}，自动开始" if promise else "自动开始"
    timer = work.timer(case)
    if timer and not case.waiting_for:
        return f"{legal_day(timer.due, 'short')}前答复是否{SLOTS[timer.slot]}"
    return promise


def _promise(rule: RuleRow) -> str:
    if not rule.value:
        return "承诺当天"
    return f"承诺 {rule.value} 天" if rule.unit in ("wd", "d") else f"承诺 {spaced(rule.words)}"


def ask_of(case: Case, work: Clockwork) -> str:
    """What the applicant is asked to do, by when."""
    timer = work.timer(case)
    by = f"{legal_day(timer.due)}前" if timer and timer.pending else ""
    if timer and timer.slot == "supplement":
        missing = [str(one) for one in case.facts.get("missing", ())]
        lacking = f"还差 {len(missing)} 份：{'、'.join(missing)}" if missing else "还有内容要补"
        return f"{lacking}。{by}补上" if by else lacking
    if timer and timer.slot == "payment":
        return f"{by}缴费" if by else "缴费期限过了，仍可以缴"
    return f"{by}处理" if by else "等您处理"


def _verb(case: Case) -> str:
    return {"supplementing": "去补正", "paying": "去缴费"}.get(case.state, "去处理")


def holiday_words(event: Event) -> str:
    """The holidays and make-up days shown: 9月25日至27日中秋不计工作日；10月10日（周六）调休上班，计 1 天。"""
    first, last = span_of(event)
    days = [first + ONE_DAY * n for n in range((last - first).days + 1)]
    calendar = event.work.calendar
    off = [day for day in days if calendar.name(day) and not calendar.is_working(day)]
    made_up = [day for day in days if calendar.name(day) and calendar.is_working(day) and day.weekday() > 4]
    parts = [f"{run_words(run)}{calendar.name(run[0]).replace('节', '')}" for run in _runs(off)]
    said = [f"{'、'.join(parts)}不计工作日"] if parts else []
    if made_up:
        each = "，各计 1 天" if len(made_up) > 1 else "，计 1 天"
        said.append(f"{'、'.join(legal_day(day) for day in made_up)}调休上班{each}")
    return f"{'；'.join(said)}。" if said else ""


def _runs(days: Iterable[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def run_words(run: Sequence[date]) -> str:
    """10月1日至7日."""
    if len(run) == 1:
        return legal_day(run[0], "short")
    until = f"{run[-1].day}日" if run[-1].month == run[0].month else legal_day(run[-1], "short")
    return f"{legal_day(run[0], 'short')}至{until}"
