"""``quality run FILE_OR_TABLE --rules RULES.yaml`` and ``quality suggest FILE_OR_TABLE``: no records are needed.

Exit codes: 0 everything holds, 1 something was found, 2 the rules or the source cannot be read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiang.foundation.ground.errors import DomainError, Invalid
from xiang.hub.quality.engine import addresses, profiling, rules, running, telling

FOUND, BAD_INPUT = 1, 2


class Command(BaseCommand):
    help = "check a file or a table against rules, or suggest rules from a profile of it"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parsers = parser.add_subparsers(dest="what", required=True)
        run = parsers.add_parser("run", help="check a file or table; exit 0 when all holds, 1 when not, 2 on bad input")
        run.add_argument(
            "source", help="a.csv, a.parquet, a.xlsx#sheet, postgres://…/db#schema.table, mysql://…, sqlite:///f#t"
        )
        run.add_argument("--rules", required=True, type=Path, help="the rules, a YAML file")
        run.add_argument("--failures", type=Path, help="write the failing rows there (.parquet or .csv)")
        run.add_argument("--keep", type=int, default=running.KEEP, help=f"failing rows kept a rule ({running.KEEP})")
        run.add_argument("--memory", type=int, default=running.MEMORY_MB, help=f"MB for the scan ({running.MEMORY_MB})")
        run.add_argument("--json", action="store_true", help="one JSON document instead of text")
        suggest = parsers.add_parser("suggest", help="suggest rules (YAML) from a profile of the data")
        suggest.add_argument("source", help="as for run")
        suggest.add_argument("--json", action="store_true", help="profile and rules as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._run(options) if options["what"] == "run" else self._suggest(options)
        except DomainError as wrong:
            self._refuse(wrong, as_json=options["json"])
            code = BAD_INPUT
        if code:
            sys.exit(code)

    def _run(self, options: dict[str, Any]) -> int:
        if options["keep"] < 1:
            raise CommandError("--keep 至少是 1。", returncode=BAD_INPUT)
        file: Path = options["rules"]
        job = running.Job(
            addresses.parse(options["source"]),
            rules.read(file),
            folder=file.parent,
            keep=options["keep"],
            failures=options["failures"],
            memory_mb=options["memory"],
        )
        outcome = running.run(job)
        self._say(json.dumps(outcome.as_dict(), ensure_ascii=False) if options["json"] else telling.outcome(outcome))
        return 0 if outcome.passed else FOUND

    def _suggest(self, options: dict[str, Any]) -> int:
        found = profiling.profile(addresses.parse(options["source"]))
        content = profiling.suggest(found)
        if options["json"]:
            self._say(json.dumps({"profile": found.as_dict(), "rules": content}, ensure_ascii=False))
        else:
            self._say(telling.profiled(found) + profiling.as_yaml(content))
        return 0

    def _refuse(self, wrong: DomainError, *, as_json: bool) -> None:
        errors = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in getattr(wrong, "errors", ())]
        if as_json:
            self._say(json.dumps({"code": wrong.code, "detail": wrong.detail, "errors": errors}, ensure_ascii=False))
            return
        self.stderr.write(f"{wrong.detail} [{wrong.code}]")
        if isinstance(wrong, Invalid):
            for error in wrong.errors:
                self.stderr.write(f"  {error.pointer or '/'}  {error.detail} [{error.code}]")

    def _say(self, text: str) -> None:
        self.stdout.write(text.rstrip("\n"))
