"""Rows of text written to Parquet through Arrow, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xiang.foundation.ground.errors import Refused

BATCH = 32_768


def write(columns: Sequence[str], rows: Iterator[Sequence[Any]], target: Path) -> int:
    """Write all values as text; how many rows it was."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column, pa.string()) for column in columns])
    count = 0
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for batch in batches(rows, BATCH):
            cells = zip(*batch, strict=True)
            arrays = [pa.array(list(map(as_text, column)), pa.string()) for column in cells]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


def named(cells: Sequence[str], title: str) -> list[str]:
    """Column names from a header; empty and double ones are told."""
    names = [cell.strip() for cell in cells]
    folded = [each.lower() for each in names]
    for place, column in enumerate(names, 1):
        if not column:
            raise Refused("source_header", f"{title} 第 {place} 列没有列名，请补上。")
        if folded.index(column.lower()) != place - 1:
            raise Refused("source_header", f"{title} 有两列都叫“{column}”，请改成不同的列名。")
    return names


def as_text(value: Any) -> str | None:
    """A cell or a column's value as a file would have it."""
    if value is None:
        return None
    if isinstance(value, str):
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


def batches(rows: Iterator[Sequence[Any]], size: int) -> Iterator[list[Sequence[Any]]]:
    """Rows by the so many."""
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
