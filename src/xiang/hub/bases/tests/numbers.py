"""Valid numbers for tests, from a count."""

from __future__ import annotations

from xiang.foundation.parties.identity import id_check_character


def number(n: int, born: str = "19850312") -> str:
    first = f"430104{born}{n:03d}"
    return first + id_check_character(first)


def old(number18: str) -> str:
    """The number of 15 digits that the same person had before 1999."""
    return number18[:6] + number18[8:17]
