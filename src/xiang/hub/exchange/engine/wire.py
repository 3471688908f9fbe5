"""The wire: rows as tuples of PostgreSQL's binary COPY format, and what values they stand for.

A tuple is a count of fields (int16) and for each its length (int32, -1: null) and bytes, all big-endian. Instants are
microseconds and dates are days since 2000-01-01; a numeric is PostgreSQL's base 10000 with its display scale.
Source: PostgreSQL documentation, "COPY", "Binary Format"; its send and receive functions.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from uuid import UUID

from xiang.hub.exchange.engine import dates
from xiang.hub.exchange.engine.errors import BadValue, Stopped

Row = bytes | memoryview
#: How many rows go together. Few enough to stay in the processor's cache until they are summed and written: of 1,024 the
#: reading alone costs half as much again.
BATCH = 256
NULL = b"\xff\xff\xff\xff"
_EPOCH, _EPOCH_DAY = datetime(2000, 1, 1), date(2000, 1, 1).toordinal()  # noqa: DTZ001 - the wire's own zero
_MICROSECOND = timedelta(microseconds=1)
# PostgreSQL's numeric has up to 131,072 digits before the point and 16,383 behind it; Python's usual context rounds at 28.
_EXACT = Context(prec=131_072 + 16_383, Emin=MIN_EMIN, Emax=MAX_EMAX)


class Batch(list[Row]):
    """Rows that go together. Their bytes in one piece are joined once, for whoever sums them and whoever writes them."""

    @cached_property
    def joined(self) -> bytes:
        return b"".join(self)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the wire sees it. ``kind``: int2 … jsonb, or ``native:…`` for what only its own engine knows."""

    name: str
    kind: str
    nullable: bool = True
    precision: int | None = None
    scale: int | None = None

    @property
    def type(self) -> str:
        """The kind with its size: ``numeric(14,2)``."""
        return f"{self.kind}({self.precision},{self.scale})" if self.precision else self.kind


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in order and the names of the key. ``untyped``: values are checked one by one, not by their column."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    untyped: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def encoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], bytes]:
    """A function from a row's values to its tuple; raises :class:`BadValue`."""
    head, encode = struct.pack(">h", len(columns)), [_encoder(column) for column in columns]

    def to_wire(values: Sequence[Any]) -> bytes:
        parts = [head]
        for one, value in zip(encode, values, strict=True):
            parts.append(NULL if value is None else one(value))
        return b"".join(parts)

    def checked(values: Sequence[Any]) -> bytes:
        try:
            return to_wire(values)
        except (ValueError, TypeError, struct.error, InvalidOperation, OverflowError):
            raise _blame(columns, encode, values) from None

    return checked


def _blame(columns: Sequence[Column], encode: Sequence[Callable[[Any], bytes]], values: Sequence[Any]) -> Stopped:
    for column, one, value in zip(columns, encode, values, strict=False):
        try:
            _ = NULL if value is None else one(value)
        except (ValueError, TypeError, struct.error, InvalidOperation, OverflowError):
            return BadValue(column.name, _WORDS.get(column.kind, column.kind))
    return Stopped("bad_row", f"有一行的列数不对：应有 {len(columns)} 列。")


def decoder(columns: Sequence[Column]) -> Callable[[Row], tuple[Any, ...]]:
    """A function from a tuple to the row's values."""
    decode = [_DECODE.get(column.kind, bytes) for column in columns]

    def from_wire(row: Row) -> tuple[Any, ...]:
        data, place, values = bytes(row), 2, list[Any]()
        for one in decode:
            size = int.from_bytes(data[place : place + 4], "big", signed=True)
            place += 4
            if size < 0:
                values.append(None)
                continue
            values.append(one(data[place : place + size]))
            place += size
        return tuple(values)

    return from_wire


def part(row: Row, places: Sequence[int]) -> bytes:
    """The tuple of some fields of a row, by their places."""
    data, place, found = bytes(row), 2, []
    for _ in range(int.from_bytes(data[:2], "big")):
        size = max(int.from_bytes(data[place : place + 4], "big", signed=True), 0)
        found.append(data[place : place + 4 + size])
        place += 4 + size
    return struct.pack(">h", len(places)) + b"".join(found[one] for one in places)


def rows_of(columns: Sequence[Column], values: Iterable[Sequence[Any]]) -> Iterator[Batch]:
    """Batches of tuples from rows of values; a value that does not fit is told with its row's number."""
    encode, batch = encoder(columns), Batch()
    number = 0
    for number, row in enumerate(values, 1):
        try:
            batch.append(encode(row))
        except BadValue as wrong:
            column = next(one for one in columns if one.name == wrong.column)
            raise BadValue(wrong.column, _WORDS.get(column.kind, column.kind), number) from None
        if len(batch) == BATCH:
            yield batch
            batch = Batch()
    if batch:
        yield batch


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _text(value: Any) -> bytes:
    text = value if isinstance(value, str) else value.decode() if isinstance(value, bytes) else str(value)
    if "\x00" in text:
        raise ValueError("NUL")
    return _sized(text.encode())


def _integer(value: Any) -> int:
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError("not whole")
    return whole


_TRUE, _FALSE = {"1", "t", "true", "y", "yes", "是"}, {"0", "f", "false", "n", "no", "否"}


def _bool(value: Any) -> bytes:
    said = str(value).strip().lower() if isinstance(value, str) else ("1" if value else "0")
    if said not in _TRUE | _FALSE:
        raise ValueError("neither yes nor no")
    return b"\0\0\0\1\1" if said in _TRUE else b"\0\0\0\1\0"


def _date(value: Any) -> bytes:
    if isinstance(value, datetime) and value.time() != time():
        raise ValueError("a clock would be lost")
    day = value.date() if isinstance(value, datetime) else value if isinstance(value, date) else dates.day(value)
    return struct.pack(">ii", 4, day.toordinal() - _EPOCH_DAY)


def _moment(value: Any) -> bytes:
    at = value if isinstance(value, datetime) else dates.moment(value)
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return struct.pack(">iq", 8, (at - _EPOCH) // _MICROSECOND)


def _time(value: Any) -> bytes:
    if isinstance(value, timedelta):  # how PyMySQL gives a TIME
        return struct.pack(">iq", 8, value // _MICROSECOND)
    at = value if isinstance(value, time) else time.fromisoformat(str(value).strip())
    spent = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return struct.pack(">iq", 8, spent // _MICROSECOND)


def numeric(value: Any, scale: int | None = None) -> bytes:
    """A numeric's bytes, with ``scale`` digits behind the point; refuses what that would round."""
    number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    if not number.is_finite():
        raise ValueError("not finite")
    if scale is not None:
        exact = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
        if exact != number:
            raise ValueError("would be rounded")
        number = exact
    whole, _, fraction = format(number.copy_abs(), "f").partition(".")
    shown = len(fraction)
    whole, fraction = whole.rjust(-(-len(whole) // 4) * 4, "0"), fraction.ljust(-(-shown // 4) * 4, "0")
    text = whole + fraction
    groups, weight = [int(text[i : i + 4]) for i in range(0, len(text), 4)], len(whole) // 4 - 1
    while groups and not groups[0]:
        groups.pop(0)
        weight -= 1
    while groups and not groups[-1]:
        groups.pop()
    sign = 0x4000 if number < 0 else 0
    return struct.pack(f">hhHH{len(groups)}h", len(groups), weight if groups else 0, sign, shown, *groups)


def _read_numeric(data: bytes) -> Decimal:
    count, weight, sign, shown = struct.unpack_from(">hhHH", data)
    if sign not in (0, 0x4000):
        raise Stopped("not_a_number", "来源有 NaN 或者无穷大，目标存不了。请在来源改正后重新运行。")
    total = 0
    for group in struct.unpack_from(f">{count}h", data, 8):
        total = total * 10000 + group
    number = Decimal(-total if sign else total).scaleb(4 * (weight - count + 1), _EXACT)
    return number.quantize(Decimal(1).scaleb(-shown), context=_EXACT)


def _fixed(form: str, size: int, read: Callable[[Any], Any]) -> Callable[[Any], bytes]:
    pack = struct.Struct(f">i{form}").pack
    return lambda value: pack(size, read(value))


def _encoder(column: Column) -> Callable[[Any], bytes]:
    if column.kind == "numeric":
        scale = column.scale
        return lambda value: _sized(numeric(value, scale))
    if column.kind not in _ENCODE:
        raise Stopped("type_unsupported", f"“{column.name}”的类型 {column.kind} 只能在同一种数据库之间交换。")
    return _ENCODE[column.kind]


_ENCODE: dict[str, Callable[[Any], bytes]] = {
    "int2": _fixed("h", 2, _integer),
    "int4": _fixed("i", 4, _integer),
    "int8": _fixed("q", 8, _integer),
    "float4": _fixed("f", 4, float),
    "float8": _fixed("d", 8, float),
    "bool": _bool,
    "text": _text,
    "json": _text,
    "bytes": lambda value: _sized(bytes(value)),
    "date": _date,
    "time": _time,
    "timestamp": _moment,
    "timestamptz": _moment,
    "uuid": lambda value: _sized((value if isinstance(value, UUID) else UUID(str(value))).bytes),
}
_DECODE: dict[str, Callable[[bytes], Any]] = {
    **dict.fromkeys(("int2", "int4", "int8"), lambda data: int.from_bytes(data, "big", signed=True)),
    "float4": lambda data: struct.unpack(">f", data)[0],
    "float8": lambda data: struct.unpack(">d", data)[0],
    "bool": lambda data: data == b"\1",
    **dict.fromkeys(("text", "json"), bytes.decode),
    "jsonb": lambda data: data[1:].decode(),
    "bytes": bytes,
    "date": lambda data: date.fromordinal(int.from_bytes(data, "big", signed=True) + _EPOCH_DAY),
    "time": lambda data: (_EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))).time(),
    "timestamp": lambda data: _EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True)),
    "timestamptz": lambda data: (_EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))).replace(
        tzinfo=UTC
    ),
    "uuid": lambda data: UUID(bytes=data),
    "numeric": _read_numeric,
}
_WORDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "整数"),
    **dict.fromkeys(("float4", "float8", "numeric"), "数"),
    "bool": "是否",
    "date": "日期",
    "time": "时刻",
    **dict.fromkeys(("timestamp", "timestamptz"), "时间"),
    "text": "文字",
    "uuid": "编号",
}
