"""Rows as text, gathered into Arrow batches: fewer rows the wider they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from xiang.hub.sources.found import Unreachable

FIRST, MOST = 100, 32_768
#: Bytes of text that a batch shall have; Python's own objects of it take some five times as much.
AIM = 8 << 20
Fetch = Callable[[int], Sequence[Sequence[Any]]]


def batches(columns: Sequence[str], fetch: Fetch) -> Iterator[pa.RecordBatch]:
    """Batches of whatever ``fetch(so many)`` gives until it gives nothing; at least one, be it empty.

    How many rows are fetched follows from how wide those before were.
    """
    schema = pa.schema([(column, pa.string()) for column in columns])
    size, none_yet = FIRST, True
    while (rows := fetch(size)) or none_yet:
        none_yet = False
        cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
        batch = pa.record_batch([pa.array(list(map(as_text, cell)), pa.string()) for cell in cells], schema=schema)
        yield batch
        size = max(1, min(MOST, 4 * size, AIM * max(batch.num_rows, 1) // max(batch.nbytes, 1)))


def of_rows(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[pa.RecordBatch]:
    """The same of rows that come one by one."""
    return batches(columns, lambda size: list(islice(rows, size)))


def empty(schema: pa.Schema) -> pa.RecordBatch:
    """A batch without rows. ``from_pylist`` would do, and import pandas to ask whether this is one of its: a second."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)


def named(cells: Sequence[str]) -> list[str]:
    """Column names from a header; empty and double ones are told, capitals and small letters being one."""
    names = [cell.strip() for cell in cells]
    if not any(names):
        raise Unreachable("empty")
    folded = [each.lower() for each in names]
    for place, column in enumerate(names, 1):
        if not column:
            raise Unreachable("header", f"第 {place} 列没有列名，请补上。")
        if folded.index(column.lower()) != place - 1:
            raise Unreachable("header", f"有两列都叫“{column}”，请改成不同的列名。")
    return names


def as_text(value: Any) -> str | None:
    """A cell or a column's value as a file would have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    iso = getattr(value, "isoformat", None)
    if iso is None:
        return str(value)
    told: str = iso(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else iso()
    return told
