"""MariaDB and MySQL, in a read-only transaction. Rows are the engine's estimate."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.constants import ER

from xiang.hub.sources import letters
from xiang.hub.sources.found import MOST_TABLES, ColumnFound, TableFound, Unreachable

QUOTES = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')"
_TABLES = (
    "SELECT table_name, table_comment, table_rows, table_type FROM information_schema.tables"
    " WHERE table_schema = DATABASE() ORDER BY table_name LIMIT %s"
)
_COLUMNS = (
    "SELECT table_name, column_name, column_type, is_nullable, column_key, column_comment"
    " FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
)
_DENIED = {ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.BAD_DB_ERROR}


def scan(address: str, until: float) -> list[TableFound]:
    """Tables and views of the database that the address names."""
    connection = connect(address, until)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("START TRANSACTION")
            cursor.execute(_TABLES, [MOST_TABLES + 1])
            tables = cursor.fetchall()
            cursor.execute(_COLUMNS)
            columns = cursor.fetchall()
    except pymysql.MySQLError as wrong:
        raise Unreachable("too_slow" if time.monotonic() > until else "unreachable") from wrong
    finally:
        connection.close()
    by_table: dict[str, list[ColumnFound]] = defaultdict(list)
    for table, name, native, nullable, key, comment in columns:
        found = ColumnFound(
            name, letters.letter(native), native, letters.length(native), nullable == "YES", key == "PRI", comment or ""
        )
        by_table[table].append(found)
    return [
        TableFound(name, tuple(by_table[name]), "", _comment(said, kind), rows) for name, said, rows, kind in tables
    ]


def _comment(said: str | None, kind: str) -> str:
    return "" if kind == "VIEW" else said or ""  # a view's comment is the word VIEW


def connect(address: str, until: float, **more: Any) -> Any:
    """A connection to the database that the address names, no read of which lasts beyond the monotonic instant ``until``;
    raises ``Unreachable``. ``more`` goes to the driver."""
    parts = urlsplit(address)
    left = until - time.monotonic()
    if left <= 0:
        raise Unreachable("too_slow")
    try:
        return pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or "").encode(),  # as text the driver would take it for Latin-1
            database=parts.path.lstrip("/") or None,
            charset="utf8mb4",
            connect_timeout=max(1, int(left)),
            read_timeout=max(1.0, left),
            **more,
        )
    except pymysql.MySQLError as wrong:
        raise Unreachable("denied" if wrong.args and wrong.args[0] in _DENIED else "unreachable") from wrong
