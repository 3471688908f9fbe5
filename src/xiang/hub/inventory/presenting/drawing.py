"""The graph system–catalogue–data laid out for SVG: three columns, a line where they belong together.

In a catalogue entry each cell is a data item: filled when it has a column behind it, hollow when it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.queries import Graph, freshness

WIDTH, ROW, TOP = 1060, 52, 36
COLUMNS = ((0, 260), (350, 360), (800, 260))
BOX, CELL, MOST_CELLS, LONGEST = 42, 9, 26, 15


@dataclass(frozen=True, slots=True)
class Cell:
    """One data item."""

    x: int
    y: int
    filled: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A box. ``loose``: nothing belongs to it; ``note`` says so, or what is in it."""

    id: str
    x: int
    y: int
    width: int
    label: str
    title: str
    note: str
    url: str
    loose: bool
    cells: tuple[Cell, ...] = ()

    @property
    def middle(self) -> int:
        return self.y + BOX // 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes."""

    path: str
    of: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, and the same in words."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    rows: tuple[tuple[str, str, str], ...]


def draw(graph: Graph, mapped: dict[str, tuple[int, int]]) -> Drawing:
    """``mapped`` is how many items an entry has, and how many have a column, by the entry's key."""
    joined_systems = {a for a, _ in graph.system_entry}
    joined_entries = {a for a, _ in graph.entry_table}
    joined_tables = {b for _, b in graph.entry_table}
    systems = [
        _node("s", n, 0, one.title, "没有目录" if n not in joined_systems else one.key,
              reverse("inventory:system", args=[one.key]), n not in joined_systems)
        for n, one in enumerate(graph.systems)
    ]  # fmt: skip
    entries = [
        _entry(n, one, mapped.get(one.key, (len(one.items), 0)), n not in joined_entries)
        for n, one in enumerate(graph.entries)
    ]
    tables = [
        _node("t", n, 2, name, "没有目录" if n not in joined_tables else system,
              reverse("inventory:system", args=[system]), n not in joined_tables)
        for n, (system, name) in enumerate(graph.tables)
    ]  # fmt: skip
    lines = [*_lines(systems, entries, graph.system_entry), *_lines(entries, tables, graph.entry_table)]
    height = TOP + ROW * max(len(systems), len(entries), len(tables), 1)
    return Drawing(WIDTH, height, (*systems, *entries, *tables), tuple(lines), tuple(_words(graph)))


def _node(kind: str, place: int, column: int, title: str, note: str, url: str, loose: bool) -> Node:
    x, width = COLUMNS[column]
    return Node(f"{kind}{place}", x, TOP + place * ROW, width, _short(title), title, note, url, loose)


def _entry(place: int, entry: CatalogueEntry, counted: tuple[int, int], loose: bool) -> Node:
    x, width = COLUMNS[1]
    y, (number, mapped) = TOP + place * ROW, counted
    cells = tuple(Cell(x + 12 + n * (CELL + 4), y + 26, n < mapped) for n in range(min(number, MOST_CELLS)))
    state = {"fresh": "按期更新", "stale": "过期未更新", "unknown": ""}[freshness(entry)]
    note = "没有数据" if loose else "·".join(filter(None, (f"{number} 项，{mapped} 项有列", state)))
    url = reverse("inventory:entry", args=[entry.key])
    return Node(f"e{place}", x, y, width, _short(entry.title), entry.title, note, url, loose, cells)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _lines(left: Sequence[Node], right: Sequence[Node], pairs: Iterable[tuple[int, int]]) -> list[Line]:
    made = []
    for a, b in sorted(pairs):
        one, other = left[a], right[b]
        begins, ends = one.x + one.width, other.x
        half = (begins + ends) // 2
        path = f"M{begins} {one.middle}C{half} {one.middle} {half} {other.middle} {ends} {other.middle}"
        made.append(Line(path, f"{one.id} {other.id}"))
    return made


def _words(graph: Graph) -> Iterable[tuple[str, str, str]]:
    """Every entry with its systems and tables, in words."""
    for place, entry in enumerate(graph.entries):
        systems = [graph.systems[s].title for s, e in sorted(graph.system_entry) if e == place]
        tables = [graph.tables[t][1] for e, t in sorted(graph.entry_table) if e == place]
        yield "、".join(systems) or "没有系统", entry.title, "、".join(tables) or "没有数据"
