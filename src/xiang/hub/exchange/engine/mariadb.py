"""MariaDB and MySQL by PyMySQL: rows streamed out, and in by inserts of many rows.

``LOAD DATA LOCAL`` would be faster, but servers rightly forbid it. Statements that define tables end a transaction
here; each step is therefore made so that doing it again finds what is done.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from xiang.hub.exchange.engine import staging
from xiang.hub.exchange.engine.ends import Changes, Mode, Progress
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.tables import SqlTable
from xiang.hub.exchange.engine.wire import Column, Schema

_KINDS = {
    "tinyint": "int2", "smallint": "int2", "mediumint": "int4", "int": "int4", "bigint": "int8", "year": "int2",
    "float": "float4", "double": "float8", "decimal": "numeric", "char": "text", "varchar": "text", "tinytext": "text",
    "text": "text", "mediumtext": "text", "longtext": "text", "enum": "text", "set": "text", "json": "json",
    "binary": "bytes", "varbinary": "bytes", "tinyblob": "bytes", "blob": "bytes", "mediumblob": "bytes",
    "longblob": "bytes", "date": "date", "time": "time", "datetime": "timestamp", "timestamp": "timestamptz",
    "uuid": "uuid",
}  # fmt: skip
# An unsigned type needs the next wider one.
_UNSIGNED = {"tinyint": "int2", "smallint": "int4", "mediumint": "int4", "int": "int8", "bigint": "numeric"}
_NAMES = {
    "int2": "SMALLINT", "int4": "INT", "int8": "BIGINT", "float4": "FLOAT", "float8": "DOUBLE", "bool": "TINYINT(1)",
    "text": "LONGTEXT", "json": "LONGTEXT", "jsonb": "LONGTEXT", "bytes": "LONGBLOB", "date": "DATE", "time": "TIME(6)",
    "timestamp": "DATETIME(6)", "timestamptz": "DATETIME(6)", "uuid": "UUID",
}  # fmt: skip
_KEY_TEXT = "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
_GONE = {1040, 1053, 1077, 1205, 1213, 1927, 2002, 2003, 2006, 2013}
_FULL, _SIZE = {1021, 1030, 1114}, re.compile(r"\((\d+),(\d+)\)")


class MariaTable(SqlTable):
    """A table of a MariaDB or MySQL database: ``mysql://user:password@host:port/database``."""

    keeps_order = True
    mark = "%s"
    key_type = _KEY_TEXT
    locking = " FOR UPDATE"

    def __init__(self, address: str, name: str) -> None:
        place = urlsplit(address)
        self.name = name
        self.database = place.path.lstrip("/")
        self.title = f"mariadb://{place.hostname or ''}/{self.database}/{name}"
        self._place: dict[str, Any] = {
            "host": place.hostname or "127.0.0.1",
            "port": place.port or 3306,
            "user": unquote(place.username or ""),
            "password": unquote(place.password or "").encode(),  # as text the driver would take it for Latin-1
            "database": self.database,
        }

    def quoted(self, name: str) -> str:
        # PyMySQL formats statements with %: a percent sign in a name must be doubled.
        return "`" + name.replace("`", "``").replace("%", "%%") + "`"

    def definition(self, column: Column, *, in_key: bool) -> str:
        if column.kind == "text" and in_key:
            kind = _KEY_TEXT
        elif column.kind == "numeric":
            kind = f"DECIMAL({column.precision or 65},{column.scale if column.scale is not None else 30})"
        elif column.kind in _NAMES:
            kind = _NAMES[column.kind]
        else:
            raise Stopped("type_unsupported", f"“{column.name}”的类型只能在同一种数据库之间交换。")
        return f"{self.quoted(column.name)} {kind} {'NULL' if column.nullable else 'NOT NULL'}"

    def schema(self) -> Schema | None:
        asked = (
            "SELECT column_name, data_type, column_type, is_nullable, column_key, extra FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
        )
        keyed = (
            "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = %s AND table_name = %s"
            " AND constraint_name = 'PRIMARY' ORDER BY ordinal_position"
        )
        with self._open() as connection:
            found = self._execute(connection, asked, [self.database, self.name]).fetchall()
            key = [name for (name,) in self._execute(connection, keyed, [self.database, self.name]).fetchall()]
        columns = [_column(*row[:4]) for row in found if "GENERATED" not in row[5].upper()]
        return Schema(tuple(columns), tuple(key)) if columns else None

    @contextlib.contextmanager
    def _open(self) -> Iterator[Any]:
        import pymysql

        try:
            connection = pymysql.connect(
                **self._place,
                charset="utf8mb4",
                connect_timeout=10,
                autocommit=True,
                # A throttled run reads slowly: the server must not take that for a client that is gone.
                init_command="SET time_zone = '+00:00', net_write_timeout = 7200, sql_mode = 'STRICT_ALL_TABLES'",
            )
        except pymysql.err.OperationalError as wrong:
            raise Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。") from wrong
        try:
            yield connection
        except pymysql.err.IntegrityError as wrong:
            raise Stopped("duplicate_key", "有两行的主键相同，或者必填项为空，目标不能写入。请在来源核对。") from wrong
        except (pymysql.err.OperationalError, pymysql.err.InternalError, pymysql.err.InterfaceError) as wrong:
            number = wrong.args[0] if wrong.args else 0
            if number in _FULL:
                raise Interrupted(
                    "disk_full", "目标数据库的磁盘满了。请清出空间，之后会从最后一块接着运行。"
                ) from wrong
            if number in _GONE or not number:
                raise Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。") from wrong
            raise Stopped(f"mariadb_{number}", "数据库拒绝了这次操作，请联系该库的管理员。") from wrong
        except pymysql.err.MySQLError as wrong:
            number = wrong.args[0] if wrong.args else 0
            raise Stopped(f"mariadb_{number}", "数据库拒绝了这次操作，请联系该库的管理员。") from wrong
        finally:
            with contextlib.suppress(pymysql.err.Error, OSError):
                connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        with self._open() as connection:
            connection.begin()
            yield connection
            connection.commit()

    def _streaming(self, connection: Any, statement: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        from pymysql.cursors import SSCursor

        cursor = connection.cursor(SSCursor)
        cursor.execute(statement, tuple(values))
        yield from cursor.fetchall_unbuffered()

    def _ready(self, value: Any, column: Column) -> Any:
        if column.kind == "timestamptz":
            return value.replace(tzinfo=None)
        return str(value) if column.kind == "uuid" else value

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        found = super().begin(run, wanted, mode)
        with self._open() as connection:
            if not found.published and not self._exists(connection, staging.staging_of(run)):
                # The staging table took its place, and whoever did that died before saying so.
                self._published(connection, run)
                return replace(found, published=True)
        return found

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        if mode != "full":
            return super().publish(run, wanted, mode)
        staged = staging.staging_of(run)
        with self._open() as connection:
            progress = self._progress(connection, run)
            if progress is None:
                raise staging.superseded()
            if not progress.published and self._exists(connection, staged):
                if self._tied(connection):
                    return super().publish(run, wanted, mode)
                old = self.quoted(f"{staged}_old")
                self._execute(connection, f"DROP TABLE IF EXISTS {old}")
                # Both names change in one step. Whoever dies here finds no staging table and knows that it is done.
                self._execute(connection, f"RENAME TABLE {self.table} TO {old}, {self._staged(run)} TO {self.table}")
            self._published(connection, run)
            self._execute(connection, f"DROP TABLE IF EXISTS {self.quoted(f'{staged}_old')}")
            return Changes(progress.rows)

    def _make_staging(self, connection: Any, run: str, wanted: Schema, mode: Mode) -> None:
        if self.schema() is None:
            super()._make_staging(connection, run, wanted, mode)
            return
        if mode != "full":
            staging.need_key(wanted)
        self._execute(connection, f"DROP TABLE IF EXISTS {self._staged(run)}")
        self._execute(connection, f"CREATE TABLE {self._staged(run)} LIKE {self.table}")

    def _exists(self, connection: Any, name: str) -> bool:
        asked = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
        return self._execute(connection, asked, [self.database, name]).fetchone() is not None

    def _tied(self, connection: Any) -> bool:
        """Whether foreign keys or triggers hang on the table, so that its rows are replaced and not the table."""
        asked = (
            "SELECT 1 FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL AND"
            " ((table_schema = %s AND table_name = %s) OR (referenced_table_schema = %s AND referenced_table_name = %s))"
            " UNION SELECT 1 FROM information_schema.triggers WHERE event_object_schema = %s AND event_object_table = %s"
        )
        return self._execute(connection, asked, [self.database, self.name] * 3).fetchone() is not None

    def _settling(self, wanted: Schema) -> str:
        rest = [self.quoted(name) for name in wanted.names if name not in wanted.key] or [self.quoted(wanted.key[0])]
        return " ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = VALUES({name})" for name in rest)


def _column(name: str, kind: str, full: str, nullable: str) -> Column:
    lower = full.lower()
    found = _UNSIGNED[kind] if "unsigned" in lower and kind in _UNSIGNED else _KINDS.get(kind, f"native:{full}")
    if lower.startswith("tinyint(1)"):
        found = "bool"
    size = _SIZE.search(lower) if found == "numeric" else None
    precision, scale = (
        (int(one) for one in size.groups()) if size else ((20, 0) if found == "numeric" else (None, None))
    )
    return Column(name, found, nullable == "YES", precision, scale)
