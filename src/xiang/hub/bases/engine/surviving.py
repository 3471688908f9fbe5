"""Which of several values of a field survives into the golden record, and why.

Rules: ``source`` the best ranked source; ``recent`` the newest; ``frequent`` what most sources say; ``longest`` the
longest valid one; ``corrected`` a value that a steward settled stands above every rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Rule = Literal["source", "recent", "frequent", "longest"]
RULES: dict[str, str] = {
    "source": "权威来源优先",
    "recent": "最近更新优先",
    "frequent": "多数来源一致优先",
    "longest": "有效值中最完整的优先",
    "corrected": "人工核实",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says of one field. ``rank`` of its source: 1 is best; ``day`` when it was true (ISO), or nothing."""

    value: str
    source: str
    record: str
    rank: int
    day: str = ""
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Won:
    """The value that survives, where it came from, by which rule, and how many records say otherwise."""

    value: str
    source: str
    record: str
    rule: str
    against: int = 0


def survive(said: Iterable[Said], rule: Rule) -> Won | None:
    """The surviving value of one field. What is not valid survives only when nothing else is said."""
    every = [one for one in said if one.value]
    if not every:
        return None
    sound = [one for one in every if one.valid] or every
    best = min(sound, key=_ORDER[rule](sound))
    return Won(best.value, best.source, best.record, rule, sum(one.value != best.value for one in every))


def golden(
    records: Mapping[str, Sequence[Said]], rules: Mapping[str, Rule], default: Rule = "source"
) -> dict[str, Won]:
    """The golden values by field, from what every record says of each."""
    won = {field: survive(said, rules.get(field, default)) for field, said in records.items()}
    return {field: one for field, one in won.items() if one is not None}


Order = Callable[[Sequence[Said]], Callable[[Said], tuple[object, ...]]]


def _newest(one: Said) -> tuple[int, ...]:
    return tuple(-ord(char) for char in one.day.ljust(10, "\0"))


def _by_source(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (one.rank, _newest(one), one.source, one.record)


def _by_day(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (_newest(one), one.rank, one.source, one.record)


def _by_count(said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    count = Counter(one.value for one in said)
    return lambda one: (-count[one.value], one.rank, _newest(one), one.source, one.record)


def _by_length(_said: Sequence[Said]) -> Callable[[Said], tuple[object, ...]]:
    return lambda one: (-len(one.value), one.rank, _newest(one), one.source, one.record)


_ORDER: dict[str, Order] = {"source": _by_source, "recent": _by_day, "frequent": _by_count, "longest": _by_length}
