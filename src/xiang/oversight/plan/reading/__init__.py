"""From a file to its text: plain text in any Chinese encoding, Word (.docx), PDF, web pages. Pure Python, no Django.

    text = reading.text_of(data, "要点.docx")

What is no readable file is refused with a stable code and what to do next; nothing is returned in part.
"""

from __future__ import annotations

from xiang.foundation.ground.errors import Refused, TooLarge
from xiang.oversight.plan.reading import docx, html, pdf, plain

MOST = 20 * 1024 * 1024
"""Bytes of a file; a plan of sixty points has some forty kilobytes."""
LONGEST = 2_000_000
"""Characters of a text."""
ACCEPTED = ".txt,.docx,.pdf,.html,.htm"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def text_of(data: bytes, name: str = "") -> str:
    """The text of a file, told by its content, not by its name.

    Raises ``TooLarge`` (``plan_too_large``) and ``Refused``: ``plan_empty``, ``plan_picture``, ``plan_old_word``,
    ``plan_format_unknown``, ``plan_unreadable``.
    """
    need_size(len(data))
    if not data.strip():
        raise Refused("plan_empty", "文件是空的。请换一份有文字的文件。")
    text = _read(data)
    if len(text) > LONGEST:
        raise TooLarge("plan_too_large", "文字太多，不像一份工作计划。请只留计划正文再上传。")
    if not text.strip():
        raise Refused("plan_empty", "文件里没有文字。请换一份有文字的文件。")
    return text


def need_size(size: int) -> None:
    """Refuse a file of so many bytes (``plan_too_large``) before it is read."""
    if size > MOST:
        raise TooLarge(
            "plan_too_large", f"文件超过 {MOST // 1024 // 1024} MB。请去掉里面的图片，或者只留计划正文再上传。"
        )


def _read(data: bytes) -> str:
    if (
        data.startswith(_PICTURES)
        or data[4:12] in (b"ftypheic", b"ftypavif")
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
    ):
        raise Refused("plan_picture", "这是一张图片，读不出文字。请上传有文字的文件，或者先做文字识别。")
    if data.startswith(b"PK\x03\x04"):
        return docx.text(data)
    if data.lstrip()[:5] == b"%PDF-":
        return pdf.text(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("plan_old_word", "这是旧版 Word 或者 WPS 文件（.doc、.wps）。请在 Word 里另存为 .docx 再上传。")
    if data.startswith(b"{\\rtf"):
        raise Refused("plan_old_word", "这是 RTF 文件。请另存为 .docx 再上传。")
    text = plain.text(data)
    return html.text(text) if html.looks_like(text) else text
