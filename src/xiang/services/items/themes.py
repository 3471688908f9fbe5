"""Themes (主题): by which matters are shelved. The province names them in ``profile.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from xiang.foundation.ground import province


@dataclass(frozen=True, slots=True)
class Theme:
    key: str
    title: str
    audience: str
    icon: str


@lru_cache(maxsize=1)
def known() -> tuple[Theme, ...]:
    """The themes in their order. Read once a process: the file changes only with the installation."""
    rows = province.content().get("themes", ())
    return tuple(Theme(t["key"], t["title"], t["audience"], t["icon"]) for t in rows)
