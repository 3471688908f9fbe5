"""Rows that are only ever added, written together: events, entries, deliveries, figures.

An operation writes a handful of such rows into as many tables, each by a statement that waits for the database. Inside
:func:`gathered` they are kept back and written at the end of the block, on PostgreSQL by one statement for all tables.
Foreign keys are checked when the transaction ends, so their order does not matter; nothing in the block can read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model

MOST = 100
"""Rows of one table that go into the common statement; more are written by statements of their own."""


@dataclass
class _Block:
    """What waits. ``level`` names the savepoints around the block: what is added inside a further one is written at once,
    because it may be undone alone."""

    level: list[str]
    rows: dict[type[Model], list[Model]] = field(default_factory=dict)


_block: ContextVar[_Block | None] = ContextVar("gathered", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Write what is added inside the block at its end, or with what a block around it writes. A block that fails writes
    nothing."""
    outer, block = _block.get(), _Block(_level())
    token = _block.set(block)
    try:
        yield
    finally:
        _block.reset(token)
    if outer is not None and outer.level == block.level:
        for table, rows in block.rows.items():
            outer.rows.setdefault(table, []).extend(rows)
    else:
        _write(block.rows)


def add(rows: Iterable[Model]) -> None:
    """Add rows, in the caller's transaction. Their keys are made here, not by the database, or nobody asks for them."""
    found = list(rows)
    if not found:
        return
    block = _block.get()
    if block is not None and block.level == _level():
        for row in found:
            block.rows.setdefault(type(row), []).append(row)
    else:
        by_table: dict[type[Model], list[Model]] = {}
        for row in found:
            by_table.setdefault(type(row), []).append(row)
        _write(by_table)


def _level() -> list[str]:
    """The savepoints that are open; a block without one of its own (``None``) is undone with the block around it."""
    return [each for each in connection.savepoint_ids if each]


def _write(by_table: dict[type[Model], list[Model]]) -> None:
    together: list[tuple[str, list[Any]]] = []
    for table, rows in by_table.items():
        if len(rows) > MOST:
            table._default_manager.bulk_create(rows, batch_size=500)
        else:
            together += _statements(table, rows)
    if together:
        _execute(together)
    for rows in by_table.values():
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias


def _statements(table: type[Model], rows: list[Model]) -> list[tuple[str, list[Any]]]:
    """What the ORM would send, which composes it anew each time at the price of sending it."""
    columns, head, row_of = _insert(table)
    values = [f.get_db_prep_save(f.pre_save(row, True), connection) for row in rows for f in columns]
    return [(head + ", ".join([row_of] * len(rows)), values)]


@cache
def _insert(table: type[Model]) -> tuple[list[Field[Any, Any]], str, str]:
    """The columns that are written, the beginning of the statement, and the marks of one row."""
    columns = [each for each in table._meta.concrete_fields if not isinstance(each, AutoField)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(each.column)) for each in columns)
    marks = ", ".join(["%s"] * len(columns))
    return columns, f"INSERT INTO {quote(table._meta.db_table)} ({names}) VALUES ", f"({marks})"  # noqa: S608


def _execute(statements: list[tuple[str, list[Any]]]) -> None:
    """One statement whose parts insert into a table each; SQLite, which waits for nobody, takes them one by one."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql" or len(statements) == 1:
            for sql, params in statements:
                cursor.execute(sql, params)
            return
        parts = [f"added_{n} AS ({sql})" for n, (sql, _) in enumerate(statements[:-1])]
        values = [value for _, params in statements for value in params]
        cursor.execute(f"WITH {', '.join(parts)} {statements[-1][0]}", values)
