"""Divisions, bodies and offices, put there by the profile. Putting the same again changes and records nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from xiang.foundation.ground import instant, reference
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties import identity, names
from xiang.foundation.parties.models import (
    BEGINNING,
    Body,
    BodyLevel,
    BodySystem,
    Division,
    Party,
    PartyKind,
    Role,
    Unit,
)
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rights import Acting, need_role

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A division as the profile writes it; ``parent`` and ``successor`` are codes."""

    code: str
    name: str
    level: str
    parent: str = ""
    short: str = ""
    valid_from: date = BEGINNING
    valid_to: date | None = None
    successor: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body as the profile writes it: ``parent``, ``guide`` are keys, ``division`` a code (``000000``: the nation)."""

    key: str
    name: str
    division: str = ""
    short: str = ""
    system: str = BodySystem.GOVERNMENT
    level: str = BodyLevel.PROVINCE
    nature: str = "1"
    kind: str = ""
    uscc: str = ""
    government: bool = False
    parent: str = ""
    guide: str = ""
    valid_from: date = BEGINNING
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """An office as the profile writes it; without ``division`` it serves its body's."""

    key: str
    body: str
    name: str
    division: str = ""
    kind: str = ""
    town: str = ""
    demo: bool = False
    address: str = ""
    phone: str = ""
    hours: str = ""
    rank: int = 100
    valid_from: date = BEGINNING
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """How many rows were added and changed."""

    added: int
    changed: int


def put_division(actor: Acting, **fields: Any) -> Division:
    """One division (the fields of :class:`DivisionRow`)."""
    row = DivisionRow(**fields)
    put_divisions(actor, [row])
    return Division.objects.get(code=row.code, valid_from=row.valid_from)


def put_body(actor: Acting, **fields: Any) -> Body:
    """One body (the fields of :class:`BodyRow`)."""
    row = BodyRow(**fields)
    put_bodies(actor, [row])
    return Body.objects.select_related("division").get(key=row.key)


def put_unit(actor: Acting, **fields: Any) -> Unit:
    """One office (the fields of :class:`UnitRow`)."""
    row = UnitRow(**fields)
    put_units(actor, [row])
    return Unit.objects.select_related("body", "division").get(key=row.key)


@transaction.atomic
def put_divisions(actor: Acting, rows: Iterable[DivisionRow]) -> Put:
    """Divisions, in any order: parents and successors may come later in the same rows."""
    need_role(actor, Role.CONFIGURATOR)
    rows = list(rows)
    codes = {code for row in rows for code in (row.code, row.parent, row.successor)}
    kept = {(d.code, d.valid_from): d for d in _named(Division, "code", codes)}
    fresh = {}
    for row in rows:
        if (row.code, row.valid_from) not in kept:
            fresh[row.code, row.valid_from] = Division(code=row.code, valid_from=row.valid_from)
    known = kept | fresh
    by_code: dict[str, Division] = {}
    for (code, _), division in sorted(known.items(), key=lambda pair: pair[0]):
        by_code[code] = division
    changed = []
    for row in sorted(rows, key=lambda row: len(identity.significant(row.code))):
        division = known[row.code, row.valid_from]
        if _set(division, **_division_columns(row, by_code)) and (row.code, row.valid_from) in kept:
            division.revision += 1
            changed.append(division)
    # Parents before children, for engines that look at once.
    ordered = sorted(fresh.values(), key=lambda division: len(division.path))
    return _keep(actor, Division, "divisions_put", ordered, changed)


def _division_columns(row: DivisionRow, by_code: dict[str, Division]) -> dict[str, Any]:
    found = identity.check_division(row.code)
    if not found.valid:
        raise Invalid([FieldError(f"/divisions/{row.code}", code, detail) for code, detail in found.errors])
    parent = _known(by_code, row.parent, f"/divisions/{row.code}/parent", "parent_absent", "没有这个上级区划。")
    digits = identity.significant(row.code)
    return {
        "name": row.name,
        "short": row.short,
        "level": row.level,
        "confirmed": row.confirmed,
        "parent_id": parent.id if parent else None,
        "path": f"{parent.path}/{digits}" if parent else digits,
        "valid_to": row.valid_to,
        "successor_id": _id(
            _known(by_code, row.successor, f"/divisions/{row.code}/successor", "successor_absent", "没有这个继任区划。")
        ),
    }


@transaction.atomic
def put_bodies(actor: Acting, rows: Iterable[BodyRow]) -> Put:
    """Bodies, in any order: parents and guiding bodies may come later in the same rows."""
    need_role(actor, Role.CONFIGURATOR)
    rows = list(rows)
    keys = {key for row in rows for key in (row.key, row.parent, row.guide)}
    kept = {body.key: body for body in _named(Body, "key", keys).select_related("party")}
    fresh = {row.key: Body(key=row.key, party=Party(kind=PartyKind.BODY)) for row in rows if row.key not in kept}
    known = kept | fresh
    divisions = _divisions_of_today(row.division for row in rows)
    changed = [
        known[row.key]
        for row in rows
        if _set(known[row.key], **_body_columns(row, known, divisions)) and row.key in kept
    ]
    for body in (*fresh.values(), *changed):
        body.party.name = names.checked(body.name)
        body.party.name_key = names.sort_key(body.party.name)
    Party.objects.bulk_create([body.party for body in fresh.values()])
    Party.objects.bulk_update([body.party for body in changed], ["name", "name_key"], batch_size=200)
    return _keep(actor, Body, "bodies_put", list(fresh.values()), changed)


def _body_columns(row: BodyRow, known: dict[str, Body], divisions: dict[str, Division]) -> dict[str, Any]:
    where = f"/bodies/{row.key}"
    code = "" if row.division == "000000" else row.division
    division = _known(divisions, code, f"{where}/division", "division_absent", "没有这个区划。")
    plain = ("name", "short", "system", "level", "nature", "kind", "uscc", "government", "valid_from", "valid_to")
    return {name: getattr(row, name) for name in plain} | {
        "nature": str(row.nature),
        "department": row.key.partition(".")[2] or row.key,
        "division_id": _id(division),
        "parent_id": _id(_known(known, row.parent, f"{where}/parent", "parent_absent", "没有这个上级机关。")),
        "guide_id": _id(_known(known, row.guide, f"{where}/guide", "guide_absent", "没有这个业务指导机关。")),
    }


@transaction.atomic
def put_units(actor: Acting, rows: Iterable[UnitRow]) -> Put:
    """Offices of bodies that are there."""
    need_role(actor, Role.CONFIGURATOR)
    rows = list(rows)
    kept = {unit.key: unit for unit in _named(Unit, "key", {row.key for row in rows})}
    fresh = {row.key: Unit(key=row.key) for row in rows if row.key not in kept}
    known = kept | fresh
    bodies = {body.key: body for body in _named(Body, "key", {row.body for row in rows})}
    divisions = _divisions_of_today(row.division for row in rows)
    changed = [
        known[row.key]
        for row in rows
        if _set(known[row.key], **_unit_columns(row, bodies, divisions)) and row.key in kept
    ]
    return _keep(actor, Unit, "units_put", list(fresh.values()), changed)


def _unit_columns(row: UnitRow, bodies: dict[str, Body], divisions: dict[str, Division]) -> dict[str, Any]:
    where = f"/units/{row.key}"
    body = _known(bodies, row.body, f"{where}/body", "body_absent", "没有这个机关。", needed=True)
    division = _known(divisions, row.division, f"{where}/division", "division_absent", "没有这个区划。")
    division_id = division.id if division else body.division_id if body else None
    if division_id is None:
        raise Invalid([FieldError(f"{where}/division", "division_absent", "办理单位要有管辖的区划。")])
    plain = ("name", "kind", "town", "demo", "address", "phone", "hours", "rank", "valid_from", "valid_to")
    return {name: getattr(row, name) for name in plain} | {"body_id": _id(body), "division_id": division_id}


@transaction.atomic
def retire_body(actor: Acting, key: str, *, on: date | None = None) -> None:
    """A body ends on a date, with its offices."""
    need_role(actor, Role.CONFIGURATOR)
    day = on or instant.today()
    if not Body.objects.filter(key=key, valid_to__isnull=True).update(valid_to=day):
        raise Refused("body_retired", "没有这个机关，或者它已经撤销。")
    Unit.objects.filter(body__key=key, valid_to__isnull=True).update(valid_to=day)
    reference.changed("places")
    record("body_retired", actor, body=key)


@transaction.atomic
def retire_unit(actor: Acting, key: str, *, on: date | None = None) -> None:
    """An office ends on a date; its open cases are handed over by the room of cases."""
    need_role(actor, Role.CONFIGURATOR)
    if not Unit.objects.filter(key=key, valid_to__isnull=True).update(valid_to=on or instant.today()):
        raise Refused("unit_retired", "没有这个办理单位，或者它已经撤销。")
    reference.changed("places")
    record("unit_retired", actor, unit=key)


@transaction.atomic
def retire_division(actor: Acting, code: str, *, successor: str = "", on: date | None = None) -> None:
    """A division ends on a date; what it was competent for goes to its successor."""
    need_role(actor, Role.CONFIGURATOR)
    division = Division.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if division is None:
        raise Refused("division_retired", "没有这个区划，或者它已经撤销。")
    division.valid_to = on or instant.today()
    division.successor = Division.objects.get(code=successor, valid_to__isnull=True) if successor else None
    division.revision += 1
    division.save(update_fields=["valid_to", "successor", "revision"])
    reference.changed("places")
    record("division_retired", actor, division=code, successor=successor)


def _named(model: type[M], column: str, values: set[str]) -> QuerySet[M]:
    """The rows with these values; all rows when there are so many that a list of them would be the slower question."""
    rows = model._default_manager.all()
    return rows.filter(**{f"{column}__in": values}) if len(values) <= 500 else rows


def _divisions_of_today(codes: Iterable[str]) -> dict[str, Division]:
    rows = _named(Division, "code", set(codes)).filter(valid_to__isnull=True)
    return {division.code: division for division in rows}


def _known(rows: dict[str, M], key: str, pointer: str, code: str, detail: str, *, needed: bool = False) -> M | None:
    """The row with that key; None when no key was given; ``Invalid`` when there is none (or it is ``needed``)."""
    if key in rows:
        return rows[key]
    if key or needed:
        raise Invalid([FieldError(pointer, code, f"{detail}（{key}）")])
    return None


def _id(row: Model | None) -> UUID | None:
    return row.pk if row is not None else None


def _set(row: Model, **columns: Any) -> bool:
    """Set the columns; tells whether any was different."""
    different = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, columns[name])
    return bool(different)


def _keep(actor: Acting, model: Any, kind: str, fresh: Sequence[Model], changed: Sequence[Model]) -> Put:
    if fresh:
        model.objects.bulk_create(fresh, batch_size=500)
    if changed:
        columns = [f.name for f in model._meta.concrete_fields if not f.primary_key]
        model.objects.bulk_update(changed, columns, batch_size=100)
    if fresh or changed:
        reference.changed("places")
        record(kind, actor, added=len(fresh), changed=len(changed))
    return Put(len(fresh), len(changed))
