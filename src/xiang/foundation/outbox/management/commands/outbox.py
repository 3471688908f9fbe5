"""``outbox status`` says how it stands; ``outbox parked`` lists what stopped; ``retry`` and ``drop`` decide on one."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.outbox import operations, queries


class Command(BaseCommand):
    """What an operator needs when deliveries stop."""

    help = "发件箱：看状态，处理停放的投递"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", "parked", "retry", "drop"])
        parser.add_argument("delivery", nargs="?", type=int, help="投递编号")
        parser.add_argument("--reason", default="", help="放弃的原因")
        parser.add_argument("--json", action="store_true", help="按 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "status":
            self._status(options["json"])
        elif options["action"] == "parked":
            self._parked(options["json"])
        elif options["delivery"] is None:
            raise CommandError("请写明投递编号，见 outbox parked。")
        else:
            self._decide(options["action"], options["delivery"], options["reason"])

    def _status(self, as_json: bool) -> None:
        health = queries.health()
        figures = {"waiting": health.waiting, "unknown": health.unknown, "parked": health.parked}
        turns = [
            {"name": turn.name, "ran_at": turn.ran_at and turn.ran_at.isoformat(), "reason": turn.reason}
            for turn in health.turns
        ]
        oldest = health.oldest.isoformat() if health.oldest else None
        if as_json:
            self.stdout.write(json.dumps({**figures, "oldest": oldest, "turns": turns}, ensure_ascii=False))
            return
        self.stdout.write(
            f"待办 {health.waiting}，结果不明 {health.unknown}，停放 {health.parked}，最早 {oldest or '无'}"
        )
        for turn in turns:
            self.stdout.write(f"  {turn['name']:<24} 上次 {turn['ran_at'] or '从未'} {turn['reason']}".rstrip())

    def _parked(self, as_json: bool) -> None:
        rows = [
            {
                "id": row.pk,
                "subscriber": row.subscriber,
                "kind": row.event.kind,
                "key": row.event.key,
                "attempts": row.attempts,
                "reason": row.reason,
            }
            for row in queries.parked()
        ]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("  ".join(str(value) for value in row.values()))

    def _decide(self, action: str, delivery: int, reason: str) -> None:
        try:
            operations.retry(delivery) if action == "retry" else operations.drop(delivery, reason)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
