"""PostgreSQL: binary COPY both ways, without looking into the rows.

The low-level face of the driver hands out a row for a third of the time of its cursor; a row is a message of the
protocol, so that rows can be counted and summed without being taken apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from xiang.hub.exchange.engine import counting, staging
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Batches, Changes, Mode, Progress, Window
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.postgres_types import TYPES, column_of, definition
from xiang.hub.exchange.engine.wire import Column, Row, Schema

if TYPE_CHECKING:
    import psycopg

BATCH = 4000
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

_COLUMNS = """
SELECT a.attname, t.typname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum"""
_KEY = """
SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(num, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY k.place"""
# Who would lose something if the table were replaced by another of the same name.
_DEPENDANTS = """
SELECT EXISTS (SELECT 1 FROM pg_depend d WHERE d.refobjid = c.oid AND d.deptype = 'n' AND d.classid IN
           ('pg_rewrite'::regclass, 'pg_proc'::regclass))
    OR EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND c.oid IN (conrelid, confrelid))
    OR EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
    OR EXISTS (SELECT 1 FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
    OR EXISTS (SELECT 1 FROM pg_publication_rel WHERE prrelid = c.oid)
    OR EXISTS (SELECT 1 FROM pg_attrdef x JOIN pg_depend d ON d.objid = x.oid WHERE x.adrelid = c.oid
           AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid)
    OR c.relacl IS NOT NULL OR c.relrowsecurity OR pg_get_userbyid(c.relowner) <> current_user
FROM pg_class c WHERE c.oid = to_regclass(%s)"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class PostgresTable:
    """A table of a PostgreSQL database; ``name`` may carry its schema."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.name = name
        place = urlsplit(address)
        self.title = f"postgresql://{place.hostname or ''}{place.path}/{name}"
        self.table = ".".join(quoted(part) for part in name.split("."))
        self._prefix = self.table.rpartition(".")[0]

    @contextlib.contextmanager
    def _open(self, **options: Any) -> Iterator[psycopg.Connection[Any]]:
        import psycopg

        try:
            with psycopg.connect(
                self.address,
                connect_timeout=10,
                options="-c timezone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=0",
                **options,
            ) as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as wrong:
            raise Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。") from wrong
        except psycopg.errors.UniqueViolation as wrong:
            raise Stopped("duplicate_key", "有两行的主键相同，目标不能写入。请在来源核对主键。") from wrong
        except psycopg.Error as wrong:
            raise Stopped(
                f"sqlstate_{wrong.sqlstate or 'none'}", "数据库拒绝了这次操作，请联系该库的管理员。"
            ) from wrong

    def schema(self) -> Schema | None:
        with self._open() as connection:
            found = connection.execute(_COLUMNS, [self.table]).fetchall()
            key = [name for (name,) in connection.execute(_KEY, [self.table])]
        return Schema(tuple(column_of(*row) for row in found), tuple(key)) if found else None

    def highest(self, column: str) -> Any:
        with self._open() as connection:
            found = connection.execute(f"SELECT max({quoted(column)})::text FROM {self.table}").fetchone()  # noqa: S608
            return found[0] if found else None

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        return staging.position_of(wanted, last)

    def selecting(self, wanted: Schema, present: Schema, source: str = "") -> str:
        """``SELECT`` that answers with the kinds of ``wanted``."""
        shown = [_shown(column, present.column(column.name)) for column in wanted.columns]
        return f"SELECT {', '.join(shown)} FROM {source or self.table} t"  # noqa: S608

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Sequence[Row]]:
        from psycopg import sql

        present = self.schema()
        if present is None:
            raise Stopped("table_absent", f"没有这张表：{self.name}。")
        conditions, values = [], []
        key = ", ".join(quoted(name) for name in wanted.key)
        if after:
            values = [sql.Literal(value) for value in staging.key_at(wanted, after)]
            conditions.append(sql.SQL("({}) > ({})").format(sql.SQL(key), sql.SQL(", ").join(values)))
        if window is not None:
            column = sql.Identifier(window.column)
            conditions.append(sql.SQL("{} <= {}").format(column, sql.Literal(window.upto)))
            if window.after is not None:
                conditions.append(sql.SQL("{} > {}").format(column, sql.Literal(window.after)))
        where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
        order = sql.SQL(f" ORDER BY {key}" if key else "")
        with self._open(autocommit=True) as connection:
            statement = sql.SQL(self.selecting(wanted, present)) + where + order
            yield from copied_out(connection, statement.as_bytes(connection))

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        with self._open() as connection:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._beside(staging.PROGRESS)} (run text PRIMARY KEY, chunks bigint,"
                " row_count bigint, total text, position text, published integer)"
            )
            found = self._progress(connection, run)
            if found:
                return found
            self._make_staging(connection, run, wanted, mode)
            begun = [run, *staging.values_of(Progress())]
            self._note(connection, "INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s)", begun)
            return Progress()

    def _beside(self, name: str) -> str:
        return f"{self._prefix}.{quoted(name)}" if self._prefix else quoted(name)

    def _progress(self, connection: psycopg.Connection[Any], run: str) -> Progress | None:
        names = staging.COLUMNS.partition(", ")[2]
        asked = f"SELECT {names} FROM {self._beside(staging.PROGRESS)} WHERE run = %s FOR UPDATE"  # noqa: S608
        found = connection.execute(asked, [run]).fetchone()
        return staging.progress_of(found) if found else None

    def _note(self, connection: psycopg.Connection[Any], statement: str, values: Sequence[object]) -> int:
        return connection.execute(statement.format(self._beside(staging.PROGRESS)), values).rowcount

    def _make_staging(self, connection: psycopg.Connection[Any], run: str, wanted: Schema, mode: Mode) -> None:
        name = self._beside(staging.staging_of(run))
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        key = ", ".join(quoted(one) for one in wanted.key)
        if not connection.execute("SELECT to_regclass(%s)", [self.table]).fetchone()[0]:  # type: ignore[index]
            columns = ", ".join(definition(column) for column in wanted.columns)
            connection.execute(f"CREATE TABLE {self.table} ({columns}{f', PRIMARY KEY ({key})' if key else ''})")
        if mode == "full":
            connection.execute(f"CREATE TABLE {name} (LIKE {self.table} INCLUDING ALL)")
            return
        staging.need_key(wanted)
        connection.execute(f"CREATE TABLE {name} (LIKE {self.table} INCLUDING DEFAULTS, PRIMARY KEY ({key}))")

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        names = ", ".join(quoted(name) for name in wanted.names)
        into = f"COPY {self._beside(staging.staging_of(run))} ({names}) FROM STDIN (FORMAT binary)"
        with self._open() as connection:
            if self._progress(connection, run) != so_far:
                raise staging.superseded()
            with connection.cursor().copy(into.encode()) as copy:
                copy.write(HEADER)
                for batch in batches:
                    copy.write(b"".join(batch))
                copy.write(TRAILER)
            self._note_progress(connection, run, then())

    def _note_progress(self, connection: psycopg.Connection[Any], run: str, progress: Progress) -> None:
        statement = (
            "UPDATE {} SET chunks = %s, row_count = %s, total = %s, position = %s, published = %s WHERE run = %s"
        )
        self._note(connection, statement, [*staging.values_of(progress), run])

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        with self._open() as connection:
            progress = self._progress(connection, run)
            if progress is None:
                raise staging.superseded()
            if progress.published:
                return Changes(progress.rows)
            staged = self._beside(staging.staging_of(run))
            if mode == "full":
                changes = self._replace(connection, staged, progress.rows)
            else:
                changes = self._merge(connection, staged, wanted, deleting=mode == "merge")
            connection.execute(
                f"UPDATE {self._beside(staging.PROGRESS)} SET published = 1 WHERE run = %s",  # noqa: S608
                [run],
            )
            return changes

    def _replace(self, connection: psycopg.Connection[Any], staged: str, rows: int) -> Changes:
        kept = connection.execute(_DEPENDANTS, [self.table]).fetchone()
        if kept and kept[0]:
            # Views, keys, triggers and rights hang on the table itself: its rows are replaced, not the table.
            gone = connection.execute(f"DELETE FROM {self.table}").rowcount  # noqa: S608
            connection.execute(f"INSERT INTO {self.table} SELECT * FROM {staged}")  # noqa: S608
            return Changes(rows, gone)
        connection.execute(f"DROP TABLE {self.table}")
        connection.execute(f"ALTER TABLE {staged} RENAME TO {quoted(self.name.rpartition('.')[2])}")
        return Changes(rows)

    def _merge(self, connection: psycopg.Connection[Any], staged: str, wanted: Schema, *, deleting: bool) -> Changes:
        import psycopg

        names = [quoted(name) for name in wanted.names]
        key = [quoted(name) for name in wanted.key]
        rest = [name for name in names if name not in key]
        gone = 0
        if deleting:
            same = " AND ".join(f"s.{name} = t.{name}" for name in key)
            statement = f"DELETE FROM {self.table} t WHERE NOT EXISTS (SELECT 1 FROM {staged} s WHERE {same})"  # noqa: S608
            gone = connection.execute(statement).rowcount
        update = ", ".join(f"{name} = excluded.{name}" for name in rest)
        old, new = ", ".join(f"t.{name}" for name in rest), ", ".join(f"excluded.{name}" for name in rest)
        settle = f"DO UPDATE SET {update} WHERE ({old}) IS DISTINCT FROM ({new})" if rest else "DO NOTHING"
        statement = (
            f"INSERT INTO {self.table} AS t ({', '.join(names)}) SELECT {', '.join(names)} FROM {staged}"  # noqa: S608
            f" ON CONFLICT ({', '.join(key)}) {settle}"
        )
        try:
            return Changes(connection.execute(statement).rowcount, gone)
        except psycopg.errors.InvalidColumnReference as wrong:
            raise Stopped("key_not_unique", "目标表在主键列上没有唯一约束，不能合并。请先在目标建主键。") from wrong

    def tally(self, run: str, wanted: Schema, mode: Mode, salt: bytes) -> Tally:
        present = self.schema()
        if present is None:
            raise Stopped("table_absent", f"没有这张表：{self.name}。")
        if mode == "incremental":
            same = " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in wanted.key)
            staged = self._beside(staging.staging_of(run))
            with self._open(autocommit=True) as connection:
                asked = f"{self.selecting(wanted, present)} JOIN {staged} s ON {same}"
                return _tally(copied_out(connection, asked.encode()), salt)
        with self._open() as connection:
            return counting.count_whole(connection, self.address, self.table, self.selecting(wanted, present), salt)

    def finish(self, run: str) -> None:
        with self._open() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {self._beside(staging.staging_of(run))}")
            self._note(connection, "DELETE FROM {} WHERE run = %s", [run])


def _shown(column: Column, own: Column | None) -> str:
    """A column as the wire wants it. Text is always cast: it costs nothing, and takes the padding off ``char(n)``."""
    name = f"t.{quoted(column.name)}"
    if own is not None and own.type == column.type and column.kind != "text":
        return name
    size = f"({column.precision},{column.scale})" if column.precision else ""
    return f"{name}::{TYPES[column.kind]}{size}"


def copied_out(connection: psycopg.Connection[Any], statement: bytes) -> Iterator[list[Row]]:
    """The rows of a ``SELECT`` as tuples, by binary COPY."""
    return counting.copied_out(connection, statement, BATCH)


def _tally(batches: Iterator[list[Row]], salt: bytes) -> Tally:
    found = Tally(salt)
    for batch in batches:
        found.add(batch)
    return found
