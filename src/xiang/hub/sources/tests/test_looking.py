"""Looking into real systems of seven kinds, and what is said when it cannot be done."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pymysql
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from xiang.hub.sources import addresses, letters, looking
from xiang.hub.sources.found import REASONS, Unreachable

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgresql://root@127.0.0.1/postgres")
MARIADB = os.environ.get("XIANG_TEST_MARIADB", "mysql://root@127.0.0.1:3306/")


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def run(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def shapes(address: str) -> dict[str, dict[str, str]]:
    found = looking.look_into(address, time.monotonic() + 10)
    return {table.name: {column.name: column.type for column in table.columns} for table in found}


def test_postgresql_is_scanned_with_comments_and_keys_and_cannot_be_written() -> None:
    name = f"scan_{uuid4().hex[:8]}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL to scan")
    with connection:
        connection.execute(f"CREATE SCHEMA {name}")
        connection.execute(
            f"CREATE TABLE {name}.person (id bigint PRIMARY KEY, name varchar(60) NOT NULL, born date, at timestamptz, fee numeric(12,2))"
        )
        connection.execute(f"COMMENT ON COLUMN {name}.person.name IS '姓名'")
        try:
            found = looking.look_into(POSTGRES, time.monotonic() + 10)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
    (table,) = (one for one in found if one.schema == name)
    assert [(c.name, c.type, c.primary) for c in table.columns] == [
        ("id", "I", True), ("name", "C", False), ("born", "D", False), ("at", "T", False), ("fee", "N", False)]  # fmt: skip
    assert table.columns[1].comment == "姓名" and not table.columns[1].nullable and table.columns[1].length == 60


def test_mariadb_is_scanned_with_comments_and_keys() -> None:
    name = f"scan_{uuid4().hex[:8]}"
    try:
        connection = pymysql.connect(host="127.0.0.1", user="root", autocommit=True, connect_timeout=2)
    except pymysql.MySQLError:
        pytest.skip("no MariaDB to scan")
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            cursor.execute(
                f"CREATE TABLE {name}.company (uscc char(18) PRIMARY KEY, name varchar(120) NOT NULL COMMENT '名称',"
                " on_day date, at datetime, open tinyint(1)) COMMENT '市场主体'"
            )
            (table,) = looking.look_into(MARIADB + name, time.monotonic() + 10)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    assert (table.name, table.comment) == ("company", "市场主体")
    assert [(c.name, c.type) for c in table.columns] == [
        ("uscc", "C"), ("name", "C"), ("on_day", "D"), ("at", "T"), ("open", "L")]  # fmt: skip
    assert table.columns[0].primary and table.columns[1].comment == "名称"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_each_encoding_keeps_leading_zeros_as_text(sources: Path, encoding: str) -> None:
    text = "姓名,电话,出生日期,人数,金额\n甲,013900000001,2020-01-02,3,1.50\n乙,,1999/1/2,4,2\n"
    (sources / "甲表.csv").write_bytes(text.encode(encoding))
    assert shapes("file:甲表.csv") == {"甲表": {"姓名": "C", "电话": "C", "出生日期": "D", "人数": "I", "金额": "N"}}


def test_excel_is_scanned_sheet_by_sheet(sources: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "人员"
    for row in (["姓名", "人数", None], ["甲", 3, None], ["乙", 4, None]):
        sheet.append(row)
    book.create_sheet("空表")
    book.save(sources / "表.xlsx")
    assert shapes("file:表.xlsx") == {"人员": {"姓名": "C", "人数": "I"}}


def test_parquet_is_scanned_from_its_footer(sources: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"name": ["甲"], "count": [3], "fee": [1.5]}), sources / "p.parquet")
    (found,) = looking.look_into("file:p.parquet", time.monotonic() + 5)
    assert (found.rows, [(c.name, c.type) for c in found.columns]) == (1, [("name", "C"), ("count", "I"), ("fee", "B")])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "unreadable"),
        ("a.csv", b"a,b\0c\n", "unreadable"),
        ("a.csv", b"a,a\n1,2\n", "unreadable"),
        ("a.xlsx", b"PK half", "unreadable"),
        ("a.parquet", b"PAR1 half", "unreadable"),
        ("a.doc", b"", "no_engine"),
        ("../a.csv", b"", "no_file"),
        ("b.csv", None, "no_file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(sources: Path, name: str, content: bytes | None, reason: str) -> None:
    if content is not None:
        (sources / name).write_bytes(content)
    with pytest.raises(Unreachable) as caught:
        looking.look_into(f"file:{name}", time.monotonic() + 5)
    assert caught.value.reason == reason and reason in REASONS


class _Answers(BaseHTTPRequestHandler):
    said: Any = None

    def do_GET(self) -> None:
        body = json.dumps(self.said).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/people"
    running.shutdown()
    running.server_close()


def test_an_interface_is_scanned_from_its_document_or_from_what_it_answers(server: str) -> None:
    _Answers.said = {"items": [{"name": "甲", "age": 3}, {"name": "乙", "born": "2020-01-02"}]}
    assert shapes(server) == {"people": {"name": "C", "age": "I", "born": "D"}}
    person = {"properties": {"name": {"type": "string", "maxLength": 60}, "born": {"type": "string", "format": "date"}}}
    _Answers.said = {"openapi": "3.1.0", "components": {"schemas": {"Person": person}}}
    assert shapes(server) == {"Person": {"name": "C", "born": "D"}}


def test_a_system_that_is_not_there_or_not_configured_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for connection, reason in (
        ("env:XIANG_SOURCE_NOWHERE", "not_configured"),
        ("postgresql://root@127.0.0.1:1/x", "unreachable"),
        ("mysql://root@127.0.0.1:1/x", "unreachable"),
        ("http://127.0.0.1:1/", "unreachable"),
        ("oracle://x", "no_engine"),
    ):
        with pytest.raises(Unreachable) as caught:
            looking.look_into(connection, time.monotonic() + 3)
        assert caught.value.reason == reason


def test_a_deadline_that_has_passed_stops_every_engine(sources: Path) -> None:
    run(sources / "s.sqlite3", "CREATE TABLE t (x INTEGER)",
        "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT x FROM n")  # fmt: skip
    for connection in ("sqlite:s", POSTGRES, MARIADB, "http://127.0.0.1:1/"):
        with pytest.raises(Unreachable) as caught:
            looking.look_into(connection, time.monotonic() - 1)
        assert caught.value.reason == "too_slow"


@pytest.mark.parametrize(
    ("cells", "letter"),
    [
        (["20200102", "19991231"], "D"),
        (["20200102", "1999-12-31"], "D"),
        (["0", "19000000"], "I"),
        (["3", "20200102"], "I"),
        (["1.5", "20200102"], "N"),
        (["20200102", "甲"], "C"),
    ],
)
def test_eight_digits_are_a_day_among_days_and_a_number_among_numbers(cells: list[str], letter: str) -> None:
    assert letters.of_cells(cells) == letter


@hypothesis(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(min_value=-(10**17), max_value=10**17), min_size=1, max_size=6))
def test_whole_numbers_are_integers_and_one_leading_zero_makes_them_text(numbers: list[int]) -> None:
    assert letters.of_cells(map(str, numbers)) in ("I", "D")  # eight digits that read as a day are a date
    assert letters.of_cells([*map(str, numbers), "007"]) == "C"


@pytest.mark.parametrize(
    ("name", "body", "own"),
    [
        ("sqlite:430000.police__person", "430000.police", True),
        ("file:430000.police__a__b.csv", "430000.police", True),
        ("env:XIANG_SOURCE_430000_POLICE__PERSON", "430000.police", True),
        ("sqlite:430000.police", "430000.police", False),  # no name behind the body's
        ("sqlite:430000.police__", "430000.police", False),
        ("sqlite:police", "430000.police", False),
        ("sqlite:430000.tax__person", "430000.police", False),
        ("sqlite:430000.police_x__person", "430000.police", False),
        ("sqlite:430000.police__x__person", "430000.police__x", False),  # whose it is cannot be told
        ("env:XIANG_SOURCE_430000_POLICE_TRAFFIC__X", "430000.police", False),
        ("env:XIANG_SOURCE_430000_POLICE", "430000.police", False),
        ("env:XIANG_SOURCE___X", "", False),
        ("sqlite:__x", "", False),
    ],
)
def test_a_name_belongs_to_the_body_that_it_begins_with(name: str, body: str, own: bool) -> None:
    assert addresses.belongs(name, body) is own
