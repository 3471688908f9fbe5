"""``manage exchange RUN``: carry one run out in this process. The worker calls it; a person may, after a power cut."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from xiang.hub.exchange import operations


class Command(BaseCommand):
    help = "运行一次数据交换"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        run = operations.carry_out(options["run"])
        self.stdout.write(run.get_state_display() if run else "这次运行不在等待：已经结束，或者别的进程正在运行。")
