"""Arrow's types and the wire's kinds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xiang.hub.exchange.engine.ends import Window
from xiang.hub.exchange.engine.wire import Column, Schema

if TYPE_CHECKING:
    import pyarrow as pa

_DECIMAL = (38, 10)


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """The columns of an Arrow schema."""
    return tuple(_column(field) for field in schema)


def _column(field: pa.Field) -> Column:
    import pyarrow as pa

    kind, types = field.type, pa.types
    if types.is_decimal(kind):
        return Column(field.name, "numeric", field.nullable, kind.precision, kind.scale)
    if types.is_timestamp(kind):
        return Column(field.name, "timestamptz" if kind.tz else "timestamp", field.nullable)
    tests = [
        (types.is_boolean, "bool"), (types.is_int8, "int2"), (types.is_int16, "int2"), (types.is_uint8, "int2"),
        (types.is_int32, "int4"), (types.is_uint16, "int4"), (types.is_integer, "int8"), (types.is_float32, "float4"),
        (types.is_floating, "float8"), (types.is_date, "date"), (types.is_time, "time"), (types.is_binary, "bytes"),
        (types.is_large_binary, "bytes"),
    ]  # fmt: skip
    return Column(field.name, next((name for test, name in tests if test(kind)), "text"), field.nullable)


def schema_of(wanted: Schema) -> pa.Schema:
    """The Arrow schema of the wire's columns. What Arrow has no type for is text."""
    import pyarrow as pa

    types = {
        "bool": pa.bool_(), "int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "float4": pa.float32(),
        "float8": pa.float64(), "bytes": pa.binary(), "date": pa.date32(), "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", "UTC"), "time": pa.time64("us"),
    }  # fmt: skip
    return pa.schema([pa.field(one.name, types.get(one.kind) or _other(one)) for one in wanted.columns])


def _other(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.kind != "numeric":
        return pa.string()
    precision, scale = column.precision or _DECIMAL[0], _DECIMAL[1] if column.scale is None else column.scale
    return pa.decimal128(min(precision, _DECIMAL[0]), scale)


def table_of(rows: Sequence[Sequence[Any]], shape: pa.Schema) -> pa.Table:
    """An Arrow table of rows of values."""
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else [()] * len(shape)
    arrays = [
        pa.array([_plain(one, field) for one in column], field.type)
        for column, field in zip(columns, shape, strict=True)
    ]
    return pa.table(arrays, schema=shape)


def _plain(value: Any, field: pa.Field) -> Any:
    import pyarrow as pa

    return str(value) if value is not None and pa.types.is_string(field.type) else value


def window_filter(window: Window, schema: pa.Schema) -> Any:
    """The window as a filter that the files' statistics can use."""
    import pyarrow.compute as pc
    import pyarrow.types as types

    kind = schema.field(window.column).type
    temporal = types.is_timestamp(kind)

    def bound(value: Any) -> Any:
        import pyarrow as pa

        return pa.scalar(datetime.fromisoformat(value), kind) if temporal and isinstance(value, str) else value

    found = pc.field(window.column) <= bound(window.upto)
    return found if window.after is None else found & (pc.field(window.column) > bound(window.after))
