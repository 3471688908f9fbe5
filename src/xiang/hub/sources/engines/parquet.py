"""A Parquet file: the schema and the number of rows stand in its footer."""

from __future__ import annotations

import pyarrow
from pyarrow import parquet

from xiang.hub.sources import letters
from xiang.hub.sources.addresses import existing, title_of
from xiang.hub.sources.found import ColumnFound, TableFound, reading


def scan(address: str, until: float) -> list[TableFound]:
    """One table, named like the file."""
    file = existing(address)
    with reading(pyarrow.ArrowException, OSError):
        footer = parquet.ParquetFile(file)
        schema, rows = footer.schema_arrow, footer.metadata.num_rows
    columns = [_column(field) for field in schema]
    return [TableFound(title_of(file), tuple(columns), rows=rows)]


def _column(field: pyarrow.Field) -> ColumnFound:
    native = str(field.type)
    return ColumnFound(field.name, letters.letter(native), native, None, field.nullable)
