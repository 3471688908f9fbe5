"""The records in SQLite: one thread writes, one reads; a publication is noticed by looking at its row."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from xiang.hub.gateway.plane import SCHEMA
from xiang.hub.gateway.plane.catalogue import Document
from xiang.hub.gateway.plane.lookups import Batching, Found, statement
from xiang.hub.gateway.plane.records import Record, Wanted
from xiang.hub.gateway.plane.resources import Lookup
from xiang.hub.gateway.plane.stores import Counting, Published, Rows, Unreachable, Written, keys_of

_T = TypeVar("_T")

_INSERT = (
    "INSERT INTO gateway_call (id, at, once, facts, salt, commitment) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (once) DO NOTHING"
)
_FLOW = (
    "INSERT INTO gateway_flow (process, minute, application, resource, code, calls, micros, slowest, spread)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (process, minute, application, resource, code) DO UPDATE SET"
    " calls = excluded.calls, micros = excluded.micros, slowest = excluded.slowest, spread = excluded.spread"
)
_UNSEALED = (
    "SELECT min(at) FROM (SELECT min(at) AS at FROM gateway_call WHERE taken_at IS NULL UNION ALL"
    " SELECT at FROM (SELECT at FROM ledger_entry WHERE leaf_index IS NULL ORDER BY id LIMIT 1))"
)
_DOCUMENTS = "SELECT kind, key, version, content, gone FROM gateway_document WHERE version > ?"


class SqliteStore:
    """The records' file. ``synchronous=FULL``: a commit that was answered is on the disk, not only in its cache."""

    writers = 1

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writing = ThreadPoolExecutor(1, "gateway-writer")
        self._reading = ThreadPoolExecutor(1, "gateway-reader")
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    async def open(self) -> None:
        schema = await self._read(lambda c: c.execute("SELECT schema FROM gateway_publication").fetchone())
        if schema and schema[0] != SCHEMA:
            raise RuntimeError(f"the gateway's tables have schema {schema[0]}, this process knows {SCHEMA}")

    async def close(self) -> None:
        for pool, connection in ((self._writing, self._writer), (self._reading, self._reader)):
            if connection is not None:
                pool.submit(connection.close).result()
            pool.shutdown()

    async def published(self, since: int) -> Published | None:
        return await self._read(lambda connection: _published(connection, since))

    async def changed(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # nobody tells: the version is looked at

    async def unsealed_since(self) -> datetime | None:
        found = await self._read(lambda connection: connection.execute(_UNSEALED).fetchone()[0])
        return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None

    async def keep_flow(self, rows: Iterable[tuple[Any, ...]]) -> None:
        kept = [(process, _text(minute), *rest) for process, minute, *rest in rows]
        await self._write(lambda connection: connection.executemany(_FLOW, kept))

    def rows(self) -> Rows:
        return SqliteRows(self._file)

    async def write(self, batch: Sequence[Wanted]) -> Written:
        return await self._write(lambda connection: _write(connection, batch))

    async def _read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._on_reader, work)

    def _on_reader(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._reader is None:
            self._reader = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
            self._reader.isolation_level = None
        return work(self._reader)

    async def _write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._on_writer, work)

    def _on_writer(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._writer is None:
            self._writer = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
            self._writer.isolation_level = None
            self._writer.execute("PRAGMA synchronous = FULL")
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            done = work(self._writer)
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        return done


def _version(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT version FROM gateway_publication").fetchone()
    return int(found[0]) if found else 0


def _published(connection: sqlite3.Connection, since: int) -> Published | None:
    connection.execute("BEGIN")
    try:
        version = _version(connection)
        if version <= since:
            return None
        rows = connection.execute(_DOCUMENTS, [since]).fetchall()
    finally:
        connection.execute("COMMIT")
    return Published(version, [Document(kind, key, at, said, bool(gone)) for kind, key, at, said, gone in rows])


def _write(connection: sqlite3.Connection, batch: Sequence[Wanted]) -> Written:
    """Admit in order, insert; what conflicts is a replay and counts nothing; write the counts."""
    keys = keys_of(batch)
    counting = Counting({key: _used(connection, key) for key in keys})
    verdicts = []
    for one in batch:
        code = counting.admit(one)
        use = one.use.refused(code) if code else one.use
        if _inserted(connection, use.records()):
            verdicts.append(code)
        else:
            if not code:
                counting.give_back(one)
            verdicts.append("replayed")
    connection.executemany(
        "INSERT INTO gateway_count (key, used) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET used = excluded.used",
        [(key, counting.used[key]) for key in keys],
    )
    return Written(verdicts, {key: counting.used[key] for key in keys})


def _used(connection: sqlite3.Connection, key: str) -> int:
    found = connection.execute("SELECT used FROM gateway_count WHERE key = ?", [key]).fetchone()
    return int(found[0]) if found else 0


def _inserted(connection: sqlite3.Connection, records: Sequence[Record]) -> bool:
    """Write the records of one call; of a replayed batch nothing stays, whichever of its rows was there before."""
    if len(records) == 1:
        return _insert(connection, records[0])
    connection.execute("SAVEPOINT one")
    written = all(_insert(connection, record) for record in records)
    connection.execute("RELEASE one" if written else "ROLLBACK TO one")
    return written


def _insert(connection: sqlite3.Connection, r: Record) -> bool:
    values = (r.id.replace("-", ""), _text(r.at), r.once, r.facts, r.salt, r.commitment)
    return connection.execute(_INSERT, values).rowcount == 1


def _text(at: datetime) -> str:
    """An instant as Django keeps it in SQLite."""
    return str(at.astimezone(UTC).replace(tzinfo=None))


class SqliteRows:
    """A SQLite file: a copy for look-up, or a department's own. A file that took the place of the old one is noticed."""

    def __init__(self, file: Path, timeout: float = 3.0) -> None:
        self._file, self._timeout = file, timeout
        self._pool = ThreadPoolExecutor(1, "gateway-rows")
        self._batching = Batching(self._fetch, 1)
        self._held: tuple[int, sqlite3.Connection] | None = None

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        return await self._batching.ask(lookup, number)

    async def _fetch(self, lookup: Lookup, numbers: Sequence[str]) -> Sequence[Found]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._find, lookup, numbers)

    def _find(self, lookup: Lookup, numbers: Sequence[str]) -> Sequence[Found]:
        sql, parameters = statement(lookup, "sqlite")
        matched = len(lookup.resource.match)
        try:
            connection = self._connection()
            until = time.monotonic() + self._timeout
            connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            return [connection.execute(sql, [*[number] * matched, *parameters]).fetchall() for number in numbers]
        except (sqlite3.OperationalError, OSError) as wrong:
            raise Unreachable("too_late" if "interrupted" in str(wrong) else "not_reached") from wrong
        except sqlite3.DatabaseError as wrong:
            self._held = None
            raise Unreachable("broken") from wrong

    def _connection(self) -> sqlite3.Connection:
        inode = self._file.stat().st_ino
        if self._held is None or self._held[0] != inode:
            if self._held:
                self._held[1].close()
            address = f"{self._file.absolute().as_uri()}?mode=ro"
            opened = sqlite3.connect(address, uri=True, timeout=self._timeout, isolation_level=None)
            opened.row_factory = sqlite3.Row
            self._held = (inode, opened)
        return self._held[1]

    async def close(self) -> None:
        with contextlib.suppress(RuntimeError):
            if self._held:
                self._pool.submit(self._held[1].close).result()
        self._pool.shutdown()
