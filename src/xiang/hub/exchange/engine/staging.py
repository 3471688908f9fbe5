"""Names of what a run puts beside a table, and the progress row's shape; the same in every database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from xiang.hub.exchange.engine.ends import Progress
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Column, Row, Schema, decoder, part

PROGRESS = "xiang_exchange_progress"
COLUMNS = "run, chunks, row_count, total, position, published"


def staging_of(run: str) -> str:
    """The staging table of a run."""
    return f"xiang_stage_{hashlib.sha256(run.encode()).hexdigest()[:16]}"


def progress_of(row: Sequence[object]) -> Progress:
    """A progress row, without the run's id."""
    chunks, rows, total, position, published = row
    return Progress(int(str(chunks)), int(str(rows)), int(str(total), 16), str(position or ""), bool(published))


def values_of(progress: Progress) -> list[object]:
    """The columns of a progress row, without the run's id."""
    return [progress.chunks, progress.rows, f"{progress.total:064x}", progress.position, int(progress.published)]


def superseded() -> Stopped:
    return Stopped("superseded", "这次运行已经由另一个进程接手，本进程停止。")


def key_columns(schema: Schema) -> list[Column]:
    return [column for name in schema.key for column in schema.columns if column.name == name]


def position_of(schema: Schema, row: Row) -> str:
    """The key of a row, as text; empty when rows have none to go on from."""
    if not schema.key:
        return ""
    return part(row, [schema.names.index(name) for name in schema.key]).hex()


def key_at(schema: Schema, position: str) -> list[object]:
    """The key's values at a position."""
    return list(decoder(key_columns(schema))(bytes.fromhex(position)))


def need_key(wanted: Schema) -> None:
    if not wanted.key:
        raise Stopped("key_missing", "增量和合并要按主键进行：请先登记主键，或者改用全量。")


def tombstone(name: str, column: Column, *, dead: bool) -> str:
    """The condition under which a row is marked as deleted, or not: true, not zero, or filled in."""
    numbers = ("int2", "int4", "int8", "numeric", "float4", "float8")
    marked = name if column.kind == "bool" else f"{name} <> 0" if column.kind in numbers else f"{name} IS NOT NULL"
    return f"({marked}) IS {'TRUE' if dead else 'NOT TRUE'}"
