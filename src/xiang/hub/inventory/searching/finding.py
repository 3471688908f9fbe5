"""From what somebody asked, and who they are, to the keys found and how many there are of each facet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import Actor
from xiang.foundation.search import tokens
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.searching import index

FRESHNESS = ("fresh", "stale", "unknown")
MOST_VALUES = 200
_SHARED = [CatalogueEntry.Share.UNCONDITIONAL.value, CatalogueEntry.Share.CONDITIONAL.value]


@dataclass(frozen=True, slots=True)
class Asked:
    """Words, and one chosen value a facet (:data:`index.FACETS` and ``freshness``)."""

    text: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keys:
    """What was found: keys of one page, how many in all, and how many of each value."""

    keys: Sequence[str]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def find(actor: Actor, asked: Asked, offset: int, size: int) -> Keys:
    """The best first; without words the newest first. Only what :func:`_allowed` lets the actor see is counted."""
    found = index.fresh()
    searcher, now = found.searcher(), int(instant.now().timestamp())
    query = _query(found.schema, actor, asked, now)
    order = {} if asked.text.strip() else {"order_by_field": "published"}
    hits = searcher.search(query, size, count=False, offset=offset, **order).hits
    counted = searcher.aggregate(query, _counts(now))
    facets = {name: _values(counted[name]["buckets"]) for name in index.FACETS}
    facets["freshness"] = _freshness(counted["freshness"]["buckets"])
    return Keys([searcher.doc(address)["key"][0] for _, address in hits], sum(facets["freshness"].values()), facets)


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


def _query(schema: Any, actor: Actor, asked: Asked, now: int) -> Any:
    from tantivy import Occur, Query

    parts = [(Occur.Must, meaning) for meaning in _words(schema, asked.text)]
    for name, value in asked.facets.items():
        chosen = _fresh(schema, value, now) if name == "freshness" else Query.term_query(schema, name, value, "basic")
        parts.append((Occur.Must, Query.boost_query(chosen, 0.0)))
    allowed = _allowed(schema, actor)
    if allowed is not None:
        parts.append((Occur.Must, Query.boost_query(allowed, 0.0)))
    return Query.boolean_query(parts) if parts else Query.all_query()


def _allowed(schema: Any, actor: Actor) -> Any:
    """The conditions of ``queries.visible_to``, for the index."""
    from tantivy import Occur, Query

    if rights.is_hub(actor) or actor.has("auditor"):
        return None
    shared = Query.term_set_query(schema, "share", _SHARED)
    if not actor.is_staff:
        offered = Query.term_query(schema, "open", CatalogueEntry.Open.OPEN.value, "basic")
        return Query.boolean_query([(Occur.Must, shared), (Occur.Must, offered)])
    own = Query.term_query(schema, "body", actor.body_key, "basic")
    return Query.boolean_query([(Occur.Should, shared), (Occur.Should, own)], 1)


def _fresh(schema: Any, value: str, now: int) -> Any:
    from tantivy import FieldType, Query

    low, high = {"fresh": (now, 1 << 40), "stale": (1, now - 1)}.get(value, (0, 0))
    return Query.range_query(schema, "fresh_until", FieldType.Unsigned, low, high)


def _words(schema: Any, text: str) -> list[Any]:
    """Each word must be met: as a word, or as a run of characters where the dictionary cuts otherwise."""
    from tantivy import Query

    typed = tokens.normalise(tokens.without_personal(text)[: tokens.LONGEST_QUESTION])
    found = []
    for word in dict.fromkeys(tokens.words(typed)):
        ways = [
            Query.boost_query(Query.term_query(schema, "title_words", word, "freq"), 3.0),
            Query.term_query(schema, "text_words", word, "freq"),
            Query.boost_query(_run(schema, "title_characters", word), 2.5),
            _run(schema, "text_characters", word),
        ]
        found.append(Query.disjunction_max_query(ways, 0.1))
    return found


def _run(schema: Any, name: str, word: str) -> Any:
    from tantivy import Query

    run = tokens.characters(word)
    return Query.term_query(schema, name, run[0]) if len(run) == 1 else Query.phrase_query(schema, name, [*run])
