"""From what somebody asked, and who they are, to the entries found and how many there are of each facet."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.searching import grams, index

FRESHNESS = ("fresh", "stale", "unknown")
MOST_VALUES = 100
MOST_COUNTED = 500
TITLE_WEIGHT = 3.0
_counted: dict[Hashable, dict[str, dict[str, int]]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """Words, and one chosen value a facet (:data:`index.FACETS` and ``freshness``)."""

    text: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: ids of one page in order with their resources, how many in all, and how many of each value."""

    resources: Mapping[UUID, int]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def find(actor: Actor, asked: Asked, offset: int, size: int) -> Hits:
    """The best first; without words the newest first. Only what :func:`_allowed` lets the actor see is counted.

    All is counted exactly: a hundred thousand entries take five milliseconds. What was counted is kept until the index
    changes, a minute at most, for further pages and for the many who open the same list.
    """
    made, found = index.fresh()
    searcher, now = found.searcher(), int(instant.now().timestamp())
    pieces = tuple(grams.of_question(asked.text))
    narrowed = [*_chosen(found.schema, asked, now), *_allowed(found.schema, actor, bool(pieces))]
    order = {} if pieces else {"order_by_field": "published"}
    hits = searcher.search(_query(found.schema, pieces, narrowed), size, count=False, offset=offset, **order).hits
    key = (made, now // 60, rights.sees(actor), actor.body_key, pieces, *sorted(asked.facets.items()))
    if key not in _counted:
        if len(_counted) >= MOST_COUNTED:
            _counted.clear()
        _counted[key] = _count(searcher, _query(found.schema, pieces, narrowed, ranked=False), now)
    kept = (searcher.doc(address) for _, address in hits)
    resources = {UUID(one["id"][0]): int(one["resources"][0]) for one in kept}
    return Hits(resources, sum(_counted[key]["freshness"].values()), _counted[key])


def forget() -> None:
    """Count anew, as for a question that nobody asked yet."""
    _counted.clear()


def _count(searcher: Any, query: Any, now: int) -> dict[str, dict[str, int]]:
    counted = searcher.aggregate(query, _counts(now))
    facets = {name: _values(counted[name]["buckets"]) for name in index.FACETS}
    return facets | {"freshness": _freshness(counted["freshness"]["buckets"])}


def _counts(now: int) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in index.FACETS}
    ranges = [{"key": "unknown", "to": 1.0}, {"key": "stale", "from": 1.0, "to": float(now)}]
    ranges.append({"key": "fresh", "from": float(now)})
    return wanted | {"freshness": {"range": {"field": "fresh_until", "ranges": ranges}}}


def _values(buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}


def _freshness(buckets: Any) -> dict[str, int]:
    counted = _values(buckets if isinstance(buckets, list) else [])
    return {name: counted.get(name, 0) for name in FRESHNESS}


def _query(schema: Any, pieces: Sequence[str], narrowed: Sequence[Any], *, ranked: bool = True) -> Any:
    """Every piece must be met; in a title it weighs four times as much, where what is found is ranked."""
    from tantivy import Occur, Query

    parts = list(narrowed)
    for piece in pieces:
        parts.append((Occur.Must, Query.term_query(schema, "text", piece, "freq")))
        if ranked:
            titled = Query.term_query(schema, "title", piece, "freq")
            parts.append((Occur.Should, Query.boost_query(titled, TITLE_WEIGHT)))
    return Query.boolean_query(parts) if parts else Query.all_query()


def _chosen(schema: Any, asked: Asked, now: int) -> Iterator[Any]:
    """The chosen facets, which weigh nothing."""
    from tantivy import Occur, Query

    for name, value in asked.facets.items():
        chosen = _fresh(schema, value, now) if name == "freshness" else Query.term_query(schema, name, value, "basic")
        yield Occur.Must, Query.const_score_query(chosen, 0.0)


def _allowed(schema: Any, actor: Actor, worded: bool) -> Iterator[Any]:
    """The conditions of ``queries.visible_to``, for the index.

    Most of all is shared. Among what has certain words it takes half the time to leave out the rest; without words, to
    take what is shared.
    """
    from tantivy import Occur, Query

    sees = rights.sees(actor)
    if sees == "all":
        return
    kept_back = Query.term_query(schema, "kept_back", "yes", "basic")
    shared = Query.term_query(schema, "kept_back", "no", "basic")
    own = Query.term_query(schema, "body", actor.body_key if sees == "own" else "", "basic")
    if worded:
        yield Occur.MustNot, Query.boolean_query([(Occur.Must, kept_back), (Occur.MustNot, own)])
    else:
        either = Query.boolean_query([(Occur.Should, shared), (Occur.Should, own)])
        yield Occur.Must, Query.const_score_query(either, 0.0)
    if sees == "public":
        offered = Query.term_query(schema, "open", CatalogueEntry.Open.OPEN.value, "basic")
        yield Occur.Must, Query.const_score_query(offered, 0.0)


def _fresh(schema: Any, value: str, now: int) -> Any:
    from tantivy import FieldType, Query

    low, high = {"fresh": (now, 1 << 40), "stale": (1, now - 1)}.get(value, (0, 0))
    return Query.range_query(schema, "fresh_until", FieldType.Unsigned, low, high)
