"""Settling one cluster of a batch linkage of which the registry knows something already (归并到已有的主记录).

A golden record keeps its id; ids become one only by merging, which can be undone. What a steward said stands: two that
were put apart are not merged, and from a golden record that a steward merged nothing is taken; the steward is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from xiang.foundation.ground import adding
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.kinds import Kind
from xiang.hub.bases.models import Event, Golden, Merge, Pair, Record, Registry, Source
from xiang.hub.bases.operations.merging import absorb
from xiang.hub.bases.operations.recording import keep_record, kept_apart, pair_of
from xiang.hub.bases.operations.resolving import CHANGED, resolve
from xiang.hub.bases.operations.valuing import revalue_stored

_WHY = "批量归并为同一组"


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a known record stands, and the digest of what it said."""

    record: UUID
    golden: UUID
    digest: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of a member of the cluster, and where it stands when it is known."""

    source: Source
    reference: str
    values: Mapping[str, str]
    day: str
    digest: str
    stands: Stands | None


@dataclass
class Settled:
    """What settling did."""

    made: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    merged: int = 0
    pairs: int = 0


class Settling:
    """The settling of one cluster, in the caller's transaction."""

    def __init__(self, registry: Registry, kind: Kind, actor: Actor) -> None:
        self.registry, self.kind, self.actor = registry, kind, actor
        self.golden: Golden | None = None
        self.touched: set[UUID] = set()
        self.done = Settled()

    def settle(self, said: Sequence[Said], elsewhere: Collection[UUID]) -> Settled:
        """``elsewhere``: golden records that go with other clusters, though this one holds records of theirs."""
        self._join(sorted({one.stands.golden for one in said if one.stands} - set(elsewhere)))
        for one in said:
            if one.stands is not None and one.stands.golden in elsewhere:
                self._bring(one.stands)
        for one in said:
            if one.stands is None or one.stands.digest != one.digest:
                self._keep(one)
        self._tell()
        return self.done

    # -- 1. the golden records of the cluster become one

    def _join(self, own: Sequence[UUID]) -> None:
        if not own:
            return
        kept = Golden.objects.select_for_update(of=("self",)).select_related("registry").get(id=own[0])
        self.golden = kept
        for other in own[1:]:
            if self._may_join(kept.id, other):
                absorb(kept, other, _WHY, self.actor, by_rule=True)
                self.touched.add(kept.id)
                self.done.merged += 1

    def _may_join(self, kept: UUID, other: UUID) -> bool:
        """By rule, unless a steward said that they are two, or each holds a number of its own."""
        if kept_apart({kept, other}):
            return False
        if len(self._numbers(kept) | self._numbers(other)) > 1:
            self._ask(_first(kept), _first(other))
            return False
        return True

    def _home(self) -> Golden:
        """The golden record of the cluster, made when none of the known ones goes with it."""
        if self.golden is None:
            self.golden = Golden.objects.create(registry=self.registry, values={})
            adding.add([Event(golden=self.golden, kind=Event.Kind.MADE, by=self.actor.ref)])
            self.done.made += 1
        return self.golden

    # -- 2. what stands elsewhere comes over

    def _bring(self, stands: Stands) -> None:
        record = Record.objects.get(id=stands.record)
        if self.golden is not None and kept_apart({self.golden.id, stands.golden}):
            return
        clashes = self.golden is not None and self._clashes(record.values, self.golden)
        if clashes or Merge.objects.filter(kept=stands.golden, undone_at=None, by_rule=False).exists():
            if self.golden is not None:
                self._ask(record, _first(self.golden.id))
            return
        golden = self._home()
        Record.objects.filter(id=record.id).update(golden=golden)
        refs = {"record": str(record.id), "from": str(stands.golden), "to": str(golden.id)}
        both = (stands.golden, golden.id)
        adding.add([Event(golden_id=one, kind=Event.Kind.MOVED, by=self.actor.ref, refs=refs) for one in both])
        self.touched.update(both)
        self.done.moved += 1

    # -- 3. what is new or changed is kept

    def _keep(self, one: Said) -> None:
        """With the golden record of the cluster; what its number keeps out of it, or who stayed elsewhere, is resolved."""
        if not self.kind.features(one.values):
            return
        golden = self._home()
        known = None if one.stands is None else Record.objects.get(id=one.stands.record)
        if (known is not None and known.golden_id != golden.id) or self._clashes(one.values, golden):
            resolve(one.source.key, one.reference, one.values, self.actor, day=one.day)
        else:
            index = keeping.references(one.source.key, one.reference)[0]
            kept = keep_record(one.source, self.kind, golden, known, index, one.values, one.day)
            happened = Event.Kind.CHANGED if known else Event.Kind.ATTACHED
            refs = {"record": str(kept.id), "source": one.source.key}
            adding.add([Event(golden=golden, kind=happened, by=self.actor.ref, refs=refs)])
            self.touched.add(golden.id)
        self.done.changed += known is not None
        self.done.added += known is None

    # -- 4. values and history

    def _tell(self) -> None:
        for one in Golden.objects.select_related("registry").filter(id__in=self.touched).order_by("id"):
            revalue_stored(one)
            ledger.record("bases.cluster.settled", self.actor.ref, {"golden": str(one.id)})
            outbox.emit(CHANGED, str(one.id), {"golden": str(one.id)})

    def _clashes(self, values: Mapping[str, str], golden: Golden) -> bool:
        """Whether a record holds another number than somebody who stands with a golden record."""
        number = self.kind.features(values).get(self.kind.apart)
        return number is not None and bool(self._numbers(golden.id) - {number})

    def _numbers(self, golden: UUID) -> set[str]:
        """The numbers that keep beings apart, of all who stand with a golden record."""
        held = (self.kind.features(one.values) for one in Record.objects.filter(golden_id=golden))
        return {number for features in held if (number := features.get(self.kind.apart))}

    def _ask(self, one: Record, other: Record) -> None:
        """A pair for the steward, unless there is one."""
        both = {one.id, other.id}
        if Pair.objects.filter(left__in=both, right__in=both).exists():
            return
        scorer, features = keeping.scorer(self.kind.key), self.kind.features
        match = scorer.match(features(one.values), features(other.values))
        adding.add([pair_of(self.registry, self.kind, both, match, Pair.Cause.REGROUPED)])
        self.done.pairs += 1


def _first(golden: UUID) -> Record:
    return Record.objects.filter(golden_id=golden).order_by("id")[0]
