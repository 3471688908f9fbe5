"""Filling templates: ``{word}`` is replaced by what the room gives, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xiang.foundation.ground.errors import Refused

_PLACE = re.compile(r"\{([a-z_]+)\}")


def places(text: str) -> set[str]:
    """The words a text leaves open."""
    return set(_PLACE.findall(text))


def fill(text: str, params: Mapping[str, object]) -> str:
    """The text with its places filled; refuses one that nobody fills rather than showing braces to a person."""
    if missing := places(text) - set(params):
        raise Refused("notice_incomplete", "通知里有没填上的内容。", missing=", ".join(sorted(missing)))
    return _PLACE.sub(lambda found: str(params[found[1]]), text)


def broken(text: str) -> bool:
    """Whether braces are left that open no place: a mistake in a template."""
    return "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text)
