"""The Merkle tree of RFC 9162, section 2.1, with SM3. Pure: no rows, no keys.

Complete subtrees never change once they are complete, so their digests are kept; everything else is folded from a few
of them. A subtree of level *l* and index *i* covers the leaves ``[i·2ˡ, (i+1)·2ˡ)`` and lies at its in-order position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xiang.foundation.trust.digest import sm3

#: The root of a log without entries.
EMPTY = sm3(b"")

Range = tuple[int, int]


def leaf_digest(data: bytes) -> bytes:
    """The digest of an entry."""
    return sm3(b"\x00" + data)


def parent_digest(left: bytes, right: bytes) -> bytes:
    """The digest of two subtrees side by side."""
    return sm3(b"\x01" + left + right)


def position(level: int, index: int) -> int:
    """Where a complete subtree is kept."""
    return (index << (level + 1)) + (1 << level) - 1


def peaks(span: Range) -> Iterator[int]:
    """The positions of the complete subtrees that a span of leaves consists of, left to right."""
    low, high = span
    while low < high:
        level = (high - low).bit_length() - 1
        yield position(level, low >> level)
        low += 1 << level


def fold(digests: Sequence[bytes]) -> bytes:
    """The digest of a span from those of its peaks."""
    if not digests:
        return EMPTY
    folded = digests[-1]
    for digest in reversed(digests[:-1]):
        folded = parent_digest(digest, folded)
    return folded


def inclusion(index: int, size: int) -> list[Range]:
    """The spans whose digests lead from a leaf to the root of a log of ``size``, nearest first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a log of {size}")
    low, high = 0, size
    spans: list[Range] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency(first: int, second: int) -> list[Range]:
    """The spans whose digests show that the log of ``second`` begins with the log of ``first``."""
    if not 0 < first <= second:
        raise ValueError(f"no consistency from {first} to {second}")
    low, high, whole = 0, second, True
    spans: list[Range] = []
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + spans[::-1]


def positions(spans: Iterable[Range]) -> set[int]:
    """All positions that must be read to know the digests of some spans."""
    return {place for span in spans for place in peaks(span)}


def digests(spans: Iterable[Range], kept: Mapping[int, bytes]) -> list[bytes]:
    """The digests of some spans from the kept ones of complete subtrees."""
    return [fold([kept[place] for place in peaks(span)]) for span in spans]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which an audit path leads, or ``None`` when it has not the right length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            digest = parent_digest(sibling, digest)
            while here & 1 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            digest = parent_digest(digest, sibling)
        here, last = here >> 1, last >> 1
    return digest if last == 0 else None


def is_consistent(first: int, second: int, old: bytes, new: bytes, path: Sequence[bytes]) -> bool:
    """Whether a consistency proof holds between two roots (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and old == new
    steps = list(path) if first & (first - 1) else [old, *path]
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    from_old = from_new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            from_old, from_new = parent_digest(sibling, from_old), parent_digest(sibling, from_new)
            while here & 1 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            from_new = parent_digest(from_new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and from_old == old and from_new == new


@dataclass
class Growth:
    """A tree that grows by leaves. It remembers only its peaks, largest first."""

    size: int = 0
    tops: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """Add a leaf; the subtrees that it completes (itself first), each with its position."""
        complete = [(position(0, self.size), leaf)]
        level, index = 0, self.size
        while index & 1:
            level, index = level + 1, index >> 1
            leaf = parent_digest(self.tops.pop(), leaf)
            complete.append((position(level, index), leaf))
        self.tops.append(leaf)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """The root of what there is."""
        return fold(self.tops)


def _split(width: int) -> int:
    """The largest power of two smaller than ``width``."""
    return 1 << (width - 1).bit_length() - 1
