"""A table or view of a SQLite file, opened read-only."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pyarrow as pa

from xiang.hub.sources.addresses import existing
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told

_STEPS = 10_000


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    """Bytes that are no UTF-8 are shown as U+FFFD: SQLite does not check what a text holds."""
    file = existing(asked.address).absolute()
    wait = min(asked.left(), 10)
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=wait)) as connection:
            connection.set_progress_handler(lambda: int(time.monotonic() > asked.until), _STEPS)
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _rows(connection, asked)
    except sqlite3.OperationalError as wrong:
        said = str(wrong)
        slow = "interrupt" in said or "locked" in said
        raise Unreachable("too_slow" if slow else "no_table" if "no such table" in said else "unreachable") from wrong
    except sqlite3.DatabaseError as wrong:
        raise Unreachable("unreadable") from wrong


def _rows(connection: sqlite3.Connection, asked: Asked) -> Iterator[pa.RecordBatch]:
    place = _quoted(asked.part)
    listed = connection.execute(f"SELECT * FROM {place} LIMIT 0").description  # noqa: S608 - the name is quoted
    columns = asked.chosen([column[0] for column in listed])
    # An index that has all these columns would be read instead, and the third row would not be the table's third.
    cursor = connection.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {place} NOT INDEXED")  # noqa: S608
    return batching.batches(columns, cursor.fetchmany)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
