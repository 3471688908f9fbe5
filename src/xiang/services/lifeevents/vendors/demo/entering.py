"""Entering once: the answer to a key is kept in the same database and transaction as the entry itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.outbox.subscriptions import NotSent

Enter = Callable[[sqlite3.Connection], Mapping[str, Any]]


def _file(system: str) -> Path:
    return Path(settings.DATA) / "sources" / f"{system}.sqlite3"


@contextmanager
def _database(system: str) -> Iterator[sqlite3.Connection]:
    file = _file(system)
    if not file.exists():
        raise NotSent(f"{system} is not installed")
    connection = sqlite3.connect(file, timeout=10, isolation_level=None)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS entered (key TEXT PRIMARY KEY, answer TEXT NOT NULL)")
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.close()


def once(system: str, key: str, enter: Enter) -> Mapping[str, Any]:
    """Enter, unless this key was entered before; answers what the first call produced."""
    with _database(system) as db:
        earlier = _answer(db, key)
        if earlier is not None:
            return earlier
        answer = dict(enter(db))
        db.execute("INSERT INTO entered VALUES (?, ?)", (key, json.dumps(answer, ensure_ascii=False)))
        return answer


def find(system: str, key: str) -> Mapping[str, Any] | None:
    """What an earlier call with this key produced."""
    with _database(system) as db:
        return _answer(db, key)


def _answer(db: sqlite3.Connection, key: str) -> Mapping[str, Any] | None:
    row = db.execute("SELECT answer FROM entered WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    """Insert a row; columns that the table has not are an error of the demonstration, not of the person."""
    values.setdefault("updated_at", instant.now().isoformat())
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
