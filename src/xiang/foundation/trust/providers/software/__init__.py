"""The software provider: keys in files, algorithms by OpenSSL, ``cryptography`` and Tongsuo (or gmssl).

Software algorithms do not meet the duty to use certified products (商用密码管理条例 art. 39): a provincial installation
puts a cryptographic machine in its place.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from xiang.foundation.trust import digest
from xiang.foundation.trust.providers import HMAC, P256, SM2, SM4, KeyInfo, Problem, algorithm_of
from xiang.foundation.trust.providers.software import sm2, sm4
from xiang.foundation.trust.providers.software.keyfiles import KeyFiles, new_info
from xiang.foundation.trust.providers.software.selftest import problems

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SoftwareProvider:
    """Keys in ``<data>/secrets/keys``."""

    key = "software"
    title = "软件密码"

    def __init__(self) -> None:
        self._files = KeyFiles(settings.DATA / "secrets" / "keys")

    def keys(self, purpose: str) -> Sequence[KeyInfo]:
        return self._files.infos(purpose)

    def find(self, key_id: str) -> KeyInfo:
        return self._files.info(key_id)

    def create(self, purpose: str, after: int) -> KeyInfo:
        algorithm = algorithm_of(purpose)
        secret, public = _material(algorithm)
        # A symmetric key is recognised by a value that nobody can work back from.
        check = digest.sm3(public or digest.mac(secret, b"xiang key check"))
        return self._files.write(new_info(purpose, after + 1, algorithm, public, check), secret)

    def sign(self, key_id: str, data: bytes) -> bytes:
        scalar = int.from_bytes(self._files.secret(key_id), "big")
        if self.find(key_id).algorithm == P256:
            return ec.derive_private_key(scalar, ec.SECP256R1()).sign(data, ec.ECDSA(hashes.SHA256()))
        return sm2.engine().sign(scalar, data)

    def verify(self, algorithm: str, public: bytes, data: bytes, value: bytes) -> bool:
        if algorithm == SM2:
            return sm2.verify(public, data, value)
        if algorithm != P256:
            return False
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
            point.verify(value, data, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

    def mac(self, key_id: str, data: bytes) -> bytes:
        return digest.mac(self._files.secret(key_id), data)

    def wrap(self, key_id: str, data_key: bytes, context: bytes) -> bytes:
        return sm4.encrypt(self._files.secret(key_id), data_key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        return sm4.decrypt(self._files.secret(key_id), wrapped, context)

    def encrypt(self, data_key: bytes, plain: bytes, context: bytes) -> bytes:
        return sm4.encrypt(data_key, plain, context)

    def decrypt(self, data_key: bytes, sealed: bytes, context: bytes) -> bytes:
        return sm4.decrypt(data_key, sealed, context)

    def problems(self) -> Sequence[Problem]:
        return problems(self._files)


def _material(algorithm: str) -> tuple[bytes, bytes]:
    """New secret bytes of an algorithm, with the public point where there is one."""
    if algorithm == SM2:
        scalar = sm2.new_private()
        return scalar.to_bytes(32, "big"), sm2.engine().public(scalar)
    if algorithm == P256:
        scalar = secrets.randbelow(_P256_ORDER - 1) + 1
        key = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
        return scalar.to_bytes(32, "big"), key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return secrets.token_bytes({SM4: sm4.KEY, HMAC: 32}[algorithm]), b""
