"""The tree of divisions, kept in memory: some 140 rows change a few times a year and are asked on every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.ground.reference import recall
from xiang.foundation.parties.models import Division


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One division in one period."""

    id: UUID
    code: str
    name: str
    short: str
    level: str
    parent_id: UUID | None
    successor_id: UUID | None
    path: str
    valid_from: date
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class Tree:
    """All divisions of all times, by code and by id."""

    def __init__(self, rows: Iterable[DivisionRow]) -> None:
        self.by_id = {row.id: row for row in rows}
        self.by_code: dict[str, list[DivisionRow]] = {}
        self.below: dict[UUID | None, list[DivisionRow]] = {}
        for row in sorted(self.by_id.values(), key=lambda row: (row.code, row.valid_from)):
            self.by_code.setdefault(row.code, []).append(row)
            self.below.setdefault(row.parent_id, []).append(row)

    def at(self, code: str, on: date | None = None) -> DivisionRow | None:
        """The division with that code in force on that date."""
        day = on or instant.today()
        return next((row for row in self.by_code.get(code, ()) if row.in_force(day)), None)

    def current(self, code: str, on: date | None = None) -> DivisionRow | None:
        """The division that has the code on that date, or the one that took its place."""
        day = on or instant.today()
        row = self.at(code, day) or next(reversed(self.by_code.get(code, [])), None)
        seen: set[UUID] = set()
        while row and not row.in_force(day) and row.successor_id and row.id not in seen:
            seen.add(row.id)
            row = self.by_id[row.successor_id]
        return row if row and row.in_force(day) else None

    def line(self, row: DivisionRow) -> list[DivisionRow]:
        """The division and what it lies in, nearest first."""
        found = [row]
        while found[-1].parent_id:
            found.append(self.by_id[found[-1].parent_id])
        return found

    def children(self, code: str | None, on: date | None = None) -> list[DivisionRow]:
        """Divisions directly under ``code`` on that date; the provinces for ``None``."""
        day = on or instant.today()
        parent = self.current(code, day) if code else None
        if code and parent is None:
            return []
        return [row for row in self.below.get(parent.id if parent else None, ()) if row.in_force(day)]

    def title(self, code: str, on: date | None = None) -> str:
        """``湖南省长沙市岳麓区``; the code itself when it is unknown."""
        row = self.current(code, on)
        return "".join(part.name for part in reversed(self.line(row))) if row else code


def tree() -> Tree:
    """The tree as it stands."""
    return recall("places", "divisions", _tree)


def _tree() -> Tree:
    columns = tuple(DivisionRow.__dataclass_fields__)
    return Tree([DivisionRow(*row) for row in Division.objects.values_list(*columns)])


def paths_with_history(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths with those of divisions they took over and of divisions that took them over, so that a right over a
    division survives its renumbering in both directions."""
    wanted = set(paths)
    if not wanted:
        return ()
    rows = tree()
    by_path = {path: [row for row in rows.by_id.values() if row.path == path] for path in wanted}
    todo = [row for found in by_path.values() for row in found]
    while todo:
        row = todo.pop()
        near = [r for r in rows.by_id.values() if r.successor_id == row.id]
        if row.successor_id:
            near.append(rows.by_id[row.successor_id])
        for other in near:
            if other.path not in wanted:
                wanted.add(other.path)
                todo.append(other)
    return tuple(sorted(wanted))
