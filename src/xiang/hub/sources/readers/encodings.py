"""Which encoding a text file has, and the same file in UTF-8: UTF-8 with and without a mark, or GB 18030."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 4 * 2**20
SEEN = 400_000
_MARK = codecs.BOM_UTF8
_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name`` is Python's; ``words`` is what people call it."""

    name: str
    words: str


UTF8 = Encoding("utf-8", "UTF-8")
UTF8_MARKED = Encoding("utf-8-sig", "UTF-8（带 BOM）")
GB18030 = Encoding("gb18030", "GB18030")
UTF16 = Encoding("utf-16", "UTF-16")


def detect(file: Path) -> Encoding:
    """Read on until something is not ASCII: that block decides. A file of ASCII alone is UTF-8."""
    with file.open("rb") as stream:
        head = stream.read(BLOCK)
        if head.startswith(_MARK):
            return UTF8_MARKED
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return UTF16
        while head and head.isascii():
            head = stream.read(BLOCK)
    return UTF8 if _is_utf8(head) else GB18030


def _is_utf8(block: bytes) -> bool:
    """Nearly all that is not ASCII decodes. One damaged sign in a long file of UTF-8 does not make it GB 18030."""
    wide = block.translate(None, _ASCII)[:SEEN].decode("utf-8", "replace")
    return wide.count("\ufffd") * 10 <= len(wide)


def rewrite(file: Path, encoding: Encoding, target: Path, still: Callable[[], object]) -> int:
    """Write the file in UTF-8, a block at a time; how many signs could not be read (they become U+FFFD). ``still`` is
    called before each block, and raises when time is up."""
    decoder = codecs.getincrementaldecoder(encoding.name)("replace")
    unreadable = 0
    with file.open("rb") as stream, target.open("w", encoding="utf-8", newline="") as out:
        while block := stream.read(BLOCK):
            still()
            text = decoder.decode(block)
            unreadable += text.count("\ufffd")
            out.write(text)
        rest = decoder.decode(b"", final=True)
        out.write(rest)
    return unreadable + rest.count("\ufffd")
