"""A CSV file: its head and the first rows. GB18030 and UTF-8, with or without a byte order mark."""

from __future__ import annotations

import csv
from itertools import islice, zip_longest
from pathlib import Path

from xiang.hub.sources import letters
from xiang.hub.sources.addresses import existing, title_of
from xiang.hub.sources.found import ColumnFound, TableFound, Unreachable, reading

_HEAD, _SAMPLE = 1 << 20, 1000


def scan(address: str, until: float) -> list[TableFound]:
    """One table, named like the file. Types are guessed from the first thousand rows; rows are not counted."""
    file = existing(address)
    with reading(csv.Error):
        lines = _text(file).splitlines()
        if not lines:
            raise Unreachable("unreadable")
        rows = csv.reader(lines, _dialect(lines[0]), strict=True)
        head = [name.strip() for name in next(rows)]
        sample = list(islice(rows, _SAMPLE))
    if not any(head) or len(set(head)) < len(head):
        raise Unreachable("unreadable")
    cells = list(zip_longest(*sample, fillvalue=""))[: len(head)] if sample else [()] * len(head)
    columns = [ColumnFound(name, letters.of_cells(kept), "text") for name, kept in zip(head, cells, strict=False)]
    return [TableFound(title_of(file), tuple(columns), rows=None)]


def _text(file: Path) -> str:
    """The first whole lines, however large the file is."""
    with file.open("rb") as stream:
        raw = stream.read(_HEAD)
        if len(raw) == _HEAD:
            raw = raw[: raw.rfind(b"\n") + 1]
    if b"\0" in raw:
        raise Unreachable("unreadable")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _dialect(head: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = max(",\t;|", key=head.count)

    return Found
