"""Codes by which somebody checks a paper (核验码): typed from a print, so without letters that look like digits."""

from __future__ import annotations

import secrets
import unicodedata

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 16


def new_code() -> str:
    """79 bits by chance: whoever has not seen the paper does not find it."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """``7KQ2 9MXD …`` as it is printed."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def tidy(typed: str) -> str:
    """What was typed, without blanks and hyphens and in capital letters."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(c for c in text if not c.isspace() and c not in "-‐–—").upper()
