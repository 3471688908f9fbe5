"""Tables behind a DB-API driver (SQLite, MariaDB): what they have in common, said once.

A dialect is a subclass: how it opens, quotes, marks parameters, describes itself and publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from xiang.hub.exchange.engine import staging
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Batches, Changes, Mode, Progress, Unordered, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Batch, Column, Row, Schema, decoder, rows_of


class SqlTable(Unordered):
    """A table reached by statements and cursors."""

    title: str
    name: str
    mark: ClassVar[str] = "?"
    key_type: ClassVar[str] = "TEXT"

    def quoted(self, name: str) -> str:
        raise NotImplementedError

    def definition(self, column: Column, *, in_key: bool) -> str:
        """The column in a ``CREATE TABLE``."""
        raise NotImplementedError

    def schema(self) -> Schema | None:
        raise NotImplementedError

    def _open(self) -> AbstractContextManager[Any]:
        """A connection on which ``_execute`` works, outside a transaction."""
        raise NotImplementedError

    def _transaction(self) -> AbstractContextManager[Any]:
        """A connection in a transaction that commits at the end of the block."""
        raise NotImplementedError

    def _streaming(self, connection: Any, statement: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The rows, without holding them all."""
        raise NotImplementedError

    def _execute(self, connection: Any, statement: str, values: Sequence[Any] = ()) -> Any:
        cursor = connection.cursor()
        cursor.execute(statement, tuple(values))
        return cursor

    def _ready(self, value: Any, column: Column) -> Any:
        """A value of the wire as the driver takes it."""
        raise NotImplementedError

    @property
    def table(self) -> str:
        return self.quoted(self.name)

    @property
    def _progress_table(self) -> str:
        return self.quoted(staging.PROGRESS)

    def _staged(self, run: str) -> str:
        return self.quoted(staging.staging_of(run))

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        return staging.position_of(wanted, last)

    def resumes(self, wanted: Schema) -> bool:
        return bool(wanted.key)

    def highest(self, column: str) -> Any:
        with self._open() as connection:
            found = self._execute(connection, f"SELECT max({self.quoted(column)}) FROM {self.table}").fetchone()[0]  # noqa: S608
        return found if found is None or isinstance(found, int | str) else str(found)

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        conditions, values = [], list[Any]()
        key = [self.quoted(name) for name in wanted.key]
        if after:
            conditions.append(f"({', '.join(key)}) > ({', '.join([self.mark] * len(key))})")
            found = zip(staging.key_at(wanted, after), staging.key_columns(wanted), strict=True)
            values += [self._ready(value, column) for value, column in found]
        if window is not None:
            name = self.quoted(window.column)
            conditions.append(f"{name} <= {self.mark}")
            values.append(window.upto)
            if window.after is not None:
                conditions.append(f"{name} > {self.mark}")
                values.append(window.after)
            conditions += self._tombstone(window)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = f" ORDER BY {', '.join(key)}" if key else ""
        yield from self._selected(wanted, f"{self.table} t{where}{order}", values)

    def _tombstone(self, window: Window) -> list[str]:
        if not window.tombstone:
            return []
        present = self.schema()
        column = present.column(window.tombstone) if present else None
        if column is None:
            raise Stopped("tombstone_absent", f"来源没有删除标记列“{window.tombstone}”。")
        return [staging.tombstone(self.quoted(column.name), column, dead=window.dead)]

    def _selected(self, wanted: Schema, rest: str, values: Sequence[Any] = ()) -> Iterator[Batch]:
        names = ", ".join(f"t.{self.quoted(name)}" for name in wanted.names)
        with self._open() as connection:
            found = self._streaming(connection, f"SELECT {names} FROM {rest}", values)  # noqa: S608
            yield from rows_of(wanted.columns, found)

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        with self._open() as connection:
            self._execute(
                connection,
                f"CREATE TABLE IF NOT EXISTS {self._progress_table} (run {self.key_type} PRIMARY KEY, chunks BIGINT,"
                f" row_count BIGINT, total {self.key_type}, position TEXT, published INTEGER)",
            )
        with self._transaction() as connection:
            found = self._progress(connection, run)
            if found:
                return found
            self._make_staging(connection, run, wanted, mode)
            marks = ", ".join([self.mark] * 6)
            values = [run, *staging.values_of(Progress())]
            self._execute(connection, f"INSERT INTO {self._progress_table} VALUES ({marks})", values)  # noqa: S608
            return Progress()

    def _progress(self, connection: Any, run: str) -> Progress | None:
        names = staging.COLUMNS.partition(", ")[2]
        asked = f"SELECT {names} FROM {self._progress_table} WHERE run = {self.mark}{self.locking}"  # noqa: S608
        found = self._execute(connection, asked, [run]).fetchone()
        return staging.progress_of(found) if found else None

    locking: ClassVar[str] = ""

    def _make_staging(self, connection: Any, run: str, wanted: Schema, mode: Mode) -> None:
        if mode != "full":
            staging.need_key(wanted)
        self._execute(connection, f"DROP TABLE IF EXISTS {self._staged(run)}")
        if self.schema() is None:
            self._create(connection, self.table, wanted)
        self._create(connection, self._staged(run), wanted)

    def _create(self, connection: Any, name: str, wanted: Schema) -> None:
        columns = [self.definition(column, in_key=column.name in wanted.key) for column in wanted.columns]
        if wanted.key:
            columns.append(f"PRIMARY KEY ({', '.join(self.quoted(one) for one in wanted.key)})")
        self._execute(connection, f"CREATE TABLE {name} ({', '.join(columns)})")

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        decode, names = decoder(wanted.columns), ", ".join(self.quoted(name) for name in wanted.names)
        marks = ", ".join([self.mark] * len(wanted.columns))
        statement = f"INSERT INTO {self._staged(run)} ({names}) VALUES ({marks})"  # noqa: S608
        with self._transaction() as connection:
            if self._progress(connection, run) != so_far:
                raise staging.superseded()
            cursor = connection.cursor()
            for batch in batches:
                cursor.executemany(statement, [self._driven(decode(row), wanted) for row in batch])
            self._note(connection, run, then())

    def _driven(self, values: Sequence[Any], wanted: Schema) -> list[Any]:
        found = zip(values, wanted.columns, strict=True)
        return [None if value is None else self._ready(value, column) for value, column in found]

    def _note(self, connection: Any, run: str, progress: Progress) -> None:
        names = staging.COLUMNS.split(", ")[1:]
        changes = ", ".join(f"{name} = {self.mark}" for name in names)
        statement = f"UPDATE {self._progress_table} SET {changes} WHERE run = {self.mark}"  # noqa: S608
        self._execute(connection, statement, [*staging.values_of(progress), run])

    def _published(self, connection: Any, run: str) -> None:
        statement = f"UPDATE {self._progress_table} SET published = 1 WHERE run = {self.mark}"  # noqa: S608
        self._execute(connection, statement, [run])

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        with self._transaction() as connection:
            progress = self._progress(connection, run)
            if progress is None:
                raise staging.superseded()
            if progress.published:
                return Changes(progress.rows)
            changes = self._bring_in(connection, run, wanted, mode)
            self._published(connection, run)
            return changes

    def _bring_in(self, connection: Any, run: str, wanted: Schema, mode: Mode) -> Changes:
        staged, names = self._staged(run), ", ".join(self.quoted(name) for name in wanted.names)
        gone = 0
        if mode == "full":
            gone = self._execute(connection, f"DELETE FROM {self.table}").rowcount  # noqa: S608
        elif mode == "merge":
            same = self._same("s", self.table, wanted)
            gone = self._execute(
                connection,
                f"DELETE FROM {self.table} WHERE NOT EXISTS (SELECT 1 FROM {staged} s WHERE {same})",  # noqa: S608
            ).rowcount
        insert = f"INSERT INTO {self.table} ({names}) SELECT {names} FROM {staged}"  # noqa: S608
        if mode != "full":
            insert += self._settling(wanted)
        return Changes(self._execute(connection, insert).rowcount, gone)

    def _same(self, one: str, other: str, wanted: Schema) -> str:
        return " AND ".join(f"{one}.{self.quoted(name)} = {other}.{self.quoted(name)}" for name in wanted.key)

    def _settling(self, wanted: Schema) -> str:
        """What follows an ``INSERT … SELECT`` for rows whose key is there already."""
        raise NotImplementedError

    def remove(self, wanted: Schema, batches: Batches) -> int:
        decode, gone = decoder(wanted.columns), 0
        same = " AND ".join(f"{self.quoted(name)} = {self.mark}" for name in wanted.names)
        statement = f"DELETE FROM {self.table} WHERE {same}"  # noqa: S608
        with self._transaction() as connection:
            cursor = connection.cursor()
            for batch in batches:
                cursor.executemany(statement, [self._driven(decode(row), wanted) for row in batch])
                gone += max(cursor.rowcount, 0)
        return gone

    def tally(self, run: str, wanted: Schema, mode: Mode, count: Tally) -> Tally:
        if self.schema() is None:
            raise Stopped("table_absent", f"没有这张表：{self.name}。")
        rest = f"{self.table} t"
        if mode == "incremental":
            rest += f" JOIN {self._staged(run)} s ON {self._same('s', 't', wanted)}"
        if count.page > 1:
            rest += f" ORDER BY {', '.join(f't.{self.quoted(name)}' for name in wanted.key)}"
        return count.taken(self._selected(wanted, rest))

    def finish(self, run: str) -> None:
        with self._transaction() as connection:
            self._execute(connection, f"DELETE FROM {self._progress_table} WHERE run = {self.mark}", [run])  # noqa: S608
            self._execute(connection, f"DROP TABLE IF EXISTS {self._staged(run)}")
