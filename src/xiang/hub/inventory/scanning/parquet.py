"""A Parquet file: the schema and the number of rows stand in its footer."""

from __future__ import annotations

import pyarrow
from pyarrow import parquet

from xiang.hub.inventory.scanning import ColumnFound, TableFound, existing, letters, reading


def scan(address: str, until: float) -> list[TableFound]:
    """One table, named like the file."""
    file = existing(address)
    with reading(pyarrow.ArrowException, OSError):
        footer = parquet.ParquetFile(file)
        schema, rows = footer.schema_arrow, footer.metadata.num_rows
    columns = [_column(field) for field in schema]
    return [TableFound(file.stem, tuple(columns), rows=rows)]


def _column(field: pyarrow.Field) -> ColumnFound:
    native = str(field.type)
    return ColumnFound(field.name, letters.letter(native), native, None, field.nullable)
