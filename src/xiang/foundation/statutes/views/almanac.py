"""A year of the calendar as cells, and the question "when does it end?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from xiang.foundation.ground import instant
from xiang.foundation.pages.clocks import clock_view
from xiang.foundation.pages.components import ClockView, DerivationRow, FieldView, Option
from xiang.foundation.statutes.clock import Due, Limit, Span, due, parse_day
from xiang.foundation.statutes.terms import UNIT_WORDS, Calendar, ClockError
from xiang.foundation.statutes.wording import weekday
from xiang.foundation.statutes.yearly import YearPlan

_ONE = timedelta(days=1)
# How long a page counts for the curious: five years of days are drawn, not a century.
_MOST_DAYS = 1900


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month; ``shape`` is work, rest, off or makeup, empty before the first."""

    number: int = 0
    shape: str = ""
    label: str = ""
    today: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    name: str
    working: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday in words: 10月1日（周三）至8日（周三）放假 8 天, and the days worked for it."""

    name: str
    days: str
    count: int
    makeup: str


def months(year: int, calendar: Calendar, today: date) -> tuple[Month, ...]:
    """Twelve months, Monday first."""
    return tuple(_month(year, number, calendar, today) for number in range(1, 13))


def _month(year: int, number: int, calendar: Calendar, today: date) -> Month:
    first = date(year, number, 1)
    length = (date(year + number // 12, number % 12 + 1, 1) - first).days
    days = [first + _ONE * n for n in range(length)]
    cells = (Cell(),) * first.weekday() + tuple(_cell(day, calendar, today) for day in days)
    return Month(f"{number}月", sum(calendar.is_working(day) for day in days), cells)


def _cell(day: date, calendar: Calendar, today: date) -> Cell:
    working, weekend, name = calendar.is_working(day), day.weekday() >= 5, calendar.name(day)
    shape = ("makeup" if weekend else "work") if working else ("off" if name else "rest")
    label = "班" if shape == "makeup" else _short(name) if shape == "off" else ""
    return Cell(day.day, shape, label, day == today)


def _short(name: str) -> str:
    """Two characters: 国庆节、中秋节 becomes 国庆, 春节 stays."""
    first = name.partition("、")[0]
    return first if len(first) <= 2 else first.removesuffix("节")[:2]


def holidays(plan: YearPlan) -> tuple[Holiday, ...]:
    """The notice in words, for readers and for paper."""
    return tuple(_holiday(name, plan) for name in dict.fromkeys(d.name for d in plan.days if not d.working))


def _holiday(name: str, plan: YearPlan) -> Holiday:
    off = [d.day for d in plan.days if d.name == name and not d.working]
    work = [d.day for d in plan.days if d.name == name and d.working]
    until = f"至{_said(off[-1])}" if len(off) > 1 else ""
    return Holiday(name, f"{_said(off[0])}{until}", len(off), "、".join(map(_said, work)))


def _said(day: date) -> str:
    return f"{day.month}月{day.day}日（{weekday(day)}）"


# When does it end? ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """The asked fields with what is wrong in them, and the answer when nothing is."""

    fields: tuple[FieldView, ...]
    asked: bool = False
    clock: ClockView | None = None


def question(given: Mapping[str, str], calendar: Calendar) -> Question:
    """Read the form of the page; every mistake is said at its field."""
    asked = "start" in given
    wrong: dict[str, str] = {}
    found: Due | None = None
    if asked:
        try:
            found = _asked(given, calendar, wrong)
        except ClockError as error:
            wrong.setdefault("value", error.detail)
    fields = _fields(given, wrong)
    if found is None:
        return Question(fields, asked)
    return Question(fields, asked, _view(found))


def _asked(given: Mapping[str, str], calendar: Calendar, wrong: dict[str, str]) -> Due | None:
    start = limit = None
    spans: list[Span] = []
    try:
        start = parse_day(given["start"])
    except ClockError:
        wrong["start"] = "写成 2025-09-22 这样的日期。"
    try:
        limit = Limit.parse(f"{given.get('value', '')}{given.get('unit', 'wd')}")
    except ClockError:
        wrong["value"] = "写一个整数，例如 20。"
    first, last = given.get("stop", "").strip(), given.get("resume", "").strip()
    try:
        spans = [Span.parse(f"{first}..{last}")] if first else []
    except ClockError as error:
        wrong["stop"] = error.detail
    if wrong or start is None or limit is None:
        return None
    found = due(start, limit, calendar, spans)
    if len(found.derivation) > _MOST_DAYS:
        raise ClockError("limit_range", "太长了，这里最多推算 5 年。")
    return found


def _view(found: Due) -> ClockView:
    """The clock as on the day of the event: the question is how it counts, not how late it is today."""
    rows = tuple(DerivationRow(term, text) for term, text in found.reasons())
    view = clock_view(found.derivation, today=found.start_day, due=found.date, left=found.left, derivation=rows)
    said = found.explain()[-1].partition("（期限末日")[0].rstrip("。")
    return replace(view, headline=said, due=None, summary="数字是计入的第几天。", provisional=found.provisional)


def _fields(given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[FieldView, ...]:
    unit = given.get("unit", "wd")
    units = tuple(Option(u, w.removeprefix("个"), u == unit) for u, w in UNIT_WORDS.items() if u != "h")
    today = instant.today().isoformat()
    return (
        FieldView("start", "哪一天收到或受理", "date", given.get("start", today), error=wrong.get("start", "")),
        FieldView("value", "期限", "number", given.get("value", ""), error=wrong.get("value", ""), inputmode="numeric"),
        FieldView("unit", "单位", "select", unit, options=units),
        FieldView("stop", "停钟第一天", "date", given.get("stop", ""), error=wrong.get("stop", ""), required=False),
        FieldView("resume", "停钟最后一天", "date", given.get("resume", ""), "还没有恢复的不填", required=False),
    )
