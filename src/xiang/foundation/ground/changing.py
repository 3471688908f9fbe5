"""Writing some columns of one row: the update that the ORM would send, composed once instead of at every step."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def change(row: Model, names: tuple[str, ...], **only_if: Any) -> bool:
    """Write these attributes of a row that is there; whether it still was as ``only_if`` says. Raises ``TypeError`` for
    a sealed value that was not sealed for its row: this is an update, nothing is prepared as by ``save``."""
    fields, conditions, sql = _update(type(row), names, tuple(only_if))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    known = [field.get_db_prep_value(only_if[field.attname], connection) for field in conditions[1:]]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, conditions[0].get_db_prep_value(row.pk, connection), *known])
        return bool(cursor.rowcount)


@cache
def _update(
    table: type[Model], names: tuple[str, ...], only_if: tuple[str, ...]
) -> tuple[list[Field[Any, Any]], list[Field[Any, Any]], str]:
    meta, quote = table._meta, connection.ops.quote_name
    by_name: dict[str, Field[Any, Any]] = {field.attname: field for field in meta.concrete_fields}
    assert meta.pk is not None
    fields, conditions = [by_name[name] for name in names], [meta.pk, *(by_name[name] for name in only_if)]
    written = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    matched = " AND ".join(f"{quote(str(field.column))} = %s" for field in conditions)
    return fields, conditions, f"UPDATE {quote(meta.db_table)} SET {written} WHERE {matched}"  # noqa: S608
