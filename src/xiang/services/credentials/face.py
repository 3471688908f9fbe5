"""The PDF of a credential: a card with what its face says, then the seal."""

from __future__ import annotations

from typing import Any

from xiang.foundation.documents import fonts
from xiang.foundation.documents.marks import Mark
from xiang.foundation.documents.pdf import check_url
from xiang.foundation.documents.sheet import ACCENT, LEFT, LINE, PALE, SEAL_HEIGHT, SOFT, WHITE, WIDTH, Sheet
from xiang.services.credentials import faces
from xiang.services.credentials.faces import Shown
from xiang.services.credentials.models import Credential

_HEAD = 26.0
_PAD = 9.0
_LABEL, _VALUE = 4.6, 7.0


def content(credential: Credential) -> dict[str, Any]:
    """What is signed: the values as they are kept (titles and names of bodies may change later), and the identifier,
    which names type and issuer; and whose it is, or a row could be given to somebody else."""
    return {
        "identifier": credential.identifier,
        "holder": str(credential.holder_id),
        "values": credential.values,
        "valid_from": credential.valid_from.isoformat(),
        "valid_until": credential.valid_until.isoformat() if credential.valid_until else "",
    }


def render(credential: Credential, mark: Mark) -> bytes:
    """The credential as one A4 page; raises ``DomainError('no_glyph')`` naming characters that cannot be printed."""
    said = [part for field in faces.shown(credential) for part in (field.title, field.words)]
    text = "".join((credential.type.title, credential.holder.name, credential.issuer.name, *said, mark.by))
    fonts.require(text, "证照暂不能制作")
    sheet = Sheet(credential.type.title, text, foot=credential.type.title)
    top = sheet.y
    _head(sheet, credential)
    _fields(sheet, faces.shown(credential))
    _foot(sheet, credential)
    if sheet.pdf.page_no() == 1:
        sheet.box(LEFT, top, sheet.width, sheet.y - top, LINE)
    sheet.gap(8)
    sheet.room(SEAL_HEIGHT)
    sheet.seal(mark, credential.code, check_url(credential.code))
    return sheet.output()


def _head(sheet: Sheet, credential: Credential) -> None:
    """The band: what it is, and for whom."""
    top = sheet.y
    sheet.pdf.set_fill_color(*ACCENT)
    sheet.pdf.rect(LEFT, top, sheet.width, _HEAD, style="F", round_corners=True, corner_radius=2)
    sheet.pdf.rect(LEFT, top + _HEAD / 2, sheet.width, _HEAD / 2, style="F")
    size = 20.0
    sheet.font(size, bold=True, colour=WHITE)
    while sheet.measure(credential.type.title) > sheet.width - 2 * _PAD and size > 11:
        size -= 1
        sheet.font(size, bold=True, colour=WHITE)
    sheet.line_at(credential.type.title, LEFT + _PAD, top + 4.5, 10)
    sheet.font(11, colour=PALE)
    sheet.line_at(f"{faces.summary(credential)}　第 {credential.version} 版", LEFT + _PAD, top + 15.5, 6)
    sheet.y = top + _HEAD + 6


def _fields(sheet: Sheet, fields: list[Shown]) -> None:
    """Two columns; what is long takes the whole width."""
    column = (sheet.width - 2 * _PAD - 6) / 2
    row: list[Shown] = []
    sheet.font(13)
    for field in fields:
        wide = field.long or sheet.measure(field.words) > column
        if wide or len(row) == 2:
            _row(sheet, row, column)
            row = []
        if wide:
            _row(sheet, [field], sheet.width - 2 * _PAD)
        else:
            row.append(field)
    _row(sheet, row, column)


def _row(sheet: Sheet, row: list[Shown], width: float) -> None:
    if not row:
        return
    top, lowest = sheet.y, sheet.y
    for place, field in enumerate(row):
        left = LEFT + _PAD + place * (width + 6)
        sheet.y = top
        sheet.font(9, colour=SOFT)
        sheet.write(field.title, _LABEL, left=left, width=width)
        sheet.font(13)
        sheet.write(field.words, _VALUE, left=left, width=width)
        lowest = max(lowest, sheet.y)
    sheet.y = lowest + 2.6
    sheet.font(13)


def _foot(sheet: Sheet, credential: Credential) -> None:
    """Who issued it, until when, and the identifier."""
    sheet.gap(1)
    sheet.pdf.set_draw_color(*LINE)
    sheet.pdf.set_line_width(0.25)
    sheet.pdf.line(LEFT + _PAD, sheet.y, WIDTH - (LEFT - 2) - _PAD, sheet.y)
    sheet.gap(4)
    width = sheet.width - 2 * _PAD
    issued = faces.words("date", credential.valid_from.isoformat())
    sheet.font(10.5)
    sheet.write(f"{credential.issuer.name}　{issued}颁发　{faces.until(credential)}", 6, left=LEFT + _PAD, width=width)
    sheet.font(8.5, colour=SOFT)
    sheet.write(f"证照标识　{credential.identifier}", 5, left=LEFT + _PAD, width=width)
    sheet.gap(5)
