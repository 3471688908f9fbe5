"""A row of a profile file with the lines it came from, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from xiang.foundation.parties.actors import Actor

# An entry as read: its content, its line, and the line of everything in it by path.
Entry = tuple[dict[str, Any], int, dict[str, int]]


@dataclass(frozen=True)
class ProfileAuthor(Actor):
    """The files as an author: what they say is written by them and approved by whoever loads them."""

    @property
    def ref(self) -> str:
        return f"profile:{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Where, what, and how to mend it. Tests and tools match ``code``; people read ``detail``."""

    file: str
    line: int
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} [{self.code}] {self.detail}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``data`` is plain JSON (dates as text); ``lines`` gives the line of every path, ``a.b.0.c``."""

    kind: str
    key: str
    file: str
    line: int
    data: dict[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return digest_of(self.data)

    def line_of(self, path: str = "") -> int:
        """The line of a field, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, self.line)

    def problem(self, code: str, detail: str, at: str = "") -> Problem:
        return Problem(self.file, self.line_of(at), code, detail)

    def get(self, path: str, default: Any = None) -> Any:
        """A value by its path, ``promised.value`` or ``materials.0.title``."""
        value: Any = self.data
        for part in path.split("."):
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, ValueError, TypeError):
                return default
        return value


@dataclass(slots=True)
class Context:
    """What a section may look at while validating and applying: the rows of every section, the folder, who loads."""

    profile: str
    folder: Path
    actor: Actor
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def author(self) -> ProfileAuthor:
        return ProfileAuthor(name=self.profile, channel="system")

    def has(self, kind: str, key: object) -> bool:
        return key in self.rows.get(kind, {})

    def row(self, kind: str, key: str) -> Row | None:
        return self.rows.get(kind, {}).get(key)

    def of(self, kind: str) -> Iterator[Row]:
        yield from self.rows.get(kind, {}).values()


def nested(entry: Entry, path: str) -> Iterator[Entry]:
    """The members of a list in an entry, as entries: for a file that holds several lists."""
    content, line, lines = entry
    for i, member in enumerate(content.get(path) or ()):
        prefix = f"{path}.{i}."
        own = {name.removeprefix(prefix): at for name, at in lines.items() if name.startswith(prefix)}
        yield member, lines.get(f"{path}.{i}", line), own


def plain(value: Any) -> Any:
    """A value as JSON has it: dates become text, mappings and lists plain ones."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def digest_of(content: Any) -> str:
    """The digest of a row's content, whatever the order of its fields."""
    text = json.dumps(plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
