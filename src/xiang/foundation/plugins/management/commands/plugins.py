"""``plugins``: every registered plugin with its state. Exit code 1 when one that is at work lacks something."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.plugins import queries
from xiang.foundation.plugins.queries import PluginState


class Command(BaseCommand):
    """Lists plugins."""

    help = "列出插件和它们的状态"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="按 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        states = queries.states()
        unserved = queries.unserved()
        if options["json"]:
            missing = [{"purpose": purpose, "title": title, "chosen": key} for purpose, title, key in unserved]
            plugins = [asdict(state) for state in states]
            self.stdout.write(json.dumps({"plugins": plugins, "unserved": missing}, ensure_ascii=False, indent=2))
        else:
            for state in states:
                self._say(state)
            for purpose, title, key in unserved:
                self.stdout.write(f"! {purpose:<12} {title}：" + (f"选定的 {key} 没有安装" if key else "没有选定插件"))
        if unserved or any(state.active and state.problems for state in states):
            sys.exit(1)

    def _say(self, state: PluginState) -> None:
        mark = "●" if state.active else "○"
        words = [word for word, true in (("在用", state.active), ("演示", state.demo)) if true]
        self.stdout.write(f"{mark} {state.purpose:<12} {state.key:<12} {state.title}  {' '.join(words)}".rstrip())
        for problem in state.problems:
            self.stdout.write(f"    {problem.code}: {problem.detail} {problem.hint}".rstrip())
