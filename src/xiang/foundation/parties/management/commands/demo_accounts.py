"""``demo_accounts [--json|--short]``: make the demonstration's accounts, and say how to sign in with each."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.parties import demo


class Command(BaseCommand):
    help = "Make the demonstration's accounts and print them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the accounts as JSON")

        parser.add_argument("--short", action="store_true", help="only those to begin with")

    def handle(self, *args: Any, **options: Any) -> None:
        outcome, cast = demo.prepare(), demo.read_cast()
        if options["json"]:
            self.stdout.write(json.dumps(_plain(outcome, cast.password), ensure_ascii=False, indent=1))
            return
        if options["short"]:
            self._begin_with(outcome.ready, cast.password)
            return
        for account in outcome.ready:
            factor = f"  TOTP {account.secret}" if account.is_staff else ""
            self.stdout.write(f"{account.username:16} {account.name}  {account.title}{factor}")
        for username, reason in outcome.missing:
            self.stdout.write(f"{username:16} not made: {reason}")
        self.stdout.write(f"password of all: {cast.password}")

    def _begin_with(self, ready: list[demo.DemoAccount], password: str) -> None:
        """Who applies, and where to find the others: the sign-in page lists all, one press enters."""
        first = [account for account in ready if account.featured and not account.is_staff]
        for account in first:
            self.stdout.write(
                f"  {account.username:12} {account.name}  {account.title}{'：' if account.does else ''}{account.does}"
            )
        staff = sum(account.is_staff for account in ready)
        others = len(ready) - staff - len(first)
        self.stdout.write(f"  登录页上一按即进，另有工作人员 {staff} 个、更多情形 {others} 个；密码都是 {password}")


def _plain(outcome: demo.Outcome, password: str) -> dict[str, Any]:
    accounts = [
        {
            "username": account.username,
            "group": account.group,
            "name": account.name,
            "title": account.title,
            "demo_key": account.demo_key,
            "password": password,
            "totp_secret": account.secret if account.is_staff else None,
        }
        for account in outcome.ready
    ]
    missing = [{"username": username, "reason": reason} for username, reason in outcome.missing]
    return {"accounts": accounts, "missing": missing}
