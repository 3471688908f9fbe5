"""What tables come in: encodings, damaged files, workbooks and databases."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection
from openpyxl import Workbook

from xiang.foundation.ground.errors import DomainError, Refused, Unavailable
from xiang.hub.quality.engine import addresses
from xiang.hub.quality.tests.conftest import Check, failing

NAMED = {"kind": "dictionary", "column": "姓名", "values": ["张三", "𠮷野"]}
TEXT = "姓名,n\n张三,1\n𠮷野,2\n李四,3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_it_has(check: Check, encoding: str):
    assert failing(check(TEXT.encode(encoding), NAMED)) == [3]


def test_chinese_signs_far_behind_much_ascii_still_tell_the_encoding(check: Check):
    rows = ["name"] + ["x" * 60] * 80_000 + ["张三", "李四"]
    found = check(
        ("\n".join(rows) + "\n").encode("gb18030"), {"kind": "format", "column": "name", "pattern": "x+|张三"}
    )
    assert failing(found) == [80_002]
    assert "GB18030" in found.table.notes[0]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_columns_may_be_parted_by_other_signs(check: Check, sign: str):
    assert failing(check(TEXT.replace(",", sign), NAMED)) == [3]


def test_lines_that_are_no_rows_are_put_aside_and_told(check: Check):
    found = check("a,b\n1,2\n3\n4,5,6\n7,8\n", {"kind": "required", "column": "b"})
    assert (found.table.rows, found.table.rejected, found.passed) == (2, 2, False)
    assert [bad.line for bad in found.table.bad] == [3, 4]


def test_a_file_that_was_cut_in_the_middle_of_a_line_says_so(check: Check):
    found = check('a,b\n1,"x y"\n2,"z', {"kind": "required", "column": "b"})
    assert found.table.rows == 1
    assert found.table.rejected == 1
    assert "没有写完" in found.table.notes[-1]


def test_quoted_line_breaks_and_empty_texts_are_values(check: Check):
    assert failing(check('a\n"x\ny"\n""\nz\n', {"kind": "format", "column": "a", "pattern": "z"})) == [1]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "是空的"), (b"a,a\n1,2\n", "两列都叫“a”"), (b"a,\n1,2\n", "第 2 列没有列名")],
)
def test_headers_that_cannot_be_used_are_refused(check: Check, content: bytes, told: str):
    with pytest.raises(Refused) as caught:
        check(content, {"kind": "required", "column": "a"})
    assert caught.value.code == "source_unreadable"
    assert told in caught.value.detail


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
def test_a_half_written_file_is_refused(check: Check, tmp_path: Path, suffix: str):
    file = tmp_path / f"half{suffix}"
    file.write_bytes(b"PAR1" + b"\0" * 400)
    with pytest.raises(Refused) as caught:
        check(str(file), {"kind": "required", "column": "a"})
    assert caught.value.code == "source_unreadable"


def test_parquet_is_read_with_its_types(check: Check, tmp_path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {"d": [date(2026, 1, 1), None], "n": [1.5, -1.0], "c": [110105, 2], "dec": pa.array([1, 2], pa.int32())}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    found = check(
        str(tmp_path / "t.parquet"),
        {"kind": "required", "column": "d"},
        {"kind": "range", "column": "n", "min": 0},
        {"kind": "length", "column": "c", "min": 6},
        {"kind": "type", "column": "d", "type": "date"},
        {"kind": "unique", "columns": ["dec"]},
        {"kind": "identity", "column": "c"},
    )
    assert [result.failed for result in found.results] == [1, 1, 1, 0, 0, 2]


def test_a_sheet_of_a_workbook_is_read_from_its_first_filled_row(check: Check, tmp_path: Path):
    book = Workbook()
    sheet = book.create_sheet("名单")
    for row in ([], ["姓名", "日期", "数"], ["张三", datetime(2026, 1, 2), 3], [None, "2026年1月", 2.5]):  # noqa: DTZ001
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    found = check(
        f"{tmp_path / 'b.xlsx'}#名单",
        {"kind": "required", "column": "姓名"},
        {"kind": "type", "column": "日期", "type": "date"},
        {"kind": "type", "column": "数", "type": "integer"},
    )
    assert [result.failed for result in found.results] == [1, 1, 1]


def test_a_table_of_sqlite_is_read(check: Check, tmp_path: Path):
    file = tmp_path / "f.db"
    with sqlite3.connect(file) as records:
        records.execute('CREATE TABLE "odd ""name" (id INTEGER, v)')
        records.executemany('INSERT INTO "odd ""name" VALUES (?, ?)', [(1, "x"), (2, None), (3, 4.0), (3, b"\x01")])
    found = check(
        f'sqlite:///{file}#odd "name', {"kind": "required", "column": "v"}, {"kind": "unique", "columns": ["id"]}
    )
    assert [result.failed for result in found.results] == [1, 2]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_table_of_postgresql_is_read(check: Check):
    at = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE quality_read (id int, "名" text, day date)')
        cursor.execute("INSERT INTO quality_read VALUES (1, '张三', '2026-01-01'), (2, NULL, NULL)")
    signed = f"{at['USER']}:{at['PASSWORD']}@" if at["PASSWORD"] else f"{at['USER']}@"
    place = f"postgres://{signed}{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
    try:
        found = check(
            f"{place}#public.quality_read",
            {"kind": "required", "column": "名"},
            {"kind": "type", "column": "day", "type": "date"},
        )
        with pytest.raises(Refused):
            check(f"{place}#public.no_such", {"kind": "required", "column": "a"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE quality_read")
    assert [(result.assessed, result.failed) for result in found.results] == [(2, 1), (1, 0)]


def test_a_database_that_does_not_answer_is_told_without_its_password(check: Check):
    with pytest.raises(Unavailable) as caught:
        check("postgres://me:secret@127.0.0.1:1/x#t", {"kind": "required", "column": "a"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a.docx", "oracle://h/d#t", "postgres://h/d", "sqlite:///none.db", "postgres://[h/d#t"]
)
def test_addresses_that_cannot_be_read_are_refused(text: str):
    with pytest.raises(DomainError) as caught:
        addresses.parse(text)
    assert caught.value.code.startswith("address_")


@pytest.mark.parametrize("text", ["none.csv", "none.parquet", "sqlite:////none.db#t"])
def test_a_file_that_is_not_there_is_told(check: Check, text: str):
    with pytest.raises(Refused) as caught:
        check(text, {"kind": "required", "column": "a"})
    assert "找不到文件" in caught.value.detail


def test_a_title_never_shows_a_password():
    assert addresses.parse("mysql://u:secret@h:3307/d#t").title == "h/d#t"
