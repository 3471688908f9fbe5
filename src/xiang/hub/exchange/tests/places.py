"""Real ends to exchange between: a PostgreSQL and a MariaDB database of our own, files, a zone folder.

``XIANG_TEST_POSTGRES`` and ``XIANG_TEST_MARIADB`` name servers on which databases may be made; a server that is not
there is a reason to skip.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from xiang.hub.exchange.engine import addresses
from xiang.hub.exchange.engine.wire import Column, Schema, decoder

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgres://root@127.0.0.1/postgres")
MARIADB = os.environ.get("XIANG_TEST_MARIADB", "mysql://root@127.0.0.1/mysql")
ENGINES = ("postgres", "mariadb", "sqlite")
CREATE = {
    "postgres": "CREATE TABLE person (id bigint PRIMARY KEY, name text NOT NULL, born date, income numeric(12,2),"
    " alive boolean, seen timestamp(6) NOT NULL, note text)",
    "mariadb": "CREATE TABLE person (id bigint PRIMARY KEY, name varchar(100) NOT NULL, born date, income decimal(12,2),"
    " alive tinyint(1), seen datetime(6) NOT NULL, note text) CHARACTER SET utf8mb4",
    "sqlite": "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born DATE_TEXT, income DECIMAL_TEXT(12,2),"
    " alive BOOLEAN, seen TIMESTAMP_TEXT NOT NULL, note TEXT)",
}


def person(number: int) -> tuple[Any, ...]:
    """A row that every engine must carry as it is."""
    return (
        number,
        ("刘芸", "𠮷野家", 'O\'Brien \\ "x"', "=1+1", "多\n行\t字")[number % 5] + str(number),
        date(1950, 1, 1).replace(year=1950 + number % 70) if number % 7 else None,
        Decimal(number * 37 % 100000).scaleb(-2) * (-1 if number % 3 else 1) if number % 11 else None,
        bool(number % 2),
        datetime(2026, 1, 1, 8, number % 60, number % 59, number * 13 % 1_000_000),  # noqa: DTZ001
        None if number % 4 == 0 else f"备注{number}",
    )


@dataclass
class Place:
    """One database or folder of a test."""

    engine: str
    address: str
    execute: Callable[..., list[Any]]
    data: Path

    def end(self, table: str = "person", **how: Any) -> Any:
        return addresses.target_of(self.address, table, self.data, **how)

    def fill(self, numbers: Sequence[int] = range(20)) -> None:
        """The table ``person`` with these rows."""
        self.execute(CREATE[self.engine])
        self.add(numbers)

    def add(self, numbers: Sequence[int]) -> None:
        mark = "?" if self.engine == "sqlite" else "%s"
        rows = [[_bound(value, self.engine) for value in person(number)] for number in numbers]
        for start in range(0, len(rows), 1000):
            part = rows[start : start + 1000]
            marks = ", ".join([f"({', '.join([mark] * 7)})"] * len(part))
            self.execute(f"INSERT INTO person VALUES {marks}", [value for row in part for value in row])

    def rows(self, table: str = "person", **how: Any) -> list[tuple[Any, ...]]:
        """Everything in a table as the engine reads it, in the order of its first column."""
        end = self.end(table, **how)
        schema = end.schema()
        assert schema is not None
        decode = decoder(schema.columns)
        return sorted((decode(row) for batch in end.read(schema) for row in batch), key=lambda row: row[0])


def _bound(value: Any, engine: str) -> Any:
    if engine != "sqlite":
        return value
    return (
        value.isoformat(" ")
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, date | Decimal)
        else value
    )


def person_schema() -> Schema:
    kinds = ("int8", "text", "date", "numeric", "bool", "timestamp", "text")
    names = ("id", "name", "born", "income", "alive", "seen", "note")
    columns = [Column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    columns[3] = Column("income", "numeric", True, 12, 2)
    return Schema(tuple(columns), ("id",))


@contextlib.contextmanager
def place(engine: str, folder: Path, name: str = "") -> Iterator[Place]:
    """A place of our own, removed at the end."""
    made = f"xiang_t_{uuid4().hex[:12]}"
    if engine == "sqlite":
        file = folder / f"{made}.sqlite3"
        yield Place(engine, f"sqlite:{file}", lambda *given: _sqlite(file, *given), folder)
    elif engine == "zone":
        yield Place(engine, f"zone:resource/{made}", lambda *given: [], folder)
    elif engine == "postgres":
        yield from _postgres(made, folder)
    else:
        yield from _mariadb(made, folder)


def _sqlite(file: Path, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def _absent(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _postgres(made: str, folder: Path) -> Iterator[Place]:
    import psycopg

    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        _absent("no PostgreSQL to make databases on: name one in XIANG_TEST_POSTGRES")
    server.execute(f"CREATE DATABASE {made}")
    address = urlsplit(POSTGRES)._replace(path=f"/{made}").geturl()
    connection = psycopg.connect(address, autocommit=True)

    def execute(statement: str, values: Sequence[Any] = ()) -> list[Any]:
        found = connection.execute(statement, values or None)  # type: ignore[arg-type]
        return found.fetchall() if found.description else []

    try:
        yield Place("postgres", address, execute, folder)
    finally:
        connection.close()
        server.execute(f"DROP DATABASE {made} WITH (FORCE)")
        server.close()


def _mariadb(made: str, folder: Path) -> Iterator[Place]:
    import pymysql

    found = urlsplit(MARIADB)
    how = {"host": found.hostname, "port": found.port or 3306, "user": found.username, "password": found.password or ""}
    try:
        server = pymysql.connect(**how, autocommit=True, connect_timeout=3)  # type: ignore[arg-type]
    except pymysql.err.OperationalError:
        _absent("no MariaDB to make databases on: name one in XIANG_TEST_MARIADB")
    server.cursor().execute(f"CREATE DATABASE {made} CHARACTER SET utf8mb4")
    connection = pymysql.connect(**how, database=made, charset="utf8mb4", autocommit=True)  # type: ignore[arg-type]

    def execute(statement: str, values: Sequence[Any] = ()) -> list[Any]:
        cursor = connection.cursor()
        cursor.execute(statement, tuple(values) or None)
        return list(cursor.fetchall())

    try:
        yield Place("mariadb", found._replace(path=f"/{made}").geturl(), execute, folder)
    finally:
        connection.close()
        server.cursor().execute(f"DROP DATABASE {made}")
        server.close()


NOW = datetime(2026, 11, 22, tzinfo=UTC)
