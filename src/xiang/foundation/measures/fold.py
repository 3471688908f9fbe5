"""Folding deltas into figures. Safe to kill and to run twice: a delta goes in the transaction that counts it."""

from __future__ import annotations

from xiang.foundation.ground.errors import Refused
from xiang.foundation.measures import operations

BATCH = 2000


def fold(batch: int = BATCH) -> int:
    """Fold everything that waits; how many deltas were folded."""
    total = 0
    while True:
        try:
            folded = operations.fold_batch(batch)
        except Refused:
            continue
        total += folded
        if folded < batch:
            return total
