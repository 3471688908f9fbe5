"""Scores by GB/T 36344-2018: X = A / B × 100 % an indicator, weighted to dimensions and to one score with a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from xiang.hub.quality.engine.indicators import DIMENSIONS, INDICATORS, dimension_of
from xiang.hub.quality.engine.rules import RuleSet

Cutoffs = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one rule counted: A = ``assessed - failed`` of B = ``assessed``."""

    indicator: str
    weight: float
    assessed: int
    failed: int

    @property
    def ratio(self) -> float:
        return (self.assessed - self.failed) / self.assessed


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator or a dimension with its score from 0 to 100."""

    key: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Score:
    """``total`` is ``None`` when nothing could be looked at: no score is not a bad score."""

    total: float | None
    grade: str
    dimensions: tuple[Part, ...]
    indicators: tuple[Part, ...]


def score(tallies: Iterable[Tally], weights: Mapping[str, float], cutoffs: Cutoffs) -> Score:
    """1. each rule's ratio; 2. weighted to indicators; 3. these, each alike, to dimensions; 4. those by ``weights``."""
    counted = [tally for tally in tallies if tally.assessed]
    indicators = _weighted(((t.indicator, 100 * t.ratio, t.weight) for t in counted), INDICATORS)
    dimensions = _weighted(((dimension_of(part.key), part.score, 1.0) for part in indicators), DIMENSIONS)
    shares = [(part.score, weights.get(part.key, 1.0)) for part in dimensions]
    total = _mean(shares)
    return Score(total, grade(total, cutoffs) if total is not None else "", tuple(dimensions), tuple(indicators))


def _weighted(parts: Iterable[tuple[str, float, float]], titles: Mapping[str, str]) -> list[Part]:
    grouped: dict[str, list[tuple[float, float]]] = {}
    for key, value, weight in parts:
        grouped.setdefault(key, []).append((value, weight))
    means = ((key, _mean(grouped[key])) for key in titles if key in grouped)
    return [Part(key, titles[key], mean) for key, mean in means if mean is not None]


def _mean(shares: Sequence[tuple[float, float]]) -> float | None:
    whole = sum(weight for _, weight in shares)
    return sum(value * weight for value, weight in shares) / whole if whole else None


def grade(total: float, cutoffs: Cutoffs) -> str:
    """The best grade whose cut-off the score reaches. Nothing is rounded up: 94.99 does not reach 95."""
    return next((name for name, least in cutoffs if total >= least), cutoffs[-1][0])


@lru_cache(maxsize=1)
def _dated() -> tuple[tuple[date, Cutoffs], ...]:
    """(valid from, cut-offs), oldest first."""
    from ruamel.yaml import YAML

    rows = YAML(typ="safe").load((Path(__file__).parent / "grades.yaml").read_text("utf-8"))
    dated = ((row["valid_from"], tuple((g["grade"], float(g["from"])) for g in row["grades"])) for row in rows)
    return tuple(sorted(dated, key=lambda row: row[0]))


def default_cutoffs(on: date) -> Cutoffs:
    """The project's own cut-offs on a day; before the first of them, the first."""
    valid = [kept for since, kept in _dated() if since <= on]
    return valid[-1] if valid else _dated()[0][1]


def cutoffs(rules: RuleSet, on: date) -> Cutoffs:
    """The rules' own cut-offs, or the default ones of the day."""
    return rules.grades or default_cutoffs(on)
