"""Where the zone keeps its files, below the data folder."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings

from xiang.foundation.ground.extras import need_analytics
from xiang.hub.zone.models import Table
from xiang.hub.zone.store import Store


def folder_of(table: Table) -> Path:
    """The folder of a table: domains lie apart, so that each can have a disk and rights of its own."""
    return Path(settings.DATA) / "zone" / table.domain / table.key


def store_of(table: Table) -> Store:
    """The rows of a table; ``Unavailable`` where the libraries for large data are not installed."""
    need_analytics()
    return Store(folder_of(table))


def copy_of(table: Table) -> Path:
    """The SQLite file of the copy for look-up."""
    return Path(settings.DATA) / "zone" / "copies" / f"{table.key}.sqlite3"


def copy_table(table: Table) -> str:
    """The PostgreSQL table of the copy for look-up."""
    return f"zone_rows_{table.key.replace('-', '_')}"


def backup_of(backup_id: UUID) -> Path:
    return Path(settings.DATA) / "zone" / "backups" / str(backup_id)
