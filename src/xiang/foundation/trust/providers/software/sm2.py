"""SM2 signatures (GB/T 32918.2) with SM3 and the default user id 1234567812345678, DER-encoded (GM/T 0009).

Two engines with one face: ``tongsuopy`` where it has a wheel, pure ``gmssl`` elsewhere (about eighty times slower).
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


class Engine(Protocol):
    """One implementation. ``private`` is the scalar, ``public`` the uncompressed point of 65 bytes."""

    name: str

    def public(self, private: int) -> bytes:
        """The public point of a private scalar."""

    def sign(self, private: int, data: bytes) -> bytes:
        """A DER signature."""

    def verify(self, public: bytes, data: bytes, value: bytes) -> bool:
        """Whether a well-formed signature by a point on the curve holds."""


def new_private() -> int:
    """A random scalar in [1, n-2], as the standard asks."""
    return secrets.randbelow(N - 2) + 1


def is_point(public: bytes) -> bool:
    """Whether these bytes are an uncompressed point on the curve (its order is prime, so that suffices)."""
    if len(public) != 65 or public[0] != 4:
        return False
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    return x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def is_signature(value: bytes) -> bool:
    """Whether these bytes are strict DER of two integers in range: one signature, one encoding."""
    try:
        r, s = decode_dss_signature(value)
    except ValueError:
        return False
    return 0 < r < N and 0 < s < N and (r + s) % N != 0 and encode_dss_signature(r, s) == value


class Tongsuo:
    """By the Tongsuo library (C)."""

    name = "tongsuo"

    def __init__(self) -> None:
        self._ec: Any = import_module("tongsuopy.crypto.asymciphers.ec")
        hashes: Any = import_module("tongsuopy.crypto.hashes")
        self._invalid: Any = import_module("tongsuopy.crypto.exceptions").InvalidSignature
        self._with_sm3 = self._ec.ECDSA(hashes.SM3())
        self._private = lru_cache(16)(lambda scalar: self._ec.derive_private_key(scalar, self._ec.SM2()))
        self._point = lru_cache(64)(
            lambda point: self._ec.EllipticCurvePublicKey.from_encoded_point(self._ec.SM2(), point)
        )

    def public(self, private: int) -> bytes:
        numbers = self._private(private).public_key().public_numbers()
        return b"\x04" + int(numbers.x).to_bytes(32, "big") + int(numbers.y).to_bytes(32, "big")

    def sign(self, private: int, data: bytes) -> bytes:
        return bytes(self._private(private).sign(data, self._with_sm3))

    def verify(self, public: bytes, data: bytes, value: bytes) -> bool:
        try:
            self._point(public).verify(value, data, self._with_sm3)
        except self._invalid:
            return False
        return True


class Gmssl:
    """By the ``gmssl`` package (pure Python).

    Its own nonces come from a generator that is not meant for secrets, and its constructor strips leading zeros and
    fours from a public key: so the nonce is given, and the key is set after construction.
    """

    name = "gmssl"

    def __init__(self) -> None:
        self._sm2: Any = import_module("gmssl.sm2")

    def _crypt(self, private: int, public: bytes) -> Any:
        crypt = self._sm2.CryptSM2(private_key=f"{private:064x}", public_key="00" * 64)
        crypt.public_key = public[1:].hex()
        return crypt

    def public(self, private: int) -> bytes:
        crypt = self._crypt(private, bytes(65))
        return b"\x04" + bytes.fromhex(crypt._kg(private, crypt.ecc_table["g"]))

    def sign(self, private: int, data: bytes) -> bytes:
        crypt = self._crypt(private, self._public(private))
        while True:
            raw = crypt.sign_with_sm3(data, f"{secrets.randbelow(N - 1) + 1:064x}")
            if raw is not None:
                return encode_dss_signature(int(raw[:64], 16), int(raw[64:], 16))

    def verify(self, public: bytes, data: bytes, value: bytes) -> bool:
        r, s = decode_dss_signature(value)
        return bool(self._crypt(0, public).verify_with_sm3(f"{r:064x}{s:064x}", data))

    @lru_cache(16)  # noqa: B019  (one engine a process, and it lives as long)
    def _public(self, private: int) -> bytes:
        return self.public(private)


@lru_cache(1)
def engine() -> Engine:
    """The fastest engine that this machine has."""
    try:
        return Tongsuo()
    except ImportError:
        return Gmssl()


def verify(public: bytes, data: bytes, value: bytes, by: Engine | None = None) -> bool:
    """Whether the signature holds; anything malformed is false, before an engine sees it."""
    return is_point(public) and is_signature(value) and (by or engine()).verify(public, data, value)
