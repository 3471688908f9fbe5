"""How people say it: the profile's ``search.yaml``, read again when the file changes.

``guide`` leads from what is said to the keys of documents; ``synonym`` makes its words mean each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from xiang.foundation.search.tokens import normalise


@dataclass(frozen=True, slots=True)
class Sayings:
    """The file, made ready: (said, keys) of guides, and groups of words with one meaning."""

    guides: tuple[tuple[str, tuple[str, ...]], ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()

    def leads_to(self, question: str) -> list[str]:
        """The keys that a question leads to, those of the longest saying first."""
        said = sorted(((say, to) for say, to in self.guides if say in question), key=lambda found: -len(found[0]))
        return list(dict.fromkeys(key for _, to in said for key in to))

    def begun(self, typed: str) -> list[str]:
        """The keys of sayings that begin with what was typed so far."""
        return list(dict.fromkeys(key for say, to in self.guides if say.startswith(typed) for key in to))

    def others(self, question: str) -> list[str]:
        """Other words for what the question contains."""
        return [
            other
            for group in self.groups
            if any(word in question for word in group)
            for other in group
            if other not in question
        ]


def sayings() -> Sayings:
    """What the profile of this installation says."""
    file: Path = settings.PROFILE_DIR / "search.yaml"
    try:
        changed = file.stat().st_mtime_ns
    except FileNotFoundError:
        return Sayings()
    return _read(file, changed)


@lru_cache(maxsize=2)
def _read(file: Path, changed: int) -> Sayings:
    from ruamel.yaml import YAML

    rows: list[dict[str, Any]] = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or []
    return Sayings(
        tuple(
            (normalise(str(say)), tuple(map(str, row["to"])))
            for row in rows
            if row["kind"] == "guide"
            for say in row["say"]
        ),
        tuple(tuple(normalise(str(say)) for say in row["say"]) for row in rows if row["kind"] == "synonym"),
    )
