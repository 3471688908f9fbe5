"""How a record is kept: blind keys, and golden values from what its records say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from xiang.foundation.trust import blind
from xiang.foundation.trust.digest import sm3
from xiang.hub.bases.engine import scoring, surviving
from xiang.hub.bases.engine.blocking import decisive
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.engine.scoring import Scorer
from xiang.hub.bases.engine.standardising import Features
from xiang.hub.bases.engine.surviving import Said, Won
from xiang.hub.bases.terms import terms

_DIGITS = 32
CORRECTED = "corrected"


def scorer(kind: str) -> Scorer:
    """The scorer of a kind, with the newest model and the bounds in force."""
    bounds = terms()
    return _scorer(kind, bounds.attach, bounds.review)


@cache
def _scorer(kind: str, attach: float, review: float) -> Scorer:
    return Scorer(KINDS[kind], replace(scoring.newest(kind), attach=attach, review=review))


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A blocking key as it is kept."""

    value: str
    decisive: bool


def blind_keys(kind: Kind, registry_key: str, features: Features) -> list[BlindKey]:
    """The keys of a record under the current key of the blind index."""
    sure = decisive(kind.keys)
    return [
        BlindKey(_cut(blind.index(value, f"bases.{registry_key}.{name}")), name in sure)
        for name, value in kind.keys_of(features).items()
    ]


def lookups(kind: Kind, registry_key: str, features: Features) -> dict[str, str]:
    """The keys under which others may be kept that share one, with their names: under every key of the blind index."""
    return {
        _cut(one): name
        for name, value in kind.keys_of(features).items()
        for one in blind.indexes(value, f"bases.{registry_key}.{name}")
    }


def _cut(index: str) -> str:
    """Half of the digits is enough to tell a milliard keys apart; a false hit is only compared in vain."""
    key_id, _, digits = index.partition(":")
    return f"{key_id}:{digits[:_DIGITS]}"


def references(source_key: str, reference: str) -> list[str]:
    """The blind indexes of a source's own key of a record, that of the current key first."""
    return blind.indexes(reference, f"bases.{source_key}")


def digest(source_key: str, values: Mapping[str, str], day: str) -> str:
    """One blind index of all that a record says, to the letter."""
    said = json.dumps([day, sorted(values.items())], ensure_ascii=False)
    return _cut(blind.index(sm3(said.encode()).hex(), f"bases.{source_key}.said"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one source record says, with its source's place among the sources."""

    record: UUID
    source: str
    rank: int
    day: str
    values: Mapping[str, str]


Values = dict[str, list[Any]]


def survivors(spoken: Iterable[Spoken], rules: Mapping[str, Any], corrected: Mapping[str, str]) -> Values:
    """The golden values: ``{field: [value, source, record, rule, records that say otherwise]}``."""
    said: dict[str, list[Said]] = {}
    for one in spoken:
        for field, value in one.values.items():
            sound = surviving.valid(field, value)
            said.setdefault(field, []).append(Said(value, one.source, str(one.record), one.rank, one.day, sound))
    won = surviving.golden(said, rules)
    for field, value in corrected.items():
        against = sum(one.value != value for one in said.get(field, ()))
        won[field] = Won(value, "", "", CORRECTED, against)
    return {field: [one.value, one.source, one.record, one.rule, one.against] for field, one in won.items()}


def cleaned(kind: Kind, raw: Mapping[str, Any]) -> dict[str, str]:
    """The raw fields that a kind reads, as texts, without empty ones."""
    texts = {field: str(raw[field]).strip() for field in kind.fields if raw.get(field) not in (None, "")}
    return {field: text for field, text in texts.items() if text}
