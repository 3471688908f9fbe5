"""Panels: what a higher room hangs into a page of a lower one, by slot, without the page knowing the room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Render = Callable[[HttpRequest, Any], str]


@dataclass(order=True, frozen=True, slots=True)
class Panel:
    order: int
    name: str
    render: Render = field(compare=False)


_slots: dict[str, dict[str, Panel]] = defaultdict(dict)


def register(slot: str, order: int, render: Render) -> None:
    """Hang ``render(request, subject) -> html`` into a slot. Registering the same function twice changes nothing."""
    name = f"{render.__module__}.{render.__qualname__}"
    _slots[slot][name] = Panel(order, name, render)


def in_slot(slot: str) -> list[Panel]:
    return sorted(_slots[slot].values())


def render(slot: str, request: HttpRequest, subject: Any = None) -> SafeString:
    """All panels of a slot, in order. A panel answers rendered template text; an empty answer shows nothing."""
    return mark_safe("".join(panel.render(request, subject) for panel in in_slot(slot)))  # noqa: S308
