"""Bodies, their offices, and which office handles what in which division."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.reference import recall, recall_each
from xiang.foundation.parties.identity import Standing, significant
from xiang.foundation.parties.models import Appointment, Body, Staff, Unit
from xiang.foundation.parties.models.validity import live
from xiang.foundation.parties.queries.divisions import DivisionRow, tree


def standing_of_division(code: str) -> Standing | None:
    """What the table says of a code: ``current``, ``historic`` (ended or succeeded), ``unknown``; None when the table
    holds nothing of that province, so that it cannot tell."""
    rows = tree().by_code.get(code[:6], [])
    if rows:
        return "current" if any(row.in_force(instant.today()) for row in rows) else "historic"
    return "unknown" if f"{code[:2]}0000" in tree().by_code else None


def body(key: str) -> Body:
    """The body with that key; ``Absent`` otherwise."""
    found = Body.objects.select_related("division").filter(key=key).first()
    if found is None:
        raise Absent("body_absent", "没有这个机关。")
    return found


def body_for(department: str, division: str, on: date | None = None) -> Body | None:
    """The body of a line of work (``police``) that is competent in a division: its own, else the next level up."""
    day = on or instant.today()
    return recall("places", ("body", department, division, day), lambda: _body_for(department, division, day))


def _body_for(department: str, division: str, on: date) -> Body | None:
    row = tree().current(division, on)
    if row is None:
        return None
    line = tree().line(row)
    found = {
        body.division_id: body
        for body in Body.objects.filter(live(on), department=department, division__in=[part.id for part in line])
    }
    return next((found[part.id] for part in line if part.id in found), None)


def unit(key: str) -> Unit:
    """The office with that key; ``Absent`` otherwise."""
    found = Unit.objects.select_related("body", "division").filter(key=key).first()
    if found is None:
        raise Absent("unit_absent", "没有这个办理单位。")
    return found


def office(unit_id: UUID) -> Unit:
    """The office with that id, its body and its division: known to be there, because something refers to it."""
    return offices([unit_id])[unit_id]


def offices(unit_ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """The offices with these ids, each with its body and its division."""

    def ask(missing: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], Unit]:
        rows = Unit.objects.select_related("body", "division").filter(pk__in=[unit_id for _, unit_id in missing])
        return {("office", row.pk): row for row in rows}

    found = recall_each("places", [("office", unit_id) for unit_id in unit_ids], ask)
    return {unit_id: row for (_, unit_id), row in found.items()}


def officers(staff_ids: Iterable[UUID]) -> dict[UUID, Staff]:
    """The members of staff with these ids, each with their name as a party."""
    ids = tuple(staff_ids)
    return {one.id: one for one in _officers(ids)} if ids else {}


_officers = Compiled(
    lambda ids=(): Staff.objects.filter(pk__among=ids).select_related("party").only("party__name").order_by()
)


def unit_for(body: str, division: str, *, kind: str = "", town: str = "", on: date | None = None) -> Unit | None:
    """The office that handles matters of ``body`` in ``division`` on that date.

    ``body`` is a department (``police``) or the key of one body (``430104.police``); ``division`` may be a code of
    former times. 1. Follow successors to the division of today. 2. Take the offices of that division, and when there
    is none those of the division it lies in, and so on up. 3. Of several, the one whose town is meant, then the lowest
    rank, then the first key.
    """
    day = on or instant.today()
    key = ("unit", body, division, kind, town, day)
    return recall("places", key, lambda: _unit_for(body, division, kind, town, day))


def _unit_for(body: str, division: str, kind: str, town: str, on: date) -> Unit | None:
    row = tree().current(division, on)
    if row is None:
        return None
    line = tree().line(row)
    whose = Q(body__key=body) if "." in body else Q(body__department=body)
    rows = Unit.objects.filter(whose, live(on), live(on, "body__"), division__in=[part.id for part in line])
    if kind:
        rows = rows.filter(kind=kind)
    depth = {part.id: i for i, part in enumerate(line)}
    found = sorted(
        rows.select_related("body", "division"),
        key=lambda unit: (depth[unit.division_id], bool(town) and unit.town != town, unit.rank, unit.key),
    )
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An office that is looked for: by its ``key``; or as one of a ``body`` (its key, or a department within a
    ``division``) of some ``kind``."""

    key: str = ""
    body: str = ""
    division: str = ""
    kind: str = ""
    town: str = ""


def units_for(wanted: Sequence[Wanted], on: date | None = None) -> list[Unit | None]:
    """The office for each, as :func:`unit`, :func:`unit_for` and the first of :func:`units_of` would say, with one query
    for all of them."""
    known = tree()
    lines = {w.division: known.line(row) for w in wanted if w.division and (row := known.current(w.division, on))}
    condition = Q(pk__in=[])
    for one in set(wanted):
        condition |= _condition(one, lines)
    rows = list(Unit.objects.filter(condition, live(on), live(on, "body__")).select_related("body", "division"))
    return [_nearest(one, rows, lines) for one in wanted]


def _condition(one: Wanted, lines: Mapping[str, Sequence[DivisionRow]]) -> Q:
    if one.key:
        return Q(key=one.key)
    if one.division:
        return Q(body__department=one.body, division__in=[part.id for part in lines.get(one.division, ())])
    return Q(body__key=one.body)


def _nearest(one: Wanted, rows: Iterable[Unit], lines: Mapping[str, Sequence[DivisionRow]]) -> Unit | None:
    if one.key:
        return next((unit for unit in rows if unit.key == one.key), None)
    fits = [unit for unit in rows if not one.kind or unit.kind == one.kind]
    if not one.division:
        own = [unit for unit in fits if unit.body.key == one.body]
        return min(own, key=lambda unit: (unit.division.path, unit.rank, unit.key), default=None)
    depth = {part.id: n for n, part in enumerate(lines.get(one.division, ()))}
    near = [unit for unit in fits if unit.body.department == one.body and unit.division_id in depth]
    return min(
        near,
        key=lambda unit: (depth[unit.division_id], bool(one.town) and unit.town != one.town, unit.rank, unit.key),
        default=None,
    )


def units_of(body: str, division: str = "", *, kind: str = "") -> QuerySet[Unit]:
    """The offices of a department or body in force today, in a division and below it."""
    rows = Unit.objects.filter(live(), Q(body__key=body) if "." in body else Q(body__department=body))
    if kind:
        rows = rows.filter(kind=kind)
    if division:
        row = tree().current(division)
        rows = rows.filter(within([row.path], "division__path")) if row else rows.none()
    return rows.select_related("body", "division").order_by("division__path", "rank", "key")


def units_under(paths: Iterable[str]) -> QuerySet[Unit]:
    """The offices in the divisions with these paths and below them: what a supervisor of them sees."""
    return Unit.objects.filter(within(paths, "division__path"))


def within(paths: Iterable[str], column: str = "division_path") -> Q:
    """Rows whose division is one of these paths or lies below one; none where there is no path."""
    rights = Q(pk__in=[])
    for path in paths:
        # A range on the path ("0" follows "/"), not LIKE: both engines then seek in the index.
        rights |= Q(**{column: path}) | Q(**{f"{column}__gt": path + "/", f"{column}__lt": path + "0"})
    return rights


def staff_of(unit: Unit, role: str = "", on: date | None = None) -> list[Staff]:
    """Who serves in an office on that date, in one role or in any."""
    held = Appointment.objects.filter(live(on), unit=unit)
    if role:
        held = held.filter(role=role)
    rows = Staff.objects.filter(live(on), id__in=held.values("staff"), account__is_active=True)
    return list(rows.select_related("party", "body").order_by("party__name_key", "id"))


def works_in(staff: Staff, unit_id: UUID | None, on: date | None = None) -> bool:
    """Whether an officer holds any role in that office on that date."""
    return Appointment.objects.filter(live(on), staff=staff, unit=unit_id).exists()


def division_path(code: str) -> str:
    """The path of a division of today by its code, for row rights; the code's own digits when it is unknown."""
    row = tree().current(code)
    return row.path if row else significant(code)
