"""``load PROFILE [--check] [--force] [--json]``: take a profile in and print what changed. Idempotent."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.publishing.operations import load_profile


class Command(BaseCommand):
    help = "装载配置：先全部检查，有一处不对就什么也不写；在本地改过的不覆盖。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("profile", nargs="?", default=settings.PROFILE, help="profiles/ 下的名称，或一个目录")
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        parser.add_argument("--force", action="store_true", help="文件没有变也从头核对一遍")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, profile: str, check: bool, force: bool, **options: Any) -> None:
        given = Path(profile)
        folder = given if given.is_absolute() or given.is_dir() else settings.ROOT / "profiles" / profile
        report = load_profile(folder.resolve(), check=check, force=force)
        if options["json"]:
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(report.lines()))
        if not report.ok:
            sys.exit(1)
