"""The face behind which keys live (密码服务): software here, a cryptographic machine (密码机) in production.

Keys are named by id and never leave the provider; what is kept carries the key's id and the algorithm's tag. Another
provider is a class with these methods, named by the setting ``TRUST_PROVIDER`` as a dotted path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, Literal, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

SM2: Final = "SM2-SM3"
SM4: Final = "SM4-GCM"
HMAC: Final = "HMAC-SM3"
P256: Final = "ECDSA-P256"
Algorithm = Literal["SM2-SM3", "SM4-GCM", "HMAC-SM3", "ECDSA-P256"]

#: What each purpose's keys are; a purpose that is not here has no keys.
ALGORITHMS: dict[str, Algorithm] = {
    "ledger": SM2,
    "witness": SM2,
    "documents": SM2,
    "credentials": SM2,
    "envelope": SM4,
    "blind": HMAC,
    "authority": P256,
    "seal": P256,
}


def algorithm_of(purpose: str) -> Algorithm:
    """The algorithm of a purpose's keys; ``seal.<holder>`` is a purpose of its own for each holder."""
    return ALGORITHMS[purpose.partition(".")[0]]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as everybody may know it. ``public`` is the uncompressed point (65 bytes) of a key pair, else empty."""

    id: str
    purpose: str
    number: int
    algorithm: Algorithm
    created_at: datetime
    public: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """Something amiss with the provider: a stable ``code``, what it is, and how to mend it."""

    code: str
    serious: bool
    detail: str
    hint: str


class Provider(Protocol):
    """What a provider can do. Every method that names a key raises ``KeyMissing`` when it does not hold it."""

    key: str
    title: str

    def keys(self, purpose: str) -> Sequence[KeyInfo]:
        """All keys of a purpose, oldest first; the last is current. Creates nothing."""

    def create(self, purpose: str, after: int) -> KeyInfo:
        """Key number ``after + 1``; when another process just made it, that one."""

    def find(self, key_id: str) -> KeyInfo:
        """The key with this id."""

    def sign(self, key_id: str, data: bytes) -> bytes:
        """A DER signature: SM2 with SM3 and the default user id, or ECDSA P-256 with SHA-256."""

    def verify(self, algorithm: str, public: bytes, data: bytes, value: bytes) -> bool:
        """Whether ``value`` is a signature of ``data`` under ``public``. Malformed input is simply false."""

    def mac(self, key_id: str, data: bytes) -> bytes:
        """HMAC-SM3 under the named key."""

    def wrap(self, key_id: str, data_key: bytes, context: bytes) -> bytes:
        """A data key encrypted and authenticated, with its context, under the named key."""

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key back; raises ``BrokenSeal`` when anything was changed."""

    def encrypt(self, data_key: bytes, plain: bytes, context: bytes) -> bytes:
        """SM4-GCM under a data key: nonce, ciphertext and tag in one."""

    def decrypt(self, data_key: bytes, sealed: bytes, context: bytes) -> bytes:
        """The plaintext back; raises ``BrokenSeal`` when anything was changed."""

    def problems(self) -> Sequence[Problem]:
        """A self-test with known answers; what is amiss, if anything."""


@cache
def provider() -> Provider:
    """The provider of this installation."""
    path = getattr(settings, "TRUST_PROVIDER", "xiang.foundation.trust.providers.software.SoftwareProvider")
    return cast(Provider, import_string(path)())
