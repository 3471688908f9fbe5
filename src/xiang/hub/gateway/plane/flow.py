"""The figures of the plane (运行指标): calls by minute, application, resource and outcome, with how long they took."""

from __future__ import annotations

import json
import os
import socket
import time
from bisect import bisect_left
from datetime import UTC, datetime
from typing import Any

#: Upper bounds of the classes of durations, in microseconds; the last class has none.
BOUNDS = (500, 1000, 2000, 3000, 5000, 8000, 12000, 20000, 50000, 100000, 500000, 1000000, 5000000)


class Tally:
    """Calls of one kind in one minute."""

    __slots__ = ("calls", "micros", "slowest", "spread")

    def __init__(self) -> None:
        self.calls = self.micros = self.slowest = 0
        self.spread = [0] * (len(BOUNDS) + 1)

    def add(self, micros: int) -> None:
        self.calls += 1
        self.micros += micros
        self.slowest = max(self.slowest, micros)
        self.spread[bisect_left(BOUNDS, micros)] += 1


class Flow:
    """Tallies of the present minutes, and totals since the start."""

    def __init__(self) -> None:
        self.process = f"{socket.gethostname()[:40]}-{os.getpid()}"
        self._open: dict[tuple[int, str, str, str], Tally] = {}
        self.totals: dict[str, int] = {}

    def note(self, application: str, resource: str, code: str, micros: int) -> None:
        place = (int(time.time()) // 60, application, resource, code)
        tally = self._open.get(place)
        if tally is None:
            tally = self._open[place] = Tally()
        tally.add(micros)
        self.totals[code] = self.totals.get(code, 0) + 1

    def rows(self) -> list[tuple[Any, ...]]:
        """What is to be written: the open minutes; those that are over are forgotten with :meth:`forget`."""
        return [
            (
                *(self.process, datetime.fromtimestamp(minute * 60, UTC), application, resource, code),
                *(tally.calls, tally.micros, tally.slowest, json.dumps(tally.spread)),
            )
            for (minute, application, resource, code), tally in self._open.items()
        ]

    def forget(self) -> None:
        """Drop the minutes that are over, once they were written."""
        before = int(time.time()) // 60 - 1
        self._open = {place: tally for place, tally in self._open.items() if place[0] >= before}

    def text(self) -> str:
        """The totals in the text format of Prometheus."""
        lines = ["# TYPE xiang_gateway_calls_total counter"]
        lines += [f'xiang_gateway_calls_total{{code="{code}"}} {n}' for code, n in sorted(self.totals.items())]
        return "\n".join([*lines, ""])
