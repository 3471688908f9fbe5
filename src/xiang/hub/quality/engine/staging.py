# ruff: noqa: S608 - every name and value goes through quoting
"""Making any source a Parquet file that can be scanned more than once in bounded memory.

A Parquet file is used as it is. Everything else is read once through ``sources``, only the columns that are asked for;
how many lines could not be read, and why, is kept beside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiang.foundation.ground.errors import Refused, Unavailable
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.quoting import literal
from xiang.hub.sources import reading
from xiang.hub.sources.addresses import address_of, engine_of, existing
from xiang.hub.sources.found import Unreachable
from xiang.hub.sources.reading import BadRow, Told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OUT_OF_REACH = {"not_configured", "unreachable", "denied", "too_slow"}


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
class Stage:
    """Where sources are staged: a folder, the connection that will scan, and the monotonic instant to be done by."""

    folder: Path
    connection: DuckDBPyConnection
    until: float

    def put(self, source: Address, columns: Collection[str] | None = None, label: str = "table") -> Staged:
        """The source as Parquet; ``Unavailable`` (``source_unavailable``) when it is out of reach, ``Refused``
        (``source_unreadable``) when it is no table."""
        with _told(source):
            address = address_of(source.place) if source.named else source.place
            if engine_of(address) == "parquet":
                return self._described(source, existing(address).absolute(), Told())
            target = self.folder / f"{label}.parquet"
            with reading.opened(address, source.part, until=self.until, columns=columns) as found:
                _write(found, target)
            return self._described(source, target, found.told)

    def _described(self, source: Address, file: Path, told: Told) -> Staged:
        import duckdb

        try:
            described = self.connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(file)})").fetchall()
            counted = self.connection.execute(f"SELECT count(*) FROM read_parquet({literal(file)})").fetchall()
        except duckdb.Error as wrong:
            raise Unreachable("unreadable", "不是完整的 Parquet 文件，可能还没有写完。") from wrong
        columns = {row[0]: row[1] for row in described}
        return Staged(source.title, file, columns, counted[0][0], told.rejected, told.bad, tuple(told.notes))


def _write(found: reading.Reading, target: Path) -> None:
    import pyarrow.parquet as pq

    # Read once or twice and thrown away: looking for repeated values would cost more than it saves.
    plain = {"compression": "snappy", "use_dictionary": False, "write_statistics": False}
    with pq.ParquetWriter(target, found.schema, **plain) as writer:
        for batch in found.batches:
            writer.write_batch(batch)


@contextmanager
def _told(source: Address) -> Iterator[None]:
    """What cannot be read, in the words of the engine's face."""
    try:
        yield
    except Unreachable as wrong:
        if wrong.reason in _OUT_OF_REACH:
            raise Unavailable("source_unavailable", f"{source.title}：{wrong.detail}") from wrong
        raise Refused("source_unreadable", f"{source.title}：{wrong.detail}") from wrong
