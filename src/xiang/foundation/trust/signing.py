"""Signatures (SM2 with SM3) by purpose: ledger, witness, documents, credentials.

A signature is DER over the data itself, so anybody can check it with OpenSSL and the public key alone.
"""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass

from xiang.foundation.trust import keys
from xiang.foundation.trust.errors import KeyMissing
from xiang.foundation.trust.providers import SM2, provider

# SubjectPublicKeyInfo of an SM2 point: SEQUENCE { SEQUENCE { id-ecPublicKey, sm2p256v1 }, BIT STRING … }
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed (by key id), how, and the signature's bytes."""

    key_id: str
    algorithm: str
    value: bytes


def sign(purpose: str, data: bytes) -> Signature:
    """Sign with the current key of a purpose. Slow enough to stay out of transactions."""
    if purpose not in keys.SIGNING:
        raise ValueError(f"{purpose!r} is not a signing purpose; known: {', '.join(keys.SIGNING)}")
    key = keys.current(purpose)
    return Signature(key.id, key.algorithm, provider().sign(key.id, data))


def verify(data: bytes, signature: Signature, purpose: str | None = None) -> bool:
    """Whether a key that we hold made this signature; with ``purpose``, also that it is a key of that purpose."""
    try:
        key = keys.find(signature.key_id)
    except KeyMissing:
        return False
    if key.algorithm != signature.algorithm or purpose not in (None, key.purpose):
        return False
    return verify_with(key.public, data, signature)


def verify_with(public: bytes, data: bytes, signature: Signature) -> bool:
    """Whether the signature holds under a public key given from outside (another body's witness, say)."""
    return provider().verify(signature.algorithm, public, data, signature.value)


def public_key(key_id: str) -> bytes:
    """The public key as an uncompressed point: 65 bytes, the first one 04."""
    return keys.find(key_id).public


def public_pem(key_id: str) -> str:
    """The public key of an SM2 pair as PEM, as OpenSSL takes it."""
    key = keys.find(key_id)
    if key.algorithm != SM2:
        raise ValueError(f"{key_id} is not an SM2 key")
    body = base64.b64encode(_SPKI + key.public).decode()
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *textwrap.wrap(body, 64), "-----END PUBLIC KEY-----", ""])
