"""PDF: the text that a page draws, as pypdf reads it. What is only drawn as a picture is refused, never read by halves."""

from __future__ import annotations

import io
import logging
import math
import time
from collections.abc import Sequence
from typing import Any

from pypdf import PageObject, PdfReader, apply_configuration

from xiang.foundation.ground.errors import DomainError, Refused, TooLarge

MOST_PAGES = 400
SECONDS = 20.0
"""For one file; sixty points take a tenth of one. Looked at between drawing operators, so one stream may overrun it."""
_LIMITS: dict[str, int] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 4_000_000,  # the decoders of these two are Python
    "run_length_maximum_output_length": 4_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 40_000_000,
    "stream_parsing_work_maximum_count": 400_000,
    "dictionary_maximum_element_count": 5_000,
    "xform_maximum_invocations_per_extraction": 200,
}
"""Of one stream, in bytes and tokens; pypdf's own are made for any document, these for a page of words."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # a broken file may warn once a character


def text(data: bytes) -> str:
    """The text of all pages.

    ``Refused`` for a scan (``plan_picture``), for what cannot be opened (``plan_unreadable``) and for too many pages
    (``not_a_plan``); ``TooLarge`` (``plan_too_large``) for what takes too long.
    """
    try:
        with apply_configuration(None, **_LIMITS):
            pages = _pages(data)
    except DomainError:
        raise
    except Exception as wrong:  # a hostile file makes a parser fail in any way there is
        raise Refused("plan_unreadable", "这份 PDF 打不开，可能损坏了。请另存一份，或者换 .docx 上传。") from wrong
    found = "\n".join(pages)
    if sum("\u4e00" <= sign <= "\u9fff" for sign in found) < 5 * len(pages):
        raise Refused(
            "plan_picture", "这份 PDF 里没有可以读的文字，多半是扫描件。请上传有文字的文件，或者先做文字识别。"
        )
    return found


def _pages(data: bytes) -> list[str]:
    until = time.monotonic() + SECONDS
    reader = PdfReader(io.BytesIO(data), root_object_recovery_limit=1_000, xref_stream_maximum_entries=200_000)
    if reader.is_encrypted:
        raise Refused("plan_unreadable", "这份 PDF 加了密码。请去掉密码再上传。")
    if len(reader.pages) > MOST_PAGES:
        raise Refused("not_a_plan", f"这份 PDF 超过 {MOST_PAGES} 页，不像一份工作计划。请只留计划正文再上传。")
    return [_Page(until).read(page) for page in reader.pages]


class _Page:
    """A page's text as pypdf puts it into lines, and a tab in the gaps that part columns: pypdf has a space there."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.parts: list[str] = []
        self.end = math.inf  # of what was drawn last, in points from the left

    def read(self, page: PageObject) -> str:
        """The text of the page."""
        self._in_time()
        page.extract_text(visitor_operand_before=self._in_time, visitor_text=self._drawn)
        # A font's map may give half of a pair of surrogates, which is no text.
        return "".join(self.parts).strip("\n").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _in_time(self, *_: Any) -> None:
        if time.monotonic() > self.until:
            raise TooLarge("plan_too_large", "这份 PDF 太复杂，读起来太慢。请只留计划正文，或者换 .docx 上传。")

    def _drawn(self, said: str, page: Sequence[float], at: Sequence[float], _font: Any, size: float) -> None:
        """Take what was drawn from one place on; ``page`` and ``at`` are matrices (ISO 32000-1, 8.3.4)."""
        words = said.strip(" \n")
        if words:
            em = size * math.hypot(at[0] * page[0] + at[1] * page[2], at[0] * page[1] + at[1] * page[3])
            left = at[4] * page[0] + at[5] * page[2] + page[4]
            before = self.parts[-1].rstrip(" ") if self.parts else ""
            joint = before[-1:] + words[0]
            wide = left - self.end > em
            if wide or not (joint.isascii() and any(sign.isalpha() for sign in joint)):
                # Between columns, or between characters that were set apart: only English has spaces.
                self.parts[-1:] = [before + "\t" if wide else before]
                said = said.lstrip(" ")
            self.end = left + sum(em if ord(sign) > 0x2E80 else em / 2 for sign in words)
        if said.endswith("\n"):
            self.end = math.inf
        if said:
            self.parts.append(said)
