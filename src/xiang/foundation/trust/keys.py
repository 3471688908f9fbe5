"""Keys by id: the current one of a purpose, all of them, and rotation (密钥轮换).

The first use of a purpose makes its first key. A rotation makes a new current key; the old ones stay, to read and to
verify what they made.
"""

from __future__ import annotations

from collections.abc import Sequence

from xiang.foundation.trust.providers import ALGORITHMS, SM2, KeyInfo, provider

PURPOSES = tuple(ALGORITHMS)
SIGNING = tuple(purpose for purpose, algorithm in ALGORITHMS.items() if algorithm == SM2)


def current(purpose: str) -> KeyInfo:
    """The key that new things of this purpose are made with."""
    found = provider().keys(purpose)
    return found[-1] if found else provider().create(purpose, after=0)


def every(purpose: str) -> Sequence[KeyInfo]:
    """All keys of a purpose, the current one first."""
    current(purpose)
    return list(reversed(provider().keys(purpose)))


def find(key_id: str) -> KeyInfo:
    """The key with this id; raises ``KeyMissing``."""
    return provider().find(key_id)


def rotate(purpose: str) -> KeyInfo:
    """Make a new key the current one. Two rotations at the same moment make one key."""
    return provider().create(purpose, after=current(purpose).number)
