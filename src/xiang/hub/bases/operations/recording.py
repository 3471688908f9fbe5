"""What resolving one record and building from many have in common: waiting, keeping a record, pairs for stewards."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from xiang.foundation.ground import adding, instant
from xiang.hub.bases import keeping
from xiang.hub.bases.engine.kinds import Kind
from xiang.hub.bases.engine.scoring import Match, explanation
from xiang.hub.bases.models import Golden, Key, Lane, Pair, Record, Registry, Source
from xiang.hub.bases.operations.registering import LANES


def wait(keys: Iterable[str]) -> None:
    """Hold the lanes of these blind keys, in order, until the transaction ends: two who might be the same go one by one.

    On SQLite only one transaction writes at a time: it has the database to itself from its beginning.
    """
    lanes = sorted({zlib.crc32(key.encode()) % LANES for key in keys})
    list(Lane.objects.select_for_update().filter(id__in=lanes).order_by("id").values_list("id", flat=True))


def wait_for_all() -> None:
    """Hold every lane: for a chunk of a building."""
    list(Lane.objects.select_for_update().order_by("id").values_list("id", flat=True))


def keep_record(
    source: Source,
    kind: Kind,
    golden: Golden,
    known: Record | None,
    index: str,
    values: Mapping[str, str],
    day: str,
) -> Record:
    """Write what a source says, with its keys: a new record of the golden one, or the ``known`` one changed."""
    record = known or Record(source=source, reference=index, golden=golden)
    record.values, record.day, record.digest = dict(values), day, keeping.digest(source.key, values, day)
    record.changed_at = instant.now()
    if known is None:
        adding.add([record])
    else:
        record.save(update_fields=["values", "day", "digest", "changed_at"])
        record.keys.all().delete()
    adding.add(keys_of(record, kind, source.registry.key))
    return record


def keys_of(record: Record, kind: Kind, registry_key: str) -> list[Key]:
    """The blind keys of a record, to be added."""
    blinded = keeping.blind_keys(kind, registry_key, kind.features(record.values))
    return [Key(record=record, value=one.value, decisive=one.decisive) for one in blinded]


def pair_of(
    registry: Registry, kind: Kind, records: Collection[UUID], match: Match, cause: Pair.Cause = Pair.Cause.ALIKE
) -> Pair:
    """A pair of two records for the steward, to be added: its explanation holds levels and weights, never values."""
    left, right = sorted(records)
    return Pair(
        registry=registry,
        left_id=left,
        right_id=right,
        weight=round(match.weight, 3),
        probability=round(match.probability, 6),
        parts=explanation(kind, match),
        model=keeping.scorer(kind.key).model.edition,
        cause=cause,
    )


def kept_apart(golden: Collection[UUID]) -> set[frozenset[UUID]]:
    """Golden records of which a steward said that they are two."""
    if len(golden) < 2:
        return set()
    rows = Pair.objects.filter(Q(left__golden__in=golden) & Q(right__golden__in=golden), state=Pair.State.APART)
    return {frozenset(pair) for pair in rows.values_list("left__golden_id", "right__golden_id")}
