"""Blind indexes (盲索引): an identity number can be matched without being readable.

``index`` is what a row keeps; ``indexes`` is what a query asks for, one value for each key that may have been in use.
The scheme (``"id"``, ``"uscc"``, ``"phone"``) keeps equal values of different kinds apart.
"""

from __future__ import annotations

import unicodedata

from xiang.foundation.trust import keys
from xiang.foundation.trust.providers import provider

#: Enough for ``"<key id>:<64 hexadecimal digits>"``.
MAX_LENGTH = 100


def index(value: str, scheme: str) -> str:
    """``"<key id>:<hex>"`` under the current key."""
    return _index(keys.current("blind").id, value, scheme)


def indexes(value: str, scheme: str) -> list[str]:
    """The value under every key, the current one first."""
    return [_index(key.id, value, scheme) for key in keys.every("blind")]


def is_stale(kept: str) -> bool:
    """Whether a kept index was made by an older key and is due to be made anew."""
    return kept.partition(":")[0] != keys.current("blind").id


def _index(key_id: str, value: str, scheme: str) -> str:
    data = f"{scheme}\x1f{normal(value)}".encode()
    return f"{key_id}:{provider().mac(key_id, data).hex()}"


def normal(value: str) -> str:
    """One spelling: full-width digits narrow, no blanks, capital letters (an identity number may end in x)."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()
