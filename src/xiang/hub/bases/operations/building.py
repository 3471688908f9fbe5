"""Building a registry from the clusters of a batch linkage: set-wise, in chunks, each its own transaction.

What was built before stays: a record that the registry knows is resolved one by one, and keeps its golden id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust import blind
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.engine.scoring import explanation
from xiang.hub.bases.keeping import Spoken
from xiang.hub.bases.models import Golden, Key, Pair, Record, Registry, Source
from xiang.hub.bases.operations.registering import lead_of
from xiang.hub.bases.operations.resolving import resolve

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
    """What a building did."""

    golden: int = 0
    records: int = 0
    resolved: int = 0
    pairs: int = 0


@dataclass
class _Chunk:
    golden: list[Golden] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)


def build(
    registry_key: str,
    clusters: Iterable[Sequence[Resolving]],
    actor: Actor,
    *,
    doubtful: Iterable[tuple[Resolving, Resolving]] = (),
) -> Built:
    """Make a golden record of every cluster; ``doubtful`` pairs go to the stewards."""
    registry = lead_of(registry_key, actor)
    kind = KINDS.get(registry.kind)
    if kind is None:
        raise Refused("no_records", f"“{registry.title}”不由记录归并而成。")
    sources = {one.key: one for one in Source.objects.filter(registry=registry)}
    done, rest = Built(), iter(clusters)
    while chunk := list(islice(rest, _CHUNK)):
        _build_chunk(registry, kind, sources, chunk, done, actor)
    _raise(registry, kind, sources, doubtful, done)
    return done


def _build_chunk(
    registry: Registry,
    kind: Kind,
    sources: Mapping[str, Source],
    clusters: list[Sequence[Resolving]],
    done: Built,
    actor: Actor,
) -> None:
    known = _known(sources, [one for cluster in clusters for one in cluster])
    chunk = _Chunk()
    for cluster in clusters:
        if any((one.source, one.reference) in known for one in cluster):
            for one in cluster:
                resolve(one.source, one.reference, one.values, actor, day=one.day)
            done.resolved += len(cluster)
        else:
            _add(chunk, registry, kind, sources, cluster)
    with transaction.atomic():
        Golden.objects.bulk_create(chunk.golden, batch_size=500)
        Record.objects.bulk_create(chunk.records, batch_size=500)
        Key.objects.bulk_create(chunk.keys, batch_size=2000)
        counts = {"golden": str(len(chunk.golden)), "records": str(len(chunk.records))}
        ledger.record("bases.registry.built", actor.ref, {"registry": registry.key, **counts})
    done.golden += len(chunk.golden)
    done.records += len(chunk.records)


def _add(
    chunk: _Chunk, registry: Registry, kind: Kind, sources: Mapping[str, Source], cluster: Sequence[Resolving]
) -> None:
    now = instant.now()
    golden = Golden(id=new_id(), registry=registry, made_at=now, changed_at=now)
    spoken = []
    for one in cluster:
        source, values = sources[one.source], keeping.cleaned(kind, one.values)
        reference = blind.index(one.reference, f"bases.{source.key}")
        record = Record(
            id=new_id(), source=source, reference=reference, golden=golden, values=values, day=one.day, changed_at=now
        )
        chunk.records.append(record)
        blinded = keeping.blind_keys(kind, registry.key, kind.features(values))
        chunk.keys += [Key(record=record, value=key.value, decisive=key.decisive) for key in blinded]
        spoken.append(Spoken(record.id, source.key, source.rank, one.day, values))
    golden.values = keeping.survivors(spoken, registry.rules, {})
    chunk.golden.append(golden)


def _known(sources: Mapping[str, Source], records: Sequence[Resolving]) -> set[tuple[str, str]]:
    """Those that the registry holds already, by source and reference."""
    by_index = {
        index: (one.source, one.reference) for one in records for index in keeping.references(one.source, one.reference)
    }
    rows = Record.objects.filter(source__in=sources.values(), reference__in=list(by_index))
    return {by_index[reference] for reference in rows.values_list("reference", flat=True)}


def _raise(
    registry: Registry,
    kind: Kind,
    sources: Mapping[str, Source],
    doubtful: Iterable[tuple[Resolving, Resolving]],
    done: Built,
) -> None:
    rest = iter(doubtful)
    while chunk := list(islice(rest, _CHUNK)):
        ids = _ids(sources, [one for pair in chunk for one in pair])
        pairs = list(_pairs(registry, kind, chunk, ids))
        Pair.objects.bulk_create(pairs, ignore_conflicts=True)
        done.pairs += len(pairs)


def _pairs(
    registry: Registry,
    kind: Kind,
    doubtful: Sequence[tuple[Resolving, Resolving]],
    ids: Mapping[tuple[str, str], UUID],
) -> Iterator[Pair]:
    scorer = keeping.scorer(kind.key)
    for one, other in doubtful:
        ends = [ids.get((each.source, each.reference)) for each in (one, other)]
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        match = scorer.match(kind.features(one.values), kind.features(other.values))
        left, right = sorted(end for end in ends if end is not None)
        yield Pair(
            registry=registry,
            left_id=left,
            right_id=right,
            weight=round(match.weight, 3),
            probability=round(match.probability, 6),
            parts=explanation(kind, match),
            model=scorer.model.edition,
        )


def _ids(sources: Mapping[str, Source], records: Sequence[Resolving]) -> dict[tuple[str, str], UUID]:
    by_index = {
        index: (one.source, one.reference)
        for one in records
        for index in blind.indexes(one.reference, f"bases.{sources[one.source].key}")
    }
    rows = Record.objects.filter(reference__in=list(by_index)).values_list("reference", "id")
    return {by_index[reference]: found for reference, found in rows}
