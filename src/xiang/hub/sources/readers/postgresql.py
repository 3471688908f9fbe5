"""A table or view of PostgreSQL, through a server's cursor in a read-only transaction; values as the server writes them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pyarrow as pa
from psycopg import sql

from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told

_COLUMNS = """
SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = %s AND n.nspname = coalesce(nullif(%s, ''), current_schema()) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum"""


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    """``part`` is ``table`` or ``schema.table``."""
    try:
        with psycopg.connect(asked.address, connect_timeout=max(2, int(asked.left()))) as connection:
            connection.read_only = True
            connection.execute(f"SET LOCAL statement_timeout = {max(1, int(asked.left() * 1000))}")
            # A scan would begin where somebody else's is, and the third row would not be the table's third.
            connection.execute("SET LOCAL synchronize_seqscans = off")
            yield from _rows(connection, asked)
    except psycopg.errors.QueryCanceled as wrong:
        raise Unreachable("too_slow") from wrong
    except psycopg.errors.InsufficientPrivilege as wrong:
        raise Unreachable("denied") from wrong
    except psycopg.OperationalError as wrong:
        denied = any(word in str(wrong) for word in ("password", "authentication", "does not exist"))
        slow = time.monotonic() > asked.until
        raise Unreachable("too_slow" if slow else "denied" if denied else "unreachable") from wrong
    except psycopg.Error as wrong:
        raise Unreachable("unreadable") from wrong


def _rows(connection: psycopg.Connection, asked: Asked) -> Iterator[pa.RecordBatch]:
    schema, _, table = asked.part.rpartition(".")
    columns = asked.chosen([name for (name,) in connection.execute(_COLUMNS, [table, schema])])
    if not columns:
        raise Unreachable("no_table")
    chosen = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
    place = sql.Identifier(schema, table) if schema else sql.Identifier(table)
    with connection.cursor("reading") as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(chosen, place))
        yield from batching.batches(columns, cursor.fetchmany)
