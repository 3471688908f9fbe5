"""What is measured. A room declares its measures beside the data they count, in its ``measures.py``::

    register(Measure(
        key="cases.on_time", title="按时办结率", formula="按时办结的办件 ÷ 办结的办件",
        numerator="在法定办结期限内办结的办件", denominator="已办结的办件",
        dimensions=("city", "item"), unit="%", plan_point="3.2", source=recount_on_time,
    ))

Numerators and denominators are integers that add up over days and dimensions (counts, seconds, fen); what does not add
up (distinct persons, medians) is no measure of this kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Dims = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """One contribution as the room's own tables tell it. ``ref`` names the record, e.g. ``case:<id>``."""

    day: date
    dims: Dims
    numerator: int
    denominator: int = 0
    ref: str = ""


def within(day: date, start: date | None, end: date | None) -> bool:
    """Whether a day lies between two, both included; ``None`` for no bound."""
    return (start is None or day >= start) and (end is None or day <= end)


Source = Callable[[date | None, date | None], Iterable[Count]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named figure. Without a ``denominator`` it is a plain number; with ``%`` as unit the ratio is shown times 100.

    ``source(start, end)`` recounts from the room's own tables, both days included, ``None`` for no bound.
    ``target`` is only a default: dated targets come from the profile.
    """

    key: str
    title: str
    formula: str
    numerator: str
    denominator: str = ""
    dimensions: tuple[str, ...] = ()
    unit: str = ""
    target: int | None = None
    plan_point: str | None = None
    source: Source | None = field(default=None, compare=False)
    detail_url: str | None = None
    better: Literal["up", "down"] = "up"

    @property
    def slices(self) -> tuple[tuple[str, ...], ...]:
        """The groupings that are kept folded: everything together, each dimension alone, and all dimensions."""
        single = tuple((name,) for name in self.dimensions)
        every = (tuple(sorted(self.dimensions)),) if len(self.dimensions) > 1 else ()
        return ((), *single, *every)


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> Measure:
    """Declare a measure; the same key twice with another meaning is a mistake."""
    if _measures.get(measure.key, measure) != measure:
        raise ValueError(f"two measures are called {measure.key}")
    _measures[measure.key] = measure
    return measure


def get(key: str) -> Measure:
    """The measure of this key."""
    try:
        return _measures[key]
    except KeyError:
        raise LookupError(f"no room declares a measure called {key}") from None


def find(key: str) -> Measure | None:
    """The measure, or ``None``: for what a profile or a query string names."""
    return _measures.get(key)


def all_measures() -> list[Measure]:
    """Every measure, by key."""
    return [_measures[key] for key in sorted(_measures)]
