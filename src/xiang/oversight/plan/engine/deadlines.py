"""By when: 2025年9月底前, 年底前, 上半年, 第三季度, 9月30日前. A range ends with its end; a year alone is no deadline."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

from xiang.oversight.plan.engine.numerals import whole

_N = r"[\d〇零一二三四五六七八九十]"
_YEAR = rf"(?:(?P<year>20\d\d|二[〇零]{_N}{{2}})年?(?:[—\-~至到](?=20\d\d)20\d\d年?)?|(?P<this>今年|本年|当年)|(?P<next>明年|次年))?"
_DAY = rf"(?P<month>{_N}{{1,3}})月份?(?:(?P<day>{_N}{{1,3}})[日号]|(?P<part>上旬|中旬|下旬|底|末))?"
_TERM = (
    r"(?P<half>上半年|下半年)|第?(?P<quarter>[一二三四1-4])季度(?:末|底)?|前(?P<through>[一二三1-3])个?季度"
    r"|(?P<end>年底|年末|年内|全年|底|末)"
)
_WHEN = re.compile(rf"{_YEAR}(?:{_DAY}|{_TERM})\s*(?P<by>之?前|以前|以内|内|完成|全面完成)?")
_NOT_BEFORE = re.compile(r"[\d〔\[（第]$")
_END = {"上半年": 6, "下半年": 12}


def found(text: str, year: int | None, *, said_so: bool) -> Iterator[tuple[date | None, str]]:
    """Every deadline in a text with its words; None for a day that cannot be settled (no year, no such day).

    ``said_so``: the text stands in a responsibility clause or behind 完成时限, so that any moment is meant as a deadline;
    in running text only what says 前, 内 or 完成 is.
    """
    for each in _WHEN.finditer(text):
        if each["end"] in ("底", "末") and not each["year"]:
            continue
        dated = any(each[name] for name in ("year", "this", "next"))
        if not said_so and not each["by"] and each["end"] not in ("年内",):
            continue
        if not said_so and each["by"] in ("内", "以内") and not dated and not each["end"]:
            continue
        if _NOT_BEFORE.search(text[: each.start()]):
            continue
        yield _day(each, year), each[0]


def last(text: str, year: int | None, *, said_so: bool) -> tuple[date | None, list[str], bool]:
    """The latest deadline in a text, the words of all, and whether one of them could not be settled."""
    every = list(found(text, year, said_so=said_so))
    days = [day for day, _ in every if day]
    return (max(days) if days else None), [words for _, words in every], any(day is None for day, _ in every)


def _day(each: re.Match[str], plan_year: int | None) -> date | None:
    year = _number(each["year"]) if each["year"] else plan_year
    if year is None:
        return None
    year += 1 if each["next"] else 0
    month = 12
    if each["month"]:
        month = _number(each["month"]) or 0
    elif each["half"]:
        month = _END[each["half"]]
    elif each["quarter"] or each["through"]:
        month = 3 * (_number(each["quarter"] or each["through"]) or 0)
    if not 1 <= month <= 12:
        return None
    length = calendar.monthrange(year, month)[1]
    day = {"上旬": 10, "中旬": 20}.get(each["part"] or "", length)
    if each["day"]:
        day = _number(each["day"]) or 0
    return date(year, month, day) if 1 <= day <= length else None


def _number(written: str) -> int | None:
    return whole(written)
