"""Who may be the same as a record (候选): everybody who shares a key with it, as far as a key singles anybody out.

1. Read the holders of all keys at once. Hardly ever are they more than one reading takes.
2. Otherwise read the first holders of each key. The rarest keys come first, those that decide alone before all others.
3. A key whose holders no longer fit is crowded: its first holders fill what is left, the others are not compared, and
   whoever asks is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from xiang.foundation.ground.compiled import Compiled
from xiang.hub.bases.models import Key, Record, Registry

_ROWS = 1000  # holders that one reading takes
_PLACES = 8  # keys in one question: a record has hardly ever more

_holders_of = Compiled(
    lambda a, b, c, d, e, f, g, h: Key.objects.filter(value__in=(a, b, c, d, e, f, g, h)).values_list(
        "value", "decisive", "record__golden_id"
    )[: _ROWS + 1]
)
_records_of = Compiled(
    lambda registry, golden=(): Record.objects.select_related("source").filter(
        golden_id__among=golden, source__registry_id=registry
    )
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Every member of the golden records to compare with, and the names of the keys that more of them share."""

    records: list[Record]
    crowded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Holders:
    """The golden records that hold a key, the oldest first; whether there are ``more`` that were not read."""

    golden: list[UUID]
    decisive: bool
    more: bool = False


def candidates(registry: Registry, keys: Mapping[str, str], own: UUID | None, most: int) -> Candidates:
    """Those that share one of the ``keys`` (blind key to its name), and the members of the golden record ``own``: of
    ``most`` golden records, because a key that more of them hold singles nobody out."""
    found = _all_holders(keys)
    if found is None:
        found = {key: _first_holders(key, most) for key in keys}
    chosen: dict[UUID, None] = {} if own is None else {own: None}
    crowded = []
    for key, holders in sorted(found.items(), key=lambda pair: (not pair[1].decisive, len(pair[1].golden), pair[0])):
        fresh = [golden for golden in holders.golden if golden not in chosen]
        if holders.more or len(chosen) + len(fresh) > most:
            crowded.append(keys[key])
        chosen |= dict.fromkeys(fresh[: max(most - len(chosen), 0)])
    return Candidates(_members(registry, chosen), tuple(crowded))


def _all_holders(keys: Mapping[str, str]) -> dict[str, _Holders] | None:
    """The holders of every key, or nothing when there are too many to read."""
    read = []
    asked = list(keys)
    for start in range(0, len(asked), _PLACES):
        part = asked[start : start + _PLACES]
        read += _holders_of(*part, *[""] * (_PLACES - len(part)))
    if len(read) > _ROWS:
        return None
    found: dict[str, _Holders] = {}
    for value, decisive, golden in sorted(read, key=lambda row: row[2]):
        holders = found.setdefault(value, _Holders([], decisive)).golden
        if golden not in holders[-1:]:
            holders.append(golden)
    return found


def _first_holders(key: str, most: int) -> _Holders:
    rows = Key.objects.filter(value=key).order_by("record_id").values_list("decisive", "record__golden_id")
    read = list(rows[: most + 1])
    golden = list(dict.fromkeys(golden for _, golden in read))
    return _Holders(golden, any(decisive for decisive, _ in read), more=len(read) > most)


def _members(registry: Registry, golden: Collection[UUID]) -> list[Record]:
    return _records_of(registry.id, tuple(golden)) if golden else []
