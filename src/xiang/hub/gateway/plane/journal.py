"""Group commit (成组提交): calls that come while one transaction is written go together into the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.gateway.plane.records import Reservation, Use, Wanted
from xiang.hub.gateway.plane.stores import Store

log = logging.getLogger("xiang.gateway")

MOST = 512


class Journal:
    """Writes records; an answer waits for its own. ``counts`` are how far rules are known to be used up.

    As many transactions are under way as the store takes: who comes while one is written need not wait for its end.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._free = store.writers
        self._waiting: list[Wanted] = []
        self._running: set[asyncio.Task[None]] = set()
        self.counts: dict[str, int] = {}

    async def stop(self) -> None:
        """Wait for what is under way."""
        if self._running:
            await asyncio.wait(self._running, timeout=5)

    async def write(self, use: Use, reservations: Sequence[Reservation] = ()) -> str:
        """Come back when the record is on the disk: "" then, or why the call is refused after all (its quota is used
        up, it is a replay). ``Problem("audit_unavailable")`` when it could not be written: then nothing is answered."""
        wanted = Wanted(use, reservations, asyncio.get_running_loop().create_future())
        self._waiting.append(wanted)
        self._start()
        verdict = await wanted.verdict
        if verdict == "audit_unavailable":
            raise Problem(verdict, retry_after=5)
        return verdict

    def _start(self) -> None:
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._flush(batch)
        finally:
            self._free += 1

    async def _flush(self, batch: Sequence[Wanted]) -> None:
        try:
            async with asyncio.timeout(40):
                written = await self._store.write(batch)
        except Exception as wrong:
            # Whatever it was, these calls have no record that is known to stand, so they get no answer.
            log.error("records could not be written: %s", type(wrong).__name__)
            for one in batch:
                one.settle("audit_unavailable")
            return
        self.counts.update(written.counts)
        for one, verdict in zip(batch, written.verdicts, strict=True):
            one.settle(verdict)
