"""A table or view of MariaDB or MySQL, streamed in a read-only transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.constants import ER
from pymysql.cursors import SSCursor

from xiang.hub.sources.engines.mariadb import connect
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told

_REASONS = {
    ER.NO_SUCH_TABLE: "no_table",
    ER.BAD_DB_ERROR: "no_table",
    ER.TABLEACCESS_DENIED_ERROR: "denied",
    ER.STATEMENT_TIMEOUT: "too_slow",
    ER.QUERY_TIMEOUT: "too_slow",
}


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    """``part`` is ``table`` or ``database.table``."""
    try:
        with closing(connect(asked.address, asked.until, cursorclass=SSCursor)) as connection:
            yield from _rows(connection, asked)
    except pymysql.MySQLError as wrong:
        code = wrong.args[0] if wrong.args else 0
        slow = time.monotonic() > asked.until
        raise Unreachable("too_slow" if slow else _REASONS.get(code, "unreachable")) from wrong


def _rows(connection: Any, asked: Asked) -> Iterator[pa.RecordBatch]:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute("START TRANSACTION")
        # The server ends the statement by itself: closing a stream early would read all that is left of it.
        maria = "MariaDB" in connection.get_server_info()
        cursor.execute(
            f"SET SESSION max_statement_time = {asked.left():.3f}"
            if maria
            else f"SET SESSION max_execution_time = {int(asked.left() * 1000) + 1}"
        )
        place = ".".join(map(_quoted, asked.part.split(".", 1)))
        cursor.execute(f"SELECT * FROM {place} LIMIT 0")  # noqa: S608 - the name is quoted
        columns = asked.chosen([column[0] for column in cursor.description])
        cursor.fetchall()
        cursor.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {place}")  # noqa: S608
        yield from batching.batches(columns, cursor.fetchmany)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
