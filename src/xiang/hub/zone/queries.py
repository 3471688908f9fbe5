"""Reading the zone: which tables there are, what they hold, how much of it is whose, and rows by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.zone import engines, places, serving
from xiang.hub.zone.models import Table
from xiang.hub.zone.store import Snapshot, Store

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

_MANY = 50


@dataclass(frozen=True, slots=True)
class Usage:
    """What one body's tables take: rows, and bytes with all snapshots still kept."""

    body_key: str
    tables: int
    rows: int
    size: int


def tables(actor: Actor) -> QuerySet[Table]:
    """Tables in use: the hub sees all, an officer their own body's, anybody else none."""
    rows = Table.objects.filter(retired=False).select_related("copy")
    if rights.is_hub(actor):
        return rows
    return rows.filter(body_key=actor.body_key) if actor.is_staff and actor.body_key else rows.none()


def table_for(actor: Actor, key: str) -> Table:
    """One of those; ``Absent`` otherwise."""
    found = tables(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


def usage(actor: Actor) -> list[Usage]:
    """Tables, rows and bytes by body, the largest first."""
    found = (
        tables(actor)
        .order_by()
        .values("body_key")
        .annotate(tables=Count("pk"), total_rows=Sum("rows"), total_size=Sum("size"))
        .order_by("-total_size", "body_key")
    )
    return [Usage(one["body_key"], one["tables"], one["total_rows"], one["total_size"]) for one in found]


def snapshots(actor: Actor, key: str) -> list[Snapshot]:
    """The snapshots of a table that can still be read, the newest first."""
    return places.store_of(table_for(actor, key)).snapshots()


def store(actor: Actor, key: str) -> Store:
    """The rows of a table, in any snapshot that is kept."""
    return places.store_of(table_for(actor, key))


@contextmanager
def expressions(actor: Actor, *keys: str) -> Iterator[BaseBackend]:
    """An ibis connection in which these tables can be asked by their keys."""
    with engines.session({key: places.folder_of(table_for(actor, key)) for key in keys}) as made:
        yield made


def look_up(actor: Actor, key: str, match: Mapping[str, Any], limit: int = _MANY) -> list[dict[str, Any]]:
    """Rows of the copy whose key columns equal ``match``."""
    table = table_for(actor, key)
    if getattr(table, "copy", None) is None:
        raise Absent("copy_absent", "这张表还没有行存副本，请先生成。")
    if not match or set(match) - set(table.key_columns):
        raise Absent("not_by_key", "只能按这张表的主键查。")
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        return serving.find_postgres(connection.connection, places.copy_table(table), match, limit)
    return serving.find_sqlite(places.copy_of(table), match, limit)
