"""Who plays, and a small profile of their own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.actors import Actor

UNIT = new_id()
AUTHOR = Actor(staff_id=new_id(), name="周倩", grants=frozenset({(UNIT, "configurator")}))
APPROVER = Actor(staff_id=new_id(), name="陈建国", grants=frozenset({(UNIT, "configurator")}))
OFFICER = Actor(staff_id=new_id(), name="王敏", grants=frozenset({(UNIT, "reviewer")}))


def write(folder: Path, **files: str) -> Path:
    """Files by name, ``.`` in the name written ``__``: ``things__yaml``."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder
