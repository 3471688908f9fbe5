"""Excel workbooks (.xlsx), row by row: the first row that has something holds the names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine.writing import as_text, named
from xiang.hub.quality.engine.writing import write as write_rows


def write(file: Path, sheet: str, target: Path, wanted: Collection[str] | None) -> int:
    """The sheet (the first without a name) as Parquet; ``Refused`` when the workbook cannot be read."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as wrong:
        raise Refused("source_unreadable", f"{file.name} 读不了：不是完整的 Excel 文件，可能还没有写完。") from wrong
    with closing(book):
        if sheet and sheet not in book.sheetnames:
            raise Refused("source_sheet", f"{file.name} 里没有工作表“{sheet}”；有：{'、'.join(book.sheetnames)}。")
        rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
        return _rows(rows, file.name, target, wanted)


def _rows(rows: Iterator[Sequence[Any]], title: str, target: Path, wanted: Collection[str] | None) -> int:
    head = next((row for row in rows if any(cell is not None for cell in row)), ())
    cells = [as_text(cell) or "" for cell in head]
    while cells and not cells[-1]:
        cells.pop()
    if not cells:
        raise Refused("source_empty", f"{title} 是空的，或者第一行不是列名。")
    columns = named(cells, title)
    places = [n for n, column in enumerate(columns) if wanted is None or column in wanted] or [0]
    filled = (row for row in rows if any(cell is not None for cell in row))
    chosen = ([row[n] if n < len(row) else None for n in places] for row in filled)
    return write_rows([columns[n] for n in places], chosen, target)
