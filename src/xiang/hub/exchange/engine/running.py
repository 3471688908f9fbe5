"""One run, from the first look at both ends to the count at both ends. It may be killed at any moment and called again.

1. Look at both schemas and agree on the wire.
2. Find how far the run has come: the target knows.
3. Read on from there in chunks; each chunk and the progress after it are one transaction at the target.
4. Publish what was staged.
5. Read the target back after its commit, and compare with what the source gave.
6. ``finish`` (called when the outcome is recorded) removes what the run needed.

The source's count and digest are of the rows that its snapshot gave; a second reading of it afterwards would count what
was changed since. ``recount`` reads both again, for whoever stops writing first (a migration, a dispute).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from xiang.hub.exchange.engine import agreeing, dates
from xiang.hub.exchange.engine.agreeing import Drift
from xiang.hub.exchange.engine.digest import BLOCK, Tally, page_of
from xiang.hub.exchange.engine.ends import Changes, Mode, Progress, Source, Target, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Batch, Schema

CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do. ``rate`` limits rows a second (0: as fast as it goes); ``known`` is the source's schema when
    the job last ran well; ``salt`` is one block of random bytes, the same whenever the run goes on.
    ``overlap`` begins an increment so many seconds (or numbers) before ``since``: what was committed late comes too."""

    run: str
    mode: Mode = "full"
    key: tuple[str, ...] = ()
    watermark: str = ""
    since: Any = None
    upto: Any = None
    rate: int = 0
    chunk: int = CHUNK
    known: Schema | None = None
    salt: bytes = bytes(BLOCK)
    overlap: int = 0
    tombstone: str = ""


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
    with source.held(), target.held():
        return _run(source, target, plan, watch or Watch())


def _run(source: Source, target: Target, plan: Plan, watch: Watch) -> Outcome:
    given = source.schema()
    if given is None:
        raise Stopped("table_absent", "来源没有这张表，或者文件还没有到。")
    found = agreeing.drift(plan.known, given) if plan.known else []
    watch.drift(found)
    if any(one.serious for one in found):
        raise Stopped("schema_drift", "来源的表结构变了：" + "".join(one.said for one in found if one.serious))
    wire, window = agreeing.agreed(given, target.schema(), plan.key), _window(source, plan)
    page = _page(source, target, plan, given, wire)
    progress = target.begin(plan.run, wire, plan.mode)
    if not progress.published:
        watch.phase("loading")
        whole = not (_key_holds(given, wire) and source.resumes(wire))
        work = _Work(plan, wire, window, page, None if whole else -(-plan.chunk // page) * page)
        progress = _load(source, target, work, progress, watch)
        watch.phase("publishing")
    changes = target.publish(plan.run, wire, plan.mode)
    if window and window.tombstone and window.upto is not None:
        watch.phase("removing")
        keys = Schema(tuple(column for column in wire.columns if column.name in wire.key), wire.key)
        gone = target.remove(keys, source.read(keys, "", replace(window, dead=True)))
        changes = replace(changes, deleted=changes.deleted + gone)
    watch.phase("counting")
    back = target.tally(plan.run, wire, plan.mode, Tally(plan.salt, page=page))
    given_tally = Tally(plan.salt, progress.rows, progress.total, page)
    return Outcome(given_tally, back, changes, wire, given, found, window.upto if window else None)


def recount(source: Source, target: Target, plan: Plan) -> tuple[Tally, Tally]:
    """Count and sum both tables as they stand now."""
    given = source.schema()
    if given is None:
        raise Stopped("table_absent", "来源没有这张表，或者文件还没有到。")
    wire = agreeing.agreed(given, target.schema(), plan.key)
    page = _page(source, target, plan, given, wire)
    own = Tally(plan.salt, page=page).taken(source.read(wire))
    return own, target.tally(plan.run, wire, "full", Tally(plan.salt, page=page))


def _page(source: Source, target: Target, plan: Plan, given: Schema, wire: Schema) -> int:
    alike = source.keeps_order and target.keeps_order and _key_holds(given, wire)
    return page_of(wire, plan.chunk, sorted_alike=alike)


def _key_holds(given: Schema, wire: Schema) -> bool:
    """Whether the source's own table holds the key unique: otherwise rows of one key could fall on both sides of a cut."""
    return set(wire.key) == set(given.key)


def _window(source: Source, plan: Plan) -> Window | None:
    if plan.mode != "incremental":
        return None
    if not plan.watermark:
        raise Stopped("no_watermark", "增量要有水位线列，例如更新时间。请先登记。")
    # The upper bound is fixed when the run begins: what comes in meanwhile belongs to the next one.
    upto = plan.upto if plan.upto is not None else source.highest(plan.watermark)
    return Window(plan.watermark, _earlier(plan.since, plan.overlap), upto, plan.tombstone)


def _earlier(since: Any, overlap: int) -> Any:
    """A watermark so many seconds or numbers earlier, as the source writes it."""
    if since is None or not overlap:
        return since
    if isinstance(since, int) or (isinstance(since, str) and since.lstrip("-").isdigit()):
        return type(since)(int(since) - overlap)
    try:
        return (dates.moment(since) - timedelta(seconds=overlap)).isoformat(" ")
    except ValueError as wrong:
        raise Stopped("overlap_unfit", "水位线不是时间也不是整数，不能往前重叠。请把重叠改为 0。") from wrong


@dataclass(frozen=True, slots=True)
class _Work:
    """What is loaded, and how: ``size`` rows a chunk; ``None`` goes in as one chunk or not at all, because half of a
    table without a place to go on from could never be finished."""

    plan: Plan
    wire: Schema
    window: Window | None
    page: int
    size: int | None


def _load(source: Source, target: Target, work: _Work, progress: Progress, watch: Watch) -> Progress:
    plan, wire = work.plan, work.wire
    if work.window and work.window.upto is None:
        return progress  # an empty table has nothing new
    if progress.chunks and (not progress.position or progress.rows % work.page):
        return progress  # only the last chunk has no place to go on from, or ends within a page: everything is in
    feed = _Feed(source.read(wire, progress.position, work.window))
    pace = _Pace(plan.rate, watch)
    while feed.more():
        so_far = progress
        tally = Tally(plan.salt, so_far.rows, so_far.total, work.page)

        def then(so_far: Progress = so_far, tally: Tally = tally) -> Progress:
            place = source.position(wire, tally.last, tally.rows) if work.size else ""
            return Progress(so_far.chunks + 1, tally.rows, tally.total, place)

        target.write(plan.run, wire, _counted(feed.take(work.size), tally, pace, watch), so_far, then)
        progress = then()
        watch.chunk(progress.chunks, progress.rows, f"{progress.total:064x}")
    return progress


class _Feed:
    """Batches of a source, handed on in chunks of exactly so many rows: a chunk ends where a page does."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._rest = Batch()

    def more(self) -> bool:
        if not self._rest:
            self._rest = next(self._batches, Batch())
        return bool(self._rest)

    def take(self, size: int | None) -> Iterator[Batch]:
        left = size
        while (left is None or left) and self.more():
            batch, self._rest = self._rest, Batch()
            if left is not None and len(batch) > left:
                batch, self._rest = Batch(batch[:left]), Batch(batch[left:])
            left = None if left is None else left - len(batch)
            yield batch


def _counted(batches: Iterator[Batch], tally: Tally, pace: _Pace, watch: Watch) -> Iterator[Batch]:
    """The batches, counted and slowed as they pass."""
    for batch in batches:
        if watch.stopping():
            raise Stopped("cancelled", "已经取消。")
        tally.add(batch)
        yield batch
        pace.wait(len(batch))
