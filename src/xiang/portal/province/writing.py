"""Writing the source systems: rows in chunks, indexes at the end, put in place by rename."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from xiang.portal.province import tables

Row = tuple[Any, ...]


class Sources:
    """The databases of all departments, being made under temporary names."""

    def __init__(self, folder: Path, profile: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        declared = tables.declared_columns(profile)
        self._lookups = tables.lookup_columns(profile)
        self._connections: dict[str, sqlite3.Connection] = {}
        self._pending: list[tuple[sqlite3.Connection, str, list[Row]]] = []
        self._buffers: dict[tuple[str, str], list[Row]] = {}
        for system in dict.fromkeys([*tables.TABLES, *(owner for owner, _ in declared)]):
            self._make(system, tables.definitions(system, declared))

    def _make(self, system: str, statements: Iterable[str]) -> None:
        file = self._partial(system)
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file, isolation_level=None)
        # Nothing to lose: a file that was not finished is never renamed into place.
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768;")
        for statement in statements:
            connection.execute(statement)
        self._connections[system] = connection
        for table, columns in tables.TABLES.get(system, {}).items():
            names = columns.split()
            insert = f'INSERT INTO "{table}" ({",".join(names)}) VALUES ({",".join("?" * len(names))})'  # noqa: S608
            rows: list[Row] = []
            self._pending.append((connection, insert, rows))
            self._buffers[system, table] = rows

    def _partial(self, system: str) -> Path:
        return self.folder / f"{system}.sqlite3.new"

    def rows(self, system: str, table: str) -> Callable[[Row], None]:
        """What takes the rows of one table, in the order of :data:`tables.TABLES`."""
        return self._buffers[system, table].append

    def flush(self) -> None:
        for connection, insert, rows in self._pending:
            if rows:
                connection.execute("BEGIN")
                connection.executemany(insert, rows)
                connection.execute("COMMIT")
                rows.clear()

    def finish(self, progress: Callable[[str], None]) -> None:
        """Index everything."""
        self.flush()
        for system, connection in self._connections.items():
            progress(f"建索引：{system}")
            for statement in tables.indexes(system, self._lookups):
                connection.execute(statement)
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.close()

    def counts(self) -> Mapping[str, int]:
        """Rows a table, from the finished files."""
        found = {}
        for system, listed in tables.TABLES.items():
            connection = sqlite3.connect(f"file:{self._partial(system)}?mode=ro", uri=True)
            for table in listed:
                found[f"{system}.{table}"] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
            connection.close()
        return found

    def put_in_place(self) -> None:
        """Rename every finished file over its predecessor; readers keep the old one until they open again."""
        for system in self._connections:
            self._partial(system).replace(self.folder / f"{system}.sqlite3")

    def abandon(self) -> None:
        """Remove what was begun."""
        for system, connection in self._connections.items():
            connection.close()
            self._partial(system).unlink(missing_ok=True)
