"""What goes on beside the calls: hearing of publications, looking at the seals, writing the figures."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from xiang.hub.gateway.plane.answering import Gateway

log = logging.getLogger("xiang.gateway")

LOOK_SECONDS = 0.5
FLOW_SECONDS = 2.0
BLIND_SECONDS = 1.0


class Watch:
    """Keeps a gateway up to date. While the database cannot be reached it goes on trying; the journal then refuses."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._tasks: list[asyncio.Task[None]] = []
        self._failing_since: float | None = None

    async def start(self) -> None:
        """Open the store, read everything that is published, then keep looking."""
        self._gateway.keys.refresh()
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
                await asyncio.sleep(LOOK_SECONDS / 5)

    async def _wait_and_look(self) -> None:
        try:
            await self._gateway.store.changed(LOOK_SECONDS)
            await self._look()
        except Exception:
            self._note_failure()
            raise
        self._failing_since = None

    async def _look(self) -> None:
        gateway = self._gateway
        gateway.keys.refresh()
        found = await gateway.store.published(gateway.shelf.version)
        if found is not None or gateway.catalogue is None:
            documents = found.documents if found else []
            gateway.show(gateway.shelf.put(found.version if found else 0, documents))
        gateway.unsealed_since = await gateway.store.unsealed_since()

    def _note_failure(self) -> None:
        """A grant might have been revoked that this process cannot hear of: after a second it serves nothing."""
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since >= BLIND_SECONDS:
            self._gateway.shelf.version = -1
            self._gateway.catalogue = None

    async def _keep_flow(self) -> None:
        await asyncio.sleep(FLOW_SECONDS)
        rows = self._gateway.flow.rows()
        if rows:
            await self._gateway.store.keep_flow(rows)
            self._gateway.flow.forget()
