"""Print every finding; exit with 1 when there is one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.lint.exceptions import EXCEPTIONS, excused
from tools.lint.floors import Floors
from tools.lint.python_rules import RULES
from tools.lint.source import Finding, Source, sources
from tools.lint.template_rules import owners, template_upward

ROOT = Path(__file__).resolve().parents[2]


def findings(root: Path) -> list[Finding]:
    """What is wrong in the project, in order of files."""
    every = list(sources(root))
    found = [*_python(every), *_templates(every, root), *_stale_exceptions(root)]
    return sorted(each for each in found if not excused(each.file, each.code))


def _python(every: list[Source]) -> Iterator[Finding]:
    for source in every:
        if source.is_python:
            for rule in RULES:
                yield from rule(source)


def _templates(every: list[Source], root: Path) -> Iterator[Finding]:
    templates = [source for source in every if not source.is_python]
    floors, owned = Floors.read(root), owners(templates)
    for template in templates:
        yield from template_upward(template, floors, owned)


def _stale_exceptions(root: Path) -> Iterator[Finding]:
    """An exception for a file that is gone would excuse the next one of that name."""
    for code, rows in EXCEPTIONS.items():
        for file in rows:
            if not (root / file).exists():
                yield Finding("tools/lint/exceptions.py", 1, "stale-exception", f"{file} ({code}) does not exist")


def main() -> int:
    found = findings(ROOT)
    for each in found:
        print(each)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
