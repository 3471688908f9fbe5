"""Themes (主题): by which matters are shelved. The province names them in ``profile.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Theme:
    key: str
    title: str
    audience: str
    icon: str


@lru_cache(maxsize=1)
def known() -> tuple[Theme, ...]:
    """The themes in their order. Read once a process: the file changes only with the installation."""
    file = settings.PROFILE_DIR / "profile.yaml"
    if not file.exists():
        return ()
    content = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return tuple(Theme(t["key"], t["title"], t["audience"], t["icon"]) for t in content.get("themes", ()))
