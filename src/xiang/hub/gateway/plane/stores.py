"""What the plane keeps and reads in the records' database; one adapter an engine, the rules of counting in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from xiang.hub.gateway.plane.catalogue import Document
from xiang.hub.gateway.plane.records import Wanted
from xiang.hub.gateway.plane.resources import Lookup


class Unreachable(Exception):
    """A source does not answer, or not in time. ``reason`` is a code without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Published:
    """What changed since a version."""

    version: int
    documents: Sequence[Document]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: a verdict for each call ("" when its record stands), and how far each count now is."""

    verdicts: Sequence[str]
    counts: Mapping[str, int]


class Rows(Protocol):
    """Somewhere rows are looked up by number."""

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a number, or :class:`Unreachable`."""

    async def close(self) -> None: ...


class Store(Protocol):
    """The records' database as the plane sees it. ``writers`` is how many transactions may be under way at a time."""

    writers: int

    async def open(self) -> None:
        """Connect; ``RuntimeError`` when the tables are of another schema."""

    async def close(self) -> None: ...

    async def published(self, since: int) -> Published | None:
        """What was published after a version; None when nothing was."""

    async def changed(self, seconds: float) -> None:
        """Wait until something may have been published, at most so long."""

    async def unsealed_since(self) -> datetime | None:
        """The instant of the oldest record that the ledger has not sealed."""

    async def write(self, batch: Sequence[Wanted]) -> Written:
        """Write the records and counts of many calls in one transaction, durably."""

    async def keep_flow(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write the figures of the present minutes over those written before."""

    def rows(self) -> Rows:
        """Look-ups in tables of this very database."""


def store_for(database: str, data: Path) -> Store:
    """The store of a database URL; without one the SQLite file of the data folder."""
    if database.startswith(("postgres://", "postgresql://")):
        from xiang.hub.gateway.plane.postgresql import PostgresStore

        return PostgresStore(database)
    from xiang.hub.gateway.plane.sqlite import SqliteStore

    return SqliteStore(Path(database.removeprefix("sqlite:///")) if database else data / "records.sqlite3")


class Counting:
    """The counts of one batch: who is admitted, in order, and what is then counted."""

    def __init__(self, used: Mapping[str, int]) -> None:
        self.used = dict(used)

    def admit(self, one: Wanted) -> str:
        """Take the reservations of a call, all or none; "" or the code of the one that is exhausted."""
        for wanted in one.reservations:
            if self.used.get(wanted.key, 0) + wanted.amount > wanted.limit:
                return wanted.code
        for wanted in one.reservations:
            self.used[wanted.key] = self.used.get(wanted.key, 0) + wanted.amount
        return ""

    def give_back(self, one: Wanted) -> None:
        """A call that turned out to be a replay does not count."""
        for wanted in one.reservations:
            self.used[wanted.key] -= wanted.amount


def keys_of(batch: Sequence[Wanted]) -> list[str]:
    """The counts that a batch touches, in the order in which every process locks them."""
    return sorted({wanted.key for one in batch for wanted in one.reservations})
