"""The records in PostgreSQL: one connection writes, one listens, a few read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg

from xiang.hub.gateway.plane import SCHEMA
from xiang.hub.gateway.plane.catalogue import Document
from xiang.hub.gateway.plane.lookups import Batching, statement
from xiang.hub.gateway.plane.records import Record, Wanted
from xiang.hub.gateway.plane.resources import Lookup
from xiang.hub.gateway.plane.stores import Counting, Published, Rows, Unreachable, Written, keys_of

CHANNEL = "gateway_published"
#: What a connection raises whose server is gone; the last when it goes in the middle of an answer.
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_INSERT = (
    "INSERT INTO gateway_call (id, at, once, facts, salt, commitment)"
    " SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])"
    " ON CONFLICT (once) DO NOTHING RETURNING id::text"
)
_FLOW = (
    "INSERT INTO gateway_flow (process, minute, application, resource, code, calls, micros, slowest, spread)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (process, minute, application, resource, code) DO UPDATE SET"
    " calls = EXCLUDED.calls, micros = EXCLUDED.micros, slowest = EXCLUDED.slowest, spread = EXCLUDED.spread"
)
_UNSEALED = (
    "SELECT least((SELECT min(at) FROM gateway_call WHERE taken_at IS NULL),"
    " (SELECT at FROM ledger_entry WHERE leaf_index IS NULL ORDER BY id LIMIT 1))"
)
_DOCUMENTS = "SELECT kind, key, version, content, gone FROM gateway_document WHERE version > $1"


class PostgresStore:
    """The records' database. Every connection is made anew when it was lost; what was under way then fails."""

    writers = 1

    def __init__(self, address: str) -> None:
        self._address = address
        self._writers: list[asyncpg.Connection] = []
        self._listener: asyncpg.Connection | None = None
        self._news = asyncio.Event()
        self._one = asyncio.Lock()  # the listening connection does one thing at a time

    async def open(self) -> None:
        connection = await self._listening()
        schema = await connection.fetchval("SELECT schema FROM gateway_publication")
        if schema not in (None, SCHEMA):
            raise RuntimeError(f"the gateway's tables have schema {schema}, this process knows {SCHEMA}")

    async def close(self) -> None:
        for connection in (*self._writers, self._listener):
            if connection is not None:
                with suppress(*LOST):
                    await connection.close(timeout=2)

    async def published(self, since: int) -> Published | None:
        async with self._one:
            connection = await self._listening()
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                version = await connection.fetchval("SELECT version FROM gateway_publication") or 0
                if version <= since:
                    return None
                rows = await connection.fetch(_DOCUMENTS, since)
        return Published(version, [Document(*row) for row in rows])

    async def changed(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def unsealed_since(self) -> datetime | None:
        async with self._one:
            found: datetime | None = await (await self._listening()).fetchval(_UNSEALED)
        return found

    async def keep_flow(self, rows: Iterable[tuple[Any, ...]]) -> None:
        async with self._one:
            await (await self._listening()).executemany(_FLOW, list(rows))

    def rows(self) -> Rows:
        return PostgresRows(self._address)

    async def write(self, batch: Sequence[Wanted]) -> Written:
        connection = self._writers.pop() if self._writers else await asyncpg.connect(self._address, timeout=5)
        try:
            written = await self._write(connection, batch)
        except BaseException:
            connection.terminate()
            raise
        self._writers.append(connection)
        return written

    async def _write(self, connection: asyncpg.Connection, batch: Sequence[Wanted]) -> Written:
        if all(one.simple for one in batch):
            written = await self._insert(connection, [record for one in batch for record in one.use.records()])
            return Written(["" if one.use.ids[0] in written else "replayed" for one in batch], {})
        async with connection.transaction():
            return await self._write_counted(connection, batch)

    async def _write_counted(self, connection: asyncpg.Connection, batch: Sequence[Wanted]) -> Written:
        """1. Lock the counts, in order. 2. Admit in order; who is refused is written down as refused. 3. Insert: what
        conflicts is a replay and counts nothing. 4. Write the counts."""
        keys = keys_of(batch)
        await connection.execute(
            "INSERT INTO gateway_count (key, used) SELECT k, 0 FROM unnest($1::text[]) k ON CONFLICT DO NOTHING", keys
        )
        held = await connection.fetch(
            "SELECT key, used FROM gateway_count WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE", keys
        )
        counting = Counting({row["key"]: row["used"] for row in held})
        verdicts = [counting.admit(one) for one in batch]
        uses = [one.use.refused(code) if code else one.use for one, code in zip(batch, verdicts, strict=True)]
        records = [record for use in uses for record in use.records()]
        written = await self._insert(connection, records)
        for place, one in enumerate(batch):
            if not written.issuperset(one.use.ids):
                if not verdicts[place]:
                    counting.give_back(one)
                verdicts[place] = "replayed"
                stray = [each for each in one.use.ids if each in written]
                await connection.execute("DELETE FROM gateway_call WHERE id = ANY($1::uuid[])", stray)
        await connection.execute(
            "UPDATE gateway_count SET used = n.used FROM unnest($1::text[], $2::bigint[]) n (key, used)"
            " WHERE gateway_count.key = n.key",
            keys,
            [counting.used[key] for key in keys],
        )
        return Written(verdicts, {key: counting.used[key] for key in keys})

    async def _insert(self, connection: asyncpg.Connection, records: Sequence[Record]) -> set[Any]:
        columns = zip(*((r.id, r.at, r.once, r.facts, r.salt, r.commitment) for r in records), strict=True)
        return {row[0] for row in await connection.fetch(_INSERT, *map(list, columns))}

    async def _listening(self) -> asyncpg.Connection:
        """The connection that hears of publications, made anew when it was lost."""
        if self._listener is None or self._listener.is_closed():
            self._listener = await asyncpg.connect(self._address, timeout=5, command_timeout=5)
            await self._listener.add_listener(CHANNEL, lambda *_: self._news.set())
            self._news.set()
        return self._listener


class PostgresRows:
    """Tables of a PostgreSQL database. Look-ups that wait for a connection go together in one statement."""

    def __init__(self, address: str, timeout: float = 3.0, connections: int = 2) -> None:
        self._address, self._timeout = address, timeout
        self._batching = Batching(self._fetch, connections)
        self._free: list[asyncpg.Connection] = []

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        return await self._batching.ask(lookup, number)

    async def _fetch(self, lookup: Lookup, numbers: Sequence[str]) -> list[list[Mapping[str, Any]]]:
        sql, parameters = statement(lookup, "postgresql")
        found: list[list[Mapping[str, Any]]] = [[] for _ in numbers]
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._free.pop() if self._free else await asyncpg.connect(self._address)
                try:
                    rows = await connection.fetch(sql, list(numbers), *parameters)
                except BaseException:
                    connection.terminate()
                    raise
        except TimeoutError as wrong:
            raise Unreachable("too_late") from wrong
        except LOST as wrong:
            raise Unreachable("not_reached") from wrong
        self._free.append(connection)
        for row in rows:
            found[row[0] - 1].append(row)
        return found

    async def close(self) -> None:
        for connection in self._free:
            connection.terminate()
        self._free.clear()
