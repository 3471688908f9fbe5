"""Models for tables that are there, read from the database when the server starts, as ``inspectdb`` writes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import connection, models

from bench.peers.plain.rows import Rows, kept

ROWS: Rows = kept(Path(os.environ["XIANG_PEER_ROWS"]))


class Account(AbstractBaseUser):
    """Who is signed in."""

    id = models.UUIDField(primary_key=True)
    username = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField()
    USERNAME_FIELD = "username"
    objects: BaseUserManager[Account] = BaseUserManager()

    class Meta:
        managed = False
        db_table = "parties_account"


class Draft(models.Model):
    """What is submitted; the answers themselves are not read."""

    id = models.UUIDField(primary_key=True)
    state = models.CharField(max_length=12)
    saved_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "forms_draft"


def _model(table: str) -> type[models.Model]:
    fields: dict[str, Any] = {}
    look = connection.introspection
    with connection.cursor() as cursor:
        key = look.get_primary_key_column(cursor, table)
        for column in look.get_table_description(cursor, table):
            kind = look.get_field_type(column.type_code, column)
            wanted: dict[str, Any] = {"null": bool(column.null_ok), "primary_key": column.name == key}
            if kind == "CharField":
                wanted["max_length"] = 255
            fields[column.name] = getattr(models, kind)(**wanted)
    meta = type("Meta", (), {"managed": False, "db_table": table, "app_label": "plain"})
    return type(table.title().replace("_", ""), (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


TABLES = {table: _model(table) for table in ROWS}
"""Every table that a submission writes, in the order in which the rows refer to one another."""
