"""What goes on beside the calls: hearing of publications, looking at the seals, writing the figures."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from xiang.hub.gateway.plane.answering import Gateway

log = logging.getLogger("xiang.gateway")

LOOK_SECONDS = 0.25
FLOW_SECONDS = 2.0


class Watch:
    """Keeps a gateway up to date. While the database cannot be reached it goes on trying, and the gateway serves nothing."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the store, read everything that is published, then keep looking."""
        await self._gateway.store.open()
        await self._look()
        self._tasks = [
            asyncio.create_task(self._again(self._wait_and_look)),
            asyncio.create_task(self._again(self._keep_flow)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._gateway.journal.stop()
        await self._gateway.sources.close()
        await self._gateway.store.close()

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as wrong:
                # Whatever it was: to stop looking would be to miss a revocation.
                log.warning("%s: %s", work.__name__, type(wrong).__name__)
                await asyncio.sleep(LOOK_SECONDS / 2)

    async def _wait_and_look(self) -> None:
        await self._gateway.store.changed(LOOK_SECONDS)
        await self._look()

    async def _look(self) -> None:
        gateway, begun = self._gateway, time.monotonic()
        gateway.set_clock()
        found = await gateway.store.published(gateway.shelf.version)
        gateway.keys.refresh()  # after: an application is published when the key that its secret is derived from was made
        if found is not None or gateway.catalogue is None:
            documents = found.documents if found else []
            gateway.show(gateway.shelf.put(found.version if found else 0, documents))
        gateway.unsealed_since = await gateway.store.unsealed_since()
        gateway.seen = begun

    async def _keep_flow(self) -> None:
        await asyncio.sleep(FLOW_SECONDS)
        rows = self._gateway.flow.rows()
        if rows:
            await self._gateway.store.keep_flow(rows)
            self._gateway.flow.forget()
