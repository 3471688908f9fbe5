"""Division codes (行政区划代码, GB/T 2260 and GB/T 10114) as a tree that the code itself tells.

``430104``, ``430104000000`` and the path ``43/4301/430104`` are the same place: its stem is ``430104``.
"""

from __future__ import annotations

LEVELS = (2, 4, 6, 9, 12)  # province, city, county, township, village


def stem(code: str) -> str:
    """The shortest code of the same place; what is no code stays as it is."""
    last = code.rpartition("/")[2]
    if not (last.isascii() and last.isdigit()):
        return last
    return next((last[:level] for level in LEVELS if level < len(last) and not last[level:].strip("0")), last)


def above(code: str) -> frozenset[str]:
    """The stems of the place and of all that it lies in."""
    own = stem(code)
    if not (own.isascii() and own.isdigit()):
        return frozenset({own})
    return frozenset({own, *(own[:level] for level in LEVELS if level < len(own))})
