"""What can be asked of plans. A reading is seen by the supervisors of its division; a plan in force by every officer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.oversight.plan.models import Finding, Plan, Reading


def readings(actor: Actor) -> QuerySet[Reading]:
    """Readings in or below the divisions that the actor supervises; the newest first. None for anybody else."""
    return Reading.objects.filter(parties.within(actor.division_paths)).order_by("-id")


def reading_for(actor: Actor, reading_id: UUID, *, lock: bool = False) -> Reading:
    """One of them; ``Absent`` when it is not the actor's to see. ``lock`` inside a transaction, to change it."""
    rows = readings(actor)
    rows = rows.select_for_update() if lock and connection.features.has_select_for_update else rows
    found = rows.filter(id=reading_id).first()
    if found is None:
        raise Absent
    return found


def finding_for(actor: Actor, finding_id: UUID) -> Finding:
    """A damage or warning of a reading that the actor may see."""
    found = Finding.objects.filter(
        parties.within(actor.division_paths, "reading__division_path"), id=finding_id
    ).first()
    if found is None:
        raise Absent
    return found


def plans(actor: Actor) -> QuerySet[Plan]:
    """Plans in force, for officers; the newest year first."""
    if not (actor.is_staff or actor.is_system):
        return Plan.objects.none()
    return Plan.objects.order_by("-year", "title")


def plan_for(actor: Actor, plan_id: UUID) -> Plan:
    """A plan with its chapters, tasks, units and targets."""
    rows = plans(actor).prefetch_related("chapters", "tasks__units__body", "tasks__targets")
    found = rows.filter(id=plan_id).first()
    if found is None:
        raise Absent
    return found


def task_at(reading: Reading, position: int) -> dict[str, Any]:
    """A task of a reading by its place; ``Absent`` when there is none."""
    tasks: list[dict[str, Any]] = reading.content["tasks"]
    if not 0 <= position < len(tasks):
        raise Absent
    return tasks[position]


def original(reading: Reading, task: Mapping[str, Any]) -> str:
    """The lines of the file from which a task was read, as they stood."""
    first, last = task["lines"]
    return "\n".join(
        reading.text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")[first : last + 1]
    )


def year_of(head: Mapping[str, Any]) -> int | None:
    """The year of a plan: from its title, else from its date."""
    found = re.search(r"(20\d\d)\s*年", head["title"])
    return int(found[1]) if found else int(head["date"][:4]) if head.get("date") else None
