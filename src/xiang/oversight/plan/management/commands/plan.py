"""``plan parse FILE [--json]``: read a work plan and print its chapters, tasks, units, targets, deadlines and damage.

Names are resolved against the bodies of the profile; records are not asked. A refusal has a code; exit 2.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.ground.errors import DomainError, Refused, TooLarge
from xiang.oversight.plan import naming, reading
from xiang.oversight.plan.engine.model import Plan
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.engine.register import Register


class Command(BaseCommand):
    help = "读工作要点、计划、任务清单：章、任务、责任单位、目标、时限；损坏的地方列出来。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        asks = parser.add_subparsers(dest="ask", required=True, metavar="parse")
        command = asks.add_parser("parse", help="读一份计划（.txt、.docx、.pdf、.html）")
        command.add_argument("file", type=Path, metavar="FILE", help="计划文件")
        command.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options: Any) -> None:
        try:
            plan = parse(reading.text_of(_bytes(options["file"]), options["file"].name), _register())
        except DomainError as refused:
            if options["json"]:
                error = {"error": {"code": refused.code, "detail": refused.detail}}
                self.stdout.write(json.dumps(error, ensure_ascii=False, indent=2))
            else:
                self.stderr.write(f"{refused.detail} [{refused.code}]")
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(plan.to_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_told(plan)))


def _register() -> Register:
    return naming.of_profile(settings.PROFILE_DIR)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > reading.MOST:
            raise TooLarge("plan_too_large", "文件太大。请去掉里面的图片，或者只留计划正文。")
        return file.read_bytes()
    except OSError as wrong:
        raise Refused("file_unreadable", f"打不开 {file}，请检查路径和权限。") from wrong


def _told(plan: Plan) -> list[str]:
    lines = [plan.title or "（没有标题）", "，".join(filter(None, (plan.number, plan.issuer, str(plan.date or ""))))]
    titles = {chapter.number: chapter.title for chapter in plan.chapters}
    chapter = ""
    for task in plan.tasks:
        if task.chapter != chapter:
            chapter = task.chapter
            lines.append(f"\n{chapter} {titles.get(chapter, '')}")
        roles = (("牵头", task.leads), ("配合", task.cooperators), ("共同", task.shared))
        units = "；".join(f"{role}：{'、'.join(names)}" for role, names in roles if names)
        lines.append(f"  {task.number} {task.title}  {units}{'；其他有关单位' if task.open_set else ''}")
        lines += [f"      目标：{target.text}" for target in task.targets]
        lines += [f"      时限：{task.deadline}"] if task.deadline else []
    lines += [f"损坏 {one.task or '全文'}：{one.excerpt} → {one.suggestion or '看不出'}" for one in plan.damage]
    lines += [f"注意 {one.task or '全文'}：{one.text} [{one.code}]" for one in plan.warnings]
    return lines
