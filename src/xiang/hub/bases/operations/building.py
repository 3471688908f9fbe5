"""Building a registry from the clusters of a batch linkage: set-wise, in chunks, each its own transaction.

1. Read once where the known records stand. A golden record goes with the cluster that holds most of its records
   (of equals, the one with its oldest record), so that no id ever means somebody else.
2. Chunk by chunk: a cluster of which nothing is known becomes a golden record; one of which everything is known, unchanged
   and together, is left alone without opening anything.
3. Every other cluster is settled: its golden records become one by rule (the oldest stays), what is new or changed is
   kept, what stands elsewhere comes over. Where a steward has spoken nothing moves: the steward is asked again.
4. What the linkage found doubtful goes to the stewards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.keeping import Spoken
from xiang.hub.bases.models import Golden, Key, Pair, Record, Registry, Source
from xiang.hub.bases.operations.recording import keys_of, pair_of, wait_for_all
from xiang.hub.bases.operations.registering import lead_of
from xiang.hub.bases.operations.settling import Said, Settling, Stands

T = TypeVar("T")
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Resolving:
    """One record of a cluster: its source, the source's key of it, what it says, since when."""

    source: str
    reference: str
    values: Mapping[str, Any]
    day: str = ""


@dataclass
class Built:
    """What a building did: golden records made, records added, changed, moved; golden records merged; pairs raised."""

    golden: int = 0
    records: int = 0
    changed: int = 0
    moved: int = 0
    merged: int = 0
    pairs: int = 0


def build(
    registry_key: str,
    clusters: Iterable[Sequence[Resolving]],
    actor: Actor,
    *,
    doubtful: Iterable[tuple[Resolving, Resolving]] = (),
) -> Built:
    """Make a golden record of every cluster, for who leads the registry; ``doubtful`` pairs go to the stewards.

    The same clusters again write nothing. ``clusters`` are read twice when the registry holds records already. ``Absent``
    without such a registry or source, ``Refused`` (``no_records``) when it is not made of records.
    """
    registry = lead_of(registry_key, actor)
    kind = KINDS.get(registry.kind)
    if kind is None:
        raise Refused("no_records", f"“{registry.title}”不由记录归并而成。")
    return _Building(registry, kind, actor).run(clusters, doubtful)


class _Building:
    """One building."""

    def __init__(self, registry: Registry, kind: Kind, actor: Actor) -> None:
        self.registry, self.kind, self.actor = registry, kind, actor
        self.sources = {one.key: one for one in Source.objects.filter(registry=registry)}
        for one in self.sources.values():
            one.registry = registry
        self.done = Built()

    def run(self, clusters: Iterable[Sequence[Resolving]], doubtful: Iterable[tuple[Resolving, Resolving]]) -> Built:
        contested: Mapping[UUID, int] = {}
        if Record.objects.filter(source__registry=self.registry).exists():
            clusters = list(clusters) if isinstance(clusters, Iterator) else clusters
            contested = self._contested(clusters)
        for chunk in _chunked(enumerate(clusters)):
            self._build(chunk, contested)
        for pairs in _chunked(doubtful):
            self._raise(pairs)
        return self.done

    # -- where the known records stand

    def _contested(self, clusters: Iterable[Sequence[Resolving]]) -> dict[UUID, int]:
        """Of each golden record that several clusters hold records of: the number of the one that keeps it."""
        first: dict[UUID, int] = {}
        held: dict[UUID, Counter[int]] = {}
        oldest: dict[UUID, tuple[UUID, int]] = {}
        for chunk in _chunked(enumerate(clusters)):
            known = self._known([one for _, cluster in chunk for one in cluster])
            for number, cluster in chunk:
                for one in cluster:
                    if (stands := known.get((one.source, one.reference))) is None:
                        continue
                    if first.setdefault(stands.golden, number) != number:
                        held.setdefault(stands.golden, Counter())
        if held:
            self._count(clusters, held, oldest)
        return {
            golden: max(counts, key=lambda number: (counts[number], number == oldest[golden][1], -number))
            for golden, counts in held.items()
        }

    def _count(
        self,
        clusters: Iterable[Sequence[Resolving]],
        held: Mapping[UUID, Counter[int]],
        oldest: dict[UUID, tuple[UUID, int]],
    ) -> None:
        """How many records of a contested golden record each cluster holds, and which holds its oldest."""
        for chunk in _chunked(enumerate(clusters)):
            known = self._known([one for _, cluster in chunk for one in cluster])
            for number, cluster in chunk:
                for one in cluster:
                    stands = known.get((one.source, one.reference))
                    if stands is not None and stands.golden in held:
                        held[stands.golden][number] += 1
                        least = oldest.get(stands.golden, (stands.record, number))
                        oldest[stands.golden] = min(least, (stands.record, number))

    def _known(self, records: Sequence[Resolving]) -> dict[tuple[str, str], Stands]:
        """Those that the registry holds already, by source and reference."""
        by_index = {
            (self._source(one).id, index): (one.source, one.reference)
            for one in records
            for index in keeping.references(one.source, one.reference)
        }
        rows = Record.objects.filter(source__in=self.sources.values(), reference__in={index for _, index in by_index})
        found = rows.values_list("source_id", "reference", "id", "golden_id", "digest")
        return {
            by_index[source, index]: Stands(record, golden, digest)
            for source, index, record, golden, digest in found
            if (source, index) in by_index
        }

    def _source(self, one: Resolving) -> Source:
        source = self.sources.get(one.source)
        if source is None:
            raise Absent("source_absent", f"没有数源“{one.source}”，请先登记在“{self.registry.title}”下。")
        return source

    # -- chunk by chunk

    def _build(self, clusters: Sequence[tuple[int, Sequence[Resolving]]], contested: Mapping[UUID, int]) -> None:
        new = _New()
        with transaction.atomic():
            wait_for_all()
            known = self._known([one for _, cluster in clusters for one in cluster])
            for number, cluster in clusters:
                said = [self._said(one, known) for one in cluster]
                standing = {one.stands.golden for one in said if one.stands}
                elsewhere = {golden for golden in standing if contested.get(golden, number) != number}
                if not standing:
                    self._add(new, said)
                elif elsewhere or not _as_it_stands(said):
                    self._settle(said, elsewhere)
            new.write()
            if new.golden:
                counts = {"golden": str(len(new.golden)), "records": str(len(new.records))}
                ledger.record("bases.registry.built", self.actor.ref, {"registry": self.registry.key, **counts})
        self.done.golden += len(new.golden)
        self.done.records += len(new.records)

    def _said(self, one: Resolving, known: Mapping[tuple[str, str], Stands]) -> Said:
        values = keeping.cleaned(self.kind, one.values)
        digest = keeping.digest(one.source, values, one.day)
        stands = known.get((one.source, one.reference))
        return Said(self._source(one), one.reference, values, one.day, digest, stands)

    def _settle(self, said: Sequence[Said], elsewhere: set[UUID]) -> None:
        settled = Settling(self.registry, self.kind, self.actor).settle(said, elsewhere)
        self.done.golden += settled.made
        self.done.records += settled.added
        self.done.changed += settled.changed
        self.done.moved += settled.moved
        self.done.merged += settled.merged
        self.done.pairs += settled.pairs

    def _add(self, new: _New, said: Sequence[Said]) -> None:
        now = instant.now()
        golden = Golden(id=new_id(), registry=self.registry, made_at=now, changed_at=now)
        spoken = []
        for one in said:
            record = Record(
                id=new_id(),
                source=one.source,
                reference=keeping.references(one.source.key, one.reference)[0],
                golden=golden,
                values=one.values,
                day=one.day,
                digest=one.digest,
                changed_at=now,
            )
            new.records.append(record)
            new.keys += keys_of(record, self.kind, self.registry.key)
            spoken.append(Spoken(record.id, one.source.key, one.source.rank, one.day, one.values))
        golden.values = keeping.survivors(spoken, self.registry.rules, {})
        new.golden.append(golden)

    # -- what the linkage doubts

    def _raise(self, doubtful: Sequence[tuple[Resolving, Resolving]]) -> None:
        """Pairs for the stewards; of two that are one by now, or were asked about before, none."""
        known = self._known([one for pair in doubtful for one in pair])
        ends = [[known.get((each.source, each.reference)) for each in pair] for pair in doubtful]
        asked = _asked([one.record for pair in ends for one in pair if one])
        scorer, features = keeping.scorer(self.kind.key), self.kind.features
        raised = []
        for (one, other), (left, right) in zip(doubtful, ends, strict=True):
            if left is None or right is None or left.golden == right.golden:
                continue
            both = frozenset((left.record, right.record))
            if both not in asked:
                match = scorer.match(*(features(keeping.cleaned(self.kind, each.values)) for each in (one, other)))
                raised.append(pair_of(self.registry, self.kind, both, match))
        Pair.objects.bulk_create(raised, ignore_conflicts=True)
        self.done.pairs += len(raised)


@dataclass
class _New:
    """What a chunk adds."""

    golden: list[Golden] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    def write(self) -> None:
        Golden.objects.bulk_create(self.golden, batch_size=500)
        Record.objects.bulk_create(self.records, batch_size=500)
        Key.objects.bulk_create(self.keys, batch_size=2000)


def _as_it_stands(said: Sequence[Said]) -> bool:
    """Whether all of a cluster is known, says the same, and is together."""
    golden = {one.stands.golden if one.stands else None for one in said}
    return len(golden) == 1 and all(one.stands is not None and one.stands.digest == one.digest for one in said)


def _asked(records: Sequence[UUID]) -> set[frozenset[UUID]]:
    rows = Pair.objects.filter(left__in=records, right__in=records)
    return {frozenset(pair) for pair in rows.values_list("left_id", "right_id")}


def _chunked(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
