"""PostgreSQL's types and the wire's kinds."""

from __future__ import annotations

import re

from xiang.hub.exchange.engine.wire import Column

TYPES = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "text": "text", "bytes": "bytea", "date": "date", "time": "time", "timestamp": "timestamp",
    "timestamptz": "timestamptz", "uuid": "uuid", "numeric": "numeric", "json": "json", "jsonb": "jsonb",
}  # fmt: skip
_KINDS = {
    **{name: name for name in TYPES if name not in ("bytes",)},
    "varchar": "text",
    "bpchar": "text",
    "name": "text",
    "bytea": "bytes",
}
_SIZE = re.compile(r"\((\d+),(\d+)\)")


def column_of(name: str, type_name: str, shown: str, nullable: bool) -> Column:
    """A column from the catalogue."""
    kind = _KINDS.get(type_name, f"native:{shown}")
    size = _SIZE.search(shown) if kind == "numeric" else None
    precision, scale = (int(one) for one in size.groups()) if size else (None, None)
    return Column(name, kind, nullable, precision, scale)


def definition(column: Column) -> str:
    """The column in a ``CREATE TABLE``."""
    name = column.name.replace('"', '""')
    kind = column.kind.removeprefix("native:") if column.kind.startswith("native:") else TYPES[column.kind]
    size = f"({column.precision},{column.scale})" if column.precision else ""
    return f'"{name}" {kind}{size}{"" if column.nullable else " NOT NULL"}'
