"""SQLite: a file. Its columns promise nothing, so each value is checked as it is read."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.tables import SqlTable
from xiang.hub.exchange.engine.wire import Column, Schema

# By the first word found in what was declared, in this order (SQLite documentation, "Datatypes", 3.1).
_DECLARED = (
    ("BOOL", "bool"), ("DECIMAL", "numeric"), ("NUMERIC", "numeric"), ("TIMESTAMPTZ", "timestamptz"),
    ("DATETIME", "timestamp"), ("TIMESTAMP", "timestamp"), ("DATE", "date"), ("TIME", "time"), ("UUID", "uuid"),
    ("INT", "int8"), ("JSON", "json"), ("CHAR", "text"), ("CLOB", "text"), ("TEXT", "text"), ("BLOB", "bytes"),
    ("REAL", "float8"), ("FLOA", "float8"), ("DOUB", "float8"),
)  # fmt: skip
# TEXT in a name keeps every digit: a plain DECIMAL column would turn its values into binary fractions.
_NAMES = {
    "bool": "BOOLEAN", "numeric": "DECIMAL_TEXT", "timestamptz": "TIMESTAMPTZ_TEXT", "timestamp": "TIMESTAMP_TEXT",
    "date": "DATE_TEXT", "time": "TIME_TEXT", "uuid": "UUID_TEXT", "int2": "INTEGER", "int4": "INTEGER",
    "int8": "INTEGER", "json": "JSON_TEXT", "text": "TEXT", "bytes": "BLOB", "float4": "REAL", "float8": "REAL",
    "jsonb": "JSON_TEXT",
}  # fmt: skip
_SIZE = re.compile(r"\((\d+)\s*,\s*(\d+)\)")
_BUSY = 30


class SqliteTable(SqlTable):
    """A table of a SQLite file."""

    def __init__(self, file: Path, name: str) -> None:
        self.file = file
        self.name = name
        self.title = f"sqlite:{file.stem}/{name}"

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def definition(self, column: Column, *, in_key: bool) -> str:
        size = f"({column.precision},{column.scale})" if column.precision else ""
        if column.kind not in _NAMES:
            raise Stopped("type_unsupported", f"“{column.name}”的类型只能在同一种数据库之间交换。")
        return f"{self.quoted(column.name)} {_NAMES[column.kind]}{size}{'' if column.nullable else ' NOT NULL'}"

    def schema(self) -> Schema | None:
        if not self.file.exists():
            return None
        with self._open() as connection:
            found = connection.execute(f"PRAGMA table_info({self.table})").fetchall()
        key = sorted((place, name) for _, name, _, _, _, place in found if place)
        columns = [_column(name, declared, not (required or place)) for _, name, declared, required, _, place in found]
        return Schema(tuple(columns), tuple(name for _, name in key), untyped=True) if found else None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self.file, timeout=_BUSY, isolation_level=None)) as connection:
                yield connection
        except sqlite3.OperationalError as wrong:
            if "full" in str(wrong) or "disk I/O" in str(wrong):
                raise Interrupted("disk_full", "磁盘满了。请清出空间，之后会从最后一块接着运行。") from wrong
            locked = "locked" in str(wrong) or "busy" in str(wrong)
            code, words = ("locked", "文件被别的程序占用") if locked else ("not_reached", "文件读写不了")
            raise Interrupted(code, f"{words}，稍后会接着运行。") from wrong
        except sqlite3.IntegrityError as wrong:
            raise Stopped("duplicate_key", "有两行的主键相同，或者必填项为空，目标不能写入。请在来源核对。") from wrong
        except sqlite3.DatabaseError as wrong:
            raise Stopped("broken_file", "这个文件不是完整的 SQLite 数据库，请重新导出。") from wrong

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def _streaming(self, connection: Any, statement: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        return iter(connection.execute(statement, tuple(values)))

    def _ready(self, value: Any, column: Column) -> Any:
        if isinstance(value, datetime):
            return value.isoformat(" ", "microseconds")
        if isinstance(value, date | time):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal | UUID) else value

    def _settling(self, wanted: Schema) -> str:
        key = ", ".join(self.quoted(name) for name in wanted.key)
        rest = [self.quoted(name) for name in wanted.names if name not in wanted.key]
        if not rest:
            return f" WHERE true ON CONFLICT ({key}) DO NOTHING"
        update = ", ".join(f"{name} = excluded.{name}" for name in rest)
        differs = " OR ".join(f"{self.table}.{name} IS NOT excluded.{name}" for name in rest)
        return f" WHERE true ON CONFLICT ({key}) DO UPDATE SET {update} WHERE {differs}"


def _column(name: str, declared: str, nullable: bool) -> Column:
    word = declared.upper()
    kind = next((kind for part, kind in _DECLARED if part in word), "text")
    size = _SIZE.search(word) if kind == "numeric" else None
    precision, scale = (int(one) for one in size.groups()) if size else (None, None)
    return Column(name, kind, nullable, precision, scale)
