"""Identities that seal documents, and whom to trust."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xiang.foundation.ground import instant
from xiang.foundation.trust import authority, certificates, providers


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.DATA = tmp_path
    providers.provider.cache_clear()
    yield tmp_path
    providers.provider.cache_clear()


@pytest.fixture
def police():
    return certificates.identity("police", "长沙市公安局")


def test_a_body_has_one_identity_of_its_own(police):
    assert certificates.identity("police", "长沙市公安局") == police
    other = certificates.identity("health", "湖南省卫生健康委员会")
    assert other.key_id != police.key_id
    subject = police.certificate.subject.rfc4514_string()
    assert "长沙市公安局电子印章" in subject
    assert certificates.check(police.certificate) == "trusted"


def test_trust_ends_with_the_certificate_and_renewal_makes_a_new_one(police):
    late = police.certificate.not_valid_after_utc
    assert certificates.check(police.certificate, late + timedelta(seconds=1)) == "expired"
    assert (
        certificates.check(police.certificate, police.certificate.not_valid_before_utc - timedelta(1))
        == "not_yet_valid"
    )
    with instant.frozen_at(late - timedelta(days=29)):
        renewed = certificates.identity("police", "长沙市公安局")
    assert renewed.key_id != police.key_id
    assert renewed.certificate.not_valid_after_utc > late


def test_a_revoked_certificate_is_not_trusted_for_what_came_after(police):
    other = certificates.identity("health", "省卫健委")
    before = instant.now() - timedelta(minutes=1)
    authority.revoke(police.certificate)
    authority.revoke(other.certificate)
    later = instant.now() + timedelta(minutes=1)
    assert certificates.check(police.certificate, before) == "trusted"
    assert certificates.check(police.certificate, later) == certificates.check(other.certificate, later) == "revoked"


def _stranger(ca: bool = True):
    key = ec.generate_private_key(ec.SECP256R1())
    now = instant.now()
    usage = authority._usage(digital_signature=True, key_cert_sign=ca, crl_sign=ca)
    name = authority.name("别家的根")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    return key, builder.sign(key, SHA256())


def test_another_ca_is_trusted_once_an_administrator_puts_it_there(house):
    _, root = _stranger()
    assert certificates.check(root) == "unknown_issuer"
    (house / "trust" / "another.pem").write_bytes(root.public_bytes(Encoding.PEM))
    assert certificates.check(root) == "trusted"


def test_a_certificate_that_only_names_our_root_is_not_trusted(police):
    key = ec.generate_private_key(ec.SECP256R1())
    root, now = authority.root(), instant.now()
    forged = (
        x509.CertificateBuilder()
        .subject_name(police.certificate.subject)
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(authority._usage(digital_signature=True), critical=True)
        .sign(key, SHA256())
    )
    assert certificates.check(forged) == "unknown_issuer"


def test_the_holder_of_a_seal_cannot_issue_certificates(police):
    point = police.certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    helper = authority.issue(authority.name("中间"), point)
    assert not certificates._issued(police.certificate, helper)
    assert certificates.check(authority.root()) == "not_for_signing"


def test_a_pdf_sealed_by_a_body_validates_against_the_root():
    from fpdf import FPDF
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    page = FPDF()
    page.add_page()
    out = BytesIO()
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Seal", md_algorithm="sha256"),
        certificates.seal_signer("police", "长沙市公安局"),
    )
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(bytes(page.output()))), output=out)
    root = list(load_certs_from_pemder_data(authority.root().public_bytes(Encoding.PEM)))
    status = validate_pdf_signature(
        PdfFileReader(out).embedded_signatures[0], ValidationContext(trust_roots=root, allow_fetching=False)
    )
    assert status.intact and status.valid and status.trusted
