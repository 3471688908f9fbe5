"""X.509 certificates (数字证书): the identities that seal PDF files, and trust in several CAs.

PDF readers know ECDSA, not SM2: so the seal inside a file is ECDSA P-256 under a certificate, and an SM2 signature
(``signing``) is kept beside it. A body's certificate comes from a licensed CA in production: its root goes into
``<data>/trust/*.pem``, its revocation list beside it as ``*.crl``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from xiang.foundation.ground import instant
from xiang.foundation.trust import authority, digest, keys
from xiang.foundation.trust.durable import write_once
from xiang.foundation.trust.providers import provider

_RENEW_BEFORE = timedelta(days=30)
_LONGEST_CHAIN = 5
PLATFORM, PLATFORM_NAME = "platform", "政务服务平台"

Verdict = Literal["trusted", "not_yet_valid", "expired", "revoked", "not_for_signing", "unknown_issuer"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A holder who seals documents: the key by id, its certificate, and the certificates above it."""

    holder: str
    key_id: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        """A DER ECDSA signature with SHA-256, as a PDF's CMS wants it."""
        return provider().sign(self.key_id, data)


def identity(holder: str, name: str) -> Identity:
    """The sealing identity of a holder (a body's key) named ``name``; made on first use, renewed before it expires.

    A body that is renamed has a new seal, as on paper.
    """
    purpose = f"seal.{digest.sm3(f'{holder}/{name}'.encode())[:6].hex()}"
    key = keys.current(purpose)
    certificate = _kept(key.id, name)
    if certificate.not_valid_after_utc - instant.now() < _RENEW_BEFORE:
        key = keys.rotate(purpose)
        certificate = _kept(key.id, name)
    return Identity(holder, key.id, certificate, (authority.root(),))


def _kept(key_id: str, name: str) -> x509.Certificate:
    file = authority.folder() / "issued" / f"{key_id}.pem"
    if not file.exists():
        certificate = authority.issue(authority.name(f"{name}电子印章", name), keys.find(key_id).public)
        write_once(file, certificate.public_bytes(Encoding.PEM), mode=0o644)
    return x509.load_pem_x509_certificate(file.read_bytes())


def roots() -> list[x509.Certificate]:
    """The trust list (信任列表): the demonstration root and every root that an administrator put beside it."""
    authority.root()
    return [c for file in _files("*.pem") for c in x509.load_pem_x509_certificates(file.read_bytes())]


def check(
    certificate: x509.Certificate, at: datetime | None = None, between: Iterable[x509.Certificate] = ()
) -> Verdict:
    """Whether a certificate was to be trusted for signing at an instant.

    1. Its key may sign. 2. Each certificate up to a trusted root was valid at the instant. 3. Each was issued by the
    next. 4. No revocation list of an issuer names it with an earlier date.
    """
    at = at or instant.now()
    trusted, helpers = roots(), list(between)
    if not _may(certificate, "digital_signature"):
        return "not_for_signing"
    current = certificate
    for _ in range(_LONGEST_CHAIN):
        if at < current.not_valid_before_utc:
            return "not_yet_valid"
        if at > current.not_valid_after_utc:
            return "expired"
        if current in trusted:
            return "trusted"
        issuer = next((c for c in [*trusted, *helpers] if _issued(c, current)), None)
        if issuer is None:
            return "unknown_issuer"
        if _revoked(current, issuer, at):
            return "revoked"
        current = issuer
    return "unknown_issuer"


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if not _may(issuer, "key_cert_sign"):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may(certificate: x509.Certificate, usage: str) -> bool:
    try:
        return bool(getattr(certificate.extensions.get_extension_for_class(x509.KeyUsage).value, usage))
    except x509.ExtensionNotFound:
        return False


def _revoked(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    for file in _files("*.crl"):
        crl = x509.load_pem_x509_crl(file.read_bytes())
        if crl.issuer != issuer.subject or not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            continue
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and entry.revocation_date_utc <= at:
            return True
    return False


def _files(pattern: str) -> list[Path]:
    return sorted(authority.folder().glob(pattern))


def seal_signer(holder: str = PLATFORM, name: str = PLATFORM_NAME) -> Any:
    """A pyHanko signer for the seal of a holder; the private key stays with the provider."""
    from pyhanko.sign.signers import Signer

    asn1_algos: Any = import_module("asn1crypto.algos")
    asn1_x509: Any = import_module("asn1crypto.x509")
    registry: Any = import_module("pyhanko_certvalidator.registry")
    of = identity(holder, name)

    class ProviderSigner(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(72) if dry_run else of.sign(data)

    def plain(certificate: x509.Certificate) -> Any:
        return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))

    store = registry.SimpleCertificateStore()
    store.register_multiple([plain(certificate) for certificate in of.chain])
    return ProviderSigner(
        signing_cert=plain(of.certificate),
        cert_registry=store,
        signature_mechanism=asn1_algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        prefer_pss=False,
        embed_roots=True,
    )
