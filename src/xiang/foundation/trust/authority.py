"""The demonstration CA (演示用证书机构). It vouches for nobody outside a demonstration.

Its signatures are made by the provider like all others: a certificate is built with a key that is thrown away, and the
part that is signed is then signed again with the real one.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.trust import keys
from xiang.foundation.trust.durable import write_once, write_over
from xiang.foundation.trust.providers import KeyInfo, provider

ROOT_NAME = "湘·演示根证书（不具法律效力）"
_ROOT_YEARS, _YEARS, _CRL_DAYS = 20, 5, 30
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def folder() -> Path:
    """Where trusted roots (``*.pem``) and revocation lists (``*.crl``) lie."""
    return Path(settings.DATA) / "trust"


def root() -> x509.Certificate:
    """The demonstration root, made on first use."""
    file = folder() / "demonstration-root.pem"
    if not file.exists():
        key = keys.current("authority")
        write_once(file, _root_of(key).public_bytes(Encoding.PEM), mode=0o644)
    return x509.load_pem_x509_certificate(file.read_bytes())


def issue(subject: x509.Name, public: bytes) -> x509.Certificate:
    """A certificate for a key that seals documents."""
    issuer = root()
    usage = [_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    builder = (
        _builder(subject, issuer.subject, public, _YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        .add_extension(_authority_of(issuer), critical=False)
    )
    return _signed(builder)


def revoke(certificate: x509.Certificate) -> None:
    """Put a certificate on the revocation list (吊销)."""
    file, issuer, now = folder() / "demonstration-root.crl", root(), instant.now()
    old = x509.load_pem_x509_crl(file.read_bytes()) if file.exists() else None
    number = old.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number + 1 if old else 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + timedelta(days=_CRL_DAYS))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_of(issuer), critical=False)
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(now).build()
        )
    )
    for entry in old or ():
        if entry.serial_number != certificate.serial_number:
            builder = builder.add_revoked_certificate(entry)
    draft = builder.sign(_throwaway(), SHA256())
    crl = x509.load_der_x509_crl(_resigned(draft.tbs_certlist_bytes))
    write_over(file, crl.public_bytes(Encoding.PEM), mode=0o644)


def name(common: str, organisation: str = "") -> x509.Name:
    """A Chinese distinguished name; a common name holds 64 characters at most."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _root_of(key: KeyInfo) -> x509.Certificate:
    builder = (
        _builder(name(ROOT_NAME), name(ROOT_NAME), key.public, _ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    return _signed(builder)


def _builder(subject: x509.Name, issuer: x509.Name, public: bytes, years: int) -> x509.CertificateBuilder:
    now = instant.now()
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(point)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(point), critical=False)
    )


def _authority_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _usage(**granted: bool) -> x509.KeyUsage:
    kinds = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{kind: granted.get(kind, False) for kind in kinds})


def _throwaway() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _signed(builder: x509.CertificateBuilder) -> x509.Certificate:
    draft = builder.sign(_throwaway(), SHA256())
    return x509.load_der_x509_certificate(_resigned(draft.tbs_certificate_bytes))


def _resigned(body: bytes) -> bytes:
    """SEQUENCE { what is signed, ecdsa-with-SHA256, BIT STRING signature } with the authority's first key."""
    key = keys.every("authority")[-1]
    signature = b"\x00" + provider().sign(key.id, body)
    return _der(0x30, body + _ECDSA_SHA256 + _der(0x03, signature))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
