"""Reading answers in templates: their keys have dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def answer(answers: Mapping[str, Any], key: str) -> Any:
    """The answer under a dotted key."""
    return answers.get(key, "")
