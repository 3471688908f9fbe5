"""How the clock speaks: the derivation in Chinese sentences, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xiang.foundation.ground.instant import SHANGHAI
from xiang.foundation.statutes.terms import MAKEUP, Step

if TYPE_CHECKING:
    from xiang.foundation.statutes.clock import Due

WEEKDAYS = "一二三四五六日"
_KINDS = {
    "start": "起算，当日不计",
    "counted": "计入",
    "makeup": "，计入",
    "rest": "周末，不计",
    "holiday": "放假，不计",
    "stopped": "停钟，不计",
    "rolled": "顺延",
    "due": "届满",
    "waiting": "等待前项",
}


def weekday(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def day_words(day: date, year: int | None = None) -> str:
    """``9月29日（周一）``; the year is said when it is not the given one."""
    said = "" if day.year == year else f"{day.year}年"
    return f"{said}{day.month}月{day.day}日（{weekday(day)}）"


def hours(time: timedelta) -> str:
    whole, rest = divmod(int(time.total_seconds()), 3600)
    return f"计 {whole} 小时" + (f" {rest // 60} 分" if rest >= 60 else "")


def step_words(step: Step) -> str:
    """What one day is: ``国庆节放假，不计``."""
    words = _KINDS[step.kind]
    if step.note.startswith("计 "):
        return step.note
    if step.note and step.kind in ("counted", "due", "rolled"):
        return f"{step.note}，{words}"
    if step.kind == "stopped":
        return f"停钟（{step.note}），不计" if step.note else words
    return f"{step.note}{words}" if step.kind in ("holiday", "makeup") else words


def explain(due: Due) -> tuple[str, ...]:
    return tuple(_sentences(due))


def reasons(due: Due) -> tuple[tuple[str, str], ...]:
    """The derivation as terms and words, the way a case page lists it: 起算, 时限, 延期, 计入, 停钟, 不计, 日历."""
    return tuple(_reasons(due))


def _reasons(due: Due) -> Iterator[tuple[str, str]]:
    year = due.start_day.year
    yield "起算", f"{_start_words(due)}" + ("，次日起算" if _not_counted(due) else "")
    yield "时限", due.limit.words
    for extension in due.extensions:
        yield "延期", f"经批准延长{extension.words}"
    worked = [step for step in due.derivation if step.kind == "makeup" or _makeup_end(step)]
    if worked:
        each = "，各计 1 天" if len(worked) > 1 else "，计 1 天"
        yield "计入", "、".join(_short(step.day, year) for step in worked) + "调休上班" + each
    for (note, _), group in groupby(
        enumerate(s for s in due.derivation if s.kind == "stopped"),
        lambda pair: (pair[1].note, pair[1].day.toordinal() - pair[0]),
    ):
        days = [step.day for _, step in group]
        until = f"至{_short(days[-1], year)}" if len(days) > 1 else ""
        yield f"停钟 {len(days)} 天", f"{_short(days[0], year)}{until}{f'，{note}' if note else ''}"
    rests = [f"周末 {n} 天" for n in [sum(s.kind == "rest" for s in due.derivation)] if n]
    named = [step.note for step in due.derivation if step.kind == "holiday"]
    rests += [f"{name} {named.count(name)} 天" for name in dict.fromkeys(named)]
    if rests:
        yield "不计", "，".join(rests)
    if due.date and _rolled(due):
        yield "顺延", _rolled(due).strip("（）")
    for missing in due.unpublished:
        yield "暂定", f"{missing}年的放假安排还没有公布，公布后自动重算"


def _short(day: date, year: int) -> str:
    return f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日"


def _sentences(due: Due) -> Iterator[str]:
    start = due.start_day
    yield f"{_start_words(due)}起算，{_not_counted(due)}期限{due.limit.words}。"
    for extension in due.extensions:
        yield f"经批准延长{extension.words}，接在原期限之后。"
    yield from _runs(due)
    rests = sum(step.kind == "rest" for step in due.derivation)
    if rests:
        yield f"其间周末休息 {rests} 天，不计。"
    for year in due.unpublished:
        yield f"{year}年的放假安排还没有公布，暂按周一至周五推算；公布后自动重算，日期可能变动。"
    if due.date is None:
        since = due.stopped_since or start
        yield f"{day_words(since, start.year)}起停钟，还剩{due.left}{_counted_unit(due)}；恢复后接着计算。"
    elif due.limit.unit == "h" and due.instant is not None:
        at = due.instant.astimezone(SHANGHAI)
        yield f"{day_words(due.date, start.year)}{at:%H:%M}届满。"
    else:
        yield f"{day_words(due.date, start.year)}届满{_rolled(due)}。"


def _start_words(due: Due) -> str:
    if due.limit.unit == "h" and isinstance(due.start, datetime):
        return f"{day_words(due.start_day)}{due.start.astimezone(SHANGHAI):%H:%M}"
    return day_words(due.start_day)


def _not_counted(due: Due) -> str:
    return "" if due.limit.unit == "h" or not due.limit.value else "当日不计，"


def _counted_unit(due: Due) -> str:
    if due.limit.unit == "h":
        return "小时"
    return "个工作日" if {due.limit.unit, *(e.unit for e in due.extensions)} == {"wd"} else "天"


def _rolled(due: Due) -> str:
    counted = [step for step in due.derivation if step.counted is not None]
    last = counted[-1] if counted else due.derivation[0]
    if due.date is None or last.day == due.date:
        return ""
    why = f"{last.note}放假" if last.note else "休息日"
    return f"（期限末日{day_words(last.day, due.start_day.year)}是{why}，顺延到下一个工作日）"


def _runs(due: Due) -> Iterator[str]:
    """Holidays, make-up days and stops, days of one kind and reason that follow each other as one sentence."""
    year = due.start_day.year
    said = [s for s in due.derivation if s.kind in ("holiday", "stopped", "makeup") or _makeup_end(s)]
    worded = [s for s in said if s.kind != "stopped" or s.day != due.stopped_since]
    for (kind, note, _), group in groupby(enumerate(worded), lambda p: (p[1].kind, p[1].note, _ordinal(p, worded))):
        days = [step.day for _, step in group]
        when = day_words(days[0], year) + (f"至{day_words(days[-1], year)}" if len(days) > 1 else "")
        if kind == "holiday":
            yield f"{when}{note}放假，不计。"
        elif kind == "stopped":
            yield f"{when}停钟{f'（{note}）' if note else ''}，不计。"
        else:
            yield f"{when}{note}，计入。"


def _makeup_end(step: Step) -> bool:
    return step.kind == "due" and step.counted is not None and step.note.endswith(MAKEUP)


def _ordinal(pair: tuple[int, Step], steps: list[Step]) -> int:
    """The same number for days that follow each other."""
    index, step = pair
    return step.day.toordinal() - index


def to_json(due: Due) -> dict[str, Any]:
    """The whole answer; the shape is kept: what changes gets a new version."""
    return {
        "version": 1,
        "start": due.start.isoformat(),
        "limit": str(due.limit),
        "rolls": due.limit.rolls,
        "extensions": [str(e) for e in due.extensions],
        "suspensions": [
            {"start": s.start.isoformat(), "end": s.end.isoformat() if s.end else None, "reason": s.reason}
            for s in due.suspensions
        ],
        "due": due.date.isoformat() if due.date else None,
        "instant": due.instant.isoformat() if due.instant else None,
        "provisional": due.provisional,
        "unpublished_years": list(due.unpublished),
        "stopped_since": due.stopped_since.isoformat() if due.stopped_since else None,
        "total": due.total,
        "left": due.left,
        "derivation": [
            {
                "day": step.day.isoformat(),
                "weekday": weekday(step.day),
                "counted": step.counted,
                "kind": step.kind,
                "note": step.note,
                "words": step_words(step),
                "provisional": step.provisional,
            }
            for step in due.derivation
        ],
        "explanation": list(due.explain()),
    }
