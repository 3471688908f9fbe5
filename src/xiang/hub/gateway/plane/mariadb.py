"""A department's MariaDB or MySQL: one connection on a thread of its own.

How MariaDB compares texts depends on each column's collation (most ignore case, some more), so what a grant filters by is
not left to it: the columns are read along and the filter is applied here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
from pymysql.cursors import DictCursor

from xiang.hub.gateway.plane.lookups import Batching, Found, columns_of, passes
from xiang.hub.gateway.plane.resources import Lookup
from xiang.hub.gateway.plane.stores import Unreachable
from xiang.hub.sources import found as sources
from xiang.hub.sources.engines import mariadb

_MOST = 1000  # rows of one number that are read before the filter


class MariaRows:
    """Tables of a MariaDB database, read-only."""

    def __init__(self, address: str, timeout: float = 3.0) -> None:
        self._address, self._timeout = address, timeout
        self._pool = ThreadPoolExecutor(1, "gateway-mariadb")
        self._batching = Batching(self._fetch, 1)
        self._held: Any = None

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        return await self._batching.ask(lookup, number)

    async def _fetch(self, lookup: Lookup, numbers: Sequence[str]) -> Sequence[Found]:
        found = await asyncio.get_running_loop().run_in_executor(self._pool, self._find, lookup, numbers)
        return [[row for row in rows if passes(lookup, row)][: lookup.resource.limit] for rows in found]

    def _find(self, lookup: Lookup, numbers: Sequence[str]) -> list[list[dict[str, Any]]]:
        until = time.monotonic() + self._timeout
        sql, matched = _statement(lookup), len(lookup.resource.match)
        fresh = self._held is None
        try:
            with self._connection(until).cursor() as cursor:
                found = []
                for number in numbers:
                    cursor.execute(sql, [number] * matched)
                    found.append(list(cursor.fetchall()))
                return found
        except (pymysql.MySQLError, OSError) as wrong:
            self._drop()
            if not fresh and time.monotonic() < until:
                return self._find(lookup, numbers)  # the server closes what has been idle for long
            raise Unreachable("too_late" if time.monotonic() > until else "not_reached") from wrong
        except sources.Unreachable as wrong:
            raise Unreachable("not_reached") from wrong

    def _connection(self, until: float) -> Any:
        if self._held is None:
            self._held = mariadb.connect(
                self._address, until, autocommit=True, cursorclass=DictCursor, init_command=mariadb.QUOTES
            )
            with self._held.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return self._held

    def _drop(self) -> None:
        if self._held is not None:
            with contextlib.suppress(pymysql.MySQLError, OSError):
                self._held.close()
            self._held = None

    async def close(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._pool.submit(self._drop).result()
        self._pool.shutdown()


def _statement(lookup: Lookup) -> str:
    """The names are published; what is a sign of the driver's in one is doubled."""
    resource = lookup.resource
    where = " OR ".join(f"{_quoted(column)} = %s" for column in resource.match)
    order = resource.order.lstrip("-")
    also = f" ORDER BY {_quoted(order)}{' DESC' if resource.order.startswith('-') else ''}" if order else ""
    names = ", ".join(map(_quoted, columns_of(lookup)))
    return f"SELECT {names} FROM {_quoted(resource.source.table)} WHERE {where}{also} LIMIT {_MOST}"  # noqa: S608


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'
