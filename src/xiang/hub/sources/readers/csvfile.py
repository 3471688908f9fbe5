# ruff: noqa: S608 - names and paths are quoted
"""A CSV file of any size: UTF-8 with and without a mark, GB 18030, UTF-16; lines that are no rows are put aside and told."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from xiang.hub.sources.addresses import existing, title_of
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.readers import batching, encodings
from xiang.hub.sources.reading import Asked, BadRow, Told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN, COUNTED = 20, 100_000
DELIMITERS = ",\t;|"
#: A line may be so long; DuckDB reads blocks of sixteen times as much, one a thread.
LONGEST = 1 << 20
_CONFIG = {
    "memory_limit": "512MB",
    "threads": str(min(os.cpu_count() or 1, 4)),
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_WHY = {
    "MISSING COLUMNS": "少了列，可能没有写完",
    "TOO MANY COLUMNS": "多了列，内容里有逗号的要加引号",
    "UNQUOTED VALUE": "引号没有配对",
    "INVALID ENCODING": "编码不对",
    "INVALID UNICODE": "编码不对",
    "LINE SIZE OVER MAXIMUM": "一行太长",
}


def read(asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    """1. which encoding; 2. in UTF-8, if it is not; 3. the header; 4. the rows; 5. whether it was written meanwhile."""
    file = existing(asked.address).absolute()
    if asked.part not in ("", file.stem, title_of(file)):
        raise Unreachable("no_table")
    before = file.stat()
    with tempfile.TemporaryDirectory(prefix="xiang-csv-") as folder:
        yield from _rows(_in_utf8(file, Path(folder), asked, told), Path(folder), asked, told)
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Unreachable("changing")
    if not _ends_with_newline(file):
        told.notes.append("文件最后一行没有换行符，可能没有写完，请核对末尾几行。")


def _in_utf8(file: Path, folder: Path, asked: Asked, told: Told) -> Path:
    encoding = encodings.detect(file)
    if encoding in (encodings.UTF8, encodings.UTF8_MARKED):
        return file
    told.notes.append(f"文件编码是 {encoding.words}，已按它读取。")
    target = folder / "utf8.csv"
    if unreadable := encodings.rewrite(file, encoding, target, asked.left):
        told.notes.append(f"有 {unreadable} 个字符按 {encoding.words} 读不出来。")
    return target


def _rows(file: Path, folder: Path, asked: Asked, told: Told) -> Iterator[pa.RecordBatch]:
    import duckdb

    header, delimiter = _header(file)
    columns = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in header)
    chosen = ", ".join(_name(column) for column in asked.chosen(header))
    rows = (
        f"SELECT {chosen} FROM read_csv({_text(str(file))}, auto_detect=false, header=true, delim={_text(delimiter)}, "
        f"quote='\"', escape='\"', columns={{{columns}}}, store_rejects=true, rejects_limit={COUNTED}, nullstr='', "
        f"allow_quoted_nulls=false, max_line_size={LONGEST})"
    )
    with duckdb.connect(config={**_CONFIG, "temp_directory": str(folder / "spill")}) as connection:
        # It would be printed among a command's own answer as soon as a file takes two seconds.
        connection.execute("SET enable_progress_bar = false")
        try:
            reader = connection.sql(rows).to_arrow_reader(batching.MOST)
            yield from _at_least_one(reader)
        except (duckdb.Error, pa.ArrowException) as wrong:
            raise Unreachable("unreadable") from wrong
        _put_aside(connection, told)


def _at_least_one(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    yield next(reader, batching.empty(reader.schema))
    yield from reader


def _put_aside(connection: DuckDBPyConnection, told: Told) -> None:
    """What DuckDB rejected. A line may have several faults: the first tells."""
    first = "SELECT line, min_by(error_type, column_idx) FROM reject_errors GROUP BY line ORDER BY line"
    rows: Iterable[tuple[int, str]] = connection.execute(f"{first} LIMIT {SHOWN}").fetchall()
    counted = connection.execute("SELECT count(DISTINCT (scan_id, line)) FROM reject_errors").fetchall()
    told.rejected = counted[0][0]
    told.bad = tuple(BadRow(line, _WHY.get(str(why), str(why))) for line, why in rows)


def _header(file: Path) -> tuple[list[str], str]:
    """The names of the columns, and what stands between them: whichever of the usual signs the first line has most."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        first = stream.readline(LONGEST)
    if "\0" in first:
        raise Unreachable("unreadable")
    if not first.strip():
        raise Unreachable("empty")
    delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign))))
    return batching.named(next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter))), delimiter


def _ends_with_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        if stream.seek(0, 2) == 0:
            return True
        stream.seek(-1, 2)
        return stream.read(1) in (b"\n", b"\r")


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
