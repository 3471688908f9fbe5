"""Where a new or changed record belongs, given those that share a key with it.

1. Compare it with every candidate; a golden record agrees as well as the best of its members, and a member whose
   identity number is another one speaks against the whole.
2. Nothing agrees: it is new. One agrees: it is attached. Several agree and nothing keeps them apart: they are the same,
   the oldest stays. Something agrees half, or two that are kept apart both agree: a steward decides.
3. Nobody agrees, but not everybody who shares a key was compared: it is left undecided, a steward is shown the nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar
from uuid import UUID

from xiang.hub.bases.engine.scoring import Match, Scorer
from xiang.hub.bases.engine.standardising import Features

G = TypeVar("G", bound=UUID)
Outcome = Literal["new", "attach", "uncertain"]


@dataclass(frozen=True, slots=True)
class Held(Generic[G]):
    """A record that is kept, and the golden record it belongs to. Golden ids are ordered by age."""

    record: object
    golden: G
    features: Features


@dataclass(frozen=True, slots=True)
class Half(Generic[G]):
    """A golden record that may be the same, with the best match and the member it was with."""

    golden: G
    record: object
    match: Match


@dataclass(frozen=True, slots=True)
class Decision(Generic[G]):
    """``attach`` to ``golden``, whose ``merged`` turn out to be the same; ``halves`` go to the steward.

    ``conflicted``: a changed record now holds another number than its own golden record. ``nearest``: the likeliest of
    those who do not agree, when others who share a key were not compared.
    """

    outcome: Outcome
    golden: G | None
    match: Match | None = None
    merged: tuple[G, ...] = ()
    halves: tuple[Half[G], ...] = ()
    conflicted: bool = False
    nearest: Half[G] | None = None


@dataclass(slots=True)
class _Seen(Generic[G]):
    """One golden record as the new record sees it: the best match, and the numbers that its members hold."""

    half: Half[G]
    numbers: set[str] = field(default_factory=set)


def decide(
    features: Features,
    held: Iterable[Held[G]],
    scorer: Scorer,
    own: G | None = None,
    kept_apart: Callable[[G, G], bool] = lambda one, other: False,
    *,
    unseen: bool = False,
) -> Decision[G]:
    """Decide where a record belongs, given every member of the golden records that share a key with it.

    ``own`` is the golden record of a changed one (its other members are among ``held``): it never leaves that by itself.
    ``unseen``: more share a key than are among ``held``.
    """
    seen = _compared(features, held, scorer)
    decision = _decided(features, seen, scorer, own, kept_apart)
    if not unseen or decision.match:
        return decision
    settled = {decision.golden, own, *decision.merged, *(half.golden for half in decision.halves)}
    left = [one.half for golden, one in seen.items() if golden not in settled and not one.half.match.vetoed]
    nearest = max(left, key=lambda half: half.match.weight, default=None)
    return replace(decision, outcome="uncertain", nearest=nearest)


def _decided(
    features: Features,
    seen: dict[G, _Seen[G]],
    scorer: Scorer,
    own: G | None,
    kept_apart: Callable[[G, G], bool],
) -> Decision[G]:
    """The decision among those who were compared."""
    number = features.get(scorer.kind.apart)
    against = {golden for golden, one in seen.items() if number and one.numbers - {number}}
    verdicts = {golden: scorer.verdict(one.half.match) for golden, one in seen.items()}
    same = {golden for golden, verdict in verdicts.items() if verdict == "same" and golden not in against}
    perhaps = tuple(
        seen[golden].half
        for golden in sorted(seen)
        if golden != own and golden not in same and verdicts[golden] != "apart"
    )
    agreeing = sorted(same if own is None else {*same, own})
    if not agreeing:
        return Decision("uncertain" if perhaps else "new", None, halves=perhaps)
    if _divided(agreeing, seen, kept_apart):
        halves = tuple(seen[golden].half for golden in sorted(same) if golden != own)
        return Decision("uncertain", own, halves=halves + perhaps, conflicted=own in against)
    keep = agreeing[0]
    match = seen[keep].half.match if keep in seen else None
    outcome: Outcome = "uncertain" if perhaps or own in against else "attach"
    return Decision(outcome, keep, match, tuple(agreeing[1:]), perhaps, own in against)


def _compared(features: Features, held: Iterable[Held[G]], scorer: Scorer) -> dict[G, _Seen[G]]:
    """The best match with each golden record."""
    seen: dict[G, _Seen[G]] = {}
    for one in held:
        match = scorer.match(features, one.features)
        known = seen.setdefault(one.golden, _Seen(Half(one.golden, one.record, match)))
        if _strength(match) > _strength(known.half.match):
            known.half = Half(one.golden, one.record, match)
        if number := one.features.get(scorer.kind.apart):
            known.numbers.add(number)
    return seen


def _strength(match: Match) -> tuple[bool, bool, float]:
    return (not match.vetoed, bool(match.decisive), match.weight)


def _divided(agreeing: Sequence[G], seen: dict[G, _Seen[G]], kept_apart: Callable[[G, G], bool]) -> bool:
    """Whether golden records that agree with one record hold different numbers, or were put apart before."""
    if len(agreeing) < 2:
        return False
    numbers = set().union(*(seen[golden].numbers for golden in agreeing if golden in seen))
    if len(numbers) > 1:
        return True
    return any(kept_apart(one, other) for n, one in enumerate(agreeing) for other in agreeing[n + 1 :])
