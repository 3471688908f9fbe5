"""``check id|uscc|credential|division VALUE [--json]``: read a number out.

Without one of these words it is Django's own ``check``, which this command extends under its name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import check as django_check
from django.db import DatabaseError

from xiang.foundation.parties import identity
from xiang.foundation.parties.queries import places


class Command(django_check.Command):
    help = "Check a number (id, uscc, credential, division), or, without one, the installation (Django's check)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *words: Any, **options: Any) -> None:
        if not words or words[0] not in _CHECKS:
            super().handle(*words, **options)
            return
        if len(words) != 2:
            raise CommandError(f"give one value: check {words[0]} VALUE")
        checked = _CHECKS[words[0]](words[1])
        if options["json"]:
            self.stdout.write(json.dumps(checked.as_dict(), ensure_ascii=False))
        else:
            self._print(checked)
        if not checked.valid:
            sys.exit(1)

    def _print(self, checked: identity.Checked) -> None:
        self.stdout.write(f"{'valid' if checked.valid else 'not valid'}  {checked.normal}")
        for name, value in checked.parts.items():
            self.stdout.write(f"  {name:12} {value}")
        for code, detail in checked.errors:
            self.stdout.write(f"  error {code}: {detail}")
        for code, detail in checked.warnings:
            self.stdout.write(f"  warning {code}: {detail}")


def _known(code: str) -> identity.Standing | None:
    """What the division table says; a number can be checked where there are no records yet."""
    try:
        return places.standing_of_division(code)
    except DatabaseError:
        return None


_CHECKS: dict[str, Callable[[str], identity.Checked]] = {
    "id": lambda value: identity.check_id(value, _known),
    "uscc": lambda value: identity.check_uscc(value, _known),
    "credential": identity.check_credential,
    "division": lambda value: identity.check_division(value, _known),
}
