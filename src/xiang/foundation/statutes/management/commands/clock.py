"""``clock due --start 2025-09-22 --limit 5wd [--suspend A..B]… [--extend 10wd]… [--no-roll] [--json]``.

Asks the calendar in the records; on a machine that has none yet, the profile's file. Refusals have a code; exit 2.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from ruamel.yaml import YAML

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.statutes import queries
from xiang.foundation.statutes.clock import Calendar, ClockError, Due, Limit, Span, due, parse_day
from xiang.foundation.statutes.wording import step_words, weekday
from xiang.foundation.statutes.yearly import calendar_of, read_year


class Command(BaseCommand):
    help = "法定期限：算出届满日，并逐日说明怎么算的。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        asks = parser.add_subparsers(dest="ask", required=True, metavar="due")
        command = asks.add_parser("due", help="届满日和推算过程")
        command.add_argument("--start", required=True, help="起算的事件：2025-09-22，或 2025-09-22T10:30")
        command.add_argument("--limit", required=True, help="期限：5wd 工作日、30d 日、24h 小时、1m 月、1y 年")
        command.add_argument(
            "--suspend", action="append", default=[], metavar="A..B", help="停钟：首尾两日都不计；未结束写 A.."
        )
        command.add_argument("--extend", action="append", default=[], metavar="10wd", help="延期：加在期限之后")
        command.add_argument("--no-roll", dest="roll", action="store_false", help="末日是休息日也不顺延")
        command.add_argument("--roll", dest="roll", action="store_true", default=True, help="末日是休息日顺延（默认）")
        command.add_argument("--region", default=queries.HOME, help="区划，默认湖南 43")
        command.add_argument("--calendar", help="改用这个 calendar.yaml")
        command.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options: Any) -> None:
        try:
            calendar, source = _calendar(options["region"], options["calendar"])
            found = due(
                _start(options["start"]),
                Limit.parse(options["limit"], options["roll"]),
                calendar,
                [Span.parse(text) for text in options["suspend"]],
                [Limit.parse(text, options["roll"]) for text in options["extend"]],
            )
        except DomainError as wrong:
            self._refuse(wrong, options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(found.to_json() | {"calendar": source}, ensure_ascii=False, indent=2))
        else:
            self._say(found)

    def _refuse(self, wrong: DomainError, as_json: bool) -> None:
        if as_json:
            error = {"error": {"code": wrong.code, "detail": wrong.detail}}
            self.stdout.write(json.dumps(error, ensure_ascii=False, indent=2))
        else:
            self.stderr.write(f"{wrong.code}: {wrong.detail}")
        sys.exit(2)

    def _say(self, found: Due) -> None:
        for step in found.derivation:
            number = f"{step.counted:>4}" if step.counted else "    "
            guess = "（推算）" if step.provisional else ""
            self.stdout.write(f"{step.day} {weekday(step.day)} {number}  {step_words(step)}{guess}")
        self.stdout.write("")
        for sentence in found.explain():
            self.stdout.write(sentence)


def _start(text: str) -> date | datetime:
    if "T" not in text and " " not in text.strip():
        return parse_day(text)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ClockError("date_form", f"时刻“{text}”读不懂，应写成 2025-09-22T10:30。") from None
    return at if at.tzinfo else at.replace(tzinfo=instant.SHANGHAI)


def _calendar(region: str, file: str | None) -> tuple[Calendar, str]:
    """The calendar and where it comes from: ``file``, ``records`` or ``profile``."""
    if file:
        return _from_file(Path(file)), "file"
    try:
        kept = queries.calendar(region)
    except DatabaseError:
        kept = Calendar({}, frozenset())
    profile = settings.PROFILE_DIR / "calendar.yaml"
    if kept.published_years or not profile.exists():
        return kept, "records"
    return _from_file(profile), "profile"


def _from_file(file: Path) -> Calendar:
    try:
        entries = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise ClockError("calendar_file", f"打不开日历文件 {file}：{wrong.strerror}。") from wrong
    return calendar_of(read_year(entry) for entry in entries or ())
