"""Themes (主题): by which matters are shelved. The province names them in ``profile.yaml``."""

from __future__ import annotations

from dataclasses import dataclass

from xiang.foundation.ground import province


@dataclass(frozen=True, slots=True)
class Theme:
    key: str
    title: str
    audience: str
    icon: str


def known() -> tuple[Theme, ...]:
    """The themes in their order."""
    rows = province.content().get("themes", ())
    return tuple(Theme(t["key"], t["title"], t["audience"], t["icon"]) for t in rows)
