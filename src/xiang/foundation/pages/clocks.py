"""From a derivation, day by day, to what a page shows. Duck-typed: any step with ``day, counted, kind, note`` will do.

A counted day is a cell; a rest day is none in a row of cells and a dot in lanes. The cell of today is half filled: the
day still runs. "还剩 2 天" counts the hollow cells, so that words and cells always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol

from xiang.foundation.pages.components import ClockView, DayCell, DayState, DerivationRow, Kind
from xiang.foundation.pages.texts import legal_day

_WORDS = {"rest": "休息", "holiday": "放假", "makeup": "调休", "stopped": "停钟", "rolled": "顺延"}
_ONE = timedelta(days=1)
_MOST_LATE_CELLS = 5


class StepLike(Protocol):
    """A day of a derivation, as the statutes answer it."""

    @property
    def day(self) -> date: ...
    @property
    def counted(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def note(self) -> str: ...


def clock_view(
    steps: Iterable[StepLike],
    *,
    today: date,
    due: date | None,
    lead: str = "",
    limit: str = "",
    unit: str = "个工作日",
    left: int | None = None,
    concluded: date | None = None,
    late_days: int | None = None,
    provisional: bool = False,
    derivation: tuple[DerivationRow, ...] = (),
) -> ClockView:
    """The clock of one matter: cells, sentence, month and derivation.

    ``due`` is ``None`` while an open stop holds the clock; ``left`` is then what it has still to count.
    ``late_days`` counts as the law counts; without it the calendar days past the due date are said.
    """
    days = list(steps)
    cells = _row(days, today, concluded)
    stopped = due is None or any(step.kind == "stopped" and step.day == today for step in days)
    hollow = sum(cell.state == "left" for cell in cells)
    if due is None:
        hollow = left or 0
        cells += tuple(DayCell("left") for _ in range(hollow))
    late = late_days if late_days is not None else max((today - due).days, 0) if due else 0
    kind = _kind(due, today, hollow, stopped, concluded)
    if kind == "late" and due is not None:
        cells += tuple(DayCell("over", due + _ONE * n) for n in range(1, min(late, _MOST_LATE_CELLS) + 1))
    stood = sum(step.kind == "stopped" and step.day <= today for step in days)
    strong, tail = _sentence(kind, hollow if kind != "late" else late, stood, due, concluded, unit)
    running = next((cell.counted for cell in cells if cell.state == "today"), None)
    return ClockView(
        kind=kind,
        lead=lead,
        strong=strong,
        tail=tail,
        cells=cells,
        due=due,
        headline=strong,
        short=strong.replace("个工作日", "天"),
        short_tail=f"，{legal_day(due, 'short')}前" if kind == "run" else "",
        summary=_summary(limit, running),
        calendar=month_cells(days, today=today, due=due, concluded=concluded),
        derivation=derivation,
        provisional=provisional,
    )


def _row(days: Sequence[StepLike], today: date, concluded: date | None) -> tuple[DayCell, ...]:
    states = ((step, _state(step, today, concluded)) for step in days if concluded is None or step.day <= concluded)
    return tuple(
        DayCell(state, step.day, step.counted, step.note) for step, state in states if state not in ("rest", "none")
    )


def _state(step: StepLike, today: date, concluded: date | None) -> DayState:
    if step.day == concluded:
        return "end"
    if step.kind == "start":
        return "none"
    if step.kind in ("stopped", "waiting"):
        return "stopped" if step.kind == "stopped" else "waiting"
    if step.counted is None and step.kind != "due":
        return "rest"
    if step.day == today and concluded is None:
        return "today"
    return "past" if step.day < (concluded or today) else "left"


def _kind(due: date | None, today: date, left: int, stopped: bool, concluded: date | None) -> Kind:
    if concluded is not None:
        return "done"
    if due is not None and today > due:
        return "late"
    if stopped:
        return "stop"
    return "soon" if left <= 0 else "run"


def _sentence(
    kind: Kind, figure: int, stood: int, due: date | None, concluded: date | None, unit: str
) -> tuple[str, str]:
    """The bold part and the tail."""
    if concluded is not None:
        return f"{legal_day(concluded, 'short')}办结", ""
    if kind == "late" and due is not None:
        return f"晚了 {figure} 天", f"，应在 {legal_day(due)}前办结"
    if kind == "stop":
        return f"停钟第 {stood} 天", f"，这些天不计，恢复后还有 {figure} {unit}"
    if kind == "soon":
        return "今天到期", ""
    return f"还剩 {figure} {unit}", f"，{legal_day(due)}前"


def _summary(limit: str, running: int | None) -> str:
    parts = [limit, f"今天是第 {running} 个" if running else ""]
    first = "，".join(part for part in parts if part)
    return f"{first}。数字是计入的第几天。" if first else "数字是计入的第几天。"


# --- the month -------------------------------------------------------------------------------------------------------


def month_cells(
    steps: Iterable[StepLike], *, today: date, due: date | None, concluded: date | None = None
) -> tuple[DayCell, ...]:
    """Whole weeks, Monday first, from the start to the last day that matters."""
    days = {step.day: step for step in steps}
    if not days:
        return ()
    first, last = min(days), max([*days, *([due] if due else []), *([concluded] if concluded else [])])
    if concluded is None and today > last:
        last = min(today, last + timedelta(days=28))
    day, end = first - _ONE * first.weekday(), last + _ONE * (6 - last.weekday())
    cells = []
    while day <= end:
        cells.append(_month_cell(day, days.get(day), today, due, concluded))
        day += _ONE
    return tuple(cells)


def _month_cell(day: date, step: StepLike | None, today: date, due: date | None, concluded: date | None) -> DayCell:
    if step is None:
        late = due is not None and due < day <= today and concluded is None
        return DayCell("over", day, None, "超期") if late else DayCell("none", day, None, "办结" * (day == concluded))
    cell = DayCell(_state(step, today, concluded), day, step.counted, _label(step))
    if cell.state == "end":
        return replace(cell, label="办结")
    if day == due:
        return replace(cell, label="今天到期") if day == today else replace(cell, state="due", label="到期")
    return replace(cell, label="今天") if cell.state == "today" else cell


def _label(step: StepLike) -> str:
    """At most four characters: a cell is 44 px wide."""
    if step.kind == "start":
        return step.note if 0 < len(step.note) <= 4 else "起算"
    if step.kind == "holiday" and step.note:
        first = step.note.partition("、")[0]  # two holidays in one run: the first names it
        return first.removesuffix("节")[:3] if len(first) > 2 else first
    return _WORDS.get(step.kind, "")
