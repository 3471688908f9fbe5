"""Boards and the officer's desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from xiang.foundation.pages.components.facts import Kind, StatusView


@dataclass(frozen=True, slots=True)
class TileView:
    """A prefecture's tile. ``grade`` 1 worst (▼) to 4 best, 0 none. Place comes from ``key`` (see ``ground.province``)."""

    key: str
    name: str
    value: str = ""
    url: str = ""
    grade: Literal[0, 1, 2, 3, 4] = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class MapView:
    """Fourteen tiles, and what the grades mean: (grade, words)."""

    tiles: tuple[TileView, ...]
    legend: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A point of the plan: figure / target with a tick at the target, or milestones as cells."""

    number: str
    title: str
    figure: str
    target: str
    status: StatusView
    url: str = ""
    percent: float | None = None
    target_percent: float = 100
    milestones: tuple[bool, ...] = ()


# --- desk ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActionView:
    """One button of the action bar: verb, legal basis, key. ``disabled`` says why it cannot be used now."""

    label: str
    value: str
    basis: str = ""
    key: str = ""
    primary: bool = False
    disabled: str = ""
    url: str = ""
    preview: bool = False


@dataclass(frozen=True, slots=True)
class CounterView:
    """今天到期 3, and the list behind it."""

    kind: Kind
    words: str
    number: str
    url: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter or a field."""

    value: str
    label: str
    chosen: bool = False
    hint: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter: with options it is a select, without it is a switch (one pill, ``on`` or not)."""

    name: str
    label: str
    options: tuple[Option, ...] = ()
    on: bool = False
    url: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of what happened."""

    at: datetime
    words: str
    icon: str = "point"
    url: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """A plain table of text; ``numeric`` names the columns set right. Its caption is read, not shown."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    numeric: frozenset[int] = frozenset()
    empty: str = ""


@dataclass(frozen=True, slots=True)
class PagingView:
    """Keyset paging: on to the next page, or back to the first. ``count`` in words, capped: 47 件, 1000 件以上."""

    next_url: str = ""
    first_url: str = ""
    count: str = ""
