"""``demo_token USERNAME [--scopes …]``: a token of a demonstration account, for curl and for the demonstration's player."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.parties import actors, operations
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.rest import scopes


class Command(BaseCommand):
    help = "Make an API token for a demonstration account and print it, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scopes", nargs="*", default=[], help="default: everything that the account can have")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        account = Account.objects.filter(username=username, demo=True, is_active=True).first()
        if account is None or not settings.DEMO:
            raise CommandError("只给演示账号，而且只在演示环境里。别的账号请在“我的 › 接口令牌”里创建。")
        actor = actors.for_account(account)
        wanted = options["scopes"] or [scope.key for scope in scopes.offered(office=actor.is_staff)]
        try:
            # The demonstration's buttons give both factors; so does this.
            token, secret = operations.issue_token(actor, title="演示", granted=wanted, second_factor=True)
        except DomainError as wrong:
            raise CommandError(wrong.detail) from wrong
        said = {"token": secret, "account": username, "scopes": token.scopes, "expires_on": str(token.expires_on)}
        self.stdout.write(json.dumps(said, ensure_ascii=False) if options["json"] else secret)
