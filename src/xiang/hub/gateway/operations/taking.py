"""Taking the plane's records into the ledger, and dropping what is needed no more."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.ledger.operations import Committed
from xiang.hub.gateway import described
from xiang.hub.gateway.models import Call, Count, Flow

CHUNK = 1000
FIGURES_KEPT = timedelta(days=90)


def take_all(seconds: float = 1.0) -> int:
    """Take what waits, chunk by chunk, for about so long; how many. The worker comes again for the rest."""
    until, taken = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        done = take()
        taken += done
        if done < CHUNK:
            break
    prune()
    return taken


@transaction.atomic
def take(limit: int = CHUNK) -> int:
    """Take the oldest records, all or none: whoever marks them first writes the entries, and nobody else."""
    rows = list(Call.objects.filter(taken_at=None).order_by("at", "id")[:limit])
    if not rows:
        return 0
    marked = Call.objects.filter(id__in=[row.id for row in rows], taken_at=None).update(taken_at=instant.now())
    if marked != len(rows):  # another worker took some meanwhile
        transaction.set_rollback(True)
        return 0
    ledger.adopt_uses(Committed(row.id, row.at, row.facts, row.salt, row.commitment) for row in rows)
    return len(rows)


def prune(limit: int = CHUNK) -> int:
    """Drop records that stand in the ledger and whose nonces no longer matter; how many.

    Ids are ordered by the machine's clock, which is also the one that nonces are measured by.
    """
    keep = 2 * described.known_limits().replay + 60
    before = UUID(int=int((time.time() - keep) * 1000) << 80)
    old = Call.objects.filter(id__lt=before, taken_at__isnull=False).values_list("id", flat=True)
    done, _ = Call.objects.filter(id__in=list(old[:limit])).delete()
    return done


def tidy() -> int:
    """Drop counts of windows that are over (``<rule>|<begin>+<seconds>``), and old figures; how many rows."""
    now = instant.now()
    windows = Count.objects.filter(key__contains="|").values_list("key", flat=True)
    over = [key for key in windows.iterator() if sum(map(int, key.rpartition("|")[2].split("+"))) < now.timestamp()]
    dropped, _ = Count.objects.filter(key__in=over[: 10 * CHUNK]).delete()
    figures, _ = Flow.objects.filter(minute__lt=now - FIGURES_KEPT).delete()
    return dropped + figures
