"""A reading becomes the plan in force; or the profile brings one. Either way all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body
from xiang.oversight.plan import naming, queries
from xiang.oversight.plan.engine.register import Register
from xiang.oversight.plan.models import Chapter, Finding, Plan, Reading, Target, Task, TaskUnit

_ROLES = (("leads", TaskUnit.Role.LEAD), ("cooperators", TaskUnit.Role.COOPERATOR), ("shared", TaskUnit.Role.SHARED))


def adopt(reading_id: UUID, actor: Actor) -> Plan:
    """Make the plan of a reading. 1. Every damage and warning must be decided, title and year known. 2. Close the
    reading, once. 3. Write plan, chapters, tasks, units and targets, and the ledger."""
    with transaction.atomic():
        found = queries.reading_for(actor, reading_id, lock=True)
        if found.findings.filter(state=Finding.State.OPEN).exists():
            raise Refused("plan_findings_open", "还有没定的地方。请把每一处都定下来再采用。")
        if not found.content["title"] or not found.content.get("year"):
            raise Refused("plan_head_missing", "还不知道是哪一年的什么计划。请补上标题和日期再采用。")
        if not Reading.objects.filter(id=found.id, state=Reading.State.OPEN).update(state=Reading.State.ADOPTED):
            raise Refused("reading_closed", "这份稿已经采用或者作废，不能再改。")
        plan = _write(Plan(division_path=found.division_path, reading=found), found.content, actor, naming.of_records())
        ledger.record("plan.adopted", actor.ref, {"plan": str(plan.id), "reading": str(found.id)})
    return plan


def put_plan(key: str, division_path: str, source: str, content: Mapping[str, Any], actor: Actor) -> Plan:
    """Put the plan that the profile brings; one that is there already, under this key or adopted by a person, stays."""
    with transaction.atomic():
        same = Plan.objects.filter(key=key).first()
        same = (
            same
            or Plan.objects.filter(division_path=division_path, year=content["year"], title=content["title"]).first()
        )
        if same is not None:
            return same
        plan = _write(Plan(key=key, division_path=division_path, source=source), content, actor, naming.of_records())
        ledger.record("plan.put", actor.ref, {"plan": str(plan.id), "key": key})
    return plan


def _write(plan: Plan, content: Mapping[str, Any], actor: Actor, register: Register) -> Plan:
    plan.title, plan.number, plan.issuer = content["title"], content["number"], content["issuer"]
    plan.year = content["year"]
    plan.issued_on = date.fromisoformat(content["date"]) if content["date"] else None
    plan.adopted_by, plan.adopted_at = actor.name, instant.now()
    plan.previous = Plan.objects.filter(division_path=plan.division_path, year=plan.year - 1).order_by("id").first()
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as twice:
        raise Refused("plan_adopted_already", "这一年的这份计划已经采用过了，请打开那一份。") from twice
    chapters = _chapters(plan, content)
    register = register.at(register.place_of(plan.issuer, plan.title) or register.home)
    bodies = {body.key: body for body in Body.objects.all()} if register.bodies else {}
    for position, said in enumerate(content["tasks"]):
        _task(plan, position, said, chapters, register, bodies)
    return plan


def _chapters(plan: Plan, content: Mapping[str, Any]) -> dict[str, Chapter]:
    rows = [
        Chapter(plan=plan, position=position, number=said["number"], title=said["title"][:200])
        for position, said in enumerate(content["chapters"])
    ]
    Chapter.objects.bulk_create(rows)
    return {row.number: row for row in rows}


def _task(
    plan: Plan,
    position: int,
    said: Mapping[str, Any],
    chapters: Mapping[str, Chapter],
    register: Register,
    bodies: Mapping[str, Body],
) -> None:
    task = Task.objects.create(
        plan=plan,
        chapter=chapters.get(said["chapter"]),
        position=position,
        number=said["number"],
        title=said["title"][:200],
        text=said["text"],
        measures=said["measures"],
        open_set=said["open_set"],
        deadline=date.fromisoformat(said["deadline"]) if said["deadline"] else date(plan.year, 12, 31),
        deadline_inherited=not said["deadline"],
    )
    units: list[TaskUnit] = []
    for field, role in _ROLES:
        for name in said[field]:
            body = register.resolve(name).body
            units.append(
                TaskUnit(
                    task=task, position=len(units), role=role, name=name, body=bodies.get(body.key) if body else None
                )
            )
    TaskUnit.objects.bulk_create(units)
    Target.objects.bulk_create([_target(task, at, one) for at, one in enumerate(said["targets"])])


def _target(task: Task, position: int, said: Mapping[str, Any]) -> Target:
    low, high = said["value"] if isinstance(said["value"], list) else (said["value"], None)
    return Target(
        task=task,
        position=position,
        text=said["text"][:300],
        operator=said["operator"],
        value=Decimal(str(low)),
        upper=None if high is None else Decimal(str(high)),
        unit=said["unit"],
    )
