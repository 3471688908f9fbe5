"""An Excel workbook: one table a sheet, the first row with anything in it is the head."""

from __future__ import annotations

import zipfile
from itertools import islice, zip_longest
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from xiang.hub.sources import letters
from xiang.hub.sources.addresses import existing
from xiang.hub.sources.found import ColumnFound, TableFound, reading

_SAMPLE = 1000


def scan(address: str, until: float) -> list[TableFound]:
    """Sheets that have a head; formulas are read as the values they last had."""
    file = existing(address)
    with reading(InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            return [found for sheet in book.worksheets if (found := _sheet(sheet))]
        finally:
            book.close()


def _sheet(sheet: Any) -> TableFound | None:
    rows = sheet.iter_rows(values_only=True)
    head = next((row for row in rows if any(cell is not None for cell in row)), None)
    if head is None:
        return None
    sample = list(islice(rows, _SAMPLE))
    cells = list(zip_longest(*sample)) if sample else [()] * len(head)
    named = [(place, str(name).strip()) for place, name in enumerate(head) if name is not None and str(name).strip()]
    columns = [
        ColumnFound(name, letters.of_cells(cells[place] if place < len(cells) else ()), "cell") for place, name in named
    ]
    return TableFound(sheet.title, tuple(columns), rows=max((sheet.max_row or 1) - 1, 0))
