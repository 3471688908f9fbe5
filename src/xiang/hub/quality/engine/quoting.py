"""Names and values as SQL text. Every name from a file or a rule goes through here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def name(text: str) -> str:
    """A quoted identifier; a quotation mark in it is doubled."""
    return '"' + text.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A text, number or truth value as a literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def literals(values: Iterable[Any]) -> str:
    return ", ".join(literal(value) for value in values)
