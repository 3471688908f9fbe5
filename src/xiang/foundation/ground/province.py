"""What the profile says of the province itself (``profile.yaml``): its name, its mark, its map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

PREFECTURE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Site:
    """How the site calls itself: ``title`` beside the ``mark`` (one character), ``foot`` under a demonstration."""

    title: str = "政务服务"
    mark: str = "政"
    foot: str = "演示数据，人物与办件均为虚构。"


def content() -> Mapping[str, Any]:
    """The whole file; empty without one. Read once a process: it changes only with the installation."""
    return _read(settings.PROFILE_DIR / "profile.yaml")


@lru_cache(maxsize=4)
def _read(file: Path) -> Mapping[str, Any]:
    if not file.exists():
        return {}
    from ruamel.yaml import YAML

    found: Mapping[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}
    return found


def site() -> Site:
    """How the site calls itself."""
    said = content().get("site", {})
    return Site(**{name: said[name] for name in ("title", "mark", "foot") if said.get(name)})


def prefectures() -> dict[str, tuple[int, int, str]]:
    """Where the prefectures stand on the tile map, roughly as on the ground: code of four digits → (row, column, name)."""
    rows = content().get("map", {}).get("tiles", ())
    return {row["division"][:PREFECTURE_DIGITS]: (row["row"], row["column"], row["label"]) for row in rows}
