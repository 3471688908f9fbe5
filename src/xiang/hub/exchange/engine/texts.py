"""Text files as departments send them: which encoding, whether whole, and cells that a spreadsheet would run."""

from __future__ import annotations

import codecs
from pathlib import Path

from xiang.hub.exchange.engine.errors import Stopped

_CHUNK = 1 << 20
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def encoding_of(file: Path) -> str:
    """``utf-8-sig`` for UTF-8 with or without a mark, ``utf-16``, or ``gb18030``; reads as much as it must.

    Text that is valid UTF-8 beyond ASCII is never GB18030 by chance for long; what is no UTF-8 must be whole GB18030.
    """
    with file.open("rb") as stream:
        head = stream.read(4)
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        if head[:3] == codecs.BOM_UTF8 or _decodes(file, "utf-8"):
            return "utf-8-sig"
    if _decodes(file, "gb18030"):
        return "gb18030"
    raise Stopped("encoding_unknown", "文件的文字编码认不出来：请存成 UTF-8 或者 GB18030 再交换。")


def _decodes(file: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; :func:`unguarded` takes it back."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") else text
