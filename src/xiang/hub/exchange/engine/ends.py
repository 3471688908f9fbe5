"""What an end of an exchange can do. One module an engine; the runner knows only this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Batch, Row, Schema

Mode = Literal["full", "incremental", "merge"]
Batches = Iterable[Batch]


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows by a watermark (水位线): those above ``after`` up to ``upto``, as the source itself writes them.

    ``tombstone`` names the column by which the source marks rows as deleted (true, not zero, or filled in); ``dead`` asks
    for those alone, otherwise they are left out.
    """

    column: str
    after: Any
    upto: Any
    tombstone: str = ""
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. It is kept at the target, in the same transaction as the rows it speaks of.

    ``position`` is where the source goes on: personal data may be in it, so it leaves the target's database nowhere.
    """

    chunks: int = 0
    rows: int = 0
    total: int = 0
    position: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication did to the target."""

    written: int = 0
    deleted: int = 0


class Source(Protocol):
    """Where rows come from."""

    title: str
    #: Whether rows come in the order of the key as every engine that does so sorts it, from both ``read`` and ``tally``.
    keeps_order: bool

    def held(self) -> AbstractContextManager[None]:
        """Keep what is open open for the length of the block: a run asks many things of each end."""

    def schema(self) -> Schema | None:
        """Columns and key as they are now; ``None`` when there is no such table."""

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        """Rows as ``wanted`` asks for them, from one snapshot, in the order of the key, behind position ``after``."""

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        """Where to go on after ``last``, the ``rows``-th row of the run; empty: only from the beginning."""

    def resumes(self, wanted: Schema) -> bool:
        """Whether ``position`` knows a place to go on from."""

    def highest(self, column: str) -> Any:
        """The highest watermark now, as the source writes it; ``None`` when there are no rows."""


class Target(Source, Protocol):
    """Where rows go to. Rows are staged first; a reader of the table sees the old state or the new one."""

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        """Make the staging place, or find what a killed run left there."""

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        """Stage one chunk and the progress that ``then`` answers after it, in one transaction.

        Raises ``Stopped("superseded")`` when somebody else has moved the run on.
        """

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        """Bring what was staged into the table, and note that it was, in one transaction (or so that it shows)."""

    def remove(self, wanted: Schema, batches: Batches) -> int:
        """Delete the rows with these keys (``wanted`` holds the key alone), in one transaction; how many there were."""

    def tally(self, run: str, wanted: Schema, mode: Mode, count: Tally) -> Tally:
        """Take into ``count`` what the table holds now, read back on a new connection: all of it, or what was staged."""

    def finish(self, run: str) -> None:
        """Remove what the run needed."""


class Unordered:
    """What an end is that keeps nothing open, has no order and, unless it says otherwise, is read from its beginning."""

    keeps_order = False
    #: What it is called when it is told that it has no watermark.
    called = "文件"

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def highest(self, column: str) -> Any:
        raise Stopped("no_watermark", f"{self.called}没有水位线，请用全量或者合并。")

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        return ""

    def resumes(self, wanted: Schema) -> bool:
        return False
