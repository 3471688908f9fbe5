"""Web pages: blocks as lines, tables of data as rows of cells parted by tabs; what surrounds the article is left out."""

from __future__ import annotations

import re
from typing import Any

from lxml import html

_LOOKS = re.compile(r"<(?:!doctype html|html|body|div|p|table|span|article)\b", re.I)
_LEFT_OUT = {
    "script",
    "style",
    "noscript",
    "nav",
    "header",
    "footer",
    "form",
    "button",
    "select",
    "svg",
    "head",
    "iframe",
    "aside",
    "template",
}
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "table", "section", "article", "ul", "ol", "br", "td", "th", "main", "blockquote", "dd", "dt", "pre"}  # fmt: skip


def looks_like(text: str) -> bool:
    """Whether a text is a web page."""
    return bool(_LOOKS.search(text[:4000])) and text.lstrip().startswith("<")


def text(page: str) -> str:
    """The words of a page."""
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)  # lxml refuses text that declares an encoding
    root = html.fromstring(page)
    out: list[str] = []
    _walk(root, out)
    return re.sub(r"[ \xa0]*\n[\s\n]*", "\n", "".join(out)).strip()


def _walk(node: Any, out: list[str]) -> None:
    if not isinstance(node.tag, str) or node.tag in _LEFT_OUT:
        return
    if node.tag == "table" and _is_data(node):
        out.append("\n" + "\n".join(_rows(node)) + "\n")
        return
    block = node.tag in _BLOCKS
    out.append("\n" if block else "")
    out.append(_flow(node.text))
    for child in node:
        _walk(child, out)
        out.append(_flow(child.tail))
    out.append("\n" if block else "")


def _flow(words: str | None) -> str:
    """Text as a browser shows it: a line end in the source is nothing between Chinese characters."""
    return re.sub(r"\s*\n\s*", "", words or "").replace("\t", " ")


def _is_data(table: Any) -> bool:
    rows = table.findall(".//tr")
    wide = [row for row in rows if len(_cells(row)) > 2]
    return not table.findall(".//table") and len(wide) * 2 > len(rows) > 1


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _rows(table: Any) -> list[str]:
    held: dict[int, tuple[int, str]] = {}
    lines = []
    for row in table.findall(".//tr"):
        cells: list[str] = []
        column = 0
        for cell in _cells(row):
            column = _from_above(held, cells, column)
            said = re.sub(r"\s+", "", cell.text_content())
            if (rows := _count(cell, "rowspan")) > 1:
                held[column] = (rows - 1, said)
            cells.append(said)
            column += _count(cell, "colspan")
        _from_above(held, cells, column)
        lines.append("\t".join(cells))
    return lines


def _from_above(held: dict[int, tuple[int, str]], cells: list[str], column: int) -> int:
    while column in held:
        left, said = held.pop(column)
        if left > 1:
            held[column] = (left - 1, said)
        cells.append(said)
        column += 1
    return column


def _count(cell: Any, name: str) -> int:
    written = cell.get(name, "1")
    return min(int(written), 500) if written.isdigit() and written != "0" else 1
