"""Tables of the zone: staged in a table beside them, whose log keeps the progress with each chunk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.exchange.engine import arrow, staging
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Batches, Changes, Mode, Progress, Unordered, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Batch, Row, Schema, decoder, rows_of
from xiang.hub.zone.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 50_000


class ZoneTable(Unordered):
    """A table of the zone in its folder; ``key`` is what the zone has registered."""

    def __init__(self, folder: Path, key: Sequence[str] = ()) -> None:
        self.store = Store(folder)
        self.key = tuple(key)
        self.title = f"zone:{folder.name}"

    def schema(self) -> Schema | None:
        if not self.store.exists:
            return None
        return Schema(arrow.columns_of(self.store.schema()), self.key)

    def highest(self, column: str) -> Any:
        import pyarrow.compute as pc

        found = [pc.max(batch.column(0)).as_py() for batch in self.store.batches(columns=[column]) if batch.num_rows]
        known = [one for one in found if one is not None]
        return None if not known else max(known) if isinstance(known[0], int | str) else str(max(known))

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        # A snapshot never changes: its own number and a count are a place to go on from.
        return f"{self.store.version}:{rows}"

    def resumes(self, wanted: Schema) -> bool:
        return True

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        version, skipped = (int(one) for one in after.split(":")) if after else (self.store.version, 0)
        if window and window.tombstone:
            raise Stopped("tombstone_unsupported", "集中管理区的表没有删除标记，请改用按主键合并。")
        where = arrow.window_filter(window, self.store.schema(version)) if window else None
        values = _values(self.store.batches(version, wanted.names, where), wanted.names, skipped)
        yield from rows_of(wanted.columns, values)

    def _staged(self, run: str) -> Store:
        return Store(self.store.folder.with_name(f".{staging.staging_of(run)}"))

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        if mode != "full":
            staging.need_key(wanted)
        staged = self._staged(run)
        if staged.exists:
            found = Progress(**json.loads(staged.note()))
            return found if self.store.marked(run) < 0 else Progress(**{**asdict(found), "published": True})
        staged.write(arrow.schema_of(wanted).empty_table(), mode="append", mark=(run, 0), note=_noted(Progress()))
        return Progress()

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        staged, decode, shape = self._staged(run), decoder(wanted.columns), arrow.schema_of(wanted)
        tables = [arrow.table_of([decode(row) for row in batch], shape) for batch in batches]
        progress = then()
        if not staged.write(_joined(tables, shape), mode="append", mark=(run, progress.chunks), note=_noted(progress)):
            raise staging.superseded()

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        staged = self._staged(run)
        rows = staged.rows()
        if self.store.marked(run) >= 1:
            return Changes(rows)
        if mode == "full" or not self.store.exists:
            # An empty table too is a snapshot: the reader is given the columns.
            self.store.write(staged.dataset().scanner(batch_size=_ROWS).to_reader(), mode="overwrite", mark=(run, 1))
            return Changes(rows)
        data = staged.dataset().to_table()
        counts = self.store.merge(data, wanted.key, deleting=mode == "merge", mark=(run, 1))
        written = counts.get("num_target_rows_inserted", 0) + counts.get("num_target_rows_updated", 0)
        return Changes(written, counts.get("num_target_rows_deleted", 0))

    def remove(self, wanted: Schema, batches: Batches) -> int:
        raise Stopped("tombstone_unsupported", "集中管理区的表不能按标记删除，请改用按主键合并。")

    def tally(self, run: str, wanted: Schema, mode: Mode, count: Tally) -> Tally:
        if mode == "incremental":
            keys = self._staged(run).dataset().to_table(columns=list(wanted.key))
            held = self.store.dataset().to_table(columns=list(wanted.names))
            found: pa.Table = held.join(keys, keys=list(wanted.key), join_type="inner").select(list(wanted.names))
            return count.taken(rows_of(wanted.columns, _values(iter(found.to_batches()), wanted.names, 0)))
        return count.taken(self.read(wanted))

    def finish(self, run: str) -> None:
        shutil.rmtree(self._staged(run).folder, ignore_errors=True)


def _values(batches: Iterator[pa.RecordBatch], names: Sequence[str], skipped: int) -> Iterator[Sequence[Any]]:
    """The rows of record batches, without the first ``skipped``."""
    for batch in batches:
        if skipped >= batch.num_rows:
            skipped -= batch.num_rows
            continue
        part = batch.slice(skipped)
        skipped = 0
        yield from zip(*(part.column(name).to_pylist() for name in names), strict=True)


def _noted(progress: Progress) -> str:
    return json.dumps(asdict(progress))


def _joined(tables: Sequence[pa.Table], shape: pa.Schema) -> pa.Table:
    import pyarrow as pa

    if not tables:
        raise Stopped("empty_chunk", "没有要写的数据。")
    return pa.concat_tables(tables).cast(shape)
