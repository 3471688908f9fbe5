"""``manage exchange WORK``: carry one run (by its id) or one migration's check (by its key) out in this process.

The worker calls it; a person may, after a power cut.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from xiang.hub.exchange import operations


class Command(BaseCommand):
    help = "运行一次数据交换，或者核对一个迁移的全部表"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("work")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run_id = UUID(options["work"])
        except ValueError:
            done = operations.carry_out_check(options["work"])
            self.stdout.write("核对完了。" if done else "没有要核对的，或者别的进程正在核对。")
            return
        run = operations.carry_out(run_id)
        self.stdout.write(run.get_state_display() if run else "这次运行不在等待：已经结束，或者别的进程正在运行。")
