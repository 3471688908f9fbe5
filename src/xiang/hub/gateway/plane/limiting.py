"""Rates by application and by address: buckets in memory. What a grant allows is counted durably; this only keeps the
process alive."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from xiang.hub.gateway.plane.problems import Problem

_MOST = 50_000


class Buckets:
    """One bucket a name: it holds the calls of two seconds and fills up at the rate."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, rate: int, amount: int = 1) -> None:
        """Take so many calls, or ``Problem("rate_limited")`` with when to come again."""
        now, most = time.monotonic(), float(rate * 2)
        left, at = self._held.get(name, (most, now))
        left = min(most, left + (now - at) * rate)
        taken = left >= min(amount, most)
        self._held[name] = (left - amount if taken else left, now)
        self._held.move_to_end(name)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        if not taken:
            raise Problem("rate_limited", retry_after=math.ceil((min(amount, most) - left) / rate))
