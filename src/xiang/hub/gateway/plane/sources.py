"""Where rows come from: the copies for look-up, departments' databases, departments' APIs; with a circuit breaker each."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from xiang.hub.gateway.plane import opening
from xiang.hub.gateway.plane.lookups import columns_of, passes
from xiang.hub.gateway.plane.resources import Lookup, Source
from xiang.hub.gateway.plane.stores import Rows, Store, Unreachable

_LARGEST = 4 * 1024 * 1024
_AT_ONCE = 32


class Breaker:
    """After so many failures in a row a source is left in peace for a while; then one call tries it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._failures = 0
        self._closed_until = 0.0

    def check(self) -> None:
        if self._failures >= self._source.failures:
            if time.monotonic() < self._closed_until:
                raise Unreachable("resting")
            self._closed_until = time.monotonic() + self._source.timeout  # this call tries; others wait for it

    def failed(self) -> None:
        self._failures += 1
        self._closed_until = time.monotonic() + self._source.rest

    def answered(self) -> None:
        self._failures = 0


class Sources:
    """Every source in use, opened when it is first asked."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store, self._data = store, data
        self._open: dict[tuple[str, str, str, float], Rows] = {}
        self._breakers: dict[Source, Breaker] = {}

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a number, or :class:`Unreachable`."""
        source = lookup.resource.source
        breaker = self._breakers.get(source)
        if breaker is None:
            breaker = self._breakers[source] = Breaker(source)
        breaker.check()
        try:
            found = await self._rows(source).find(lookup, number)
        except Unreachable:
            breaker.failed()
            raise
        breaker.answered()
        return found

    async def close(self) -> None:
        for one in self._open.values():
            await one.close()

    def _rows(self, source: Source) -> Rows:
        place = (source.kind, source.address, source.sealed, source.timeout)
        if place not in self._open:
            self._open[place] = self._made(source)
        return self._open[place]

    def _made(self, source: Source) -> Rows:
        address = source.address
        if address.startswith("env:"):
            address = os.environ.get(address[4:], "")
            if not address:
                raise Unreachable("not_configured")
        elif source.sealed:
            address = opening.opened(source.sealed, source.bound, self._data)
        if source.kind == "http":
            return ApiRows(source, address)
        if not address:
            return self._store.rows()
        if source.kind == "postgresql":
            from xiang.hub.gateway.plane.postgresql import PostgresRows

            return PostgresRows(address, source.timeout)
        if source.kind == "mariadb":
            from xiang.hub.gateway.plane.mariadb import MariaRows

            return MariaRows(address, source.timeout)
        from xiang.hub.gateway.plane.sqlite import SqliteRows

        return SqliteRows(self._data / address, source.timeout)


class ApiRows:
    """A department's API: ``POST`` of ``{"match": […], "number": …, "columns": […]}``, answered with ``{"rows": [{…}]}``."""

    def __init__(self, source: Source, address: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise Unreachable("not_configured")
        self._source, self._address = source, address
        self._client = httpx.AsyncClient(timeout=source.timeout, limits=httpx.Limits(max_connections=_AT_ONCE))

    async def find(self, lookup: Lookup, number: str) -> Sequence[Mapping[str, Any]]:
        asked = {"match": list(lookup.resource.match), "number": number, "columns": columns_of(lookup)}
        return [row for row in await self._ask(asked) if passes(lookup, row)][: lookup.resource.limit]

    async def _ask(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A look-up changes nothing over there, so it may be asked again."""
        reason = "not_reached"
        for _ in range(1 + self._source.retries):
            try:
                # The client's own limit counts each read anew: whoever sends a byte a second would never be late.
                async with asyncio.timeout(self._source.timeout):
                    return await self._once(asked)
            except (TimeoutError, httpx.TimeoutException):
                reason = "too_late"
            except httpx.HTTPError:
                reason = "not_reached"
            except (ValueError, KeyError, TypeError):
                reason = "broken"
        raise Unreachable(reason)

    async def _once(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        body = bytearray()
        async with self._client.stream("POST", self._address, json=asked) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise ValueError("too large")
        return [dict(row) for row in json.loads(body)["rows"]]

    async def close(self) -> None:
        await self._client.aclose()
