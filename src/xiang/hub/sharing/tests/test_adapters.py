"""The adapters to departments' databases: the same reading and the same correction, whatever the engine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from xiang.foundation.ground import instant
from xiang.hub.sharing import adapters
from xiang.hub.sharing.adapters import Adapter, Correction, MariaSource, PostgresSource, Reading, SqliteSource
from xiang.hub.sources.found import Unreachable

pytestmark = pytest.mark.records

SCRIPT = (
    "CREATE TABLE hub_marriage (husband TEXT, wife TEXT, wife_name TEXT, registered_on TEXT)",
    "CREATE TABLE history (reference TEXT PRIMARY KEY, at TEXT, table_name TEXT, row_key TEXT, column_name TEXT,"
    " old_value TEXT, new_value TEXT, basis TEXT)",
    "INSERT INTO hub_marriage VALUES ('a', 'b', '肖婧', '2015-01-01'), ('c', 'a', '肖婧', '2021-01-01'),"
    " ('x', 'y', '别人', '2020-01-01')",
)
READING = Reading("hub_marriage", ("wife_name", "registered_on"), ("husband", "wife"), ("a",), {}, "-registered_on")


def soon() -> float:
    return time.monotonic() + 5


@pytest.fixture
def sqlite(tmp_path: Path) -> Adapter:
    with closing(sqlite3.connect(tmp_path / "civil.sqlite3")) as made:
        for statement in SCRIPT:
            made.execute(statement)
        made.commit()
    return SqliteSource(tmp_path / "civil.sqlite3")


@pytest.fixture
def postgres(transactional_db: None) -> Iterator[Adapter]:
    if connection.vendor != "postgresql":
        pytest.skip("the records are not in PostgreSQL")
    import psycopg

    at = connection.settings_dict
    address = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
    with psycopg.connect(address) as made:
        for statement in SCRIPT:
            made.execute(statement)
    yield PostgresSource(address)
    with psycopg.connect(address) as made:
        made.execute("DROP TABLE hub_marriage, history")


@pytest.fixture
def mariadb() -> Iterator[Adapter]:
    import pymysql

    try:
        root = pymysql.connect(host="127.0.0.1", user="root", autocommit=True, connect_timeout=2)
    except pymysql.MySQLError:
        pytest.skip("no MariaDB here")
    name = f"adapters_{uuid4().hex[:8]}"
    with root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        for statement in SCRIPT:
            cursor.execute(statement.replace("reference TEXT PRIMARY KEY", "reference varchar(80) PRIMARY KEY"))
        yield MariaSource(f"mariadb://root@127.0.0.1:3306/{name}")
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    found: Adapter = request.getfixturevalue(request.param)
    return found


def test_a_row_is_found_by_any_of_its_columns_newest_first(adapter: Adapter) -> None:
    assert [row["registered_on"] for row in adapter.read(READING, soon())] == ["2021-01-01", "2015-01-01"]


def test_a_correction_mends_one_value_keeps_the_old_one_and_happens_once(adapter: Adapter) -> None:
    narrowed = Reading("hub_marriage", ("wife_name",), ("husband",), ("a",), {"wife": "b"}, limit=1)
    correction = Correction("d1", narrowed, "wife_name", "肖靖", "异议核查", instant.now())
    assert not adapter.was_corrected("d1", soon())
    assert adapter.correct(correction, soon()) == 1
    assert adapter.correct(correction, soon()) == 0
    assert adapter.was_corrected("d1", soon())
    assert [row["wife_name"] for row in adapter.read(READING, soon())] == ["肖婧", "肖靖"]
    kept = Reading("history", ("old_value", "new_value"), ("reference",), ("d1",), {})
    assert [dict(row) for row in adapter.read(kept, soon())] == [{"old_value": "肖婧", "new_value": "肖靖"}]


def test_a_value_is_never_read_as_a_statement(adapter: Adapter) -> None:
    reading = Reading("hub_marriage", ("wife_name",), ("wife",), ("' OR '1'='1",), {})
    assert list(adapter.read(reading, soon())) == []


def test_a_table_that_is_not_there_is_an_outage_with_a_code(adapter: Adapter) -> None:
    with pytest.raises(Unreachable) as caught:
        adapter.read(Reading("nowhere", ("a",), ("a",), ("b",), {}), soon())
    assert caught.value.reason == "not_reached"


def test_a_look_up_ends_at_its_deadline(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "big.sqlite3")) as made:
        made.execute("CREATE TABLE big (a TEXT)")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
        made.execute(f"{numbers} INSERT INTO big SELECT i FROM n")
        made.commit()
    with pytest.raises(Unreachable) as caught:
        SqliteSource(tmp_path / "big.sqlite3").read(Reading("big", ("a",), ("a",), ("x",), {}), time.monotonic())
    assert caught.value.reason == "too_late"


@pytest.mark.parametrize(("address", "reason"), [("env:XIANG_NOWHERE", "not_configured"), ("ftp://x", "no_adapter")])
def test_an_address_that_nobody_can_read_is_an_outage(address: str, reason: str) -> None:
    with pytest.raises(Unreachable) as caught:
        adapters.adapter_for(address)
    assert caught.value.reason == reason
