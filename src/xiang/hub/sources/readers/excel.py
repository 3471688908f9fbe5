"""A sheet of an Excel workbook (.xlsx), row by row: the first row that has something holds the names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from xiang.hub.sources.addresses import existing
from xiang.hub.sources.found import Unreachable, reading
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    """The sheet ``part``, the first without a name; formulas as the values they last had."""
    file = existing(asked.address)
    with reading(InvalidFileException, BadZipFile, KeyError, ValueError, OSError), closing(_book(file)) as book:
        if asked.part and asked.part not in book.sheetnames:
            raise Unreachable("no_table", f"没有工作表“{asked.part}”；有：{'、'.join(book.sheetnames)}。")
        sheet = book[asked.part] if asked.part else book.worksheets[0]
        yield from _rows(sheet.iter_rows(values_only=True), asked)


def _book(file: Path) -> Any:
    return load_workbook(file, read_only=True, data_only=True)


def _rows(rows: Iterator[Sequence[Any]], asked: Asked) -> Iterator[pa.RecordBatch]:
    filled = (row for row in rows if any(cell is not None for cell in row))
    cells = [batching.as_text(cell) or "" for cell in next(filled, ())]
    while cells and not cells[-1]:
        cells.pop()
    columns = batching.named(cells)
    chosen = asked.chosen(columns)
    places = [columns.index(name) for name in chosen]
    return batching.of_rows(chosen, ([row[n] if n < len(row) else None for n in places] for row in filled))
