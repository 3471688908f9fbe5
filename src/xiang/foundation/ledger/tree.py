"""The kept tree: digests of complete subtrees by position. Whatever is asked of it is one query of O(log n) rows."""

from __future__ import annotations

from collections.abc import Iterable

from xiang.foundation.ledger import merkle
from xiang.foundation.ledger.models import Fence, Node

LOG = "log"


def size() -> int:
    """How many entries have been sealed."""
    return Fence.objects.filter(name=LOG).values_list("size", flat=True).first() or 0


def kept(positions: Iterable[int]) -> dict[int, bytes]:
    """The kept digests at some positions."""
    rows = Node.objects.filter(position__in=list(positions)).values_list("position", "digest")
    return {place: bytes(digest) for place, digest in rows}


def digests(spans: Iterable[merkle.Range]) -> list[bytes]:
    """The digests of some spans of leaves; ``KeyError`` when the log does not reach that far."""
    spans = list(spans)
    return merkle.digests(spans, kept(merkle.positions(spans)))


def root(size: int) -> bytes:
    """The root of the first ``size`` entries."""
    return digests([(0, size)])[0]


def growth(size: int) -> merkle.Growth:
    """The tree of the first ``size`` entries, ready to grow."""
    places = list(merkle.peaks((0, size)))
    found = kept(places)
    return merkle.Growth(size, [found[place] for place in places])
