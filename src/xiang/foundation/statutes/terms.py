"""The words of the clock: calendar, limit, suspension, day. Pure data, each refusing what makes no sense."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from xiang.foundation.ground.errors import DomainError

Unit = Literal["wd", "d", "h", "m", "y"]
Kind = Literal["start", "counted", "rest", "holiday", "makeup", "stopped", "due", "rolled", "waiting"]
UNITS: tuple[Unit, ...] = get_args(Unit)
UNIT_WORDS: Mapping[str, str] = {"wd": "个工作日", "d": "日", "h": "小时", "m": "个月", "y": "年"}

ONE_DAY = timedelta(days=1)
MAKEUP = "调休上班"
# Not a rule of law: what a typing error may cost. A walk of a hundred years takes a tenth of a second.
_LONGEST: Mapping[str, int] = {"wd": 25_000, "d": 36_600, "h": 876_000, "m": 1_200, "y": 100}


class ClockError(DomainError):
    """The question cannot be answered; ``code`` says what is wrong with it."""

    status = 422


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working calendar. ``days`` holds what differs from Monday to Friday; ``names`` what a day is called."""

    days: Mapping[date, bool]
    published_years: frozenset[int]
    names: Mapping[date, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        """What is computed from a calendar may be kept under it: its mappings are never changed."""
        return hash((self.published_years, len(self.days)))

    def is_working(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def published(self, day: date) -> bool:
        return day.year in self.published_years

    def name(self, day: date) -> str:
        """What the day is called: ``国庆节``; a make-up working day says that it is one."""
        name = self.names.get(day, "")
        makeup = bool(self.days.get(day)) and day.weekday() >= 5
        return f"{name.removesuffix(MAKEUP)}{MAKEUP}" if makeup else name

    def working_days(self, year: int) -> int:
        """How many working days a year has; the check sum by which a calendar is compared with the notice."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        return sum(self.is_working(first + ONE_DAY * n) for n in range((last - first).days + 1))

    def next_working(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in its unit. ``rolls``: a period ending on a rest day ends on the next working day."""

    value: int
    unit: Unit
    rolls: bool = True

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ClockError("limit_unit", f"期限单位“{self.unit}”不认识，可用 wd、d、h、m、y。")
        if not 0 <= self.value <= _LONGEST[self.unit]:
            raise ClockError("limit_range", f"期限“{self.value}{self.unit}”超出可计算的范围。")

    @classmethod
    def parse(cls, text: str, rolls: bool = True) -> Limit:
        """``5wd`` working days, ``30d`` days, ``24h`` hours, ``1m`` months, ``1y`` years."""
        found = re.fullmatch(r"(\d{1,6})(wd|d|h|m|y)", text.strip())
        if not found:
            raise ClockError("limit_form", f"期限“{text}”读不懂，应写成 5wd、30d、24h、1m 或 1y。")
        unit = next(u for u in UNITS if u == found[2])
        return cls(int(found[1]), unit, rolls)

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"

    @property
    def words(self) -> str:
        return f"{self.value}{UNIT_WORDS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Span:
    """A suspension (停钟): the first and the last day that are not counted; no last day while it goes on."""

    start: date
    end: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ClockError("span_backwards", f"停钟的结束日 {self.end} 早于开始日 {self.start}。")

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    @classmethod
    def parse(cls, text: str, reason: str = "") -> Span:
        """``2025-09-24..2025-09-26``, both days excluded; ``2025-09-24..`` while it goes on."""
        first, dots, last = text.strip().partition("..")
        if not dots:
            raise ClockError("span_form", f"停钟“{text}”读不懂，应写成 2025-09-24..2025-09-26，未结束写成 2025-09-24..")
        return cls(parse_day(first), parse_day(last) if last else None, reason)


@dataclass(frozen=True, slots=True)
class Step:
    """One day of the derivation. ``counted`` is its number in the limit; ``provisional``: its weekday was a guess."""

    day: date
    counted: int | None
    kind: Kind
    note: str = ""
    provisional: bool = False


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same excluded days as spans that neither overlap nor touch; reasons joined."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end or date.max, s.reason)):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and span.start > last.end + ONE_DAY):
            merged.append(span)
            continue
        end = None if last.end is None or span.end is None else max(last.end, span.end)
        reasons = dict.fromkeys(filter(None, (*last.reason.split("；"), *span.reason.split("；"))))
        merged[-1] = Span(last.start, end, "；".join(reasons))
    return tuple(merged)


def parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ClockError("date_form", f"日期“{text}”读不懂，应写成 2025-09-22。") from None
