"""Checking the whole log on an auditor's word: asked for on a page, done by the worker, its progress kept."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ledger import operations, verification
from xiang.foundation.ledger.models import Verification
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.subscriptions import Event, external, repeatable

VERIFY = "ledger.verify"
_EVERY = 0.5


def ask(actor_ref: str) -> Verification:
    """Have the whole log checked; one check at a time, so asking again finds the one under way. The caller has checked
    that the actor is an auditor."""
    try:
        with transaction.atomic():
            asked = Verification.objects.create(asked_by=actor_ref, asked_at=instant.now())
            operations.record("ledger.verification.asked", actor_ref, {"verification": str(asked.id)})
            outbox.emit(VERIFY, "", {"verification_id": str(asked.id)})
    except IntegrityError:
        running = latest()
        if running is None:
            raise
        return running
    return asked


def latest() -> Verification | None:
    """The check under way, else the last one."""
    return Verification.objects.order_by("-id").first()


def _check(event: Event, key: str) -> dict[str, Any]:
    """Check everything, outside any transaction; how far it is goes into the row twice a second."""
    mine = Verification.objects.filter(id=UUID(event.payload["verification_id"]))
    told = 0.0

    def progress(done: int, size: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY or done == size:
            told = time.monotonic()
            mine.update(done=done, size=size)

    report = verification.verify_all(with_exports=True, progress=progress)
    return {"ok": report.ok, **asdict(report)}


def _settle(event: Event, report: dict[str, Any]) -> None:
    found = Verification.objects.filter(id=UUID(event.payload["verification_id"]), running=True)
    if found.update(running=False, finished_at=instant.now(), report=report, done=report["size"], size=report["size"]):
        refs = {"verification": event.payload["verification_id"], "ok": str(report["ok"]).lower()}
        operations.record("ledger.verification.done", "system", refs)


def register() -> None:
    """Subscribe; called once at start."""
    external(VERIFY, VERIFY, call=_check, settle=_settle, reconcile=repeatable)
