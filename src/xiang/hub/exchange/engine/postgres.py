"""PostgreSQL: binary COPY both ways, without looking into the rows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from xiang.hub.exchange.engine import postgres_catalogue, staging
from xiang.hub.exchange.engine.copying import HEADER, SILENCE, TRAILER, copied_out, refused
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Batches, Changes, Mode, Progress, Window
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.postgres_types import TYPES, column_of, definition
from xiang.hub.exchange.engine.wire import Batch, Column, Row, Schema, decoder

if TYPE_CHECKING:
    import psycopg

#: How long a run waits for a table that somebody has locked, before it is put off.
LOCK_WAIT = "30s"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class PostgresTable:
    """A table of a PostgreSQL database; ``name`` may carry its schema."""

    keeps_order = True

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.name = name
        place = urlsplit(address)
        self.title = f"postgresql://{place.hostname or ''}{place.path}/{name}"
        self.table = ".".join(quoted(part) for part in name.split("."))
        self._prefix = self.table.rpartition(".")[0]
        self._holding = False
        self._idle: list[psycopg.Connection[Any]] = []

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
            while self._idle:
                self._idle.pop().close()

    @contextlib.contextmanager
    def _open(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that commits each statement: one that is held and idle, or a new one."""
        import psycopg

        try:
            connection = self._idle.pop() if self._idle else self._connected()
            try:
                yield connection
            finally:
                idle = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
                if self._holding and idle:
                    self._idle.append(connection)
                else:
                    connection.close()
        except psycopg.Error as wrong:
            raise refused(wrong.sqlstate or "") from wrong

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        with self._open() as connection, connection.transaction():
            yield connection

    def _connected(self) -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(
            self.address,
            autocommit=True,
            connect_timeout=10,
            keepalives_idle=60,
            tcp_user_timeout=SILENCE * 1000,
            options=f"-c timezone=UTC -c jit=off -c lock_timeout={LOCK_WAIT} -c idle_in_transaction_session_timeout=0",
        )

    def schema(self) -> Schema | None:
        with self._open() as connection:
            found = connection.execute(postgres_catalogue.COLUMNS, [self.table]).fetchall()
            key = [name for (name,) in connection.execute(postgres_catalogue.KEY, [self.table])]
        return Schema(tuple(column_of(*row) for row in found), tuple(key)) if found else None

    def highest(self, column: str) -> Any:
        with self._open() as connection:
            found = connection.execute(f"SELECT max({quoted(column)})::text FROM {self.table}").fetchone()  # noqa: S608
            return found[0] if found else None

    def position(self, wanted: Schema, last: Row, rows: int) -> str:
        return staging.position_of(wanted, last)

    def resumes(self, wanted: Schema) -> bool:
        return bool(wanted.key)

    def selecting(self, wanted: Schema, present: Schema, source: str = "") -> str:
        """``SELECT`` that answers with the kinds of ``wanted``."""
        shown = [_shown(column, present.column(column.name)) for column in wanted.columns]
        return f"SELECT {', '.join(shown)} FROM {source or self.table} t"  # noqa: S608

    def read(self, wanted: Schema, after: str = "", window: Window | None = None) -> Iterator[Batch]:
        from psycopg import sql

        present = self.schema()
        if present is None:
            raise Stopped("table_absent", f"没有这张表：{self.name}。")
        conditions: list[sql.Composable] = []
        key = ", ".join(quoted(name) for name in wanted.key)
        if after:
            values = [sql.Literal(value) for value in staging.key_at(wanted, after)]
            conditions.append(sql.SQL("({}) > ({})").format(sql.SQL(key), sql.SQL(", ").join(values)))
        if window is not None:
            column = sql.Identifier(window.column)
            conditions.append(sql.SQL("{} <= {}").format(column, sql.Literal(window.upto)))
            if window.after is not None:
                conditions.append(sql.SQL("{} > {}").format(column, sql.Literal(window.after)))
            if window.tombstone:
                marked = present.column(window.tombstone)
                if marked is None:
                    raise Stopped("tombstone_absent", f"来源没有删除标记列“{window.tombstone}”。")
                conditions.append(sql.SQL(staging.tombstone(quoted(marked.name), marked, dead=window.dead)))
        where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
        order = sql.SQL(f" ORDER BY {key}" if key else "")
        with self._open() as connection:
            statement = sql.SQL(self.selecting(wanted, present)) + where + order
            yield from copied_out(connection, statement.as_bytes(connection))

    def begin(self, run: str, wanted: Schema, mode: Mode) -> Progress:
        with self._transaction() as connection:
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
            # Indexes are built when everything is in: less than half of what keeping them up row by row costs.
            connection.execute(f"CREATE TABLE {name} (LIKE {self.table} INCLUDING ALL EXCLUDING INDEXES)")
            return
        staging.need_key(wanted)
        connection.execute(f"CREATE TABLE {name} (LIKE {self.table} INCLUDING DEFAULTS, PRIMARY KEY ({key}))")

    def write(self, run: str, wanted: Schema, batches: Batches, so_far: Progress, then: Callable[[], Progress]) -> None:
        names = ", ".join(quoted(name) for name in wanted.names)
        into = f"COPY {self._beside(staging.staging_of(run))} ({names}) FROM STDIN (FORMAT binary)"
        with self._transaction() as connection:
            # A server that dies loses the last chunks and their progress together; to publish flushes all of them.
            connection.execute("SET LOCAL synchronous_commit = off")
            if self._progress(connection, run) != so_far:
                raise staging.superseded()
            with connection.cursor().copy(into.encode()) as copy:
                copy.write(HEADER)
                for batch in batches:
                    copy.write(batch.joined)
                copy.write(TRAILER)
            self._note_progress(connection, run, then())

    def _note_progress(self, connection: psycopg.Connection[Any], run: str, progress: Progress) -> None:
        statement = (
            "UPDATE {} SET chunks = %s, row_count = %s, total = %s, position = %s, published = %s WHERE run = %s"
        )
        self._note(connection, statement, [*staging.values_of(progress), run])

    def publish(self, run: str, wanted: Schema, mode: Mode) -> Changes:
        with self._transaction() as connection:
            progress = self._progress(connection, run)
            if progress is None:
                raise staging.superseded()
            if progress.published:
                return Changes(progress.rows)
            staged = self._beside(staging.staging_of(run))
            if mode == "full":
                changes = self._replace(connection, staged, progress.rows, wanted)
            else:
                changes = self._merge(connection, staged, wanted, deleting=mode == "merge")
            connection.execute(
                f"UPDATE {self._beside(staging.PROGRESS)} SET published = 1 WHERE run = %s",  # noqa: S608
                [run],
            )
            return changes

    def _replace(self, connection: psycopg.Connection[Any], staged: str, rows: int, wanted: Schema) -> Changes:
        connection.execute(f"LOCK TABLE {self.table} IN ACCESS EXCLUSIVE MODE")
        kept = connection.execute(postgres_catalogue.DEPENDANTS, [self.table]).fetchone()
        apart = connection.execute(postgres_catalogue.APART, {"table": self.table, "staged": staged}).fetchone()
        if (kept and kept[0]) or (apart and apart[0]):
            # Views, keys, triggers and rights hang on the table itself: its rows are replaced, not the table.
            gone = connection.execute(f"DELETE FROM {self.table}").rowcount  # noqa: S608
            names = ", ".join(quoted(name) for name in wanted.names)
            connection.execute(
                f"INSERT INTO {self.table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {staged}"  # noqa: S608
            )
            return Changes(rows, gone)
        indexes = self._index(connection, staged)
        if wanted.key:  # without knowing that rows lie in its order, the planner would sort them to read them back
            connection.execute(f"ANALYZE {staged} ({', '.join(quoted(name) for name in wanted.key)})")
        connection.execute(f"DROP TABLE {self.table}")
        connection.execute(f"ALTER TABLE {staged} RENAME TO {quoted(self.name.rpartition('.')[2])}")
        for made, named in indexes:
            connection.execute(f"ALTER INDEX {self._beside(made)} RENAME TO {quoted(named)}")
        return Changes(rows)

    def _index(self, connection: psycopg.Connection[Any], staged: str) -> list[tuple[str, str]]:
        """Give the staged table the indexes of the table; their names as made, and as they are to be."""
        found = connection.execute(postgres_catalogue.INDEXES, [self.table]).fetchall()
        made = []
        for number, (name, constraint, defined) in enumerate(found):
            own = f"{staging.staging_of(name)}_{number}"
            if constraint:
                connection.execute(f"ALTER TABLE {staged} ADD CONSTRAINT {quoted(own)} {constraint}")
            else:
                before, _, rest = defined.partition(" ON ")
                unique = "UNIQUE " if before.startswith("CREATE UNIQUE") else ""
                connection.execute(f"CREATE {unique}INDEX {quoted(own)} ON {staged} {rest[rest.index('USING ') :]}")
            made.append((own, name))
        return made

    def _merge(self, connection: psycopg.Connection[Any], staged: str, wanted: Schema, *, deleting: bool) -> Changes:
        import psycopg

        names = [quoted(name) for name in wanted.names]
        key = [quoted(name) for name in wanted.key]
        # Without it the planner guesses how many rows there are, and reads all of a large table to meet a few.
        connection.execute(f"ANALYZE {staged} ({', '.join(key)})")
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
            f"INSERT INTO {self.table} AS t ({', '.join(names)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(names)} FROM {staged}"  # noqa: S608
            f" ON CONFLICT ({', '.join(key)}) {settle}"
        )
        try:
            return Changes(connection.execute(statement).rowcount, gone)
        except psycopg.errors.InvalidColumnReference as wrong:
            raise Stopped("key_not_unique", "目标表在主键列上没有唯一约束，不能合并。请先在目标建主键。") from wrong

    def remove(self, wanted: Schema, batches: Batches) -> int:
        decode, gone = decoder(wanted.columns), 0
        same = " AND ".join(f"{quoted(name)} = %s" for name in wanted.names)
        with self._transaction() as connection, connection.cursor() as cursor:
            for batch in batches:
                cursor.executemany(f"DELETE FROM {self.table} WHERE {same}", [decode(row) for row in batch])  # noqa: S608
                gone += max(cursor.rowcount, 0)
        return gone

    def tally(self, run: str, wanted: Schema, mode: Mode, count: Tally) -> Tally:
        present = self.schema()
        if present is None:
            raise Stopped("table_absent", f"没有这张表：{self.name}。")
        asked = self.selecting(wanted, present)
        if mode == "incremental":
            same = " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in wanted.key)
            asked += f" JOIN {self._beside(staging.staging_of(run))} s ON {same}"
        if count.page > 1:
            asked += f" ORDER BY {', '.join(f't.{quoted(name)}' for name in wanted.key)}"
        with self._transaction() as connection:
            # Few of many rows are found by their keys: at the usual price of a page the planner reads the whole table.
            connection.execute("SET LOCAL random_page_cost = 1.1")
            return count.taken(copied_out(connection, asked.encode()))

    def finish(self, run: str) -> None:
        with self._transaction() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {self._beside(staging.staging_of(run))}")
            self._note(connection, "DELETE FROM {} WHERE run = %s", [run])


def _shown(column: Column, own: Column | None) -> str:
    """A column as the wire wants it. Text is always cast: it costs nothing, and takes the padding off ``char(n)``."""
    name = f"t.{quoted(column.name)}"
    if own is not None and own.type == column.type and column.kind != "text":
        return name
    size = f"({column.precision},{column.scale})" if column.precision else ""
    between = "::integer" if own is not None and own.kind == "bool" and column.kind in ("int2", "int8") else ""
    return f"{name}{between}::{TYPES[column.kind]}{size}"
