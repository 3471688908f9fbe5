"""Tables of PostgreSQL, MariaDB and SQLite read in one pass, a batch at a time, through Arrow into Parquet.

DuckDB could reach them by extensions, which a closed network cannot fetch. The connection only reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from xiang.foundation.ground.errors import Refused, Unavailable
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.writing import BATCH
from xiang.hub.quality.engine.writing import write as write_rows

WAIT = 10


def write(address: Address, target: Path, wanted: Collection[str] | None) -> int:
    """The table as Parquet; ``Unavailable`` when the database does not answer, ``Refused`` when it has no such table."""
    return _WRITERS[address.form](address, target, wanted)


def _postgres(address: Address, target: Path, wanted: Collection[str] | None) -> int:
    import psycopg
    from psycopg import sql

    schema, _, table = address.part.rpartition(".")
    try:
        with psycopg.connect(address.place, connect_timeout=WAIT) as connection:
            connection.read_only = True
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = %s AND table_schema = coalesce(nullif(%s, ''), current_schema()) ORDER BY ordinal_position",
                [table, schema],
            ).fetchall()
            columns = _chosen([row[0] for row in found], address, wanted)
            chosen = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
            named = sql.Identifier(schema, table) if schema else sql.Identifier(table)
            with connection.cursor("quality") as cursor:
                cursor.itersize = BATCH
                cursor.execute(sql.SQL("SELECT {} FROM {}").format(chosen, named))
                return write_rows(columns, iter(cursor), target)
    except psycopg.OperationalError as wrong:
        raise _silent(address) from wrong
    except psycopg.Error as wrong:
        raise _refused(address, wrong) from wrong


def _mysql(address: Address, target: Path, wanted: Collection[str] | None) -> int:
    import pymysql
    from pymysql.cursors import SSCursor

    parts = urlsplit(address.place)
    database, _, table = f"{parts.path.lstrip('/')}.{address.part}".rpartition(".")
    try:
        with closing(
            pymysql.connect(
                host=parts.hostname or "localhost",
                port=parts.port or 3306,
                user=unquote(parts.username or "root"),
                password=unquote(parts.password or ""),
                database=database.rpartition(".")[2],
                charset="utf8mb4",
                connect_timeout=WAIT,
                cursorclass=SSCursor,
            )
        ) as connection:
            return _read(connection.cursor(), table, address, target, wanted, "`")
    except pymysql.err.OperationalError as wrong:
        raise _silent(address) from wrong
    except pymysql.Error as wrong:
        raise _refused(address, wrong) from wrong


def _sqlite(address: Address, target: Path, wanted: Collection[str] | None) -> int:
    import sqlite3

    try:
        uri = Path(address.place).absolute().as_uri() + "?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=WAIT)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            return _read(connection.cursor(), address.part, address, target, wanted, '"')
    except sqlite3.Error as wrong:
        raise _refused(address, wrong) from wrong


def _read(cursor: Any, table: str, address: Address, target: Path, wanted: Collection[str] | None, mark: str) -> int:
    """Any database that answers as Python's DB-API says; ``mark`` quotes a name."""

    def quoted(name: str) -> str:
        return mark + name.replace(mark, mark * 2) + mark

    cursor.execute(f"SELECT * FROM {quoted(table)} LIMIT 0")  # noqa: S608 - the name is quoted
    columns = _chosen([column[0] for column in cursor.description], address, wanted)
    cursor.execute(f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}")  # noqa: S608
    return write_rows(columns, _fetched(cursor), target)


def _fetched(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(BATCH):
        yield from rows


def _chosen(columns: list[str], address: Address, wanted: Collection[str] | None) -> list[str]:
    if not columns:
        raise Refused("source_table", f"没有表 {address.title}，请核对库名、模式名和表名。")
    return [column for column in columns if wanted is None or column in wanted] or columns[:1]


def _silent(address: Address) -> Unavailable:
    return Unavailable(
        "source_unavailable", f"连不上 {address.title.partition('#')[0]}，请核对地址、账号和网络后再试。"
    )


def _refused(address: Address, wrong: Exception) -> Refused:
    return Refused(
        "source_table", f"读不了 {address.title}：{str(wrong).splitlines()[0][:200] if str(wrong) else wrong}"
    )


_WRITERS: dict[str, Callable[[Address, Path, Collection[str] | None], int]] = {
    "postgres": _postgres,
    "mysql": _mysql,
    "sqlite": _sqlite,
}
