"""The legal clock (期限): a due date *and* its derivation, day by day. Pure: no database, no present time.

The rules, in the order in which they are applied:

1. The day of the event is not counted; counting begins the day after (行政许可法 82, 民法典 201).
2. ``wd`` counts working days of the calendar, so a make-up Sunday counts and a holiday Monday does not.
   ``d``, ``m`` and ``y`` count every day; a month ends on the same day of the month, or its last (民法典 202).
   ``h`` runs from the instant and never rolls.
3. A suspended day (停钟) is not counted, whatever day it is. Overlapping suspensions exclude a day once. A suspension
   without an end stops the clock: there is no due date, what remains is kept.
4. An extension (延期) adds to the limit. It is not a suspension and never moves a day that was already counted.
5. A period in days, months or years that ends on a rest day ends on the next working day (民法典 203), if it rolls.
6. A day of a year whose calendar is not published is guessed by its weekday, and the due date is provisional.
"""

from __future__ import annotations

import calendar as months
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from xiang.foundation.ground.instant import legal_date, start_of
from xiang.foundation.statutes import wording
from xiang.foundation.statutes.terms import (
    ONE_DAY,
    UNITS,
    Calendar,
    ClockError,
    Kind,
    Limit,
    Span,
    Step,
    Unit,
    merge,
    parse_day,
)

__all__ = [
    "UNITS",
    "Calendar",
    "ClockError",
    "Due",
    "Kind",
    "Limit",
    "Span",
    "Step",
    "Unit",
    "before",
    "due",
    "merge",
    "parse_day",
]

Day = date
Moment = date | datetime
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends, and why. ``date`` and ``instant`` are None while an open suspension stops the clock.

    ``instant`` is the end of the due date, or the hour itself. ``left`` is what a stopped clock has still to count;
    ``unpublished`` are the years that had to be guessed.
    """

    start: Moment
    limit: Limit
    extensions: tuple[Limit, ...]
    suspensions: tuple[Span, ...]
    date: Day | None
    instant: datetime | None
    derivation: tuple[Step, ...]
    unpublished: tuple[int, ...] = ()
    stopped_since: Day | None = None
    left: int = 0
    calendar: Calendar = field(default=Calendar({}, frozenset()), repr=False, compare=False)

    @property
    def provisional(self) -> bool:
        return bool(self.unpublished)

    @property
    def start_day(self) -> Day:
        return _day(self.start)

    @property
    def total(self) -> int:
        """What the limit and its extensions come to, in counted days (hours for a limit in hours)."""
        if self.limit.unit == "h":
            return self.limit.value + sum(e.value for e in self.extensions)
        return sum(step.counted is not None for step in self.derivation) + self.left

    def elapsed(self, at: Moment) -> int:
        """Counted days up to and including a day; whole hours run, for a limit in hours."""
        if self.limit.unit == "h":
            return self.total - self.remaining(at)
        day = _day(at)
        return sum(step.counted is not None and step.day <= day for step in self.derivation)

    def remaining(self, at: Moment) -> int:
        """Counted days after a day: 0 on the due date itself. A stopped clock keeps what it had."""
        if self.limit.unit != "h":
            return self.total - self.elapsed(at)
        until = self.instant or start_of(self.stopped_since or self.start_day)
        return min(self.total, self.left + math.ceil(_running(_instant(at), until, self.suspensions) / _HOUR))

    def overdue(self, at: Moment) -> bool:
        if self.instant is not None and isinstance(at, datetime):
            return at >= self.instant
        return self.date is not None and _day(at) > self.date

    def overdue_by(self, at: Moment) -> int:
        """How late: counted days since the due date (hours begun, for a limit in hours), suspended time left out."""
        if not self.overdue(at) or self.date is None or self.instant is None:
            return 0
        if self.limit.unit == "h":
            return math.ceil(_running(self.instant, _instant(at), self.suspensions) / _HOUR)
        working = (self.extensions[-1] if self.extensions else self.limit).unit == "wd"
        days = (self.date + ONE_DAY * n for n in range(1, (_day(at) - self.date).days + 1))
        return sum(not _stopped_by(d, self.suspensions) and (not working or self.calendar.is_working(d)) for d in days)

    def explain(self) -> tuple[str, ...]:
        """The derivation in sentences, holidays and stops in runs."""
        return wording.explain(self)

    def reasons(self) -> tuple[tuple[str, str], ...]:
        """The derivation as terms and words (起算, 时限, 停钟 …), for a list beside the calendar."""
        return wording.reasons(self)

    def to_json(self) -> dict[str, Any]:
        """The whole answer, day by day."""
        return wording.to_json(self)


def due(
    start: Moment,
    limit: Limit,
    calendar: Calendar,
    suspensions: Sequence[Span] = (),
    extensions: Sequence[Limit] = (),
) -> Due:
    """When ``limit`` ends that began with an event at ``start``, with its derivation."""
    spans = tuple(sorted(suspensions, key=lambda s: (s.start, s.end or date.max, s.reason)))
    if limit.unit == "h" or any(e.unit == "h" for e in extensions):
        return _due_in_hours(start, limit, calendar, spans, tuple(extensions))
    walk = _Walk(_day(start), calendar, spans)
    try:
        walk.run(_phases(limit, extensions))
    except OverflowError:
        raise ClockError("date_range", "算出的日期超出日历能表示的范围。") from None
    return Due(
        start=start,
        limit=limit,
        extensions=tuple(extensions),
        suspensions=spans,
        date=None if walk.stopped_since else walk.day,
        instant=None if walk.stopped_since else start_of(walk.day + ONE_DAY),
        derivation=tuple(walk.steps),
        unpublished=tuple(sorted(walk.unpublished)),
        stopped_since=walk.stopped_since,
        left=walk.left,
        calendar=calendar,
    )


def before(day: date, limit: Limit, calendar: Calendar) -> date:
    """The latest day (working day, for ``wd``) for an act that must come ``limit`` before ``day``, ``day`` not counted.

    A hearing of which people are told seven working days before: ``before(hearing, Limit.parse("7wd"), calendar)``.
    """
    if limit.unit == "h":
        raise ClockError("limit_unit", "倒推期限只支持工作日、日、月、年。")
    if limit.unit in ("m", "y"):
        return _months_on(day, -limit.value * (12 if limit.unit == "y" else 1))
    left = limit.value
    while left:
        day -= ONE_DAY
        left -= limit.unit == "d" or calendar.is_working(day)
    return day


class _Walk:
    """Goes forward day by day, writing down what each day is."""

    def __init__(self, start: date, calendar: Calendar, spans: tuple[Span, ...]) -> None:
        self.day = start
        self.calendar = calendar
        self.spans = spans
        self.steps: list[Step] = [Step(start, None, "start", calendar.name(start))]
        self.unpublished: set[int] = set()
        self.counted = 0
        self.left = 0
        self.stopped_since: date | None = None

    def run(self, phases: Sequence[Limit]) -> None:
        for i, phase in enumerate(phases):
            left = self._advance(_length(phase, self.day), phase.unit == "wd")
            if self.stopped_since:
                self.left = left + sum(_length(later, self.day) for later in phases[i + 1 :])
                return
        self._settle(phases[-1].rolls or phases[-1].unit == "wd")

    def _advance(self, length: int, working: bool) -> int:
        """Count ``length`` days; answers what is left of them when the clock stops for good."""
        while length:
            self.day += ONE_DAY
            if self._stopped():
                if self.stopped_since:
                    return length
            elif working and not self._working():
                self._step("holiday" if self.calendar.name(self.day) else "rest")
            else:
                length -= 1
                self.counted += 1
                self._step("makeup" if working and self.day.weekday() >= 5 else "counted", self.counted)
        return 0

    def _settle(self, rolls: bool) -> None:
        """Move the end off a stopped day, and off a rest day where the limit rolls; mark it as the due day."""
        while self._stopped() or (rolls and not self._working()):
            if self.stopped_since:
                return
            self.day += ONE_DAY
            if not _stopped_by(self.day, self.spans):
                self._step("rolled")
        end = self.steps[-1]
        last = replace(end, kind="due", provisional=self.day.year in self.unpublished)
        self.steps[-1:] = [end, last] if end.kind == "start" else [last]

    def _stopped(self) -> bool:
        """Whether this day is suspended; says so once, and for good when the suspension has no end."""
        stops = _stopped_by(self.day, self.spans)
        if any(span.end is None for span in stops):
            self.stopped_since = self.day
        if stops and self.steps[-1].day != self.day:
            self.steps.append(Step(self.day, None, "stopped", _reasons(stops)))
        return bool(stops)

    def _working(self) -> bool:
        if not self.calendar.published(self.day):
            self.unpublished.add(self.day.year)
        return self.calendar.is_working(self.day)

    def _step(self, kind: Kind, counted: int | None = None) -> None:
        guess = self.day.year in self.unpublished
        self.steps.append(Step(self.day, counted, kind, self.calendar.name(self.day), guess))


def _due_in_hours(
    start: Moment, limit: Limit, calendar: Calendar, spans: tuple[Span, ...], extensions: tuple[Limit, ...]
) -> Due:
    if limit.unit != "h" or any(e.unit != "h" for e in extensions):
        raise ClockError("units_mixed", "按小时计的期限只能按小时延长，按日计的期限不能按小时延长。")
    if not isinstance(start, datetime):
        raise ClockError("start_needs_time", "按小时计的期限要写明起算的时刻，例如 2025-09-22T10:30。")
    left = _HOUR * (limit.value + sum(e.value for e in extensions))
    at, steps = start, [Step(legal_date(start), None, "start")]
    while left or _stopped_by(legal_date(at), spans):
        day = legal_date(at)
        if stops := _stopped_by(day, spans):
            steps.append(Step(day, None, "stopped", _reasons(stops)))
            if any(span.end is None for span in stops):
                hours = math.ceil(left / _HOUR)
                return Due(start, limit, extensions, spans, None, None, tuple(steps), (), day, hours, calendar)
            at = start_of(day + ONE_DAY)
            continue
        run = min(left, start_of(day + ONE_DAY) - at)
        steps.append(Step(day, None, "counted", wording.hours(run)))
        at, left = at + run, left - run
    steps.append(Step(legal_date(at), None, "due"))
    return Due(start, limit, extensions, spans, legal_date(at), at, tuple(steps), calendar=calendar)


def _phases(limit: Limit, extensions: Sequence[Limit]) -> list[Limit]:
    """The limit and its extensions; what follows in the same unit is added up: 1m + 1m is two months from the start."""
    phases = [limit]
    for extension in extensions:
        if extension.unit == phases[-1].unit:
            phases[-1] = replace(extension, value=phases[-1].value + extension.value)
        else:
            phases.append(extension)
    return phases


def _length(phase: Limit, start: date) -> int:
    """A phase in days to be counted; months and years become the days up to the same day of the month."""
    if phase.unit in ("m", "y"):
        return (_months_on(start, phase.value * (12 if phase.unit == "y" else 1)) - start).days
    return phase.value


def _months_on(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _stopped_by(day: date, spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.covers(day)]


def _reasons(stops: Sequence[Span]) -> str:
    return "；".join(sorted({span.reason for span in stops if span.reason}))


def _day(at: Moment) -> date:
    return legal_date(at) if isinstance(at, datetime) else at


def _instant(at: Moment) -> datetime:
    return at if isinstance(at, datetime) else start_of(at)


def _running(since: datetime, until: datetime, spans: Sequence[Span]) -> timedelta:
    """Time between two instants in which the clock ran."""
    time, at = timedelta(), since
    while at < until:
        then = min(until, start_of(legal_date(at) + ONE_DAY))
        if not _stopped_by(legal_date(at), spans):
            time += then - at
        at = then
    return time
