"""Files: CSV, Excel and Parquet. They are read as a stream, and written aside, then given their name.

A file that is still being written is not read: its size must hold still between two looks at it, its last line must be
whole, and Parquet and Excel must have their end.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from xiang.hub.exchange.engine import texts
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Batches, Changes, Mode, Progress, Unordered, Window
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.wire import BATCH, Batch, Column, Row, Schema, decoder, rows_of

HALF = Stopped("half_written", "文件没有写完：最后一行不完整，或者还在增长。请等对方传完再运行。")
_LIMIT = 1 << 24


class CsvFile(Unordered):
    """A CSV file with a line of names. Without ``columns`` all its columns are text."""

    def __init__(self, file: Path, columns: Sequence[Column] = (), key: Sequence[str] = ()) -> None:
        self.file = file
        self.columns = tuple(columns)
        self.key = tuple(key)
        self.title = f"file:{file.name}"
        self._own = False
        self._encoding: tuple[tuple[int, int], str] = ((0, 0), "utf-8-sig")

    def schema(self) -> Schema | None:
        if not self.file.exists():
            return None
        with self._open() as stream:
            names = next(csv.reader(stream), None)
        if not names or len(set(names)) != len(names) or not all(one.strip() for one in names):
            raise Stopped("bad_header", "文件第一行应当是列名，不能空着，也不能重复。")
        known = {column.name: column for column in self.columns}
        return Schema(
            tuple(known.get(one.strip(), Column(one.strip(), "text")) for one in names), self.key, untyped=True
        )

    def _open(self) -> IO[str]:
        seen = self.file.stat()
        state = seen.st_size, seen.st_mtime_ns
        if self._encoding[0] != state:  # to know it, the whole file must be read
            self._encoding = state, texts.encoding_of(self.file)
        return self.file.open(encoding=self._encoding[1], newline="")

    def _whole(self) -> None:
        """Refuse a file whose last line is not whole; ``read`` refuses one that has grown by its end."""
        size = self.file.stat().st_size
        with self.file.open("rb") as stream:
            stream.seek(max(0, size - 4))
            tail = stream.read()
        if not tail.rstrip(b"\0").endswith((b"\n", b"\r")):
            raise HALF

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        seen = self.file.stat()
        return f"{rows}:{seen.st_size}:{seen.st_mtime_ns}"

    def resumes(self, wanted: Schema) -> bool:
        return True

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        self._whole()
        before = self.file.stat()
        skipped = 0
        if after:
            rows, size, changed = (int(one) for one in after.split(":"))
            if (size, changed) != (before.st_size, before.st_mtime_ns):
                raise Stopped("source_changed", "中断以后来源文件换过了。请取消这次运行，重新开始。")
            skipped = rows
        yield from rows_of(wanted.columns, self._values(wanted, skipped))
        if self.file.stat().st_size != before.st_size:
            raise HALF

    def _values(self, wanted: Schema, skipped: int) -> Iterator[Sequence[Any]]:
        csv.field_size_limit(_LIMIT)
        with self._open() as stream:
            reader = csv.reader(stream, strict=True)
            names = [one.strip() for one in next(reader)]
            places = [
                (names.index(column.name), column.kind == "text" and not column.nullable) for column in wanted.columns
            ]
            try:
                for row in itertools.islice(reader, skipped, None):
                    if len(row) != len(names):
                        raise Stopped("bad_row", f"第 {reader.line_num} 行有 {len(row)} 列，应有 {len(names)} 列。")
                    yield [self._cell(row[place], keep=keep) for place, keep in places]
            except csv.Error as wrong:
                raise (
                    HALF
                    if "unexpected end" in str(wrong)
                    else Stopped("bad_row", f"第 {reader.line_num} 行读不懂：引号或者分隔符不对。")
                ) from wrong

    def _cell(self, text: str, *, keep: bool) -> str | None:
        if self._own:
            text = texts.unguarded(text)
        return text if text or keep else None

    @property
    def _aside(self) -> Path:
        return self.file.with_name(f".{self.file.name}.part")

    @property
    def _noted(self) -> Path:
        return self.file.with_name(f".{self.file.name}.progress")

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        if mode != "full":
            raise Stopped("file_is_whole", "文件只能整个写：请用全量。")
        if self._noted.exists():
            known = json.loads(self._noted.read_text())
            if known.pop("run") == run:
                offset = known.pop("offset")
                if known["published"] or self._aside.exists():
                    if not known["published"]:
                        os.truncate(self._aside, offset)
                    return Progress(**known)
                # The file took its name, and whoever did it died before saying so.
                return Progress(**{**known, "published": True})
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._aside.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerow(wanted.names)
        self._note(run, Progress())
        return Progress()

    def _note(self, run: str, progress: Progress) -> None:
        """Say how far it is, after what it speaks of is on the disk."""
        offset = self._aside.stat().st_size if self._aside.exists() else 0
        aside = self._noted.with_suffix(".new")
        with aside.open("w") as stream:
            stream.write(json.dumps({"run": run, "offset": offset, **asdict(progress)}))
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(self._noted)

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        decode = decoder(wanted.columns)
        with _writing():
            with self._aside.open("a", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                for batch in batches:
                    writer.writerows([_shown(value) for value in decode(row)] for row in batch)
                stream.flush()
                os.fsync(stream.fileno())
            self._note(run, then())

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        known = json.loads(self._noted.read_text())
        if self._aside.exists():
            self._aside.replace(self.file)
        self._note(run, Progress(known["chunks"], known["rows"], known["total"], known["position"], published=True))
        return Changes(known["rows"])

    def remove(self, wanted: Schema, batches: Batches) -> int:
        raise Stopped("file_is_whole", "文件只能整个写：请用全量。")

    def tally(self, run: str, wanted: Schema, mode: Mode, count: Tally) -> Tally:
        back = CsvFile(self.file)
        back._own = True
        # An empty text and no value read alike in CSV; what was written as text with nothing in it comes back so.
        return count.taken(back.read(wanted))

    def finish(self, run: str) -> None:
        self._aside.unlink(missing_ok=True)
        self._noted.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        if wrong.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Interrupted("disk_full", "磁盘满了。请清出空间，之后会从最后一块接着运行。") from wrong
        raise Interrupted("not_reached", "文件写不了，稍后会接着运行。") from wrong


def _shown(value: Any) -> Any:
    """A value as it stands in a cell."""
    if isinstance(value, str):
        return texts.guarded(value)
    if isinstance(value, bytes):
        return texts.guarded(value.hex())
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, date | time | Decimal | UUID) else value


class SheetFile(Unordered):
    """The first sheet of an Excel workbook, read row by row; its first row are names."""

    def __init__(self, file: Path, columns: Sequence[Column] = (), key: Sequence[str] = ()) -> None:
        self.file = file
        self.columns = {column.name: column for column in columns}
        self.key = tuple(key)
        self.title = f"file:{file.name}"

    def _rows(self) -> Iterator[Sequence[Any]]:
        import zipfile

        import openpyxl

        try:
            book = openpyxl.load_workbook(self.file, read_only=True, data_only=True)
        except (zipfile.BadZipFile, KeyError, EOFError, OSError) as wrong:
            raise HALF from wrong
        try:
            yield from book.worksheets[0].iter_rows(values_only=True)
        finally:
            book.close()

    def schema(self) -> Schema | None:
        if not self.file.exists():
            return None
        names = [str(one).strip() for one in next(iter(self._rows()), ()) if one is not None]
        if not names or len(set(names)) != len(names):
            raise Stopped("bad_header", "文件第一行应当是列名，不能空着，也不能重复。")
        return Schema(tuple(self.columns.get(one, Column(one, "text")) for one in names), self.key, untyped=True)

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        rows = self._rows()
        names = [str(one).strip() for one in next(rows)]
        places = [names.index(column.name) for column in wanted.columns]
        values = ([row[place] if place < len(row) else None for place in places] for row in rows)
        yield from rows_of(wanted.columns, (row for row in values if any(one is not None for one in row)))


class ParquetFile(Unordered):
    """A Parquet file, read a group of rows at a time."""

    def __init__(self, file: Path, key: Sequence[str] = ()) -> None:
        self.file = file
        self.key = tuple(key)
        self.title = f"file:{file.name}"

    def _parquet(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet

        try:
            return pa.parquet.ParquetFile(self.file)
        except (pa.ArrowInvalid, OSError) as wrong:
            raise HALF from wrong

    def schema(self) -> Schema | None:
        from xiang.hub.exchange.engine import arrow

        return Schema(arrow.columns_of(self._parquet().schema_arrow), self.key) if self.file.exists() else None

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        batches = self._parquet().iter_batches(batch_size=BATCH, columns=list(wanted.names))
        values = (
            row
            for batch in batches
            for row in zip(*(batch.column(one).to_pylist() for one in wanted.names), strict=True)
        )
        yield from rows_of(wanted.columns, values)
