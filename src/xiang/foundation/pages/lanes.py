"""Where the lanes' cells, bands and links stand, worked out before the template draws them."""

from __future__ import annotations

from dataclasses import dataclass, field

from xiang.foundation.pages.components import DayCell, LaneRow, LanesView
from xiang.foundation.pages.texts import WEEKDAYS


@dataclass(frozen=True, slots=True)
class AxisDay:
    """One day of the head line."""

    number: str
    word: str
    shape: str


@dataclass(frozen=True, slots=True)
class Band:
    """Days that nobody works, as one ground behind all lanes; columns count from 0."""

    start: int
    width: int


@dataclass(frozen=True, slots=True)
class LaneCell:
    shape: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    row: LaneRow
    cells: tuple[LaneCell, ...]
    ask_from: int = 0


@dataclass(frozen=True, slots=True)
class LaneLink:
    """What waits for what: a line in a column from one lane down to another; lanes count from 0."""

    column: int
    top: int
    bottom: int
    dashed: bool
    words: str = ""
    turn: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A lane with those that wait for it, for the phone's tree."""

    row: LaneRow
    waiting: tuple[LaneRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    axis: tuple[AxisDay, ...]
    bands: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    links: tuple[LaneLink, ...]
    first: tuple[Branch, ...] = ()
    rest: tuple[Branch, ...] = ()
    days: int = 0
    legend: frozenset[str] = field(default_factory=frozenset)


_SHAPES = {
    "past": "p",
    "today": "t",
    "left": "f",
    "stopped": "s",
    "waiting": "n",
    "rest": "o",
    "over": "x",
    "due": "due",
    "end": "e",
}


def arrange(view: LanesView) -> Laid:
    axis = tuple(_axis_day(cell, at) for at, cell in enumerate(view.axis))
    lanes = tuple(Lane(row, _lane_cells(row, len(axis)), _today(view.axis)) for row in view.rows)
    branches = _tree(view)
    first = tuple(branch for branch in branches if branch.row.key == view.root)
    rest = tuple(branch for branch in branches if branch.row.key != view.root)
    return Laid(
        axis=axis,
        bands=tuple(_bands(view.axis)),
        lanes=lanes,
        links=tuple(_links(view)),
        first=first,
        rest=rest,
        days=len(axis),
        legend=frozenset(cell.state for row in view.rows for cell in row.cells),
    )


def _axis_day(cell: DayCell, at: int) -> AxisDay:
    assert cell.day is not None
    number = f"{cell.day.month}/{cell.day.day}" if cell.day.day == 1 and at else str(cell.day.day)
    week = WEEKDAYS[cell.day.weekday()]
    if cell.state == "today":
        return AxisDay(number, "今天", "now")
    if cell.state == "rest":
        return AxisDay(number, cell.label or week, "off")
    return AxisDay(number, "班" if cell.label else week, "mk" if cell.label else "")


def _bands(axis: tuple[DayCell, ...]) -> list[Band]:
    bands: list[Band] = []
    for at, cell in enumerate(axis):
        if cell.state != "rest":
            continue
        if bands and bands[-1].start + bands[-1].width == at:
            bands[-1] = Band(bands[-1].start, bands[-1].width + 1)
        else:
            bands.append(Band(at, 1))
    return bands


def _today(axis: tuple[DayCell, ...]) -> int:
    return next((at for at, cell in enumerate(axis) if cell.state == "today"), 0)


def _lane_cells(row: LaneRow, days: int) -> tuple[LaneCell, ...]:
    icons = {"due": "flag", "end": "check"}
    cells = [LaneCell(_SHAPES.get(cell.state, ""), icons.get(cell.state, "")) for cell in row.cells[:days]]
    return tuple(cells + [LaneCell("")] * (days - len(cells)))


def _links(view: LanesView) -> list[LaneLink]:
    """A solid line where the wait is over, a dashed one where it still lasts."""
    place = {row.key: at for at, row in enumerate(view.rows)}
    links = []
    for at, row in enumerate(view.rows):
        if row.after not in place or place[row.after] >= at:
            continue
        before = view.rows[place[row.after]]
        ends = [n for n, cell in enumerate(before.cells) if cell.state in ("end", "due")]
        if ends:
            waits = row.status.kind == "wait"
            links.append(LaneLink(ends[-1], place[row.after], at, waits, row.after_words if waits else ""))
    return _outermost(links)


def _outermost(links: list[LaneLink]) -> list[LaneLink]:
    """Solid links from the same day are one line, down to the lowest lane."""
    kept: dict[tuple[int, int, bool], LaneLink] = {}
    for link in links:
        key = (link.column, link.top, link.dashed)
        if key not in kept or kept[key].bottom < link.bottom:
            kept[key] = link
    return list(kept.values())


def _tree(view: LanesView) -> list[Branch]:
    """What waits stands under what it waits for; the rest stands side by side, the person's own first."""
    nested = {row.key for row in view.rows if row.after and row.after != view.root and row.status.kind == "wait"}
    order = {"you": 0, "late": 1, "soon": 2, "run": 3, "stop": 4, "wait": 5, "done": 6}
    top = sorted((row for row in view.rows if row.key not in nested), key=lambda row: order[row.status.kind])
    return [Branch(row, tuple(r for r in view.rows if r.key in nested and r.after == row.key)) for row in top]
