"""Show the keys of this installation, or make a new current key for a purpose."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiang.foundation.trust import keys
from xiang.foundation.trust.providers import KeyInfo


class Command(BaseCommand):
    help = "Show the keys of this installation (never their secrets), or rotate one purpose"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", choices=[p for p in keys.PURPOSES if p not in ("authority", "seal")])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rotate"]:
            found = [keys.rotate(options["rotate"])]
        else:
            found = [key for purpose in keys.PURPOSES if purpose != "seal" for key in keys.every(purpose)]
        if options["json"]:
            self.stdout.write(json.dumps([_row(key) for key in found], ensure_ascii=False, indent=2))
            return
        for key in found:
            self.stdout.write(f"{key.id:28} {key.algorithm:10} {key.created_at:%Y-%m-%d}  {key.public.hex() or '—'}")


def _row(key: KeyInfo) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose,
        "algorithm": key.algorithm,
        "created_at": key.created_at.isoformat(),
        "public": key.public.hex() or None,
    }
