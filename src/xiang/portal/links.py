"""Where the portal leads. A room whose page is not there is not linked, and takes no other page down with it."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def url(name: str, *args: Any) -> str:
    """The address of a page, or nothing while no room has it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def to_case(number: str) -> str:
    """The progress page of a case."""
    return url("cases:progress", number)
