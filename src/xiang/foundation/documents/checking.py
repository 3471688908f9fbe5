"""Examining a PDF that somebody holds: is its seal whole, whose is it, was that body to be trusted when it sealed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Literal

from cryptography import x509

from xiang.foundation.documents.apart import apart
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.ground import instant
from xiang.foundation.trust import certificates, digest
from xiang.foundation.trust.certificates import Verdict

log = logging.getLogger(__name__)

Seal = Literal["whole", "changed", "none", "unreadable"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file says of itself, and the file of ours that it is, byte by byte, if it is one."""

    seal: Seal
    digest: str
    ours: StoredFile | None = None
    signer: str = ""
    at: datetime | None = None
    trust: Verdict | None = None


def examine(data: bytes) -> Examined:
    """1. Is it, byte by byte, a file that we keep? 2. Does its signature cover it whole? 3. Is the signer trusted?

    The time of sealing is the signer's own word unless the file is ours: then our ledger dates it.
    """
    sum_of = digest.sm3(data).hex()
    ours = StoredFile.objects.filter(digest=sum_of, media_type="application/pdf").first()
    try:
        return _examined(data, sum_of, ours)
    except Exception as wrong:
        # Anybody may hand in anything here, and a PDF reader meets malformed input with every kind of exception.
        log.info("unreadable PDF handed in for checking: %s", type(wrong).__name__)
        return Examined("unreadable", sum_of, ours)


def _examined(data: bytes, sum_of: str, ours: StoredFile | None) -> Examined:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    embedded = PdfFileReader(BytesIO(data), strict=False).embedded_signatures
    if not embedded:
        return Examined("none", sum_of, ours)
    last: Any = embedded[-1]
    status = _status(last)
    whole = status.intact and status.valid and last.coverage == SignatureCoverageLevel.ENTIRE_FILE
    certificate = x509.load_der_x509_certificate(last.signer_cert.dump())
    at = last.self_reported_timestamp
    trust = certificates.check(certificate, (ours.stored_at if ours else None) or instant.now(), _others(last))
    name = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Examined(
        seal="whole" if whole else "changed",
        digest=sum_of,
        ours=ours,
        signer=str(name[0].value) if name else "",
        at=at,
        trust=trust,
    )


def _status(signature: Any) -> Any:
    """The integrity of one signature; whom to trust is our own list's business, not the library's."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    moment = instant.now()
    context = ValidationContext(trust_roots=[], allow_fetching=False, moment=moment, best_signature_time=moment)
    signature.compute_integrity_info()
    return apart(lambda: validate_pdf_signature(signature, signer_validation_context=context))


def _others(signature: Any) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(cert.dump()) for cert in signature.other_embedded_certs]
