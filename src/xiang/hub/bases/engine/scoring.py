"""Fellegi–Sunter weights with their explanation.

The weight of a level is log2(m / u): m, how often those who are the same agree so; u, how often strangers do. Prior and
weights add up to the log-odds of being the same. The parameters are trained in batch and kept as a versioned model.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from xiang.hub.bases.engine.comparing import ABSENT, DIFFERS
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.engine.standardising import Features

VERSION = 1
MODELS = Path(__file__).parent / "trained"
Verdict = Literal["same", "perhaps", "apart"]
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a level occurs among the same (m) and among strangers (u)."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """In bits; positive speaks for the same."""
        return math.log2(max(self.m, _LEAST) / max(self.u, _LEAST))


@dataclass(frozen=True, slots=True)
class Model:
    """Parameters of one kind: ``levels[column][level]``; ``prior``: the chance that two random records are the same.

    At ``attach`` or more two records are the same; from ``review`` on a steward looks; below they are apart.
    """

    kind: str
    edition: str
    prior: float
    attach: float
    review: float
    levels: Mapping[str, Mapping[str, Chances]]

    def document(self) -> dict[str, Any]:
        """The form in which a model is kept."""
        levels = {
            column: {name: {"m": one.m, "u": one.u} for name, one in rows.items()}
            for column, rows in self.levels.items()
        }
        head = {"version": VERSION, "kind": self.kind, "edition": self.edition}
        return head | {"prior": self.prior, "attach": self.attach, "review": self.review, "levels": levels}


def model_of(document: Mapping[str, Any]) -> Model:
    """A model from its kept form. Raises ``ValueError`` for another version or kind, or a level that it does not know."""
    if document.get("version") != VERSION or document.get("kind") not in KINDS:
        raise ValueError("not a linkage model of this version")
    levels = {
        column: {name: Chances(float(one["m"]), float(one["u"])) for name, one in rows.items()}
        for column, rows in document["levels"].items()
    }
    for comparison in KINDS[document["kind"]].comparisons:
        known = levels.get(comparison.column, {})
        missing = [name for name in (*(one.name for one in comparison.levels), "differs") if name not in known]
        if missing:
            raise ValueError(f"the model says nothing of {comparison.column}: {', '.join(missing)}")
    prior, attach, review = (float(document[name]) for name in ("prior", "attach", "review"))
    return Model(document["kind"], str(document["edition"]), prior, attach, review, levels)


def read(path: Path) -> Model:
    return model_of(json.loads(path.read_text(encoding="utf-8")))


@cache
def newest(kind: str) -> Model:
    """The model that is shipped for a kind."""
    return read(MODELS / f"{kind}.json")


@dataclass(frozen=True, slots=True)
class Part:
    """What one field contributes."""

    column: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """Two records compared: the parts, their sum with the prior in bits, and the chance that they are the same."""

    parts: tuple[Part, ...]
    weight: float
    decisive: tuple[str, ...]
    contradicted: bool
    vetoed: bool
    doubted: bool

    @property
    def probability(self) -> float:
        return 1 / (1 + 2 ** -max(-300.0, min(300.0, self.weight)))


class Scorer:
    """Compares records of a kind by a model."""

    def __init__(self, kind: Kind, model: Model) -> None:
        self.kind, self.model = kind, model
        self._prior = math.log2(model.prior / (1 - model.prior))
        self._weights = {
            (column, name): one.weight for column, rows in model.levels.items() for name, one in rows.items()
        }

    def match(self, left: Features, right: Features) -> Match:
        """Compare two records. The order does not matter."""
        parts = tuple(self._part(one.column, one.level(left, right)) for one in self.kind.comparisons)
        keys = tuple(
            key.name
            for key in self.kind.keys
            if key.decisive and (value := key.value(left)) is not None and value == key.value(right)
        )
        by_column = {part.column: part.level for part in parts}
        contradicted = bool(keys) and all(by_column[column] == DIFFERS for column in self.kind.contradicting)
        held = left.get(self.kind.apart), right.get(self.kind.apart)
        vetoed = None not in held and held[0] != held[1]
        doubted = by_column[self.kind.doubted] == DIFFERS and by_column[self.kind.vouching] in (ABSENT, DIFFERS)
        return Match(parts, self._prior + sum(part.weight for part in parts), keys, contradicted, vetoed, doubted)

    def _part(self, column: str, level: str) -> Part:
        return Part(column, level, 0.0 if level == ABSENT else self._weights[column, level])

    def verdict(self, match: Match) -> Verdict:
        """Same, apart, or something for a steward."""
        if match.vetoed:
            return "apart"
        if match.decisive:
            return "perhaps" if match.contradicted else "same"
        if match.probability >= self.model.attach and not match.doubted:
            return "same"
        return "perhaps" if match.probability >= self.model.review else "apart"


def explanation(kind: Kind, match: Match) -> list[dict[str, Any]]:
    """The parts in words, the heaviest first: levels and weights, never values."""
    rows = []
    for part in sorted(match.parts, key=lambda one: -abs(one.weight)):
        comparison = kind.comparison(part.column)
        rows.append(
            {
                "field": part.column,
                "title": comparison.title,
                "level": part.level,
                "words": comparison.words(part.level),
                "weight": round(part.weight, 2),
            }
        )
    return rows
