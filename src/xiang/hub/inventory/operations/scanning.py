"""Scanning a system and keeping what was found: tables, columns, and how they differ from the scan before."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory.models import Column, Scan, System, Table
from xiang.hub.inventory.rights import need_steward_of
from xiang.hub.sources import looking
from xiang.hub.sources.found import ColumnFound, TableFound, Unreachable

DEADLINE = 20.0
_COMPARED = ("type", "native", "length", "nullable", "primary")
Drift = dict[str, Any]


def scan(key: str, actor: Actor, *, within: float = DEADLINE) -> Scan:
    """Look into a system and keep what it has. A failure is kept too, and leaves what was known as it was.

    1. The right. 2. Look, outside any transaction, for at most ``within`` seconds. 3. Compare and keep in one.
    """
    system = System.objects.filter(key=key, retired=False).first()
    if system is None:
        raise Absent("system_absent", "没有这个系统，或者已经停用。")
    need_steward_of(actor, system.body_key)
    begun = time.monotonic()
    try:
        found = looking.look_into(system.connection, begun + within)
    except Unreachable as wrong:
        return _keep(system, actor, begun, Scan(outcome=Scan.Outcome.FAILED, reason=wrong.reason))
    return _found(system, actor, begun, found)


@transaction.atomic
def _keep(system: System, actor: Actor, begun: float, scan: Scan) -> Scan:
    scan.system, scan.at = system, instant.now()
    scan.milliseconds = int((time.monotonic() - begun) * 1000)
    scan.save(force_insert=True)
    refs = {"system": system.key, "outcome": scan.outcome, "tables": str(scan.tables), "reason": scan.reason}
    ledger.record("hub.system.scanned", actor.ref, refs)
    return scan


@transaction.atomic
def _found(system: System, actor: Actor, begun: float, found: list[TableFound]) -> Scan:
    System.objects.select_for_update().filter(pk=system.pk).first()
    first = not system.scans.filter(outcome=Scan.Outcome.DONE).exists()
    before = {(t.schema, t.name): t for t in system.tables.prefetch_related("columns")}
    drift = [] if first else list(differences(before, found))
    _replace(system, before, found)
    kept = Scan(outcome=Scan.Outcome.DONE, tables=len(found), drift=drift)
    kept.columns = sum(len(table.columns) for table in found)
    return _keep(system, actor, begun, kept)


def differences(before: Mapping[tuple[str, str], Table], found: Iterable[TableFound]) -> Iterator[Drift]:
    """What differs, table by table: ``kind`` is table_new, table_gone, column_new, column_gone or column_changed."""
    now = {(table.schema, table.name): table for table in found}
    for place, table in now.items():
        old = before.get(place)
        if old is None or old.gone:
            yield {"kind": "table_new", "table": table.name}
        else:
            yield from _columns(table.name, {c.name: c for c in old.columns.all()}, {c.name: c for c in table.columns})
    for place, old in before.items():
        if place not in now and not old.gone:
            yield {"kind": "table_gone", "table": old.name}


def _columns(table: str, before: Mapping[str, Column], now: Mapping[str, ColumnFound]) -> Iterator[Drift]:
    for name, column in now.items():
        old = before.get(name)
        if old is None:
            yield {"kind": "column_new", "table": table, "column": name, "after": column.native}
        elif _said(old) != _said(column):
            yield {
                "kind": "column_changed",
                "table": table,
                "column": name,
                "before": _words(old),
                "after": _words(column),
            }
    for name in before.keys() - now.keys():
        yield {"kind": "column_gone", "table": table, "column": name, "before": before[name].native}


def _said(column: Column | ColumnFound) -> tuple[Any, ...]:
    return tuple(getattr(column, name) for name in _COMPARED)


def _words(column: Column | ColumnFound) -> str:
    return column.native + ("" if column.nullable else "，必填") + ("，主键" if column.primary else "")


def _replace(system: System, before: Mapping[tuple[str, str], Table], found: Iterable[TableFound]) -> None:
    Column.objects.filter(table__system=system).delete()
    kept, columns = set(), []
    for table in found:
        values = {"comment": table.comment[:300], "rows": table.rows, "gone": False}
        row = before.get((table.schema, table.name))
        if row is None:
            row = Table.objects.create(system=system, schema=table.schema, name=table.name[:120], **values)
        else:
            Table.objects.filter(pk=row.pk).update(**values)
        kept.add(row.pk)
        columns += [_row(row, place, column) for place, column in enumerate(table.columns)]
    Column.objects.bulk_create(columns, batch_size=500)
    system.tables.exclude(pk__in=kept).update(gone=True)


def _row(table: Table, place: int, found: ColumnFound) -> Column:
    return Column(
        table=table, position=place, name=found.name[:120], type=found.type, native=found.native[:120],
        length=found.length, nullable=found.nullable, primary=found.primary, comment=found.comment[:300],
    )  # fmt: skip
