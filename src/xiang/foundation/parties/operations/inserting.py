"""Many rows into a table at once, without a model instance each: about twice the speed of ``bulk_create``.

It stays within what both engines do alike: one prepared INSERT, many rows. Values are what the columns keep; sealed
fields are sealed for their row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from xiang.foundation.trust.fields import SealedTextField


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given by ``columns`` (attribute names, the key first); the other columns get their defaults."""
    meta = model._meta
    named = [meta.get_field(name) for name in columns]
    others = [field for field in meta.concrete_fields if field not in named]
    fields = [field for field in (*named, *others) if isinstance(field, models.Field)]
    rest = tuple(_kept(field.get_default()) for field in others)
    sealed = [(i, field) for i, field in enumerate(named) if isinstance(field, SealedTextField)]
    kept = _converter()
    values = [(*_seal(tuple(row), sealed, kept), *rest) for row in rows]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column or "") for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    # Names come from the models, values are parameters.
    sql = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def _seal(row: tuple[Any, ...], sealed: list[tuple[int, Any]], kept: Callable[[Any], Any]) -> list[Any]:
    out = [kept(value) for value in row]
    for place, field in sealed:
        if row[place] is not None:
            out[place] = field.get_prep_value(field.sealed(row[place], row[0]))
    return out


def _kept(value: Any) -> Any:
    return _converter()(value)


def _converter() -> Callable[[Any], Any]:
    """How this engine keeps keys, dates and instants; everything else goes as it is."""
    if connection.features.has_native_uuid_field:
        return lambda value: value

    def plain(value: Any) -> Any:
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime):
            return connection.ops.adapt_datetimefield_value(value)
        return value.isoformat() if isinstance(value, date) else value

    return plain
