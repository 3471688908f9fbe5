"""Tables to link, wherever they lie: CSV, Parquet, PostgreSQL, MariaDB, SQLite; and the way back into PostgreSQL.

``postgres://user@host/database#table``, ``mysql://user:word@host/database#table``, ``sqlite:///file#table``. Databases are
read through a temporary file, by their own bulk command where they have one: DuckDB reads that in parallel, and needs no
extension. Every value is text.
"""

# ruff: noqa: S608 - names and expressions come from the code, values are quoted
from __future__ import annotations

import codecs
import csv
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from xiang.foundation.ground.errors import Refused

if TYPE_CHECKING:
    import duckdb

_BLOCK = 1 << 20
_DATABASES = ("postgres://", "postgresql://", "mysql://", "mariadb://", "sqlite:///")


def load(connection: duckdb.DuckDBPyConnection, address: str, name: str) -> list[str]:
    """Make the table ``name`` of what lies at an address; its columns. ``Refused`` says what is wrong with the address."""
    if address.startswith(_DATABASES):
        with _exported(address) as file:
            return _read_csv(connection, file, name)
    path = Path(address)
    if not path.is_file():
        raise Refused("table_absent", f"没有这个文件：{address}。数据库表写成 postgres://…/库#表。")
    if path.suffix.lower() == ".parquet":
        connection.execute(f"CREATE TABLE {name} AS SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)])
        return columns_of(connection, name)
    with _in_utf8(path) as file:
        return _read_csv(connection, file, name)


def columns_of(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]


def _read_csv(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> list[str]:
    # The dialect is said, not sniffed: a field that looks like a number must stay as it was written.
    connection.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, header=true, all_varchar=true, delim=',', quote='\"',"
        " escape='\"', nullstr='', null_padding=true, strict_mode=false)",
        [str(file)],
    )
    return columns_of(connection, name)


@contextmanager
def _in_utf8(path: Path) -> Iterator[Path]:
    """The file, or a copy of it in UTF-8 when it is in GB18030."""
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "utf8.csv"
            with path.open(encoding="gb18030") as source, copy.open("w", encoding="utf-8", newline="") as target:
                while block := source.read(_BLOCK):
                    target.write(block)
            yield copy
        return
    yield path


@contextmanager
def _exported(address: str) -> Iterator[Path]:
    """A table of a database as a CSV file."""
    url, _, table = address.partition("#")
    if not table:
        raise Refused("table_missing", "数据库地址后面要写表名，例如 postgres://主机/库#表。")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        if url.startswith("postgres"):
            _from_postgres(url, table, file)
        elif url.startswith("sqlite"):
            _from_cursor(closing(sqlite3.connect(f"file:{url[10:]}?mode=ro", uri=True)), table, '"', file)
        else:
            _from_cursor(closing(_mysql(url)), table, "`", file)
        yield file


def _from_postgres(url: str, table: str, file: Path) -> None:
    import psycopg
    from psycopg import sql

    name = sql.Identifier(*table.split("."))
    copied = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT csv, HEADER)").format(name)
    with psycopg.connect(url) as connection, connection.cursor().copy(copied) as rows, file.open("wb") as target:
        for block in rows:
            target.write(block)


def _mysql(url: str) -> Any:
    import pymysql
    import pymysql.cursors

    at = urlsplit(url)
    return pymysql.connect(
        host=at.hostname or "127.0.0.1",
        port=at.port or 3306,
        user=unquote(at.username or ""),
        password=unquote(at.password or "").encode(),  # as text the driver would take it for Latin-1
        database=at.path.lstrip("/"),
        charset="utf8mb4",
        cursorclass=pymysql.cursors.SSCursor,
    )


def _from_cursor(opened: Any, table: str, quote: str, file: Path) -> None:
    name = ".".join(quote + part.replace(quote, quote * 2) + quote for part in table.split("."))
    with opened as connection, file.open("w", encoding="utf-8", newline="") as target:
        cursor = connection.cursor()
        cursor.execute(f"SELECT * FROM {name}")
        write = csv.writer(target)
        write.writerow([column[0] for column in cursor.description])
        while rows := cursor.fetchmany(5000):
            write.writerows(rows)


def to_postgres(
    connection: duckdb.DuckDBPyConnection, query: str, url: str, table: str, columns: Sequence[str]
) -> None:
    """Write what a query answers into a new table of texts, by one COPY in one transaction."""
    import psycopg
    from psycopg import sql

    name, names = sql.Identifier(*table.split(".")), [sql.Identifier(one) for one in columns]
    made = sql.SQL(", ").join(sql.SQL("{} text").format(one) for one in names)
    copied = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT csv, HEADER false)")
        with psycopg.connect(url) as target, target.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(name, made))
            with cursor.copy(copied) as rows:
                for block in _blocks(file):
                    rows.write(block)


def _blocks(file: Path) -> Iterable[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block
