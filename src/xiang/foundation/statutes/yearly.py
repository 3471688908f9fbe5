"""A year of the working calendar as the profile writes it (``calendar.yaml``), read and checked. Pure.

    - year: 2025
      citation: 国务院办公厅关于2025年部分节假日安排的通知
      working_days: 248
      holidays:
        - {name: 春节, off: [2025-01-28..2025-02-04], work: [2025-01-26, 2025-02-08]}

``working_days`` is a check sum: a year that does not add up is refused, because a typing error here moves deadlines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from xiang.foundation.statutes.terms import ONE_DAY, Calendar, ClockError, Span, parse_day

NATION = "00"


@dataclass(frozen=True, slots=True, order=True)
class DayPlan:
    """A day that differs from the weekday rule: ``working`` on a weekend (调休) or off on any day (放假)."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True, slots=True)
class YearPlan:
    """A published year: what the notice says, and where it says so."""

    year: int
    days: tuple[DayPlan, ...]
    region: str = NATION
    citation: str = ""
    source: str = ""
    note: str = ""
    confirmed: bool = False

    @property
    def digest(self) -> str:
        """Changes when anything changes; by it a process knows whether the calendar it holds is the one in force."""
        return hashlib.sha256(json.dumps(to_entry(self), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def calendar_of(plans: Iterable[YearPlan]) -> Calendar:
    """The calendar of national plans, overlaid by regional ones (the longer the region's code, the later)."""
    ordered = sorted(plans, key=lambda p: (p.region != NATION, len(p.region)))
    days = [day for plan in ordered for day in plan.days]
    return Calendar(
        days={d.day: d.working for d in days},
        published_years=frozenset(p.year for p in ordered if p.region == NATION),
        names={d.day: d.name for d in days},
    )


def read_year(entry: Mapping[str, Any]) -> YearPlan:
    """A plan from a profile entry. Raises :class:`ClockError` with the code of what is wrong."""
    year = entry.get("year")
    if not isinstance(year, int) or not 1950 <= year <= 2200:
        raise ClockError("year_form", "year 要写成四位年份，例如 2026。")
    plan = YearPlan(
        year=year,
        days=tuple(sorted(_days(entry, year))),
        region=str(entry.get("region", NATION)),
        citation=str(entry.get("citation", "")),
        source=str(entry.get("source", "")),
        note=str(entry.get("note", "")),
        confirmed=entry.get("confirmed") is True,
    )
    _check(plan, entry.get("working_days"))
    return plan


def _check(plan: YearPlan, stated: Any) -> None:
    if not plan.citation:
        raise ClockError("citation_missing", "写明放假通知的名称（citation）。")
    seen: set[date] = set()
    for day in plan.days:
        if day.day in seen:
            raise ClockError("day_twice", f"{day.day} 写了两次。")
        seen.add(day.day)
        if day.working and day.day.weekday() < 5:
            raise ClockError("makeup_on_weekday", f"{day.day} 本来就是周一至周五，不用写进调休上班。")
    counted = calendar_of([plan]).working_days(plan.year)
    if plan.region == NATION and stated != counted:
        raise ClockError(
            "working_days", f"按所列放假和调休，{plan.year}年有 {counted} 个工作日，写的是 {stated}，请对照通知核对。"
        )


def _days(entry: Mapping[str, Any], year: int) -> Iterator[DayPlan]:
    for holiday in entry.get("holidays") or ():
        if not isinstance(holiday, Mapping) or not holiday.get("name"):
            raise ClockError("holiday_form", "每个节日写成 {name: 春节, off: [起..止], work: [日期]}。")
        for working, field in ((False, "off"), (True, "work")):
            for given in holiday.get(field) or ():
                for day in _range(given):
                    if day.year != year:
                        raise ClockError("day_of_other_year", f"{day} 不在 {year} 年。")
                    yield DayPlan(day, working, str(holiday["name"]))


def _range(given: Any) -> Iterator[date]:
    if isinstance(given, date) and not isinstance(given, datetime):
        yield given
        return
    text = str(given)
    span = Span.parse(text) if ".." in text else Span(parse_day(text), parse_day(text))
    if span.end is None or (span.end - span.start).days > 60:
        raise ClockError("holiday_span", f"放假“{text}”要写明起止，写成 2025-01-28..2025-02-04。")
    for n in range((span.end - span.start).days + 1):
        yield span.start + ONE_DAY * n


def to_entry(plan: YearPlan) -> dict[str, Any]:
    """The plan as the profile writes it; ``read_year(to_entry(p)) == p``."""
    entry: dict[str, Any] = {"year": plan.year}
    if plan.region != NATION:
        entry["region"] = plan.region
    entry |= {"citation": plan.citation, "source": plan.source, "note": plan.note, "confirmed": plan.confirmed}
    entry = {k: v for k, v in entry.items() if v != ""}
    if plan.region == NATION:
        entry["working_days"] = calendar_of([plan]).working_days(plan.year)
    entry["holidays"] = [_holiday(name, plan.days) for name in dict.fromkeys(d.name for d in plan.days)]
    return entry


def _holiday(name: str, days: Iterable[DayPlan]) -> dict[str, Any]:
    mine = [d for d in days if d.name == name]
    off = [d.day for d in mine if not d.working]
    work = [d.day.isoformat() for d in mine if d.working]
    holiday: dict[str, Any] = {"name": name, "off": list(_ranges(off))}
    return holiday | ({"work": work} if work else {})


def _ranges(days: list[date]) -> Iterator[str]:
    for _, run in groupby(enumerate(days), lambda p: p[1].toordinal() - p[0]):
        found = [day for _, day in run]
        yield found[0].isoformat() + (f"..{found[-1].isoformat()}" if len(found) > 1 else "")
