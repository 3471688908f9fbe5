"""A department's own databases, for journeys: a real PostgreSQL with vehicles and a real MariaDB with driving licences.

Each has a reader who may only read and needs a secret; what the platform is told of it is what the form asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pymysql
import pytest

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgresql://root@127.0.0.1/postgres")
MARIADB = os.environ.get("XIANG_TEST_MARIADB", "mysql://root@127.0.0.1:3306/")
SECRET = "Xiang/journey@2026"
COLUMNS = (
    ("owner_id", "varchar(18) NOT NULL", "车主公民身份号码"),
    ("owner_name", "varchar(60)", "车主姓名"),
    ("plate", "varchar(12) NOT NULL", "号牌号码"),
    ("phone", "varchar(20)", "联系电话"),
    ("registered_on", "date", "初次登记日期"),
)


@dataclass
class Database:
    """Where a department's database is, with the words of the form; ``run`` is the department at its own desk."""

    engine: str
    host: str
    port: int
    name: str
    root: Any

    @property
    def form(self) -> dict[str, str]:
        return {"主机": self.host, "端口": str(self.port), "库名": self.name, "账号": self.name, "口令": SECRET}

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.root.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def postgres(table: str, rows: list[tuple[Any, ...]]) -> Iterator[Database]:
    name, place = f"dept_{uuid4().hex[:8]}", urlsplit(POSTGRES)
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL to connect to")
    with server:
        server.execute(f"CREATE DATABASE {name}")
        server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
        try:
            with psycopg.connect(place._replace(path=f"/{name}").geturl(), autocommit=True) as own:
                made = Database("PostgreSQL", place.hostname or "", place.port or 5432, name, own)
                made.run(f"CREATE TABLE {table} ({', '.join(f'{one} {kind}' for one, kind, _ in COLUMNS)})")
                for one, _, words in COLUMNS:
                    made.run(f"COMMENT ON COLUMN {table}.{one} IS '{words}'")
                _fill(made, table, rows)
                made.run(f"GRANT SELECT ON {table} TO {name}")
                yield made
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            server.execute(f"DROP ROLE {name}")


@contextmanager
def mariadb(table: str, rows: list[tuple[Any, ...]]) -> Iterator[Database]:
    name, place = f"dept_{uuid4().hex[:8]}", urlsplit(MARIADB)
    host, port = place.hostname or "127.0.0.1", place.port or 3306
    try:
        own = pymysql.connect(host=host, port=port, user="root", autocommit=True, connect_timeout=2, charset="utf8mb4")
    except pymysql.MySQLError:
        pytest.skip("no MariaDB to connect to")
    with own:
        made = Database("MariaDB / MySQL", host, port, name, own)
        made.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            made.run(f"CREATE USER '{name}'@'%%' IDENTIFIED BY %s", SECRET)
            made.run(f"USE {name}")
            columns = ", ".join(f"{one} {kind} COMMENT '{words}'" for one, kind, words in COLUMNS)
            made.run(f"CREATE TABLE {table} ({columns})")
            _fill(made, table, rows)
            own.cursor().execute(f"GRANT SELECT ON {name}.* TO '{name}'@'%'")
            yield made
        finally:
            made.run(f"DROP DATABASE {name}")
            own.cursor().execute(f"DROP USER IF EXISTS '{name}'@'%'")


def _fill(made: Database, table: str, rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        made.run(f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s)", *row)
