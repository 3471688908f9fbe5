"""Dates as departments write them: five formats, none of which can be read two ways.

2024-01-02 · 2024/1/2 · 2024.1.2 · 20240102 · 2024年1月2日. What puts the day or the month first is refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_DIGITS = 8


def day(value: object) -> date:
    """The date that a text or a number like 20240102 stands for; ``ValueError`` otherwise."""
    found = _DAY.fullmatch(str(value).strip())
    if found is None:
        # Databases that keep dates as text often keep a clock with them; only midnight is a date.
        at = moment(value)
        if at.time() != time():
            raise ValueError("not a date")
        return at.date()
    year, *rest = found.groups()
    month, of_month = (int(one) for one in rest if one)
    return date(int(year), month, of_month)


def moment(value: object) -> datetime:
    """The instant that a text stands for, without zone when it names none; ``ValueError`` otherwise."""
    text = str(value).strip()
    if len(text) != _DIGITS or not text.isdigit():
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    found = _DAY.match(text)
    if found is None:
        raise ValueError("not an instant")
    rest = text[found.end() :].strip().lstrip("T")
    if not rest:
        return datetime.combine(day(found.group()), time())
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        raise ValueError("not an instant")
    hour, minute, second, micro = clock.groups()
    return datetime.combine(
        day(found.group()), time(int(hour), int(minute), int(second or 0), int((micro or "0").ljust(6, "0")))
    )
