"""The SM2 mark of an authority on what it issues (GB/T 38540 asks for SM2, which PDF readers do not verify).

Two signatures: one over the *content*, made first, so that its fingerprint can be printed in the seal; one over the
finished *file*, so that a changed byte shows. Both are kept beside the record.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from xiang.foundation.ground import instant
from xiang.foundation.trust import certificates, digest, signing
from xiang.foundation.trust.certificates import Verdict
from xiang.foundation.trust.signing import Signature

_PRINTED_BYTES = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """Who sealed (by name), when, the signatures, and the certificate under which the file's own seal was made."""

    by: str
    at: datetime
    content: Signature
    file: Signature | None = None
    certificate: bytes = b""

    @property
    def fingerprint(self) -> str:
        """``3F2A 91C0 7B44 E2D1``: the beginning of the SM3 digest of the content's signature."""
        text = self._short.hex().upper()
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def cells(self) -> tuple[tuple[bool, ...], ...]:
        """The fingerprint as eight rows of eight cells."""
        return tuple(tuple(bool(byte >> (7 - bit) & 1) for bit in range(8)) for byte in self._short)

    @property
    def _short(self) -> bytes:
        return digest.sm3(self.content.value)[:_PRINTED_BYTES]

    def to_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"by": self.by, "at": self.at.isoformat(), "content": _plain(self.content)}
        if self.file:
            kept |= {"file": _plain(self.file), "certificate": base64.b64encode(self.certificate).decode()}
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        file = kept.get("file")
        return cls(
            str(kept["by"]),
            datetime.fromisoformat(kept["at"]),
            _signature(kept["content"]),
            _signature(file) if file else None,
            base64.b64decode(kept.get("certificate", "")),
        )

    def trust(self) -> Verdict:
        """Whether the certificate was to be trusted when the seal was put: our own ledger dates it."""
        if not self.certificate:
            return "unknown_issuer"
        return certificates.check(x509.load_der_x509_certificate(self.certificate), self.at)


def put(purpose: str, by: str, content: Mapping[str, Any]) -> Mark:
    """Sign a content now, in the name of ``by``."""
    at = instant.now()
    return Mark(by, at, signing.sign(purpose, _digest(by, at, content)))


def over_file(mark: Mark, purpose: str, file: bytes, holder: str) -> Mark:
    """The mark with the signature over the finished file, which bears the seal of ``holder`` (a body's key)."""
    certificate = certificates.identity(holder, mark.by).certificate.public_bytes(Encoding.DER)
    return replace(mark, file=signing.sign(purpose, digest.sm3(file)), certificate=certificate)


def holds(mark: Mark, purpose: str, content: Mapping[str, Any]) -> bool:
    """Whether the content is what was signed."""
    return signing.verify(_digest(mark.by, mark.at, content), mark.content, purpose)


def holds_file(mark: Mark, purpose: str, file_digest: str) -> bool:
    """Whether a file with this SM3 digest is what was signed."""
    return mark.file is not None and signing.verify(bytes.fromhex(file_digest), mark.file, purpose)


def _digest(by: str, at: datetime, content: Mapping[str, Any]) -> bytes:
    signed = {"by": by, "at": at.isoformat(), "content": content}
    return digest.sm3(json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def _plain(signature: Signature) -> dict[str, str]:
    return {"key_id": signature.key_id, "algorithm": signature.algorithm, "value": signature.value.hex()}


def _signature(kept: Mapping[str, str]) -> Signature:
    return Signature(kept["key_id"], kept["algorithm"], bytes.fromhex(kept["value"]))
