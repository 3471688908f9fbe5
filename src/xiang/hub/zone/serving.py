"""Copies by rows of a snapshot, for look-up by key: a SQLite file embedded, a table where the records are PostgreSQL.

Columns are the table's own, with an index over the key, so that whoever reads departments' databases reads these too.
A copy is made aside and takes its place in one step: a reader sees the old one or the new one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 5000


def build_sqlite(batches: Iterator[pa.RecordBatch], columns: Sequence[str], key: Sequence[str], file: Path) -> int:
    """Write the copy to ``file``, table ``rows``; how many rows it has."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".part")
    aside.unlink(missing_ok=True)
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    done = 0
    with closing(sqlite3.connect(aside)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"CREATE TABLE rows ({names})")
        for batch in batches:
            rows = ([_plain(value) for value in row] for row in _rows(batch, columns))
            connection.executemany(f"INSERT INTO rows VALUES ({marks})", rows)  # noqa: S608
            done += batch.num_rows
        if key:
            connection.execute(f"CREATE INDEX by_key ON rows ({', '.join(_quoted(key))})")
        connection.commit()
    with aside.open("rb") as stream:
        os.fsync(stream.fileno())
    aside.replace(file)
    return done


def find_sqlite(file: Path, match: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """The rows of a copy whose columns equal ``match``."""
    where = " AND ".join(f'"{name}" = ?' for name in match)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM rows WHERE {where} LIMIT {limit}", list(match.values()))  # noqa: S608
        return [dict(row) for row in found]


def build_postgres(
    connection: Any, batches: Iterator[pa.RecordBatch], schema: pa.Schema, key: Sequence[str], name: str
) -> int:
    """Write the copy as table ``name`` over a psycopg connection in a transaction; how many rows it has."""
    columns = ", ".join(f'"{field.name}" {_postgres_type(field.type)}' for field in schema)
    aside, done = f"{name}_part", 0
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{aside}"')
        cursor.execute(f'CREATE TABLE "{aside}" ({columns})')
        with cursor.copy(f'COPY "{aside}" FROM STDIN') as copy:
            for batch in batches:
                for row in _rows(batch, schema.names):
                    copy.write_row(row)
                done += batch.num_rows
        if key:
            cursor.execute(f'CREATE INDEX ON "{aside}" ({", ".join(_quoted(key))})')
        cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
        cursor.execute(f'ALTER TABLE "{aside}" RENAME TO "{name}"')
    return done


def find_postgres(connection: Any, name: str, match: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """The rows of a copy whose columns equal ``match``."""
    where = " AND ".join(f'"{column}" = %s' for column in match)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{name}" WHERE {where} LIMIT {limit}', list(match.values()))  # noqa: S608
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _rows(batch: pa.RecordBatch, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(batch.column(name).to_pylist() for name in columns), strict=True)


def _plain(value: Any) -> Any:
    """A value as SQLite keeps it."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _postgres_type(kind: pa.DataType) -> str:
    import pyarrow as pa

    tests = [
        (pa.types.is_boolean, "boolean"), (pa.types.is_integer, "bigint"), (pa.types.is_floating, "double precision"),
        (pa.types.is_date, "date"), (pa.types.is_decimal, "numeric"), (pa.types.is_binary, "bytea"),
    ]  # fmt: skip
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    return next((name for test, name in tests if test(kind)), "text")
