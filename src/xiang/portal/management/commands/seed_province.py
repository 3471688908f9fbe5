"""``seed_province --people N --seed S``: make the synthetic province, and enrol its named cast."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from xiang.portal.province import enrolment, seeding


class Command(BaseCommand):
    help = "Make the synthetic province: the departments' source systems, and the parties of the named cast."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=20_000, help="registered people (default 20,000)")
        parser.add_argument("--seed", type=int, default=2025, help="the same seed gives the same province")
        parser.add_argument("--data", type=Path, default=None, help="data folder (default: the settings' own)")
        parser.add_argument("--sources-only", action="store_true", help="leave our own records alone")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        people, data = options["people"], options["data"] or settings.DATA
        least = seeding.smallest(settings.PROFILE_DIR)
        if people < least:
            raise CommandError(f"至少要 {least} 人：演示人物都要住得下。")
        told = self.stderr if options["json"] else self.stdout
        made = seeding.seed(
            people, options["seed"], data=data, profile=settings.PROFILE_DIR, progress=lambda line: told.write(line)
        )
        known = enrolment.Enrolled() if options["sources_only"] else self._enrol(told)
        if options["json"]:
            outcome = asdict(made) | {"enrolled": asdict(known)}
            self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=1))

    def _enrol(self, told: Any) -> enrolment.Enrolled:
        if "parties_party" not in connection.introspection.table_names():
            raise CommandError("数据库还没有建表：先运行 migrate，或者加 --sources-only。")
        known = enrolment.enrol_cast(settings.PROFILE_DIR)
        told.write(f"演示人物：新登记 {known.people} 人、{known.companies} 家单位")
        return known
