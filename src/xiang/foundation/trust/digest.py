"""SM3 (GB/T 32905): digests and keyed digests."""

from __future__ import annotations

import hashlib
import hmac


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest."""
    return hashlib.new("sm3", data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SM3, 32 bytes."""
    return hmac.digest(key, data, "sm3")
