"""The small pieces of markup that lists repeat hundreds of times, joined in Python instead of nested templates.

An inbox of fifty rows draws some six hundred cells; a template loop for each costs more than the query behind it.
Everything variable goes through ``format_html``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from xiang.foundation.pages import texts
from xiang.foundation.pages.components import ICONS, ClockView, DayCell, SourceView, StatusView

_DAY_CLASS = {
    "past": "p",
    "today": "t",
    "left": "f",
    "stopped": "s",
    "waiting": "n",
    "rest": "o",
    "over": "x",
    "due": "due",
    "end": "e",
    "none": "",
}
_DAYS_SHADE = {"soon": " s-soon", "late": " s-late", "done": " s-done"}
_MOST_CELLS = 23


@cache
def icon(name: str, label: str = "") -> SafeString:
    """A hidden icon; with a label, an icon that readers name."""
    if label:
        return format_html('<i class="ti ti-{}" role="img" aria-label="{}"></i>', name, label)
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@cache
def day(state: str) -> SafeString:
    return mark_safe(f'<i class="x-day {_DAY_CLASS[state]}"></i>')  # noqa: S308 - state is one of ours


def day_cells(cells: Sequence[DayCell], kind: str = "", most: int = _MOST_CELLS) -> SafeString:
    """A row of cells, hidden from readers: the words beside it say the same."""
    if not cells:
        return SafeString("")
    shown = "".join(day(cell.state) for cell in window(cells, most))
    return mark_safe(f'<span class="x-days{_DAYS_SHADE.get(kind, "")}" aria-hidden="true">{shown}</span>')  # noqa: S308


def window(cells: Sequence[DayCell], most: int) -> Sequence[DayCell]:
    """At most ``most`` cells, with today in sight: a limit of sixty days does not fit a row, and the words count."""
    if len(cells) <= most:
        return cells
    now = next((i for i, cell in enumerate(cells) if cell.state in ("today", "left", "over")), len(cells) - 1)
    start = min(max(now - most // 2, 0), len(cells) - most)
    return cells[start : start + most]


def status(view: StatusView, bare: bool = False) -> SafeString:
    shape = "x-st bare" if bare else "x-st"
    return format_html(
        '<span class="{} s-{}">{}{}</span>', shape, view.kind, icon(view.icon or ICONS[view.kind]), view.words
    )


def clock_words(clock: ClockView, short: bool = False) -> SafeString:
    lead = format_html("{} ", clock.lead) if clock.lead else ""
    strong, tail = (clock.short, clock.short_tail) if short and clock.short else (clock.strong, clock.tail)
    return format_html("<span>{}<b>{}</b>{}</span>", lead, strong, tail)


def clock_line(clock: ClockView, short: bool = False) -> SafeString:
    """Cells and words."""
    cells, words = day_cells(clock.cells, clock.kind), clock_words(clock, short)
    return format_html('<span class="x-clock s-{}">{}{}</span>', clock.kind, cells, words)


def clock_cell(clock: ClockView) -> SafeString:
    """Cells in a fixed width and the status beside: the column of the desk's table."""
    words: SafeString = (
        format_html("<span>{}</span>", clock.short or clock.strong)
        if clock.kind in ("run", "done", "wait")
        else status(StatusView(clock.kind, clock.short or clock.strong), bare=True)
    )
    cells = day_cells(clock.cells, clock.kind, 13)
    return format_html('<span class="x-cc"><span class="d">{}</span>{}</span>', cells, words)


_SOURCE_ICONS = {"gov": "database", "hand": "pencil", "gone": "plug-connected-x"}


def source(view: SourceView) -> SafeString:
    """省公安厅·人口库·今天 09:02."""
    parts = [view.body, view.system, texts.moment(view.at), view.note]
    words = "·".join(part for part in parts if part)
    shape = "" if view.kind == "gov" else f" {view.kind}"
    return format_html('<span class="x-src{}">{}{}</span>', shape, icon(_SOURCE_ICONS[view.kind]), words)


def join(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(escape(part) for part in parts))  # noqa: S308


# --- the month of a derivation ---------------------------------------------------------------------------------------

_MONTH_CLASS = {"past": "p", "today": "t", "left": "", "stopped": "s", "waiting": "z", "rest": "o", "none": "z"}


def month_class(cell: DayCell) -> str:
    if cell.state in ("due", "end", "over"):
        return {"due": "due", "end": "e", "over": "x"}[cell.state]
    weekend = cell.day is not None and cell.day.weekday() > 4 and cell.state == "none" and not cell.label
    return "o" if weekend else _MONTH_CLASS[cell.state]


def month_words(cell: DayCell) -> str:
    """The number in the cell: the first of a month says its month."""
    if cell.day is None:
        return ""
    return f"{cell.day.month}/{cell.day.day}" if cell.day.day == 1 else str(cell.day.day)
