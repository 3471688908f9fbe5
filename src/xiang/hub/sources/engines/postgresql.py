"""PostgreSQL, in one read-only transaction. Rows are the planner's estimate: counting a billion would take an hour."""

from __future__ import annotations

import time
from collections import defaultdict

import psycopg

from xiang.hub.sources import letters
from xiang.hub.sources.found import MOST_TABLES, ColumnFound, TableFound, Unreachable

_TABLES = """
SELECT c.oid, n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'
ORDER BY 2, 3 LIMIT %s"""
_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       coalesce(a.attnum = ANY (i.indkey), false), coalesce(col_description(a.attrelid, a.attnum), '')
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY (%s::oid[]) ORDER BY a.attrelid, a.attnum"""


def scan(address: str, until: float) -> list[TableFound]:
    """Tables, views and materialised views of all schemas that are not the engine's own."""
    left = until - time.monotonic()
    if left <= 0:
        raise Unreachable("too_slow")
    try:
        with psycopg.connect(address, connect_timeout=max(2, int(left)), autocommit=False) as connection:
            connection.read_only = True
            connection.execute(f"SET LOCAL statement_timeout = {max(1, int((until - time.monotonic()) * 1000))}")
            tables = connection.execute(_TABLES, [MOST_TABLES + 1]).fetchall()
            columns = connection.execute(_COLUMNS, [[row[0] for row in tables]]).fetchall()
    except psycopg.errors.QueryCanceled as wrong:
        raise Unreachable("too_slow") from wrong
    except psycopg.OperationalError as wrong:
        denied = any(word in str(wrong) for word in ("password", "authentication", "permission", "does not exist"))
        raise Unreachable("denied" if denied else "unreachable") from wrong
    by_table: dict[int, list[ColumnFound]] = defaultdict(list)
    for oid, name, native, nullable, primary, comment in columns:
        found = ColumnFound(name, letters.letter(native), native, letters.length(native), nullable, primary, comment)
        by_table[oid].append(found)
    return [
        TableFound(name, tuple(by_table[oid]), "" if schema == "public" else schema, comment, rows)
        for oid, schema, name, comment, rows in tables
    ]
