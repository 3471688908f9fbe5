"""``work``: the worker process. TERM or Ctrl-C: what was begun is finished, the rest given back."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.outbox import worker
from xiang.foundation.outbox.delivering import LEASE


class Command(BaseCommand):
    """Delivers events and runs periodic work."""

    help = "办理发件箱里的投递和定时工作"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="办完现在到期的就退出")
        parser.add_argument("--threads", type=int, default=2, help="同时办理的线程数（默认 2）")
        parser.add_argument("--lease", type=float, default=LEASE.total_seconds(), help="租约秒数（默认 30）")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            worker.tick()
            self.stdout.write(f"已办理 {worker.drain()} 条")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.Worker(threads=options["threads"], lease=timedelta(seconds=options["lease"])).run(stop)
