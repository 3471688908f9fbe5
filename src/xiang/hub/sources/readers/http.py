"""The rows of an HTTP interface: a JSON list of objects, page after page.

A page is the list itself, or an object that holds it; where the object has ``next``, an address of the same server, the
list goes on there. The fields are those of the first page: what a later page adds cannot be told from a mistake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import pyarrow as pa

from xiang.hub.sources.engines.http import answer
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.readers import batching
from xiang.hub.sources.reading import Asked, Told

_MOST = 32 << 20
Row = Mapping[str, Any]


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    rows, following = _page(asked.address, asked)
    known = list(dict.fromkeys(name for row in rows for name in row))
    columns = asked.chosen(batching.named(known))
    yield from batching.of_rows(columns, _cells(rows, columns))
    while following:
        rows, following = _page(following, asked)
        if any(name not in known for row in rows for name in row):
            raise Unreachable("unreadable")
        yield from batching.of_rows(columns, _cells(rows, columns))


def _page(address: str, asked: Asked) -> tuple[list[Row], str]:
    """The rows of a page and where the next one is."""
    said = answer(address, asked.until, _MOST)
    rows = said if isinstance(said, list) else next((v for v in said.values() if isinstance(v, list)), None)
    if rows is None or not all(isinstance(row, dict) for row in rows):
        raise Unreachable("unreadable")
    named = said.get("next") if isinstance(said, dict) else None
    following = urljoin(address, named) if isinstance(named, str) else ""
    if following and (following == address or urlsplit(following)[:2] != urlsplit(asked.address)[:2]):
        raise Unreachable("unreadable")
    return rows, following


def _cells(rows: list[Row], columns: list[str]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_cell(row.get(column)) for column in columns]


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
