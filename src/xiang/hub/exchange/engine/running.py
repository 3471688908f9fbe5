"""One run, from the first look at both ends to the count at both ends. It may be killed at any moment and called again.

1. Look at both schemas and agree on the wire.
2. Find how far the run has come: the target knows.
3. Read on from there in chunks; each chunk and the progress after it are one transaction at the target.
4. Publish what was staged.
5. Read the target back on a new connection, and compare with what the source gave.
6. ``finish`` (called when the outcome is recorded) removes what the run needed.

The source's count and digest are of the rows that its snapshot gave; a second reading of it afterwards would count what
was changed since. ``recount`` reads both again, for whoever stops writing first (a migration, a dispute).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiang.hub.exchange.engine import agreeing
from xiang.hub.exchange.engine.agreeing import Drift
from xiang.hub.exchange.engine.digest import Tally, salt_of, tally_of
from xiang.hub.exchange.engine.ends import Changes, Mode, Progress, Source, Target, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Row, Schema

CHUNK = 250_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do. ``rate`` limits rows a second (0: as fast as it goes); ``known`` is the source's schema when
    the job last ran well."""

    run: str
    mode: Mode = "full"
    key: tuple[str, ...] = ()
    watermark: str = ""
    since: Any = None
    upto: Any = None
    rate: int = 0
    chunk: int = CHUNK
    known: Schema | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    source: Tally
    target: Tally
    changes: Changes
    wire: Schema
    source_schema: Schema
    drift: Sequence[Drift] = ()
    upto: Any = None

    @property
    def agrees(self) -> bool:
        return self.source.agrees(self.target)


@dataclass
class Watch:
    """Whoever looks on: told of each chunk; says when to stop; keeps the pace."""

    chunk: Callable[[int, int, str], None] = lambda number, rows, digest: None
    stopping: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    drift: Callable[[Sequence[Drift]], None] = lambda found: None
    phase: Callable[[str], None] = lambda name: None


@dataclass
class _Pace:
    """No more than ``rate`` rows a second, measured from the beginning."""

    rate: int
    watch: Watch
    begun: float = field(init=False)
    rows: int = 0

    def __post_init__(self) -> None:
        self.begun = self.watch.clock()

    def wait(self, rows: int) -> None:
        self.rows += rows
        ahead = self.rows / self.rate - (self.watch.clock() - self.begun) if self.rate else 0
        if ahead > 0:
            self.watch.sleep(ahead)


def run(source: Source, target: Target, plan: Plan, watch: Watch | None = None) -> Outcome:
    """Carry it out; raises :class:`Stopped` (``Interrupted`` when trying again may help)."""
    watch = watch or Watch()
    given = source.schema()
    if given is None:
        raise Stopped("table_absent", "来源没有这张表，或者文件还没有到。")
    found = agreeing.drift(plan.known, given) if plan.known else []
    watch.drift(found)
    if any(one.serious for one in found):
        raise Stopped("schema_drift", "来源的表结构变了：" + "".join(one.said for one in found if one.serious))
    wire = agreeing.agreed(given, target.schema(), plan.key)
    window, salt = _window(source, plan), salt_of(plan.run)
    progress = target.begin(plan.run, wire, plan.mode)
    if not progress.published:
        watch.phase("loading")
        progress = _load(source, target, plan, wire, window, progress, watch)
        watch.phase("publishing")
    changes = target.publish(plan.run, wire, plan.mode)
    watch.phase("counting")
    back = target.tally(plan.run, wire, plan.mode, salt)
    given_tally = Tally(salt, progress.rows, progress.total)
    return Outcome(given_tally, back, changes, wire, given, found, window.upto if window else None)


def recount(source: Source, target: Target, plan: Plan) -> tuple[Tally, Tally]:
    """Count and sum both tables as they stand now."""
    given = source.schema()
    if given is None:
        raise Stopped("table_absent", "来源没有这张表，或者文件还没有到。")
    wire, salt = agreeing.agreed(given, target.schema(), plan.key), salt_of(plan.run)
    return tally_of(source.read(wire), salt), target.tally(plan.run, wire, "full", salt)


def _window(source: Source, plan: Plan) -> Window | None:
    if plan.mode != "incremental":
        return None
    if not plan.watermark:
        raise Stopped("no_watermark", "增量要有水位线列，例如更新时间。请先登记。")
    # The upper bound is fixed when the run begins: what comes in meanwhile belongs to the next one.
    upto = plan.upto if plan.upto is not None else source.highest(plan.watermark)
    return Window(plan.watermark, plan.since, upto)


def _load(
    source: Source, target: Target, plan: Plan, wire: Schema, window: Window | None, progress: Progress, watch: Watch
) -> Progress:
    if window and window.upto is None:
        return progress  # an empty table has nothing new
    if progress.chunks and not progress.position:
        return progress  # a table without a place to go on from is one chunk, and that is in
    batches = _no_larger(source.read(wire, progress.position, window), plan.chunk)
    # Without a place to go on from, half of a table could never be finished: it goes in as one chunk or not at all.
    size = plan.chunk if wire.key or source.position(wire, b"", 0) else None
    pace = _Pace(plan.rate, watch)
    for first in batches:
        so_far = progress
        tally = Tally(salt_of(plan.run), so_far.rows, so_far.total)

        def then(so_far: Progress = so_far, tally: Tally = tally) -> Progress:
            place = source.position(wire, tally.last, tally.rows)
            return Progress(so_far.chunks + 1, tally.rows, tally.total, place)

        target.write(plan.run, wire, _chunk(first, batches, tally, size, pace, watch), so_far, then)
        progress = then()
        watch.chunk(progress.chunks, progress.rows, f"{progress.total:064x}")
    return progress


def _no_larger(batches: Iterator[Sequence[Row]], size: int) -> Iterator[Sequence[Row]]:
    """The batches, cut where they hold more than a chunk."""
    for batch in batches:
        for start in range(0, len(batch), size):
            yield batch[start : start + size] if len(batch) > size else batch


def _chunk(
    first: Sequence[Row], rest: Iterator[Sequence[Row]], tally: Tally, size: int | None, pace: _Pace, watch: Watch
) -> Iterator[Sequence[Row]]:
    """Batches up to ``size`` rows, counted as they pass."""
    taken = 0
    for batch in itertools.chain([first], rest):
        if watch.stopping():
            raise Stopped("cancelled", "已经取消。")
        tally.add(batch)
        yield batch
        taken += len(batch)
        pace.wait(len(batch))
        if size is not None and taken >= size:
            return
