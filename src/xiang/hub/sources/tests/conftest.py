"""Two departments and a hub, and databases of theirs in a real PostgreSQL and a real MariaDB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pymysql
import pytest

from xiang.hub.inventory.tests.conftest import _today, bare, world  # noqa: F401 - the same people as in the inventory

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgresql://root@127.0.0.1/postgres")
MARIADB = os.environ.get("XIANG_TEST_MARIADB", "mysql://root@127.0.0.1:3306/")
SECRET = "Canary-9f3$ü/@:口令"


@dataclass
class Department:
    """A department's database with one table ``person`` and a reader who needs :data:`SECRET`."""

    said: dict[str, Any]

    def but(self, **changes: Any) -> dict[str, Any]:
        return self.said | changes


@pytest.fixture
def postgres() -> Iterator[Department]:
    name = f"dept_{uuid4().hex[:8]}"
    try:
        root = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL to connect to")
    with root:
        root.execute(f"CREATE DATABASE {name}")
        root.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
        place = urlsplit(POSTGRES)
        with psycopg.connect(place._replace(path=f"/{name}").geturl(), autocommit=True) as own:
            own.execute("CREATE TABLE person (id_number varchar(18) PRIMARY KEY, name varchar(60) NOT NULL)")
            own.execute(f"GRANT SELECT ON person TO {name}")
        yield Department(_said("postgresql", place.hostname or "", place.port or 5432, name))
        root.execute(f"DROP DATABASE {name} WITH (FORCE)")
        root.execute(f"DROP ROLE {name}")


@pytest.fixture
def mariadb() -> Iterator[Department]:
    name, place = f"dept_{uuid4().hex[:8]}", urlsplit(MARIADB)
    host, port = place.hostname or "127.0.0.1", place.port or 3306
    try:
        root = pymysql.connect(host=host, port=port, user="root", autocommit=True, connect_timeout=2)
    except pymysql.MySQLError:
        pytest.skip("no MariaDB to connect to")
    with root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"CREATE USER '{name}'@'%%' IDENTIFIED BY %s", [SECRET])
        cursor.execute(f"GRANT SELECT ON {name}.* TO '{name}'@'%'")
        cursor.execute(f"CREATE TABLE {name}.person (id_number char(18) PRIMARY KEY, name varchar(60) NOT NULL)")
        yield Department(_said("mariadb", host, port, name))
        cursor.execute(f"DROP DATABASE {name}")
        cursor.execute(f"DROP USER '{name}'@'%'")


def _said(engine: str, host: str, port: int, name: str) -> dict[str, Any]:
    return {
        "engine": engine, "host": host, "port": port, "database": name, "user": name, "tls": "",
        "purpose": "人口系统扫描和挂接", "secret": SECRET,
    }  # fmt: skip
