"""Documents as PDF, and the seal in the file.

The seal is a standard PDF signature under the issuing body's own certificate, so that any reader can check it; beside
it stands our SM2 mark (:mod:`marks`), whose fingerprint is printed.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings

from xiang.foundation.documents import fonts
from xiang.foundation.documents.apart import apart
from xiang.foundation.documents.marks import Mark
from xiang.foundation.documents.sheet import LEFT, RIGHT, SEAL_HEIGHT, SOFT, WIDTH, Sheet
from xiang.foundation.documents.texts import Text

missing_glyphs = fonts.missing

_BODY, _LEADING = 14.0, 9.4
_INDENT = "　　"
_SIGNED_HEIGHT = 10 + 2 * _LEADING + 8 + SEAL_HEIGHT


def check_url(code: str) -> str:
    """Where whoever holds a paper checks it: what the QR code says."""
    return f"{settings.PUBLIC_URL}/verify/{code}/"


def render(text: Text, mark: Mark, code: str) -> bytes:
    """The document as A4 pages; raises ``DomainError('no_glyph')`` naming characters that cannot be printed."""
    whole = "".join((text.title, text.number, text.recipient, *text.paragraphs, text.remedy, text.basis, text.signer))
    fonts.require(whole + mark.by, "文书暂不能生成")
    sheet = Sheet(text.title, whole + mark.by, foot=text.number)
    _head(sheet, text)
    _body(sheet, text)
    _signed(sheet, text, mark, code)
    return sheet.output()


def _head(sheet: Sheet, text: Text) -> None:
    """The authority above a rule, the title, the number."""
    sheet.font(15, bold=True)
    sheet.write(text.signer, 8, align="C")
    sheet.gap(3)
    sheet.rule()
    sheet.gap(13)
    sheet.font(22, bold=True)
    sheet.write(text.title, 11, align="C")
    sheet.gap(3)
    sheet.font(12, colour=SOFT)
    sheet.write(text.number, 6.5, align="C")
    sheet.gap(9)


def _body(sheet: Sheet, text: Text) -> None:
    """Whom it is for, then paragraphs with the first line two characters in; the last keeps signer and seal with it."""
    sheet.font(_BODY)
    indent = sheet.measure(_INDENT)
    if text.recipient:
        sheet.write(f"{text.recipient}：", _LEADING)
    basis = f"依据：{text.basis.rstrip('。')}。" if text.basis else ""
    paragraphs = [part for part in (*text.paragraphs, basis, text.remedy) if part]
    for paragraph in paragraphs[:-1]:
        sheet.write(paragraph, _LEADING, indent=indent)
    sheet.write(paragraphs[-1], _LEADING, indent=indent, keep=_SIGNED_HEIGHT)


def _signed(sheet: Sheet, text: Text, mark: Mark, code: str) -> None:
    """Signer and date at the right, and the seal below."""
    sheet.gap(10)
    sheet.font(_BODY)
    widest = max(sheet.measure(text.signer), sheet.measure(text.dated))
    left = max(LEFT, WIDTH - RIGHT - sheet.measure(_INDENT) - widest)
    for line in (text.signer, text.dated):
        sheet.write(line, _LEADING, align="C", left=left, width=min(widest + 1, sheet.width))
    sheet.gap(8)
    sheet.seal(mark, code, check_url(code))


def seal(pdf: bytes, holder: str, name: str, at: datetime) -> bytes:
    """The PDF with the electronic seal of a body (its key and name): a signature over the whole file, at ``at``."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    from xiang.foundation.trust.certificates import seal_signer

    class Sealer(signers.PdfSigner):
        def init_signing_session(self, *args: Any, **more: Any) -> Any:
            session = super().init_signing_session(*args, **more)
            session.system_time = at  # the platform's clock, which a demonstration may move
            return session

    metadata = signers.PdfSignatureMetadata(field_name="Seal", name=name, reason="电子印章")
    out = BytesIO()
    sealer = Sealer(metadata, seal_signer(holder, name))
    apart(lambda: sealer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out))
    return out.getvalue()
