"""``profile_export DIR [--json]``: write the profile back as files, with what was edited in the application."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.publishing.profile.exporting import export_profile


class Command(BaseCommand):
    help = "把配置写回文件：没有改过的文件原样复制，在本地改过的重新写出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", help="一个空的目录")
        parser.add_argument("--source", default=str(settings.PROFILE_DIR), help="装载时用的目录")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, folder: str, source: str, **options: Any) -> None:
        try:
            done = export_profile(Path(folder), Path(source))
        except DomainError as wrong:
            self.stderr.write(f"{wrong.code}: {wrong.detail}")
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"原样复制 {len(done.copied)} 个文件，重新写出 {len(done.written)} 个：")
        for name in done.written:
            self.stdout.write(f"  {name}")
