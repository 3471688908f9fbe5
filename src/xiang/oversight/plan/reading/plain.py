"""Plain text in whatever encoding it came: the one in which it reads most like Chinese."""

from __future__ import annotations

import codecs

from xiang.foundation.ground.errors import Refused

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")


def text(data: bytes) -> str:
    """The text; ``Refused`` (``plan_format_unknown``) where no encoding makes text of it."""
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    tried = [data.decode(encoding, errors="replace") for encoding in _ENCODINGS]
    return _checked(max(tried, key=_likeness))


def _likeness(text: str) -> float:
    """How much of a text are characters of notices, less what cannot be decoded."""
    sample = text[:20_000]
    usual = sum("\u4e00" <= sign <= "\u9fff" or sign in "，。、；：（）“”《》\n" or sign.isascii() for sign in sample)
    common = sum(sign in "的和在不为务数据工作推进建设单位责任实施管理、，。的務數據進設單責實" for sign in sample)
    return (usual + 10 * common - 20 * sample.count("\ufffd")) / max(1, len(sample))


def _checked(text: str) -> str:
    controls = sum(sign < " " and sign not in "\t\n\r\f\x0b" for sign in text[:20_000])
    if controls > 3 + len(text[:20_000]) // 100:
        raise Refused("plan_format_unknown", "认不出这种文件。请上传 .docx、.pdf、网页或者文本文件。")
    return text.replace("\x00", "")
