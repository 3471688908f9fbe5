"""Start-up checks of what rooms registered."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.urls import NoReverseMatch

from xiang.foundation.pages import navigation


def navigation_leads_somewhere(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """pages.W001: an item whose address does not exist is left out of every page."""
    found: list[CheckMessage] = []
    for audience in navigation.AUDIENCES:
        for item in navigation.registered(audience):
            try:
                item.href()
            except NoReverseMatch:
                found.append(
                    Warning(
                        f"navigation item {audience}/{item.key} points at the unknown url name {item.url!r}",
                        hint="Name a url that exists, or register the item in the room that owns the page.",
                        id="pages.W001",
                    )
                )
    return found
