"""Reading tables of seven kinds in batches: whole, in bounded memory, before a deadline."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pymysql
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from xiang.hub.sources import reading
from xiang.hub.sources.found import REASONS, Unreachable

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgresql://root@127.0.0.1/postgres")
MARIADB = os.environ.get("XIANG_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test")
WIDE = "甲" * 200_000


def rows(address: object, part: str = "", **more: Any) -> list[dict[str, Any]]:
    return read(address, part, **more)[0]


def read(
    address: object, part: str = "", within: float = 30, columns: set[str] | None = None
) -> tuple[list[dict[str, Any]], reading.Told]:
    with reading.opened(str(address), part, until=time.monotonic() + within, columns=columns) as found:
        batches = list(found.batches)
        assert {batch.schema for batch in batches} == {found.schema}
        return pa.Table.from_batches(batches).to_pylist(), found.told


def reason(address: object, part: str = "", **more: Any) -> str:
    with pytest.raises(Unreachable) as caught:
        rows(address, part, **more)
    assert caught.value.reason in REASONS
    return caught.value.reason


@pytest.fixture
def postgres() -> Iterator[tuple[psycopg.Connection, str]]:
    name = f"reading_{uuid4().hex[:8]}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL to read")
    with connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield connection, name
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def mariadb() -> Iterator[tuple[Any, str]]:
    name = f"reading_{uuid4().hex[:8]}"
    try:
        connection = pymysql.connect(
            host="127.0.0.1", user="root", database="test", autocommit=True, connect_timeout=2, charset="utf8mb4"
        )
    except pymysql.MySQLError:
        pytest.skip("no MariaDB to read")
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (id int, `na``me` longtext, day date, b varbinary(4)) CHARACTER SET utf8mb4"
        )
        yield cursor, name
        cursor.execute(f"DROP TABLE {name}")


def test_a_table_of_postgresql_comes_as_text_in_many_batches(postgres: tuple[psycopg.Connection, str]) -> None:
    connection, schema = postgres
    connection.execute(f'CREATE TABLE {schema}.p (id int, "名" text, day date)')
    connection.execute(f"INSERT INTO {schema}.p SELECT n, '张三', '2026-01-02' FROM generate_series(1, 70000) n")
    connection.execute(f"INSERT INTO {schema}.p VALUES (70001, NULL, NULL)")
    found = rows(POSTGRES, f"{schema}.p", columns={"id", "day"})
    assert len(found) == 70_001
    assert found[0] == {"id": "1", "day": "2026-01-02"}
    assert found[-1] == {"id": "70001", "day": None}
    assert reason(POSTGRES, f"{schema}.nothing") == "no_table"


def test_a_table_of_mariadb_comes_as_text(mariadb: tuple[Any, str]) -> None:
    cursor, name = mariadb
    cursor.executemany(
        f"INSERT INTO {name} VALUES (%s, %s, %s, %s)", [(1, "𠮷野", "2026-01-02", b"\x01"), (2, None, None, None)]
    )
    assert rows(MARIADB, name) == [
        {"id": "1", "na`me": "𠮷野", "day": "2026-01-02", "b": "01"},
        {"id": "2", "na`me": None, "day": None, "b": None},
    ]
    assert rows(MARIADB, f"test.{name}", columns={"id"}) == [{"id": "1"}, {"id": "2"}]
    assert reason(MARIADB, "nothing") == "no_table"


def test_wide_rows_come_in_smaller_batches(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "w.db")) as connection:
        connection.execute("CREATE TABLE t (v TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [(WIDE,)] * 150)
        connection.commit()
    with reading.opened(str(tmp_path / "w.db"), "t", until=time.monotonic() + 60) as found:
        batches = list(found.batches)
    assert sum(batch.num_rows for batch in batches) == 150
    assert max(batch.num_rows for batch in batches[1:]) < 20


def test_rows_come_as_they_lie_in_the_table_whatever_indexes_it_has(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "i.db")) as connection:
        connection.execute("CREATE TABLE t (a TEXT, b TEXT)")
        connection.execute("CREATE INDEX i ON t (a)")
        connection.executemany("INSERT INTO t VALUES (?, 'x')", [("3",), ("1",), ("2",)])
        connection.commit()
    assert [row["a"] for row in rows(tmp_path / "i.db", "t", columns={"a"})] == ["3", "1", "2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "430000.police__人.csv"
    file.write_bytes("姓名,电话\n张三,0139\n𠮷野,\n".encode(encoding))
    assert rows(file, "人") == [{"姓名": "张三", "电话": "0139"}, {"姓名": "𠮷野", "电话": None}]
    assert reason(file, "别的表") == "no_table"


def test_lines_that_are_no_rows_and_a_half_written_end_are_told_beside_the_rows(tmp_path: Path) -> None:
    file = tmp_path / "half.csv"
    file.write_text('a,b\n1,2\n3\n4,5\n6,"sev')
    found, told = read(file)
    assert found == [{"a": "1", "b": "2"}, {"a": "4", "b": "5"}]
    assert (told.rejected, [bad.line for bad in told.bad]) == (2, [3, 5])
    assert "没有写完" in told.notes[-1]


def test_text_that_changes_its_encoding_midway_is_read_and_told(tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv"
    file.write_bytes("姓名\n张三\n".encode("gb18030") * 50 + "李四\n".encode() + b"\xff\xff\n")
    found, told = read(file)
    assert found[0] == {"姓名": "张三"}
    assert any("读不出来" in note for note in told.notes)


def test_a_sheet_is_read_from_its_first_filled_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("名单")
    for row in ([], ["姓名", "数", None], ["张三", 3, None], [None, None, None], ["李四", 2.5, "多"]):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    assert rows(tmp_path / "b.xlsx", "名单") == [{"姓名": "张三", "数": "3"}, {"姓名": "李四", "数": "2.5"}]
    assert reason(tmp_path / "b.xlsx", "别的") == "no_table"
    assert reason(tmp_path / "b.xlsx") == "empty"  # the first sheet


@pytest.mark.parametrize("count", [0, 100_000])
def test_a_parquet_file_keeps_its_types(tmp_path: Path, count: int) -> None:
    parquet.write_table(
        pa.table({"n": pa.array(range(count), pa.int64()), "x": ["甲"] * count}), tmp_path / "p.parquet"
    )
    assert rows(tmp_path / "p.parquet", columns={"n"}) == [{"n": n} for n in range(count)]


class _Pages(BaseHTTPRequestHandler):
    said: dict[str, Any] = {}

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.said[self.path]).encode())

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


def test_an_interface_is_read_page_after_page(server: str) -> None:
    _Pages.said = {
        "/p": {"items": [{"id": 1, "name": "甲"}, {"id": 2, "tags": ["x"]}], "next": "/p?after=2"},
        "/p?after=2": {"items": [{"id": 3, "name": None}], "next": None},
    }
    assert rows(f"{server}/p") == [
        {"id": "1", "name": "甲", "tags": None},
        {"id": "2", "name": None, "tags": '["x"]'},
        {"id": "3", "name": None, "tags": None},
    ]


def test_an_interface_that_leads_elsewhere_or_changes_its_fields_is_not_followed(server: str) -> None:
    _Pages.said = {
        "/away": {"items": [{"id": 1}], "next": "http://127.0.0.1:1/secret"},
        "/odd": {"items": [{"id": 1}], "next": "/more"},
        "/more": [{"other": 2}],
        "/loop": {"items": [{"id": 1}], "next": "/loop"},
    }
    assert {reason(f"{server}/{page}") for page in ("away", "odd", "loop")} == {"unreadable"}


def test_a_deadline_ends_the_reading_of_every_engine(tmp_path: Path, server: str) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    for address in (POSTGRES, MARIADB, server, tmp_path / "a.csv", tmp_path / "a.db", tmp_path / "a.parquet"):
        assert reason(address, "t", within=-1) == "too_slow"


def test_a_statement_that_takes_too_long_is_ended_in_the_database(
    tmp_path: Path, postgres: tuple[psycopg.Connection, str]
) -> None:
    connection, schema = postgres
    connection.execute(f"CREATE VIEW {schema}.slow AS SELECT pg_sleep(60)::text AS v")
    assert reason(POSTGRES, f"{schema}.slow", within=1.5) == "too_slow"
    with closing(sqlite3.connect(tmp_path / "s.db")) as local:
        local.execute(
            "CREATE VIEW slow AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS v FROM n"
        )
    assert reason(tmp_path / "s.db", "slow", within=0.5) == "too_slow"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,a\n1,2\n", "header"),
        ("a.csv", b"a,\n1,2\n", "header"),
        ("a.csv", b"a,b\0c\n", "unreadable"),
        ("a.xlsx", b"PK half", "unreadable"),
        ("a.parquet", b"PAR1 half", "unreadable"),
        ("a.db", b"no database at all, only text" * 50, "unreadable"),
        ("a.doc", b"", "no_engine"),
        ("b.csv", None, "no_file"),
    ],
)
def test_what_is_no_table_says_why(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert reason(tmp_path / name, "t" if name.endswith(".db") else "") == told


def test_a_reader_that_stops_early_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "made"))
    (tmp_path / "made").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "a.csv").write_bytes("姓名\n".encode("gb18030") + "张三\n".encode("gb18030") * 200_000)
    with reading.opened(str(tmp_path / "a.csv"), until=time.monotonic() + 30) as found:
        assert next(found.batches).num_rows
    assert list((tmp_path / "made").iterdir()) == []


_MEASURED = """
import resource, sys, time
import django
django.setup()
from xiang.hub.sources import reading
with reading.opened(sys.argv[1], until=time.monotonic() + 120) as found:
    rows = sum(batch.num_rows for batch in found.batches)
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_file_is_read_in_less_memory_than_it_has_bytes(tmp_path: Path) -> None:
    """In a process of its own, that it may not grow to the file's size above what importing takes."""
    line = ("张三," + "长" * 300 + "\n").encode()
    small, large = tmp_path / "s.csv", tmp_path / "l.csv"
    small.write_bytes(b"name,text\n" + line * 100)
    with large.open("wb") as out:
        out.write(b"name,text\n")
        for _ in range(320):
            out.write(line * 1000)
    assert large.stat().st_size > 270 << 20
    most = []
    for file in (small, large):
        env = dict(os.environ) | {"PYTHONPATH": str(Path(reading.__file__).parents[3])}
        line_of = [sys.executable, "-c", _MEASURED, str(file)]
        ran = subprocess.run(line_of, stdout=subprocess.PIPE, env=env, text=True, check=True)
        count, peak = map(int, ran.stdout.split())
        assert count == (file.stat().st_size - 10) // len(line)
        most.append(peak / 1024)
    assert most[1] - most[0] < 200, most
