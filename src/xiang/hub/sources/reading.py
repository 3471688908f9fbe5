"""Reading a table at an address, read-only, in batches of bounded size and before a deadline.

Values of databases, workbooks and text files come as text, written as a file would have them; a Parquet file keeps its
types. A blank cell is null. Nothing of what is read is kept here.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xiang.hub.sources.addresses import engine_of
from xiang.hub.sources.found import Unreachable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read: an address with its credentials, the table or sheet (empty where there is one alone), which columns
    (``None`` for all) and until which monotonic instant."""

    address: str
    part: str
    columns: Collection[str] | None
    until: float

    def chosen(self, columns: Sequence[str]) -> list[str]:
        """Those of ``columns`` that are asked for, in their order; the first where none of them is there."""
        return [column for column in columns if self.columns is None or column in self.columns] or list(columns[:1])

    def left(self) -> float:
        """Seconds left; raises ``Unreachable('too_slow')`` when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Unreachable("too_slow")
        return left


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that could not be read as a row, and why."""

    line: int
    why: str


@dataclass(slots=True)
class Told:
    """What was noticed beside the rows; whole when the last batch has been taken. ``rejected`` counts the lines that are
    no rows, ``bad`` are the first of them."""

    rejected: int = 0
    bad: tuple[BadRow, ...] = ()
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A table while it is read: ``batches`` can be gone through once."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    told: Told


@contextmanager
def opened(address: str, part: str = "", *, until: float, columns: Collection[str] | None = None) -> Iterator[Reading]:
    """The table ``part`` at an address (a name's is ``addresses.address_of``), before the monotonic instant ``until``; raises ``Unreachable``,
    also while the batches are taken. The first batch is read at once, so that what cannot be read is told here."""
    asked = Asked(address, part, columns, until)
    asked.left()
    module = importlib.import_module(f"xiang.hub.sources.readers.{engine_of(asked.address)}")
    told = Told()
    with closing(_within(module.read(asked, told), asked)) as batches:
        first = next(batches)
        yield Reading(first.schema, _from(first, batches), told)


def _within(batches: Iterator[pa.RecordBatch], asked: Asked) -> Generator[pa.RecordBatch, None, None]:
    """The batches, none of them after the deadline. A reader gives at least one, be it empty."""
    for batch in batches:
        asked.left()
        yield batch


def _from(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest
