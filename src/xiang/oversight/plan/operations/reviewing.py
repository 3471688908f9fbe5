"""From a file to a reading that a person has gone through: upload, corrections, decisions. All of it is kept with who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.trust.digest import sm3
from xiang.oversight.plan import naming, queries, reading
from xiang.oversight.plan.content import content_of, targets_in
from xiang.oversight.plan.engine.damage import LOST
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.models import Correction, Finding, Reading

LONGEST = {"title": 200, "number": 80, "issuer": 120}


def upload(data: bytes, name: str, actor: Actor) -> Reading:
    """Read a file for review; nothing is kept of one that is no plan. Refusals are those of ``reading`` and ``parsing``."""
    if not actor.division_paths:
        raise Forbidden("not_supervisor", "读入工作要点由效能监督岗的工作人员来做。")
    text = reading.text_of(data, name)
    plan = parse(text, naming.of_records())
    with transaction.atomic():
        made = Reading.objects.create(
            division_path=actor.division_paths[0],
            file_name=name[-200:] or "未命名",
            digest=sm3(data).hex(),
            text=text,
            content=content_of(plan),
            by_ref=actor.ref,
            by_name=actor.name,
            at=instant.now(),
        )
        findings = [
            Finding(
                damage=True,
                code="damage",
                task=one.task,
                text=one.excerpt,
                suggestion=one.suggestion,
                standing=one.standing,
            )
            for one in plan.damage
        ]
        findings += [Finding(damage=False, code=one.code, task=one.task, text=one.text) for one in plan.warnings]
        for position, finding in enumerate(findings):
            finding.reading, finding.position = made, position
        Finding.objects.bulk_create(findings)
        ledger.record("plan.read", actor.ref, {"reading": str(made.id), "digest": made.digest})
    return made


def correct_head(reading_id: UUID, revision: int, said: Mapping[str, str], actor: Actor) -> Reading:
    """Put title, number, issuer and date right."""
    errors = [
        FieldError(f"/{name}", "too_long", f"最多写 {most} 个字。")
        for name, most in LONGEST.items()
        if len(said.get(name, "")) > most
    ]
    if not said.get("title", "").strip():
        errors.append(FieldError("/title", "title_missing", "请写上标题。"))
    day = _day(said.get("date", ""), errors)
    if errors:
        raise Invalid(errors)
    values: dict[str, Any] = {name: said.get(name, "").strip() for name in LONGEST} | {"date": day}
    with transaction.atomic():
        found = _open(reading_id, actor)
        head = found.content
        _change(found, revision, "", head, values, actor)
        head["year"] = queries.year_of(head)
        return _keep(found)


def correct_task(reading_id: UUID, revision: int, position: int, said: Mapping[str, str], actor: Actor) -> Reading:
    """Put one task right: title, text, units by role, targets (one a line, in words), deadline, open set."""
    errors: list[FieldError] = []
    targets = targets_in(said.get("targets", ""), errors)
    values: dict[str, Any] = {
        "title": said.get("title", "").strip()[:200],
        "text": said.get("text", "").strip(),
        "leads": _names(said.get("leads", "")),
        "cooperators": _names(said.get("cooperators", "")),
        "shared": _names(said.get("shared", "")),
        "open_set": said.get("open_set") == "yes",
        "targets": targets,
        "deadline": _day(said.get("deadline", ""), errors),
    }
    if not values["title"]:
        errors.append(FieldError("/title", "title_missing", "请写上标题。"))
    names = [*values["leads"], *values["cooperators"], *values["shared"]]
    if len(names) != len(set(names)):
        errors.append(FieldError("/leads", "unit_twice", "同一个单位写了两次，一条任务里只留一处。"))
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        found = _open(reading_id, actor)
        task = queries.task_at(found, position)
        if values["text"] != task["text"]:
            values["incomplete"] = LOST in values["text"]
        _change(found, revision, task["number"], task, values, actor)
        return _keep(found)


def decide(finding_id: UUID, actor: Actor, choice: str, wording: str = "") -> Finding:
    """Settle one damage or warning: ``mend`` with the right wording, which takes the place of what stands in the task's
    text, or ``keep`` it as it is. Decided once; a second click finds it decided."""
    wording = wording.strip()
    with transaction.atomic():
        finding = queries.finding_for(actor, finding_id)
        found = _open(finding.reading_id, actor)
        if choice not in ("mend", "keep"):
            raise Refused("choice_unknown", "请选“改成这样”或者“照原样”。")
        if choice == "mend" and (not wording or LOST in wording):
            raise Invalid([FieldError("/wording", "wording_missing", "请把 □ 换成原来的字，或者选“照原样”。")])
        state = Finding.State.MENDED if choice == "mend" else Finding.State.KEPT
        values = {
            "state": state,
            "decision": wording[:400] if choice == "mend" else "",
            "by_ref": actor.ref,
            "by_name": actor.name,
        }
        won = Finding.objects.filter(id=finding.id, state=Finding.State.OPEN).update(**values, at=instant.now())
        if not won:
            raise Refused("decided_already", "这一处已经有人定过了，请刷新看结果。")
        if choice == "mend" and finding.standing:
            _mend(found, finding, wording, actor)
        ledger.record("plan.decided", actor.ref, {"finding": str(finding.id), "choice": choice})
    finding.refresh_from_db()
    return finding


def _mend(found: Reading, finding: Finding, wording: str, actor: Actor) -> None:
    """Put the wording where the damage stands. A damage in the list of units stands in no text: the units are read."""
    for task in found.content["tasks"]:
        if task["number"] != finding.task or finding.standing not in task["text"]:
            continue
        text = task["text"].replace(finding.standing, wording, 1)
        values = {
            "text": text,
            "title": task["title"].replace(finding.standing, wording, 1),
            "measures": [each.replace(finding.standing, wording, 1) for each in task["measures"]],
            "incomplete": LOST in text,
        }
        _change(found, found.revision, task["number"], task, values, actor)
        _keep(found)
        return


def discard(reading_id: UUID, actor: Actor) -> None:
    """Give up a reading; its text stays on record."""
    with transaction.atomic():
        found = _open(reading_id, actor)
        Reading.objects.filter(id=found.id, state=Reading.State.OPEN).update(state=Reading.State.DISCARDED)
        ledger.record("plan.discarded", actor.ref, {"reading": str(found.id)})


def _open(reading_id: UUID, actor: Actor) -> Reading:
    found = queries.reading_for(actor, reading_id, lock=True)
    if found.state != Reading.State.OPEN:
        raise Refused("reading_closed", "这份稿已经采用或者作废，不能再改。")
    return found


def _change(
    found: Reading, revision: int, task: str, before: dict[str, Any], after: Mapping[str, Any], actor: Actor
) -> None:
    """Write what differs, each as a correction; somebody else's change in between is never overwritten."""
    if revision != found.revision:
        raise Refused("changed_meanwhile", "您打开以后，别人改过这份稿。请重新打开再改，您写的还在这一页上。")
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    rows = [
        Correction(
            reading=found, task=task, field=name, before=before.get(name), after=value, by_ref=actor.ref, by_name=actor.name, at=instant.now()
        )
        for name, value in changed.items()
    ]  # fmt: skip
    Correction.objects.bulk_create(rows)
    before.update(changed)
    if changed:
        ledger.record(
            "plan.corrected", actor.ref, {"reading": str(found.id), "task": task, "fields": ",".join(changed)}
        )


def _keep(found: Reading) -> Reading:
    won = Reading.objects.filter(id=found.id, revision=found.revision, state=Reading.State.OPEN).update(
        content=found.content, revision=F("revision") + 1
    )
    if not won:
        raise Refused("changed_meanwhile", "您打开以后，别人改过这份稿。请重新打开再改，您写的还在这一页上。")
    found.revision += 1
    return found


def _names(said: str) -> list[str]:
    parts: Sequence[str] = said.replace("\n", "、").replace("，", "、").replace(",", "、").split("、")
    return list(dict.fromkeys(part.strip()[:120] for part in parts if part.strip()))


def _day(said: str, errors: list[FieldError]) -> str | None:
    if not said.strip():
        return None
    try:
        return date.fromisoformat(said.strip()).isoformat()
    except ValueError:
        errors.append(FieldError("/date", "date_form", "日期写成 2025-09-30 的样子。"))
        return None
