"""What can be found. A room registers a kind and a function that yields its documents::

    def documents(keys):                     # None: all of them; otherwise only these, those that exist
        for item in queries.published(keys):
            yield SearchDocument(item.key, "item", item.title, item.summary, item.url, boost=item.popularity)

    register("item", "办事", documents, order=10)

and says ``operations.changed("item", key)`` in the transaction that changes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

PUBLIC = "public"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing that can be found. ``division``: a code, empty for the whole province; ``boost``: from 0 (usual) up."""

    key: str
    kind: str
    title: str
    text: str
    url: str
    audience: str = PUBLIC
    boost: float = 0.0
    division: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.key}"


Fetch = Callable[[Sequence[str] | None], Iterable[SearchDocument]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of documents, with the word that a result is marked with."""

    key: str
    title: str
    fetch: Fetch
    order: int = 100


_kinds: dict[str, Kind] = {}


def register(kind: str, title: str, fetch_documents: Fetch, order: int = 100) -> None:
    """Add a kind of documents."""
    known = _kinds.get(kind)
    if known and known.fetch is not fetch_documents:
        raise ValueError(f"two rooms register {kind} for searching")
    _kinds[kind] = Kind(kind, title, fetch_documents, order)


def find(kind: str) -> Kind | None:
    """The kind of this key."""
    return _kinds.get(kind)


def kinds() -> list[Kind]:
    """Every kind, in the order in which they are offered."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.key))
