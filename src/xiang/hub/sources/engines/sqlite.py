"""A SQLite file, opened read-only."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from xiang.hub.sources import letters
from xiang.hub.sources.addresses import existing
from xiang.hub.sources.found import ColumnFound, TableFound, Unreachable

_STEPS = 10_000


def scan(address: str, until: float) -> list[TableFound]:
    """Tables and views with their exact number of rows."""
    file = existing(address)
    if time.monotonic() > until:
        raise Unreachable("too_slow")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)) as connection:
            connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
            listed = (
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            )
            return [_table(connection, name) for (name,) in connection.execute(listed).fetchall()]
    except sqlite3.OperationalError as wrong:
        said = str(wrong)
        raise Unreachable("too_slow" if "interrupt" in said or "locked" in said else "unreachable") from wrong
    except sqlite3.DatabaseError as wrong:
        raise Unreachable("unreadable") from wrong


def _table(connection: sqlite3.Connection, name: str) -> TableFound:
    quoted = name.replace('"', '""')
    columns = tuple(
        ColumnFound(column, letters.letter(native), native, letters.length(native), not required and not key, bool(key))
        for _, column, native, required, _, key in connection.execute(f'PRAGMA table_info("{quoted}")')
    )
    (rows,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608 - the engine's own name
    return TableFound(name, columns, rows=rows)
