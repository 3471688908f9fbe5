"""Writing the zone: tables defined and written, snapshots kept and cleared, copies made, backups taken and put back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.db import connection, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Invalid, Refused
from xiang.foundation.ground.errors import FieldError as Wrong
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.operations import need_hub, report_update
from xiang.hub.zone import places, serving
from xiang.hub.zone.models import Backup, ServingCopy, Table

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,47}")


@transaction.atomic
def put_table(key: str, values: Mapping[str, Any], actor: Actor) -> Table:
    """Define a table or change what is known of it. ``values``: domain, title, body_key, key_columns, keep_days."""
    need_hub(actor)
    if not _KEY.fullmatch(key):
        raise Invalid([Wrong("/key", "key_form", "表名用小写字母开头，只含小写字母、数字、下划线和连字符。")])
    if values.get("domain") not in Table.Domain.values:
        raise Invalid([Wrong("/domain", "domain_unknown", "请选择资源域、治理域或者沙箱域。")])
    known = Table.objects.filter(key=key).first()
    if known and known.version >= 0 and known.domain != values["domain"]:
        raise Refused("domain_fixed", "表里已经有数据，不能换域。请在新的域里另建一张表，再交换过去。")
    table, _ = Table.objects.update_or_create(key=key, defaults={"retired": False, **values})
    ledger.record("zone.table.put", actor.ref, {"table": key, "domain": table.domain})
    return table


def write(key: str, data: pa.Table, actor: Actor, *, mode: Literal["append", "overwrite"] = "append") -> Table:
    """Append rows, or replace all of them; a new snapshot either way. The files come first, then what is known."""
    need_hub(actor)
    table = _table(key)
    places.store_of(table).write(data, mode=mode)
    return note_write(key, actor)


def merge(key: str, data: pa.Table, actor: Actor, *, deleting: bool = False) -> Table:
    """Insert and update by the table's key; with ``deleting`` what ``data`` does not have goes."""
    need_hub(actor)
    table = _table(key)
    if not table.key_columns:
        raise Refused("no_key", "这张表没有登记主键，不能按主键合并。")
    places.store_of(table).merge(data, table.key_columns, deleting=deleting)
    return note_write(key, actor)


@transaction.atomic
def note_write(key: str, actor: Actor, *, restored: bool = False) -> Table:
    """Bring what is known of a table up to its files: whoever wrote them (an exchange) calls this afterwards.

    The resource of the same key is served from here: its data is then as fresh as the table, unless that was ``restored``.
    """
    table = _table(key)
    store = places.store_of(table)
    now, rows = instant.now(), store.rows()
    known = {"version": store.version, "rows": rows, "size": store.size(), "changed_at": now}
    # Of two that come late, the newer snapshot stays.
    if Table.objects.filter(pk=table.pk, version__lt=known["version"]).update(**known):
        ledger.record("zone.table.written", actor.ref, {"table": key, "version": str(known["version"])})
        if not restored and inventory.resources([key]):
            report_update(key, now, SYSTEM, rows)
    table.refresh_from_db()
    return table


def clear_old(key: str, actor: Actor) -> int:
    """Remove the files that only snapshots older than the table's ``keep_days`` need; how many went."""
    need_hub(actor)
    table = _table(key)
    gone = places.store_of(table).vacuum(timedelta(days=table.keep_days))
    with transaction.atomic():
        Table.objects.filter(pk=table.pk).update(size=places.store_of(table).size())
        ledger.record("zone.table.cleared", actor.ref, {"table": key, "files": str(gone)})
    return gone


def make_copy(key: str, actor: Actor) -> ServingCopy:
    """Copy the present snapshot by rows, for look-up by the table's key."""
    need_hub(actor)
    table = _table(key)
    store = places.store_of(table)
    version = store.version
    if connection.vendor == "postgresql":
        with transaction.atomic():
            connection.ensure_connection()
            rows = serving.build_postgres(
                connection.connection,
                store.batches(version),
                store.schema(version),
                table.key_columns,
                places.copy_table(table),
            )
            return _note_copy(table, version, rows, actor)
    names = store.schema(version).names
    rows = serving.build_sqlite(store.batches(version), names, table.key_columns, places.copy_of(table))
    with transaction.atomic():
        return _note_copy(table, version, rows, actor)


def _note_copy(table: Table, version: int, rows: int, actor: Actor) -> ServingCopy:
    values = {"version": version, "rows": rows, "at": instant.now()}
    copy, _ = ServingCopy.objects.update_or_create(table=table, defaults=values)
    ledger.record("zone.copy.made", actor.ref, {"table": table.key, "version": str(version)})
    return copy


def back_up(key: str, actor: Actor) -> Backup:
    """Keep the present snapshot apart."""
    need_hub(actor)
    table = _table(key)
    made = Backup(table=table, at=instant.now())
    folder = places.backup_of(made.pk)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made.version = places.store_of(table).back_up(folder)
    made.size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    with transaction.atomic():
        made.save(force_insert=True)
        ledger.record("zone.backup.made", actor.ref, {"table": key, "backup": str(made.pk)})
    return made


def restore(backup_id: UUID, actor: Actor) -> Table:
    """Put a backup in place of what the table holds now."""
    need_hub(actor)
    backup = Backup.objects.select_related("table").filter(pk=backup_id).first()
    folder = places.backup_of(backup_id)
    if backup is None or not folder.is_dir():
        raise Absent("backup_absent", "没有这份备份，或者备份文件已经不在。")
    places.store_of(backup.table).put_back(folder)
    with transaction.atomic():
        now = instant.now()
        Backup.objects.filter(pk=backup_id).update(restored_at=now)
        Table.objects.filter(pk=backup.table_id).update(version=-1)
        ledger.record("zone.backup.restored", actor.ref, {"table": backup.table.key, "backup": str(backup_id)})
        return note_write(backup.table.key, actor, restored=True)


@transaction.atomic
def retire(key: str, actor: Actor) -> None:
    """Take a table out of use and remove its copy; its snapshots stay until somebody clears them."""
    need_hub(actor)
    table = _table(key)
    Table.objects.filter(pk=table.pk).update(retired=True)
    ServingCopy.objects.filter(table=table).delete()
    places.copy_of(table).unlink(missing_ok=True)
    ledger.record("zone.table.retired", actor.ref, {"table": key})


def drop_backup(backup_id: UUID, actor: Actor) -> None:
    """Throw a backup away."""
    need_hub(actor)
    with transaction.atomic():
        if not Backup.objects.filter(pk=backup_id).delete()[0]:
            raise Absent("backup_absent", "没有这份备份，或者备份文件已经不在。")
        ledger.record("zone.backup.dropped", actor.ref, {"backup": str(backup_id)})
    shutil.rmtree(places.backup_of(backup_id), ignore_errors=True)


def _table(key: str) -> Table:
    found = Table.objects.filter(key=key, retired=False).first()
    if found is None:
        raise Absent("table_absent", "集中管理区没有这张表，或者已经停用。")
    return found
