"""Reading a workbook that somebody filled in: contents, and what is wrong cell by cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from xiang.foundation.ground.errors import FieldError, Invalid, TooLarge
from xiang.hub.inventory.workbook.layout import COLUMNS, ENTRIES, ITEMS, Heading

LARGEST, UNPACKED, MOST_ROWS = 10 << 20, 200 << 20, 20_000


@dataclass
class Sheets:
    """What was read. ``places`` says in which cell a field of an entry stands, by ``(key, JSON pointer)``."""

    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)


def read(raw: bytes) -> Sheets:
    """Both sheets; raises :class:`Invalid` when it is no such workbook, :class:`TooLarge` when it is too much."""
    if len(raw) > LARGEST:
        raise TooLarge("workbook_too_large", "表格超过 10 MB，请分几次导入。")
    found = Sheets()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise TooLarge("workbook_too_large", "表格展开以后太大，请分几次导入。")
        book = load_workbook(io.BytesIO(raw), read_only=True)
        for name in (ENTRIES, ITEMS):
            if name not in book.sheetnames:
                raise _no_workbook(f"没有“{name}”这张表：请用下载的模板填写。")
            for row, said in _rows(book[name], name, found):
                _take(name, row, said, found)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError) as wrong:
        raise _no_workbook("打不开这个文件：请用下载的模板填写，存为 .xlsx。") from wrong
    if not found.contents and not found.errors:
        raise _no_workbook("表里没有目录：从“目录”表第二行起，一行写一个。")
    return found


def _no_workbook(detail: str) -> Invalid:
    return Invalid([FieldError("", "workbook_unreadable", detail)], "workbook_unreadable", detail)


def _rows(sheet: Any, name: str, found: Sheets) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = sheet.iter_rows()
    titles = {_text(cell.value).rstrip("*"): place for place, cell in enumerate(next(rows, ()))}
    headings = {titles[one.title]: one for one in COLUMNS[name] if one.title in titles}
    for one in COLUMNS[name]:
        if one.must and one.title not in titles:
            found.errors.append(FieldError(f"{name}!1", "column_missing", f"第一行缺少“{one.title}”这一列，请用模板。"))
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS:
            raise TooLarge("workbook_too_large", f"“{name}”超过 {MOST_ROWS} 行，请分几次导入。")
        cells = {place: cell for place, cell in enumerate(row) if place in headings and _text(cell.value)}
        if cells:
            said = {"": {headings[place].field: f"{name}!{get_column_letter(place + 1)}{number}" for place in headings}}
            yield (
                number,
                said
                | {
                    headings[place].field: _value(headings[place], cell, said[""][headings[place].field], found)
                    for place, cell in cells.items()
                },
            )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _value(heading: Heading, cell: Any, at: str, found: Sheets) -> Any:
    text = _text(cell.value)
    if cell.data_type == "f":
        found.errors.append(FieldError(at, "formula", "这一格是公式，请改成文字（选择性粘贴为值）。"))
        return ""
    if heading.words is not None:
        if text not in heading.words:
            words = "、".join(heading.words)
            found.errors.append(FieldError(at, "choice_unknown", f"“{heading.title}”填：{words}。"))
        return heading.words.get(text, "")
    if heading.kind == "list":
        return [one.strip() for one in text.replace("，", "、").replace(",", "、").split("、") if one.strip()]
    if heading.kind == "number":
        return _number(heading, cell.value, at, found)
    return _whole(cell.value)


def _whole(value: Any) -> str:
    """A number typed where text is meant keeps its digits: 1.0 is 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _text(value)


def _number(heading: Heading, value: Any, at: str, found: Sheets) -> int | None:
    text = _whole(value)
    if not text.isascii() or not text.isdecimal():
        found.errors.append(FieldError(at, "number_form", f"“{heading.title}”写整数。"))
        return None
    return int(text)


def _take(name: str, row: int, said: dict[str, Any], found: Sheets) -> None:
    """Put a row where it belongs; an entry twice, or an item of an entry that is not in the file, is an error."""
    cells: Mapping[str, str] = said.pop("")
    key = said.get("key", "")
    if name == ENTRIES:
        if not key:
            found.errors.append(FieldError(cells.get("key", f"{name}!{row}"), "missing", "这一行没有写目录标识。"))
        elif key in found.contents:
            found.errors.append(FieldError(cells["key"], "key_twice", f"目录“{key}”写了两行，请合成一行。"))
        else:
            found.contents[key] = {**said, "items": []}
            found.places |= {(key, f"/{one}"): cell for one, cell in cells.items()}
    elif key not in found.contents:
        found.errors.append(
            FieldError(cells.get("key", f"{name}!{row}"), "entry_unknown", "“目录”表里没有这个目录标识。")
        )
    else:
        items = found.contents[key]["items"]
        found.places |= {(key, f"/items/{len(items)}/{one}"): cell for one, cell in cells.items() if one != "key"}
        items.append({one: value for one, value in said.items() if one != "key"})
