"""The management entry: ``python -m xiang.config.manage COMMAND …`` (``./xiang manage`` and the small tools use it).

Exits with 127 for a command that no room provides, so that the launcher can tell that from a command that failed.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence

UNKNOWN = 127


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiang.config.settings")
    import django  # settings must be named first
    from django.core.management import execute_from_command_line, get_commands

    django.setup()
    name = arguments[0] if arguments else "help"
    if not name.startswith("-") and name not in {*get_commands(), "help", "version"}:
        close = difflib.get_close_matches(name, get_commands(), n=1)
        told = f" Did you mean '{close[0]}'?" if close else ""
        sys.stderr.write(f"xiang: no room provides a command '{name}'.{told} ./xiang manage help lists all.\n")
        return UNKNOWN
    execute_from_command_line(["xiang", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
