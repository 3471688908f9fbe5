"""Files as they really come: every encoding, five kinds of dates, half-written, huge, and with formulas in them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiang.hub.exchange.engine import dates, files, running
from xiang.hub.exchange.engine.errors import BadValue, Stopped
from xiang.hub.exchange.engine.running import Plan
from xiang.hub.exchange.engine.wire import Column, decoder

from .conftest import Making
from .places import person

COLUMNS = (Column("id", "int8", False), Column("name", "text"), Column("born", "date"))
TEXT = "id,name,born\n1,刘芸,2024-01-02\n2,𠮷野,2024/1/2\n3,,20240102\n4,周,2024年1月2日\n5,康,2024.1.2\n"


def read(file: Path) -> list[tuple[object, ...]]:
    end = files.CsvFile(file, COLUMNS)
    schema = end.schema()
    assert schema is not None
    decode = decoder(schema.columns)
    return [decode(row) for batch in end.read(schema) for row in batch]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_a_file_is_read_in_its_encoding_with_dates_in_five_formats(tmp_path: Path, encoding: str, line: str) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(TEXT.replace("\n", line).encode(encoding) if encoding != "utf-16" else TEXT.encode("utf-16"))
    found = read(file)
    assert [row[1] for row in found] == ["刘芸", "𠮷野", None, "周", "康"]
    assert {row[2] for row in found} == {date(2024, 1, 2)}


@pytest.mark.parametrize("text", ["31/12/1999", "12-31-1999", "2024-13-01", "20241301", "2024-02-30", "昨天", "24-1-2"])
def test_a_date_that_can_be_read_two_ways_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.day(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_is_read_from_each_format(day: date) -> None:
    y, m, d = f"{day.year}", day.month, day.day
    for text in (day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}{m:02}{d:02}", f"{y}年{m}月{d}日"):
        assert dates.day(text) == day


@pytest.mark.parametrize(
    "text",
    ["id,name\n1,刘芸\n2,周", 'id,name\n1,刘芸\n2,"周\n', "id,name\n1,刘芸\n2"],
)
def test_a_half_written_file_is_not_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text)
    with pytest.raises(Stopped, match="half_written"):
        read(file)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,name,born\n" + "1,x,2024-01-02\n" * 6000)
    end = files.CsvFile(file, COLUMNS)
    rows = end.read(end.schema())  # type: ignore[arg-type]
    next(rows)
    with file.open("a") as stream:
        stream.write("2,y,2024-01-02\n")
    with pytest.raises(Stopped, match="half_written"):
        list(rows)


def test_half_of_a_parquet_or_excel_file_is_not_read(tmp_path: Path) -> None:
    for name in ("in.parquet", "in.xlsx"):
        (tmp_path / name).write_bytes(b"PAR1PK\x03\x04 and then nothing")
    pytest.importorskip("pyarrow", reason="the optional dependencies for large data are not installed")
    with pytest.raises(Stopped, match="half_written"):
        files.ParquetFile(tmp_path / "in.parquet").schema()
    with pytest.raises(Stopped, match="half_written"):
        files.SheetFile(tmp_path / "in.xlsx").schema()


def test_neither_utf8_nor_gb18030_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"id,name\n1,\xff\xff\n")
    with pytest.raises(Stopped, match="encoding_unknown"):
        read(tmp_path / "in.csv")


def test_a_bad_line_and_a_bad_value_are_told_by_number(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,name,born\n1,x,2024-01-02\n2,y\n")
    with pytest.raises(Stopped, match="第 3 行有 2 列"):
        read(file)
    file.write_text("id,name,born\n1,x,2024-01-02\n二,y,2024-01-02\n")
    with pytest.raises(BadValue, match="第 2 行“id”"):
        read(file)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_no_cell_is_a_formula_and_every_text_comes_back(text: str) -> None:
    from xiang.hub.exchange.engine.texts import guarded, unguarded

    assert not guarded(text).startswith(("=", "+", "-", "@"))
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("one", ["postgres", "mariadb", "sqlite"])
def test_a_table_goes_into_a_file_and_comes_back(make: Making, tmp_path: Path, one: str) -> None:
    source, target = make(one), make("postgres")
    source.fill(range(1, 201))
    file = files.CsvFile(tmp_path / "out.csv")
    assert running.run(source.end(), file, Plan("f1", chunk=50)).agrees
    assert "\n6,'=" not in (tmp_path / "out.csv").read_text() and ",'=1+1" in (tmp_path / "out.csv").read_text()
    file.finish("f1")
    target.fill([])
    back = files.CsvFile(tmp_path / "out.csv", key=["id"])
    back._own = True
    assert running.run(back, target.end(), Plan("f2")).agrees
    assert target.rows() == [person(number) for number in range(1, 201)]


def test_excel_and_parquet_are_sources(make: Making, tmp_path: Path) -> None:
    import openpyxl

    pa = pytest.importorskip("pyarrow", reason="the optional dependencies for large data are not installed")

    book = openpyxl.Workbook()
    for row in (("id", "name", "born"), (1, "刘芸", date(2024, 1, 2)), (2, "周", "2024年1月2日")):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    pa.parquet.write_table(
        pa.table({"id": [1, 2], "name": ["刘芸", "周"], "born": [date(2024, 1, 2)] * 2}), tmp_path / "in.parquet"
    )
    ends = files.SheetFile(tmp_path / "in.xlsx", COLUMNS, ["id"]), files.ParquetFile(tmp_path / "in.parquet", ["id"])
    for number, end in enumerate(ends):
        target = make("sqlite")
        assert running.run(end, target.end(), Plan(f"x{number}")).agrees
        assert target.rows() == [(1, "刘芸", date(2024, 1, 2)), (2, "周", date(2024, 1, 2))]


def test_a_source_file_that_changed_after_a_kill_starts_anew(make: Making, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,name,born\n" + "".join(f"{n},x,2024-01-02\n" for n in range(12000)))
    target, seen = make("sqlite"), list[int]()
    watch = running.Watch(chunk=lambda number, rows, digest: seen.append(number), stopping=lambda: bool(seen))
    with pytest.raises(Stopped, match="cancelled"):
        running.run(files.CsvFile(file, COLUMNS, ["id"]), target.end(), Plan("g1", chunk=5000), watch)
    with file.open("a") as stream:
        stream.write("99999,y,2024-01-02\n")
    with pytest.raises(Stopped, match="source_changed"):
        running.run(files.CsvFile(file, COLUMNS, ["id"]), target.end(), Plan("g1", chunk=5000))


BOUNDED = """
import resource, sys
from pathlib import Path
from xiang.hub.exchange.engine import files, running, sqlite
from xiang.hub.exchange.engine.wire import Column
source = files.CsvFile(Path(sys.argv[1]), (Column("id", "int8", False), Column("name", "text")), ["id"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
outcome = running.run(source, sqlite.SqliteTable(Path(sys.argv[2]), "t"), running.Plan("b", chunk=20000))
assert outcome.agrees
print(outcome.source.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    grown = []
    for rows in (50_000, 200_000):
        file = tmp_path / f"{rows}.csv"
        with file.open("w") as stream:
            stream.write("id,name\n")
            stream.writelines(f"{number},{'长沙' * 40}\n" for number in range(rows))
        done = subprocess.run(
            [sys.executable, "-c", BOUNDED, str(file), str(tmp_path / f"{rows}.sqlite3")],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[4])},
        )
        count, kilobytes = (int(one) for one in done.stdout.split())
        assert count == rows
        grown.append(kilobytes)
    assert grown[1] < grown[0] + 16_000, f"{grown} kB for 12 MB and 49 MB"
