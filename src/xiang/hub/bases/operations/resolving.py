"""Resolving one record (归并): new, attached, or something for a steward; in milliseconds, whatever the registry holds.

1. Make features and blind keys; wait for whoever resolves the same record, or one with the same keys.
2. Fetch the members of the golden records that share a key; compare, decide.
3. Keep the record, its keys and its golden values; write pairs, history, entry and event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.ground.reference import moment
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.deciding import Decision, Half, Held, decide
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.models import Event, Golden, Pair, Record, Registry, Source
from xiang.hub.bases.operations.candidates import Candidates, candidates
from xiang.hub.bases.operations.merging import absorb, current
from xiang.hub.bases.operations.recording import keep_record, kept_apart, pair_of, wait
from xiang.hub.bases.operations.valuing import revalue
from xiang.hub.bases.rights import need_lead, need_steward
from xiang.hub.bases.terms import terms

CHANGED = "bases.golden.changed"

_source = Compiled(lambda key: Source.objects.select_related("registry").filter(key=key))
_record = Compiled(lambda source, reference: Record.objects.filter(source_id=source, reference=reference))
_locked = Compiled(lambda golden: Golden.objects.select_for_update().filter(id=golden))


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a record belongs now: ``new``, ``attach``, ``unchanged``, or ``uncertain`` with ``pairs`` for a steward.

    ``crowded`` names the keys that more share than it was compared with.
    """

    record: UUID
    golden: UUID
    outcome: str
    merged: tuple[UUID, ...] = ()
    pairs: int = 0
    crowded: tuple[str, ...] = ()


def resolve(source_key: str, reference: str, raw: Mapping[str, Any], actor: Actor, *, day: str = "") -> Resolved:
    """Resolve a new or changed record of a source, for who leads the registry. The same record again changes nothing and stays where it is.

    ``reference`` is the source's own key of the record; ``day`` since when it is true (ISO). ``Absent`` without such a
    source, ``Invalid`` (``nothing_said``) when no field says anything.
    """
    need_steward(actor)
    source = next(iter(_source(source_key)), None)
    if source is None:
        raise Absent("source_absent", "没有这个数源，请先登记。")
    need_lead(actor, source.registry)
    kind = KINDS[source.registry.kind]
    values = keeping.cleaned(kind, raw)
    features = kind.features(values)
    if not features:
        raise Invalid([FieldError("/values", "nothing_said", "这条记录没有一项可用的内容。")])
    with moment(), transaction.atomic(), adding.gathered():
        return _Resolution(source, kind, values, features, actor, day).run(reference)


@dataclass
class _Resolution:
    """One resolution, in the caller's transaction."""

    source: Source
    kind: Kind
    values: dict[str, str]
    features: dict[str, str]
    actor: Actor
    day: str

    @property
    def registry(self) -> Registry:
        return self.source.registry

    def run(self, reference: str) -> Resolved:
        keys = keeping.lookups(self.kind, self.registry.key, self.features)
        indexes = keeping.references(self.source.key, reference)
        wait([*keys, indexes[0]])
        known = _known(self.source, indexes)
        if known is not None and self._says_the_same(known):
            return Resolved(known.id, known.golden_id, "unchanged")
        found = candidates(self.registry, keys, known.golden_id if known else None, terms().candidates)
        decision = self._decide(found, known)
        golden, made = self._golden(decision)
        record = keep_record(self.source, self.kind, golden, known, indexes[0], self.values, self.day)
        why = "同一号码或者足够相似，自动合并"
        merged = tuple(absorb(golden, other, why, self.actor, by_rule=True) for other in decision.merged)
        pairs = self._raise(record, decision, known)
        self._revalue(golden, record, found.records, decision, made)
        self._tell(record, golden, decision, known, made, found.crowded)
        return Resolved(record.id, golden.id, decision.outcome, merged, pairs, found.crowded)

    def _says_the_same(self, known: Record) -> bool:
        return known.digest == keeping.digest(self.source.key, self.values, self.day) or (
            known.values == self.values and known.day == self.day
        )

    def _decide(self, found: Candidates, known: Record | None) -> Decision[UUID]:
        held = [
            Held(one.id, one.golden_id, self.kind.features(one.values))
            for one in found.records
            if known is None or one.id != known.id
        ]
        own = known.golden_id if known else None
        scorer, apart = keeping.scorer(self.kind.key), kept_apart({one.golden_id for one in found.records})
        unseen = bool(found.crowded)
        return decide(self.features, held, scorer, own, lambda a, b: frozenset((a, b)) in apart, unseen=unseen)

    def _golden(self, decision: Decision[UUID]) -> tuple[Golden, bool]:
        if decision.golden is not None:
            (golden,) = _locked(decision.golden)
            return current(golden), False
        now = instant.now()
        golden = Golden(registry=self.registry, made_at=now, changed_at=now)
        return golden, True

    def _revalue(
        self, golden: Golden, record: Record, records: Sequence[Record], decision: Decision[UUID], made: bool
    ) -> None:
        """The golden values, from the members that were read; when it was merged meanwhile, from all that are kept."""
        if not made and golden.id != decision.golden:
            records = list(Record.objects.select_related("source").filter(golden=golden))
        together = {golden.id, *decision.merged}
        members = [one for one in records if one.golden_id in together and one.id != record.id]
        revalue(golden, [*members, record], self.registry, fresh=made)
        if made:
            adding.add([golden])

    def _raise(self, record: Record, decision: Decision[UUID], known: Record | None) -> int:
        """Pairs for the steward; one that was decided stays decided."""
        raised = [(half, Pair.Cause.ALIKE) for half in decision.halves]
        if decision.nearest is not None:
            raised.append((decision.nearest, Pair.Cause.CROWDED))
        there = _pairs_of(record, [half for half, _ in raised]) if known and raised else set()
        fresh = [(half, cause) for half, cause in raised if frozenset((record.id, half.record)) not in there]
        adding.add([self._pair(record, half, cause) for half, cause in fresh])
        return len(fresh)

    def _pair(self, record: Record, half: Half[UUID], cause: Pair.Cause) -> Pair:
        assert isinstance(half.record, UUID)
        return pair_of(self.registry, self.kind, (record.id, half.record), half.match, cause)

    def _tell(
        self,
        record: Record,
        golden: Golden,
        decision: Decision[UUID],
        known: Record | None,
        made: bool,
        crowded: Sequence[str],
    ) -> None:
        happened = Event.Kind.MADE if made else Event.Kind.CHANGED if known else Event.Kind.ATTACHED
        refs = {"record": str(record.id), "source": self.source.key, "outcome": decision.outcome}
        if crowded:
            refs["crowded"] = ",".join(crowded)
        adding.add([Event(golden=golden, kind=happened, by=self.actor.ref, refs=refs)])
        ledger.record("bases.record.resolved", self.actor.ref, {"golden": str(golden.id), **refs})
        outbox.emit(CHANGED, str(golden.id), {"golden": str(golden.id), "record": str(record.id)})


def _known(source: Source, indexes: Sequence[str]) -> Record | None:
    for index in indexes:
        for record in _record(source.id, index):
            record.source = source
            return record
    return None


def _pairs_of(record: Record, halves: Sequence[Half[UUID]]) -> set[frozenset[UUID]]:
    others = [half.record for half in halves]
    rows = Pair.objects.filter(Q(left=record, right__in=others) | Q(right=record, left__in=others))
    return {frozenset(pair) for pair in rows.values_list("left_id", "right_id")}


__all__ = ["CHANGED", "Resolved", "resolve"]
