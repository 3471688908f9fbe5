"""Rules on templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.lint.floors import Floors, Room
from tools.lint.source import Finding, Source

USES = re.compile(r"""\{%-?\s*(?:extends|include)\s+["']([^"']+)["']""")


def owners(templates: list[Source]) -> dict[str, Room]:
    """The room that each template name belongs to."""
    return {name_of(each): each.room for each in templates if each.room}


def name_of(template: Source) -> str:
    """The name that ``extends`` and ``include`` use: the path below ``templates``."""
    parts = template.path.parts
    return "/".join(parts[parts.index("templates") + 1 :])


def template_upward(source: Source, floors: Floors, owned: dict[str, Room]) -> Iterator[Finding]:
    """A template extends and includes only what its room may import."""
    if source.room is None:
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        for used in USES.findall(line):
            owner = owned.get(used)
            if owner and not floors.may_use(source.room, owner):
                said = f"'{used}' belongs to {'.'.join(filter(None, owner))}, which this room may not use"
                yield source.finding(number, "template-upward", said)
