"""Runs begin here: the worker looks each second for what is due and starts a process for each, a few at a time.

A process of its own, because a run takes minutes or hours: it holds up no delivery, its memory goes with it, and the
worker may be replaced while it runs. Its lease says that it lives; when that ends, the run is due again. The check of a
migration's tables is the same.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

from xiang.foundation.ground import instant
from xiang.hub.exchange.models import Migration, Run
from xiang.hub.exchange.operations.starting import start_due

#: How many runs a worker carries at once.
SIDE_BY_SIDE = 2

_running: dict[str, subprocess.Popen[bytes]] = {}


def dispatch() -> None:
    """Start what schedules have due, then a process for each run and check that is due."""
    start_due()
    for name in [name for name, process in _running.items() if process.poll() is not None]:
        del _running[name]
    for name in _due():
        if len(_running) >= SIDE_BY_SIDE:
            return
        if name not in _running:
            _running[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and command
                [sys.executable, "-m", "django", "exchange", name],
                stdin=subprocess.DEVNULL,
                cwd=settings.ROOT / "src",
            )


def _due() -> Iterator[str]:
    now, busy = instant.now(), SIDE_BY_SIDE * 2
    runs = Run.objects.filter(due_at__lte=now, state__in=["queued", "running"]).order_by("due_at")
    yield from map(str, runs.values_list("pk", flat=True)[:busy])
    checks = Migration.objects.filter(check_due_at__lte=now).order_by("check_due_at")
    yield from checks.values_list("key", flat=True)[:busy]
