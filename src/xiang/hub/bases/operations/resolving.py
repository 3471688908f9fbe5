"""Resolving one record (归并): new, attached, or something for a steward; in milliseconds, whatever the registry holds.

1. Make features and blind keys; wait for whoever resolves with the same keys.
2. Fetch every member of the golden records that share a key; compare, decide.
3. Keep the record, its keys and its golden values; write pairs, history, entry and event.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiang.foundation.ground import adding, instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust import blind
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.deciding import Decision, Half, Held, decide
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.engine.scoring import explanation
from xiang.hub.bases.models import Event, Golden, Key, Lane, Pair, Record, Registry, Source
from xiang.hub.bases.operations.merging import absorb, current
from xiang.hub.bases.operations.registering import LANES
from xiang.hub.bases.operations.valuing import revalue
from xiang.hub.bases.rights import need_lead, need_steward

CHANGED = "bases.golden.changed"
_SHARED = 200  # keys of others that are followed; a key that more share singles nobody out


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a record belongs now."""

    record: UUID
    golden: UUID
    outcome: str
    merged: tuple[UUID, ...] = ()
    pairs: int = 0


def resolve(source_key: str, reference: str, raw: Mapping[str, Any], actor: Actor, *, day: str = "") -> Resolved:
    """Resolve a new or changed record of a source, for who leads the registry. The same record again changes nothing and stays where it is.

    ``reference`` is the source's own key of the record; ``day`` since when it is true (ISO). ``Absent`` without such a
    source, ``Invalid`` (``nothing_said``) when no field says anything.
    """
    need_steward(actor)
    source = Source.objects.select_related("registry").filter(key=source_key).first()
    if source is None:
        raise Absent("source_absent", "没有这个数源，请先登记。")
    need_lead(actor, source.registry)
    kind = KINDS[source.registry.kind]
    values = keeping.cleaned(kind, raw)
    features = kind.features(values)
    if not features:
        raise Invalid([FieldError("/values", "nothing_said", "这条记录没有一项可用的内容。")])
    with transaction.atomic(), adding.gathered():
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
        _wait(keys)
        known = _known(self.source, reference)
        if known is not None and known.values == self.values and known.day == self.day:
            return Resolved(known.id, known.golden_id, "unchanged")
        held = self._held(keys, known)
        decision = self._decide(held, known)
        golden, made = self._golden(decision)
        record = self._keep(known, reference, golden)
        merged = tuple(absorb(golden, other, "同一号码或者足够相似，自动合并", self.actor) for other in decision.merged)
        pairs = self._raise(record, decision, known)
        members = [one for one in held if one.golden_id in {golden.id, *decision.merged} and one.id != record.id]
        revalue(golden, [*members, record], self.registry, fresh=made)
        if made:
            adding.add([golden])
        self._tell(record, golden, decision, known, made)
        outcome = "new" if made and decision.outcome == "new" else decision.outcome
        return Resolved(record.id, golden.id, outcome, merged, pairs)

    def _held(self, keys: Sequence[str], known: Record | None) -> list[Record]:
        """Every record of the golden records that share a key, and of the record's own."""
        sharing = Key.objects.filter(value__in=keys).order_by("-decisive").values_list("record__golden_id", flat=True)
        golden = {*sharing[:_SHARED]} | ({known.golden_id} if known else set())
        rows = Record.objects.select_related("source").filter(golden_id__in=golden)
        return list(rows.filter(source__registry=self.registry)) if golden else []

    def _decide(self, records: Sequence[Record], known: Record | None) -> Decision[UUID]:
        held = [
            Held(one.id, one.golden_id, self.kind.features(one.values))
            for one in records
            if known is None or one.id != known.id
        ]
        own = known.golden_id if known else None
        scorer, apart = keeping.scorer(self.kind.key), _kept_apart({one.golden_id for one in records})
        return decide(self.features, held, scorer, own, lambda a, b: frozenset((a, b)) in apart)

    def _golden(self, decision: Decision[UUID]) -> tuple[Golden, bool]:
        if decision.golden is not None:
            return current(Golden.objects.select_for_update().get(id=decision.golden)), False
        now = instant.now()
        golden = Golden(registry=self.registry, made_at=now, changed_at=now)
        return golden, True

    def _keep(self, known: Record | None, reference: str, golden: Golden) -> Record:
        if known is None:
            index = blind.index(reference, f"bases.{self.source.key}")
            record = Record(source=self.source, reference=index, golden=golden, values=self.values, day=self.day)
            adding.add([record])
        else:
            record = known
            record.values, record.day, record.changed_at = self.values, self.day, instant.now()
            record.save(update_fields=["values", "day", "changed_at"])
            record.keys.all().delete()
        blinded = keeping.blind_keys(self.kind, self.registry.key, self.features)
        adding.add([Key(record=record, value=one.value, decisive=one.decisive) for one in blinded])
        return record

    def _raise(self, record: Record, decision: Decision[UUID], known: Record | None) -> int:
        """Pairs for the steward; one that was decided stays decided."""
        if not decision.halves:
            return 0
        there = {frozenset((a, b)) for a, b in _pairs_of(record, decision.halves)} if known else set()
        fresh = [half for half in decision.halves if frozenset((record.id, half.record)) not in there]
        adding.add([self._pair(record, half) for half in fresh])
        return len(fresh)

    def _pair(self, record: Record, half: Half[UUID]) -> Pair:
        assert isinstance(half.record, UUID)
        left, right = sorted((record.id, half.record))
        return Pair(
            registry=self.registry,
            left_id=left,
            right_id=right,
            weight=round(half.match.weight, 3),
            probability=round(half.match.probability, 6),
            parts=explanation(self.kind, half.match),
            model=keeping.scorer(self.kind.key).model.edition,
        )

    def _tell(self, record: Record, golden: Golden, decision: Decision[UUID], known: Record | None, made: bool) -> None:
        happened = Event.Kind.MADE if made else Event.Kind.CHANGED if known else Event.Kind.ATTACHED
        refs = {"record": str(record.id), "source": self.source.key, "outcome": decision.outcome}
        adding.add([Event(golden=golden, kind=happened, by=self.actor.ref, refs=refs)])
        ledger.record("bases.record.resolved", self.actor.ref, {"golden": str(golden.id), **refs})
        outbox.emit(CHANGED, str(golden.id), {"golden": str(golden.id), "record": str(record.id)})


def _wait(keys: Iterable[str]) -> None:
    """Hold the lanes of these keys, in order, until the transaction ends: two who might be the same go one by one."""
    lanes = sorted({zlib.crc32(key.encode()) % LANES for key in keys})
    list(Lane.objects.select_for_update().filter(id__in=lanes).order_by("id").values_list("id", flat=True))


def _known(source: Source, reference: str) -> Record | None:
    indexes = blind.indexes(reference, f"bases.{source.key}")
    record = Record.objects.filter(source=source, reference__in=indexes).first()
    if record is not None:
        record.source = source
    return record


def _kept_apart(golden: set[UUID]) -> set[frozenset[UUID]]:
    """Golden records of which a steward said that they are two."""
    if len(golden) < 2:
        return set()
    rows = Pair.objects.filter(Q(left__golden__in=golden) & Q(right__golden__in=golden), state=Pair.State.APART)
    return {frozenset(pair) for pair in rows.values_list("left__golden_id", "right__golden_id")}


def _pairs_of(record: Record, halves: Sequence[Half[UUID]]) -> list[tuple[UUID, UUID]]:
    others = [half.record for half in halves]
    rows = Pair.objects.filter(Q(left=record, right__in=others) | Q(right=record, left__in=others))
    return list(rows.values_list("left_id", "right_id"))


__all__ = ["CHANGED", "Resolved", "resolve"]
