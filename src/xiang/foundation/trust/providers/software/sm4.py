"""SM4-GCM (GB/T 32907, RFC 8998) by the OpenSSL inside ``cryptography``; some builds leave SM4 out."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from xiang.foundation.trust.errors import BrokenSeal

KEY = 16
NONCE = 12
TAG = 16


def encrypt(key: bytes, plain: bytes, context: bytes, nonce: bytes | None = None) -> bytes:
    """Nonce, ciphertext and tag. The nonce is random; only a known-answer test gives one."""
    nonce = nonce or secrets.token_bytes(NONCE)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(context)
    return nonce + cipher.update(plain) + cipher.finalize() + cipher.tag


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plaintext, or ``BrokenSeal``."""
    if len(sealed) < NONCE + TAG or len(key) != KEY:
        raise BrokenSeal
    nonce, body, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(context)
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag:
        raise BrokenSeal from None
