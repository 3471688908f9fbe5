"""Writing the workbook: the template, and entries as they are."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xiang.hub.inventory.standard import Standard
from xiang.hub.inventory.workbook.layout import COLUMNS, ENTRIES, GUIDE, ITEMS, Heading, allowed

_MUST, _MAY = PatternFill("solid", fgColor="FFE1F0EC"), PatternFill("solid", fgColor="FFF3F6F4")
_ROWS = 5000
#: What a spreadsheet takes for the beginning of a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write(contents: Iterable[Mapping[str, Any]], standard: Standard) -> bytes:
    """The workbook with these contents; with none it is the template."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    sheets = {ENTRIES: first, ITEMS: book.create_sheet(), GUIDE: book.create_sheet()}
    for name, sheet in sheets.items():
        sheet.title = name
    for name, headings in COLUMNS.items():
        _head(sheets[name], headings, standard)
    places = dict.fromkeys(COLUMNS, 2)
    for content in contents:
        _row(sheets[ENTRIES], places, ENTRIES, content)
        for item in content["items"]:
            _row(sheets[ITEMS], places, ITEMS, {**item, "key": content["key"]})
    _guide(sheets[GUIDE], standard)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _head(sheet: Worksheet, headings: tuple[Heading, ...], standard: Standard) -> None:
    sheet.freeze_panes = "B2"
    for place, heading in enumerate(headings, 1):
        cell = sheet.cell(1, place, heading.title + ("*" if heading.must else ""))
        cell.font, cell.fill = Font(bold=True), _MUST if heading.must else _MAY
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(12, len(heading.title) * 2.4)
        listed = ",".join(allowed(heading, standard))
        if listed and len(listed) < 250:  # longer lists do not fit into a validation; the guide has them
            rule = DataValidation("list", formula1=f'"{listed}"', allow_blank=not heading.must)
            rule.error, rule.errorTitle = "请从列表里选。", heading.title
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_ROWS}")


def _row(sheet: Worksheet, places: dict[str, int], name: str, said: Mapping[str, Any]) -> None:
    for place, heading in enumerate(COLUMNS[name], 1):
        _put(sheet, places[name], place, _shown(heading, said.get(heading.field)))
    places[name] += 1


def _shown(heading: Heading, value: Any) -> Any:
    if heading.words is not None:
        return next((word for word, meant in heading.words.items() if meant == value), None)
    if heading.kind == "list":
        return "、".join(value or ())
    return value if value not in ("", None) else None


def _put(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """A text stays a text, whatever it begins with: in this file, and when somebody saves it as CSV."""
    cell = sheet.cell(row, place)
    if isinstance(value, str):
        cell.value = _printable(value)
        cell.data_type = "s"
        if value.startswith(_DANGEROUS):
            cell.quotePrefix = True
    else:
        cell.value = value


def _printable(value: str) -> str:
    return "".join(c for c in value if c >= " " or c in "\n\t")


def _guide(sheet: Worksheet, standard: Standard) -> None:
    lines: list[tuple[str, ...]] = [
        ("这张表怎么填",),
        ("“目录”一行一个目录，“信息项”一行一个信息项，用目录标识对上。带 * 的必填。填完在“目录导入”页面上传。",),
        ("有错的不会导入一半：哪张表、哪个格子、怎么改，会一次列清，改好再传。国家秘密和工作秘密不要写进来。",),
        (),
        ("表", "列", "必填", "怎么填", "可以填的"),
    ]
    for name, headings in COLUMNS.items():
        for heading in headings:
            known = standard.types if heading.field == "type" else {}
            words = [f"{one} {known[one]}" if one in known else one for one in allowed(heading, standard)]
            lines.append((name, heading.title, "是" if heading.must else "", heading.how, "、".join(words)))
    for row, line in enumerate(lines, 1):
        for place, text in enumerate(line, 1):
            _put(sheet, row, place, text)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for letter, width in zip("ABCDE", (10, 24, 8, 60, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    for cells in sheet.iter_rows(min_row=5):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
