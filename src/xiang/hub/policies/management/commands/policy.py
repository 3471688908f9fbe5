"""``policy evaluate --policy P --request R --state S``, ``policy compile --policy P``, ``policy convert --policy P --to F``.

Reads files alone and needs no records. P is JSON-LD or Turtle (``.ttl``), R and S are JSON: docs/policy.md says their shapes.
Exit codes: 0 permitted (or done), 1 denied or violated, 2 what was given cannot be used.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.policies import canonical, compiling, exchange, plans
from xiang.hub.policies.asking import request_of, state_of
from xiang.hub.policies.evaluation import evaluate
from xiang.hub.policies.model import Policy
from xiang.hub.policies.wording import told_plan, told_report


class Command(BaseCommand):
    help = "使用政策：评估一次请求、编译成执行计划、转换写法。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        asks = parser.add_subparsers(dest="ask", required=True, metavar="evaluate|compile|convert")
        command = asks.add_parser("evaluate", help="这次请求能不能用，每条规则处在什么状态")
        command.add_argument("--request", required=True, help="请求（JSON 文件）")
        command.add_argument("--state", help="当时的状态（JSON 文件）；不写就按现在、没有用过算")
        compiled = asks.add_parser("compile", help="网关执行的计划；有执行不了的条件就指出来")
        converted = asks.add_parser("convert", help="换一种写法，内容不变")
        converted.add_argument("--to", required=True, choices=sorted(exchange.FORMS), help="写成哪一种")
        for each in (command, compiled, converted):
            each.add_argument("--policy", required=True, help="政策（JSON-LD 或 Turtle 文件）")
        for each in (command, compiled, converted):
            each.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options: Any) -> None:
        asks = {"evaluate": self._evaluate, "compile": self._compile, "convert": self._convert}
        try:
            code = asks[options["ask"]](_policy(options["policy"]), options)
        except Invalid as wrong:
            self._refuse(wrong, as_json=options["json"])
            code = 2
        if code:
            sys.exit(code)

    def _evaluate(self, policy: Policy, options: dict[str, Any]) -> int:
        request = request_of(_json(options["request"]))
        state = state_of(_json(options["state"]) if options["state"] else {}, instant.now())
        report = evaluate(policy, request, state)
        self._write(report.to_json(), told_report(report, policy), as_json=options["json"])
        return 0 if report.outcome.permitted and not report.violations else 1

    def _compile(self, policy: Policy, options: dict[str, Any]) -> int:
        plan = compiling.compile_policy(policy, canonical.digest(policy))
        self._write(plans.to_json(plan), told_plan(plan), as_json=options["json"])
        return 0

    def _convert(self, policy: Policy, options: dict[str, Any]) -> int:
        self.stdout.write(exchange.serialised(policy, options["to"]), ending="")
        return 0

    def _write(self, document: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(line)

    def _refuse(self, wrong: Invalid, *, as_json: bool) -> None:
        errors = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in wrong.errors]
        if as_json:
            error = {"error": {"code": wrong.code, "detail": wrong.detail, "errors": errors}}
            self.stdout.write(json.dumps(error, ensure_ascii=False, indent=2))
            return
        self.stderr.write(f"{wrong.code}: {wrong.detail}")
        for one in wrong.errors:
            self.stderr.write(f"  {one.pointer or '/'}  {one.code}: {one.detail}")


def _policy(file: str) -> Policy:
    return exchange.parse(_text(file), "turtle" if Path(file).suffix in (".ttl", ".turtle") else "jsonld")


def _json(file: str) -> Any:
    try:
        return json.loads(_text(file))
    except ValueError as wrong:
        raise _unusable("json_unreadable", f"{file} 不是合格的 JSON：{wrong}") from wrong


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise _unusable("file_unreadable", f"打不开 {file}，请检查路径，文件要用 UTF-8 编码。") from wrong


def _unusable(code: str, detail: str) -> Invalid:
    return Invalid([FieldError("", code, detail)], code=code, detail=detail)
