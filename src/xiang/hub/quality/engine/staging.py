# ruff: noqa: S608 - every name and value goes through quoting
"""Making any source a Parquet file that can be scanned more than once in bounded memory: CSV, Excel, database tables.

A Parquet file is used as it is. Everything else is read once, all values as text, only the columns that are asked for;
how many rows could not be read, and why, is kept beside.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine import databases, encodings, workbooks, writing
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.quoting import literal, name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_GROUP = 65_536
SHOWN, COUNTED = 20, 100_000
DELIMITERS = ",\t;|"
_WHY = {
    "MISSING COLUMNS": "少了列，可能没有写完",
    "TOO MANY COLUMNS": "多了列，内容里有逗号的要加引号",
    "UNQUOTED VALUE": "引号没有配对",
    "INVALID ENCODING": "编码不对",
    "INVALID UNICODE": "编码不对",
    "LINE SIZE OVER MAXIMUM": "一行太长",
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that could not be read as a row, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Staged:
    """A table ready to be scanned. ``rejected`` counts the lines that are no rows; ``notes`` say what was noticed."""

    title: str
    file: Path
    columns: Mapping[str, str]
    rows: int
    rejected: int = 0
    bad: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """The table as SQL, with the number of the row from 1 in ``__row``."""
        return f"(SELECT *, file_row_number + 1 AS __row FROM read_parquet({literal(self.file)}, file_row_number=true))"


@dataclass(frozen=True, slots=True)
class _Rejects:
    rejected: int = 0
    bad: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = field(default=())


def stage(
    address: Address,
    folder: Path,
    connection: DuckDBPyConnection,
    columns: Collection[str] | None = None,
    label: str = "table",
) -> Staged:
    """The source as Parquet in ``folder``; ``Refused`` (``source_…``) when it cannot be read."""
    target = folder / f"{label}.parquet"
    match address.form:
        case "parquet":
            return _described(address, Path(address.place).absolute(), connection, _Rejects())
        case "csv":
            rejects = _csv(address, folder, target, connection, columns)
        case "excel":
            workbooks.write(Path(address.place), address.part, target, columns)
            rejects = _Rejects()
        case _:
            databases.write(address, target, columns)
            rejects = _Rejects()
    return _described(address, target, connection, rejects)


def _described(address: Address, file: Path, connection: DuckDBPyConnection, rejects: _Rejects) -> Staged:
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(file)})").fetchall()
        counted = connection.execute(f"SELECT count(*) FROM read_parquet({literal(file)})").fetchall()
    except duckdb.Error as wrong:
        raise Refused(
            "source_unreadable", f"{address.title} 读不了：不是完整的 Parquet 文件，可能还没有写完。"
        ) from wrong
    columns = {row[0]: row[1] for row in described}
    return Staged(address.title, file, columns, counted[0][0], rejects.rejected, rejects.bad, rejects.notes)


def _csv(
    address: Address, folder: Path, target: Path, connection: DuckDBPyConnection, wanted: Collection[str] | None
) -> _Rejects:
    """1. which encoding; 2. in UTF-8, if it is not; 3. the header; 4. the rows, those that are none put aside."""
    file = Path(address.place)
    before = file.stat()
    encoding = encodings.detect(file)
    notes = (
        [] if encoding in (encodings.UTF8, encodings.UTF8_MARKED) else [f"文件编码是 {encoding.words}，已按它读取。"]
    )
    source = file
    if encoding not in (encodings.UTF8, encodings.UTF8_MARKED):
        source = folder / f"{target.stem}.utf8.csv"
        if unreadable := encodings.rewrite(file, encoding, source):
            notes.append(f"有 {unreadable} 个字符按 {encoding.words} 读不出来。")
    rejects = _copy(address, source, target, connection, wanted)
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Refused("source_changing", f"{address.title} 在读的时候还在变，等它写完再查。")
    if not _ends_with_newline(file):
        notes.append("文件最后一行没有换行符，可能没有写完，请核对末尾几行。")
    if source != file:
        source.unlink()
    return _Rejects(rejects.rejected, rejects.bad, tuple(notes))


def _copy(
    address: Address, source: Path, target: Path, connection: DuckDBPyConnection, wanted: Collection[str] | None
) -> _Rejects:
    import duckdb

    header, delimiter = _header(address, source)
    columns = "{" + ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header) + "}"
    chosen = [column for column in header if wanted is None or column in wanted] or header[:1]
    read = (
        f"read_csv({literal(source)}, auto_detect=false, header=true, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"columns={columns}, store_rejects=true, rejects_limit={COUNTED}, nullstr='', allow_quoted_nulls=false, "
        "max_line_size=8388608)"
    )
    try:
        connection.execute(
            f"COPY (SELECT {', '.join(map(name, chosen))} FROM {read}) TO {literal(target)} "
            f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchall()
    except duckdb.Error as wrong:
        raise Refused("source_unreadable", f"{address.title} 读不了：{str(wrong).splitlines()[0][:200]}") from wrong
    return _rejects(connection)


def _rejects(connection: DuckDBPyConnection) -> _Rejects:
    """What DuckDB put aside. A line may have several faults: the first tells."""
    rows = connection.execute(
        "SELECT line, min_by(error_type, column_idx) FROM reject_errors GROUP BY line ORDER BY line LIMIT " + str(SHOWN)
    ).fetchall()
    count = connection.execute("SELECT count(DISTINCT (scan_id, line)) FROM reject_errors").fetchall()[0][0]
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    return _Rejects(count, tuple(BadRow(line, _WHY.get(str(why), str(why))) for line, why in rows))


def _header(address: Address, file: Path) -> tuple[list[str], str]:
    """The names of the columns, and what stands between them: whichever of the usual signs the first line has most."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        first = stream.readline(1_000_000)
    if not first.strip():
        raise Refused("source_empty", f"{address.title} 是空的，或者第一行不是列名。")
    delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign))))
    return writing.named(next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter)), address.title), delimiter


def _ends_with_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(0, 2)
        if stream.tell() == 0:
            return True
        stream.seek(-1, 2)
        return stream.read(1) in (b"\n", b"\r")
