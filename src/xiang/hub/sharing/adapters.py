"""Reading a department's own database, read-only and within a deadline, and mending a record in it.

An adapter knows one engine. Table and column names come from the inventory, whose loader admits letters, digits and
underscores only; values are always bound.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from xiang.hub.sources.addresses import address_of
from xiang.hub.sources.found import Unreachable

Record = Mapping[str, Any]
_MANY = 50


class Unwritable(Exception):
    """We may only read there, or there is nowhere to keep what stood before: the department mends it at its own desk."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look-up: rows of ``table`` in which any of ``match`` columns holds one of ``values``."""

    table: str
    columns: tuple[str, ...]
    match: tuple[str, ...]
    values: tuple[str, ...]
    narrow: Mapping[str, str]
    order: str = ""
    limit: int = _MANY


@dataclass(frozen=True, slots=True)
class Correction:
    """One value to mend. ``reference`` makes it happen once, however often it is asked for."""

    reference: str
    reading: Reading
    column: str
    value: Any
    basis: str
    at: datetime


class Adapter(Protocol):
    """A department's database."""

    def read(self, reading: Reading, until: float) -> Sequence[Record]:
        """The rows found, before the monotonic instant ``until``; raises :class:`Unreachable`."""

    def correct(self, correction: Correction, until: float) -> int:
        """Mend the value and keep the old one in the source's history, in one transaction there; rows mended. Raises
        :class:`Unwritable`."""

    def was_corrected(self, reference: str, until: float) -> bool:
        """Whether a correction of this reference has been made."""


def adapter_for(connection: str) -> Adapter:
    """The adapter of a system's connection: ``sqlite:<name>``, a database's address, ``kept:…`` or ``env:<variable>``."""
    if connection.startswith(("env:", "kept:")):
        return adapter_for(address_of(connection))
    if connection.startswith("sqlite:"):
        name = connection[7:]
        # A path may stand in an environment variable only; a profile names a file of the sources folder.
        return SqliteSource(Path(name) if os.sep in name else settings.DATA / "sources" / f"{name}.sqlite3")
    if connection.startswith(("postgres://", "postgresql://")):
        return PostgresSource(connection)
    if connection.startswith(("mysql://", "mariadb://")):
        return MariaSource(connection)
    raise Unreachable("no_adapter")


def _select(reading: Reading, mark: str, quote: str = '"') -> tuple[str, list[str]]:
    """The statement of a reading and its parameters: one branch a column, so that each uses its index."""
    names = ", ".join(f"{quote}{name}{quote}" for name in reading.columns)
    holders = ", ".join([mark] * len(reading.values))
    also = "".join(f" AND {quote}{column}{quote} = {mark}" for column in reading.narrow)
    branches, parameters = [], []
    for column in reading.match:
        where = f"{quote}{column}{quote} IN ({holders}){also}"
        branches.append(f"SELECT {names} FROM {quote}{reading.table}{quote} WHERE {where}")  # noqa: S608
        parameters += [*reading.values, *reading.narrow.values()]
    order = ""
    if reading.order:
        place = reading.columns.index(reading.order.lstrip("-")) + 1
        order = f" ORDER BY {place}{' DESC' if reading.order.startswith('-') else ''}"
    return f"{' UNION '.join(branches)}{order} LIMIT {reading.limit}", parameters


@contextlib.contextmanager
def _writing(forbids: Callable[[Exception], bool]) -> Iterator[None]:
    """An engine that says that nothing can be written there is no outage."""
    try:
        yield
    except Unreachable as away:
        if isinstance(away.__cause__, Exception) and forbids(away.__cause__):
            raise Unwritable from away
        raise


class SqliteSource:
    """A SQLite file: opened anew for each look-up, which costs a tenth of a millisecond and follows a replaced file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextlib.contextmanager
    def _open(self, mode: str, until: float) -> Iterator[sqlite3.Connection]:
        left = max(0.0, until - time.monotonic())
        try:
            connection = sqlite3.connect(
                f"{self._file.as_uri()}?mode={mode}", uri=True, timeout=left, isolation_level=None
            )
        except sqlite3.Error as wrong:
            raise Unreachable("not_reached") from wrong
        try:
            connection.row_factory = sqlite3.Row
            connection.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
            yield connection
        except sqlite3.OperationalError as wrong:
            raise Unreachable("too_late" if time.monotonic() > until else "not_reached") from wrong
        except sqlite3.DatabaseError as wrong:
            raise Unreachable("broken") from wrong
        finally:
            connection.close()

    def read(self, reading: Reading, until: float) -> Sequence[Record]:
        statement, parameters = _select(reading, "?")
        with self._open("ro", until) as connection:
            return [dict(row) for row in connection.execute(statement, parameters)]

    def correct(self, correction: Correction, until: float) -> int:
        with (
            _writing(lambda wrong: "no such table" in str(wrong) or "readonly" in str(wrong)),
            self._open("rw", until) as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            done = _correct(connection.execute, correction, "?")
            connection.execute("COMMIT")
            return done

    def was_corrected(self, reference: str, until: float) -> bool:
        with self._open("ro", until) as connection:
            return connection.execute("SELECT 1 FROM history WHERE reference = ?", [reference]).fetchone() is not None


class PostgresSource:
    """A PostgreSQL database, as a department in production keeps it."""

    def __init__(self, address: str) -> None:
        self._address = address

    @contextlib.contextmanager
    def _open(self, until: float) -> Iterator[Any]:
        import psycopg
        from psycopg.rows import dict_row

        left = max(1, int(until - time.monotonic()))
        try:
            with psycopg.connect(
                self._address,
                connect_timeout=left,
                row_factory=dict_row,
                options=f"-c statement_timeout={left * 1000}",
            ) as connection:
                yield connection
        except psycopg.errors.QueryCanceled as wrong:
            raise Unreachable("too_late") from wrong
        except psycopg.Error as wrong:
            raise Unreachable("not_reached") from wrong

    def read(self, reading: Reading, until: float) -> Sequence[Record]:
        statement, parameters = _select(reading, "%s")
        with self._open(until) as connection:
            connection.read_only = True
            return list(connection.execute(statement, parameters).fetchall())

    def correct(self, correction: Correction, until: float) -> int:
        # insufficient privilege, undefined table, read-only transaction
        with (
            _writing(lambda wrong: getattr(wrong, "sqlstate", "") in ("42501", "42P01", "25006")),
            self._open(until) as connection,
        ):
            return _correct(connection.execute, correction, "%s")

    def was_corrected(self, reference: str, until: float) -> bool:
        with self._open(until) as connection:
            found = connection.execute("SELECT 1 FROM history WHERE reference = %s", [reference]).fetchone()
            return found is not None


class MariaSource:
    """A MariaDB or MySQL database; names are quoted as the standard says."""

    def __init__(self, address: str) -> None:
        self._address = address

    @contextlib.contextmanager
    def _open(self, until: float) -> Iterator[Any]:
        import pymysql
        from pymysql.cursors import DictCursor

        from xiang.hub.sources.engines import mariadb

        connection = mariadb.connect(self._address, until, cursorclass=DictCursor, init_command=mariadb.QUOTES)
        try:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except pymysql.MySQLError as wrong:
            raise Unreachable("too_late" if time.monotonic() > until else "not_reached") from wrong
        finally:
            connection.close()

    def read(self, reading: Reading, until: float) -> Sequence[Record]:
        statement, parameters = _select(reading, "%s")
        with self._open(until) as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            return list(_ran(cursor, statement, parameters).fetchall())

    def correct(self, correction: Correction, until: float) -> int:
        # database access denied, table access denied, no such table, read-only
        with (
            _writing(lambda wrong: bool(wrong.args) and wrong.args[0] in (1044, 1142, 1146, 1290)),
            self._open(until) as cursor,
        ):
            return _correct(lambda statement, values: _ran(cursor, statement, values), correction, "%s")

    def was_corrected(self, reference: str, until: float) -> bool:
        with self._open(until) as cursor:
            asked = "SELECT 1 FROM history WHERE reference = %s"
            return _ran(cursor, asked, [reference]).fetchone() is not None


def _ran(cursor: Any, statement: str, values: Sequence[Any]) -> Any:
    cursor.execute(statement, values)
    return cursor


def _correct(execute: Any, correction: Correction, mark: str) -> int:
    """1. Done before: nothing. 2. Keep what stands there. 3. Mend it."""
    if execute(f"SELECT 1 FROM history WHERE reference = {mark}", [correction.reference]).fetchone():  # noqa: S608
        return 0
    reading, column = correction.reading, correction.column
    statement, parameters = _select(reading, mark)
    found = execute(statement, parameters).fetchone()
    if found is None:
        return 0
    old = found[column]
    holders = ", ".join([mark] * len(reading.values))
    where = "(" + " OR ".join(f'"{name}" IN ({holders})' for name in reading.match) + ")"
    where += "".join(f' AND "{name}" = {mark}' for name in reading.narrow)
    # Of several rows only those that hold the disputed value.
    where += f' AND "{column}" IS NULL' if old is None else f' AND "{column}" = {mark}'
    bound = [*(reading.values * len(reading.match)), *reading.narrow.values(), *([] if old is None else [old])]
    kept = [correction.reference, correction.at.isoformat(), reading.table, reading.values[0], column]
    execute(
        "INSERT INTO history (reference, at, table_name, row_key, column_name, old_value, new_value, basis)"  # noqa: S608
        f" VALUES ({', '.join([mark] * 8)})",
        [*kept, old, correction.value, correction.basis],
    )
    execute(f'UPDATE "{reading.table}" SET "{column}" = {mark} WHERE {where}', [correction.value, *bound])  # noqa: S608
    return 1


def dawdle(until: float) -> None:
    """What a slow system does in a demonstration: it says nothing until the time is up."""
    threading.Event().wait(max(0.0, until - time.monotonic()))
    raise Unreachable("too_late")
