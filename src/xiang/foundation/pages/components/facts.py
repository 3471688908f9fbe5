"""Status, the legal clock, where a value comes from, the receipt and the use of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Kind = Literal["run", "you", "soon", "late", "stop", "done", "wait"]
DayState = Literal[
    "past",  # counted and gone
    "today",  # the one running now
    "left",  # still to come
    "stopped",  # the clock stands (停钟), not counted
    "waiting",  # waits for another matter to end
    "rest",  # weekend or holiday, not counted
    "over",  # past the due date
    "due",  # the last day, flagged
    "end",  # concluded on this day
    "none",  # nothing happens here (lanes only)
]

ICONS: Mapping[str, str] = {
    "run": "clock-hour-4",
    "you": "user",
    "soon": "hourglass-low",
    "late": "alert-triangle",
    "stop": "player-pause",
    "done": "check",
    "wait": "circle-dashed",
    "info": "info-circle",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go. ``kind``: primary (one a view), plain, quiet, deny. With ``post`` it becomes a small form."""

    label: str
    url: str
    kind: Literal["primary", "plain", "quiet", "deny"] = "plain"
    icon: str = ""
    key: str = ""
    post: bool = False


@dataclass(frozen=True, slots=True)
class StatusView:
    """Icon, word and colour, always all three."""

    kind: Kind
    words: str
    icon: str = ""


# --- the legal clock -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day. ``counted`` is the number of the working day in the count; ``label`` names a holiday, a stop, 调休."""

    state: DayState
    day: date | None = None
    counted: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class DerivationRow:
    """One line of why: 起算 | 9月18日受理，次日起算. ``basis`` is the article that says so."""

    term: str
    text: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ClockView:
    """A deadline in words and cells: ``lead`` **``strong``** ``tail``: 户口 **还剩 2 个工作日**，9月29日（周二）前.

    ``short`` and ``short_tail`` are the same for a row or a table: **还剩 2 天**，9月29日前.
    """

    kind: Kind
    strong: str
    cells: tuple[DayCell, ...] = ()
    lead: str = ""
    tail: str = ""
    due: date | None = None
    headline: str = ""
    summary: str = ""
    short: str = ""
    short_tail: str = ""
    calendar: tuple[DayCell, ...] = ()
    derivation: tuple[DerivationRow, ...] = ()
    provisional: bool = False

    @property
    def words(self) -> str:
        """The whole sentence, for titles, messages and screen readers."""
        return " ".join(part for part in (self.lead, self.strong) if part) + self.tail


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One body's lane. ``after`` is the key of the lane it waits for, ``after_words`` what it waits for."""

    key: str
    title: str
    body: str
    status: StatusView
    cells: tuple[DayCell, ...] = ()
    note: str = ""
    clock: ClockView | None = None
    after: str = ""
    after_words: str = ""
    ask: str = ""
    action: Link | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class LanesView:
    """Bodies side by side over one row of days. ``axis`` has one cell a day, with its holiday or 班 as label."""

    axis: tuple[DayCell, ...]
    rows: tuple[LaneRow, ...]
    root: str = ""
    parallel_words: str = ""


# --- form, receipt, data use -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where a value comes from. ``kind``: gov fetched, hand typed, gone the source is down."""

    body: str
    system: str = ""
    at: datetime | None = None
    kind: Literal["gov", "hand", "gone"] = "gov"
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactView:
    """One field shown: label, value, where it comes from, and the ways to change and to dispute it.

    With ``form`` (the id of a form on the page) both ways are buttons of that form, so that what was typed is saved
    first: ``edit=<key>`` and ``dispute=<key>``. ``change`` is the word on the button (改, 填), empty for none.
    """

    label: str
    value: str
    source: SourceView | None = None
    dispute_url: str = ""
    disputed: str = ""
    numeric: bool = False
    differs: str = ""
    key: str = ""
    form: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A fold of facts with its count: 母亲 21 项."""

    title: str
    facts: tuple[FactView, ...]
    count: int = 0
    open: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """How many fields one body supplied."""

    body: str
    count: int

    @property
    def range(self) -> range:
        return range(self.count)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """要去的窗口 5 → 0 个, with what the old number was made of; ``short`` (窗口) is for the first sentence."""

    label: str
    before: int
    after: int
    unit: str
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What a matter asked and who answered. Cells are counted, never rounded."""

    parts: tuple[ReceiptPart, ...]
    typed: int
    rows: tuple[BeforeAfter, ...] = ()
    how: str = ""

    @property
    def given(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def total(self) -> int:
        return self.given + self.typed

    @property
    def typed_range(self) -> range:
        return range(self.typed)


@dataclass(frozen=True, slots=True)
class NameView:
    """A name before it freezes. ``missing`` are the characters that no embedded font can print."""

    name: str
    missing: tuple[str, ...] = ()
    checked: bool = True


@dataclass(frozen=True, slots=True)
class DataUseView:
    """One use of a person's data: 用了什么, 为了什么, 凭什么, 怎么用的."""

    body: str
    at: datetime
    what: str
    purpose: str
    basis: str
    how: str
    purpose_url: str = ""
    links: tuple[Link, ...] = ()
    refused: str = ""
