"""Golden values anew: after a record came, went or changed, and after a correction."""

from __future__ import annotations

from collections.abc import Iterable

from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.hub.bases import keeping
from xiang.hub.bases.keeping import Spoken
from xiang.hub.bases.models import Correction, Golden, Record, Registry

_corrections = Compiled(lambda golden: Correction.objects.filter(golden_id=golden, withdrawn_at=None))


def revalue(golden: Golden, members: Iterable[Record], registry: Registry, *, fresh: bool = False) -> None:
    """Work out the golden values from all members (with their sources) and write them when they changed.

    A ``fresh`` golden record is only filled: the caller adds it.
    """
    spoken = [Spoken(one.id, one.source.key, one.source.rank, one.day, one.values) for one in members]
    values = keeping.survivors(spoken, registry.rules, {} if fresh else corrected(golden))
    if fresh:
        golden.values = values
    elif values != golden.values:
        golden.values, golden.changed_at = values, instant.now()
        golden.save(update_fields=["values", "changed_at"])


def revalue_stored(golden: Golden) -> None:
    """The same, from the members as they are kept."""
    members = Record.objects.select_related("source").filter(golden=golden)
    revalue(golden, members, golden.registry)


def corrected(golden: Golden) -> dict[str, str]:
    """What stewards settled of a golden record."""
    return {one.field: one.value for one in _corrections(golden.id)}
