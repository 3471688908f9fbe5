"""Runs begin here: the worker looks each second for what is due and starts a process for each, a few at a time.

A process of its own, because a run takes minutes or hours: it holds up no delivery, its memory goes with it, and the
worker may be replaced while it runs. Its lease says that it lives; when that ends, the run is due again.
"""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID

from django.conf import settings

from xiang.foundation.ground import instant
from xiang.hub.exchange.models import Run
from xiang.hub.exchange.operations.starting import start_due

#: How many runs a worker carries at once.
SIDE_BY_SIDE = 2

_running: dict[UUID, subprocess.Popen[bytes]] = {}


def dispatch() -> None:
    """Start what schedules have due, then a process for each run that is due."""
    start_due()
    for run_id in [one for one, process in _running.items() if process.poll() is not None]:
        del _running[run_id]
    free = SIDE_BY_SIDE - len(_running)
    due = Run.objects.filter(due_at__lte=instant.now(), state__in=["queued", "running"]).exclude(pk__in=_running)
    for run_id in due.order_by("due_at").values_list("pk", flat=True)[: max(free, 0)]:
        _running[run_id] = subprocess.Popen(  # noqa: S603 - our own interpreter and command
            [sys.executable, "-m", "django", "exchange", str(run_id)],
            stdin=subprocess.DEVNULL,
            cwd=settings.ROOT / "src",
        )
