"""What an application signs (签名), in one place for those who check and those who call.

Six lines, joined by a line feed: method, path as sent, query pairs sorted, SM3 of the body in hexadecimal digits, seconds
since 1970, nonce. The signature is HMAC-SM3 under the application's secret, in hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import hmac

SCHEME = "XIANG-HMAC-SM3"


def canonical(method: str, path: str, query: str, body: bytes, time: str, nonce: str) -> bytes:
    """The bytes that are signed. ``path`` and ``query`` stand as they go over the wire, percent signs and all."""
    pairs = "&".join(sorted(filter(None, query.split("&"))))
    digest = hashlib.new("sm3", body).hexdigest()
    return "\n".join((method.upper(), path, pairs, digest, time, nonce)).encode()


def signature(secret: bytes, signed: bytes) -> str:
    return hmac.digest(secret, signed, "sm3").hex()


def header(key: str, secret: bytes, method: str, path: str, query: str, body: bytes, time: str, nonce: str) -> str:
    """The value of ``Authorization``."""
    made = signature(secret, canonical(method, path, query, body, time, nonce))
    return f"{SCHEME} key={key}, time={time}, nonce={nonce}, signature={made}"
