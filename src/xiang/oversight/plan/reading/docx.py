"""Word documents, opened by python-docx: paragraphs with the numbers that Word writes by itself, tables as rows of cells parted by tabs."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.table import CT_Tbl, CT_Tc
from docx.oxml.text.paragraph import CT_P

from xiang.foundation.ground.errors import DomainError, Refused, TooLarge
from xiang.oversight.plan.engine.numerals import chinese

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LARGEST = 60 * 1024 * 1024  # of all parts, unpacked: a small archive may unfold to any size
_LARGEST_XML = 16 * 1024 * 1024  # a tree takes twenty times its text
_MOST_PARTS = 2_000
_MOST_PIECES = (
    100_000  # paragraphs, runs and cells, each some hundredth of a millisecond; sixty points have some thousands
)
_TOO_LARGE = "文档展开后太大，不像一份工作计划。请只留计划正文再上传。"
# Not what was moved away, nor the second form of a text box for old programs.
_RUNS = ".//w:r[not(ancestor::w:moveFrom)][not(ancestor::*[local-name()='Fallback'])]"


def text(data: bytes) -> str:
    """The text of a document; ``Refused`` when the archive holds none."""
    try:
        _check(data)
        document = Document(io.BytesIO(data))
        body = document.element.body
        if next(islice(body.iter(f"{_W}p", f"{_W}r", f"{_W}tc"), _MOST_PIECES, None), None) is not None:
            raise TooLarge("plan_too_large", _TOO_LARGE)
        return "\n".join(_lines(body, _Numbers(_numbering(document), document.styles.element)))
    except DomainError:
        raise
    except Exception as wrong:  # a hostile file makes a parser fail in any way there is
        raise Refused("plan_unreadable", "这份 Word 文档打不开，可能损坏或者加了密码。请另存一份再上传。") from wrong


def _check(data: bytes) -> None:
    """python-docx unpacks every part of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if not any(part.filename.startswith("word/") for part in parts):
        raise Refused("plan_format_unknown", "这个压缩文件不是 Word 文档（.docx）。请上传文档本身。")
    written = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if len(parts) > _MOST_PARTS or written > _LARGEST_XML or sum(part.file_size for part in parts) > _LARGEST:
        raise TooLarge("plan_too_large", _TOO_LARGE)


def _numbering(document: WordDocument) -> Any:
    try:
        return document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element  # type: ignore[attr-defined]
    except KeyError:
        return None


def _lines(parent: Any, numbers: _Numbers) -> Iterator[str]:
    for child in parent:
        if isinstance(child, CT_P):
            yield numbers.label(child) + _text(child)
        elif isinstance(child, CT_Tbl):
            yield from _rows(child, numbers)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}txbxContent"):
            yield from _lines(child, numbers)


def _text(paragraph: CT_P) -> str:
    """The words of a paragraph as they stand: insertions are in, what a revision struck out is not. ``CT_P.text`` has
    neither insertions nor the words of fields and content controls."""
    return "".join(run.text for run in paragraph.xpath(_RUNS)).lstrip("\t ")


def _rows(table: CT_Tbl, numbers: _Numbers) -> Iterator[str]:
    """A row a line. A cell that goes on from the row above says the same again."""
    above: dict[int, str] = {}
    for row in table.tr_lst:
        cells: list[str] = []
        column = 0
        for cell in row.tc_lst:
            said = _cell(cell, numbers)
            if cell.vMerge == "continue":
                said = said or above.get(column, "")
            above[column] = said
            cells.append(said)
            column += cell.grid_span
        yield "\t".join(cells)


def _cell(cell: CT_Tc, numbers: _Numbers) -> str:
    parts = [part.strip() for line in _lines(cell, numbers) for part in line.split("\n") if part.strip()]
    out = ""
    for part in parts:
        out += part if not out or out[-1] in "。；，、：）" else "；" + part
    return out.replace("\t", " ")


class _Numbers:
    """The numbers that Word writes before paragraphs of a list: they are in no text, and python-docx counts none."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        self.styles: dict[str, Any] = {
            each.get(f"{_W}styleId"): each.find(f"{_W}pPr/{_W}numPr") for each in styles.iterfind(f"{_W}style")
        }
        if numbering is None:
            return
        abstract = {each.get(f"{_W}abstractNumId"): each for each in numbering.iterfind(f"{_W}abstractNum")}
        for each in numbering.iterfind(f"{_W}num"):
            of = each.find(f"{_W}abstractNumId")
            kind = abstract.get(of.get(f"{_W}val")) if of is not None else None
            if kind is not None:
                self.levels[each.get(f"{_W}numId")] = dict(map(_level, kind.iterfind(f"{_W}lvl")))

    def label(self, paragraph: Any) -> str:
        """The number before a paragraph, counted on; empty when it has none."""
        numbered = paragraph.find(f"{_W}pPr/{_W}numPr")
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if numbered is None and style is not None:
            numbered = self.styles.get(style.get(f"{_W}val"))
        if numbered is None:
            return ""
        which, depth = numbered.find(f"{_W}numId"), numbered.find(f"{_W}ilvl")
        key = which.get(f"{_W}val") if which is not None else ""
        level = int(depth.get(f"{_W}val", "0")) if depth is not None else 0
        if level not in self.levels.get(key, {}):
            return ""
        return self._next(key, level)

    def _next(self, key: str, level: int) -> str:
        counts, levels = self.counts[key], self.levels[key]
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            return _written(counts.get(at, 1), levels.get(at, ("decimal", "", 1))[0])

        return re.sub(r"%(\d)", shown, levels[level][1])


def _level(level: Any) -> tuple[int, tuple[str, str, int]]:
    def value(name: str, default: str) -> str:
        found = level.find(f"{_W}{name}")
        return found.get(f"{_W}val", default) if found is not None else default

    label = value("lvlText", "")
    return int(level.get(f"{_W}ilvl", "0")), (value("numFmt", "decimal"), label, int(value("start", "1")))


def _written(number: int, form: str) -> str:
    if form.startswith(("chinese", "ideograph", "japanese", "taiwanese")):
        return chinese(number)
    if form == "decimalEnclosedCircle" and number <= 20:
        return chr(0x245F + number)
    return "" if form in ("bullet", "none") else str(number)
