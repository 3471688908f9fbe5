"""Scores by GB/T 36344-2018: X = A / B × 100 % an indicator, weighted to dimensions and to one score with a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine.indicators import DIMENSIONS, INDICATORS, dimension_of

Cutoffs = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What scores are made with: cut-offs of the grades from the best down, weights of the dimensions by key (1 where
    none is said), and whether both are confirmed by whoever may set them."""

    cutoffs: Cutoffs
    weights: Mapping[str, float]
    confirmed: bool


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


def terms(grades: Iterable[str], weights: Iterable[str], *, confirmed: bool) -> Terms:
    """Terms as people write them: ``优=95`` from the best grade down or in any order, ``准确性=2``; ``Refused``
    (``quality_terms``) when they do not hold together."""
    named = {title: key for key, title in DIMENSIONS.items()}
    cutoffs = sorted(_pairs(grades), key=lambda pair: -pair[1])
    given = {named.get(title, title): value for title, value in _pairs(weights)}
    if not cutoffs or cutoffs[-1][1] != 0 or set(given) - set(DIMENSIONS) or not any(given.values()):
        raise _unclear()
    return Terms(tuple(cutoffs), given, confirmed)


def _pairs(texts: Iterable[str]) -> list[tuple[str, float]]:
    pairs = [text.partition("=") for text in texts]
    try:
        found = [(title.strip(), float(value)) for title, _, value in pairs]
    except ValueError as wrong:
        raise _unclear() from wrong
    if any(not title or not 0 <= value <= 100 for title, value in found):
        raise _unclear()
    return found


def _unclear() -> Refused:
    return Refused(
        "quality_terms", "质检的等级分界或者维度权重写法有误：分界如“优=95”，最低一级从 0 起；权重如“准确性=2”。"
    )


@lru_cache(maxsize=1)
def default_terms() -> Terms:
    """The project's own, from ``defaults.yaml``: nobody has confirmed them."""
    from ruamel.yaml import YAML

    rows = YAML(typ="safe").load((Path(__file__).parent / "defaults.yaml").read_text("utf-8"))
    return terms(rows["grades"], rows["weights"], confirmed=False)
