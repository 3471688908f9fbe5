"""Taking the plane's records into the ledger: an entry for each, and for each person a use of their data.

The plane has committed to every record before it answered; the entry carries that very commitment. A record that no longer
fits its commitment was changed on the way: that is an entry of its own.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import adding, instant
from xiang.foundation.ledger import canonical
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.hub.gateway import described
from xiang.hub.gateway.models import Call

log = logging.getLogger("xiang.gateway")

CHUNK = 1000
UNANSWERED = "unanswered"


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
    entries: list[Entry] = []
    uses: list[DataUse] = []
    for row in rows:
        entry, use = _written(row)
        entries.append(entry)
        uses += [use] if use else []
    adding.add(entries)
    adding.add(uses)
    return len(rows)


def _written(row: Call) -> tuple[Entry, DataUse | None]:
    said = json.loads(row.facts)
    if canonical.commitment(row.salt, said) != row.commitment or said["id"] != str(row.id):
        log.error("record %s does not fit its commitment", row.id)
        return _entry("gateway.record.damaged", row, {"use": str(row.id)}, "system"), None
    refs = {"use": said["id"], "body": said["body"], "resource": said["resource"]}
    entry = _entry(f"data.{said['outcome']}", row, refs, said["actor"])
    if not said["subject"] or said["outcome"] == UNANSWERED:
        return entry, None  # nobody's data: an entry that says so is enough
    return entry, _use(row, said, entry)


def _entry(kind: str, row: Call, refs: dict[str, str], actor: str) -> Entry:
    return Entry(version=canonical.VERSION, kind=kind, at=row.at, actor_ref=actor, refs=refs, commitment=row.commitment)


def _use(row: Call, said: dict[str, Any], entry: Entry) -> DataUse:
    return DataUse(
        id=row.id,
        entry=entry,
        subject=said["subject"],
        body_key=said["body"],
        resource_key=said["resource"],
        fields=said["fields"],
        purpose=said["purpose"],
        basis=said["basis"],
        case_number=said["case_number"],
        actor_ref=said["actor"],
        outcome=said["outcome"],
        reason=said["reason"],
        at=datetime.fromisoformat(said["at"]),
        salt=row.salt,
    )


def prune(limit: int = CHUNK) -> int:
    """Drop records that stand in the ledger and whose nonces no longer matter; how many.

    Ids are ordered by the machine's clock, which is also the one that nonces are measured by.
    """
    keep = 2 * described.known_limits().replay + 60
    before = UUID(int=int((time.time() - keep) * 1000) << 80)
    old = Call.objects.filter(id__lt=before, taken_at__isnull=False).values_list("id", flat=True)
    done, _ = Call.objects.filter(id__in=list(old[:limit])).delete()
    return done
