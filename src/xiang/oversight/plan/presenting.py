"""What the pages of the plan show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import FieldView, StatusView
from xiang.oversight.plan import queries
from xiang.oversight.plan.engine.damage import LOST
from xiang.oversight.plan.models import Chapter, Finding, Plan, Reading, Task

_STATES = {
    Reading.State.OPEN: StatusView("you", "核对中"),
    Reading.State.ADOPTED: StatusView("done", "已采用"),
    Reading.State.DISCARDED: StatusView("done", "已作废", "archive"),
}
SIGNS = {">=": "不低于", ">": "超过", "=": "", "<=": "不超过", "<": "低于", "~": "约", "between": ""}
_HEAD = (("title", "标题"), ("number", "发文字号"), ("issuer", "发文机关"), ("date", "成文日期"))
_TASK = (
    ("title", "标题", ""),
    ("text", "内容", "不写责任单位"),
    ("leads", "牵头单位", "用顿号分开"),
    ("cooperators", "配合单位", "用顿号分开"),
    ("shared", "共同负责（没有牵头时）", "用顿号分开"),
    ("targets", "目标", "一行一个，写原话，例如：一网通办率达到90%"),
    ("deadline", "时限", "空着按计划年度的 12 月 31 日记"),
)


def reading_row(row: Reading) -> dict[str, Any]:
    """A reading in the list."""
    return {
        "id": row.id,
        "name": row.file_name,
        "by": row.by_name,
        "at": row.at,
        "state": _STATES[Reading.State(row.state)],
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the review with its original lines and how many of its findings are open."""

    position: int
    said: Mapping[str, Any]
    original: str
    figures: list[str]
    open: int


def review(found: Reading) -> dict[str, Any]:
    """A reading: findings to decide, tasks by chapter, corrections."""
    findings = list(found.findings.all())
    waiting = [one for one in findings if one.state == Finding.State.OPEN]
    tasks = found.content["tasks"]
    lines = [
        Line(at, said, queries.original(found, said), [figure(one) for one in said["targets"]], sum(one.task == said["number"] for one in waiting))
        for at, said in enumerate(tasks)
    ]  # fmt: skip
    return {
        "found": found,
        "state": _STATES[Reading.State(found.state)],
        "editable": found.state == Reading.State.OPEN,
        "head": found.content,
        "findings": [{"row": one, "wording": "" if LOST in one.suggestion else one.suggestion} for one in findings],
        "waiting": len(waiting),
        "lines": _by_chapter(found.content["chapters"], lines),
        "count": len(tasks),
        "corrections": found.corrections.all(),
    }


def _by_chapter(chapters: Iterable[Mapping[str, str]], lines: list[Line]) -> list[tuple[str, str, list[Line]]]:
    known = [(chapter["number"], chapter["title"]) for chapter in chapters]
    loose = [line for line in lines if line.said["chapter"] not in {number for number, _ in known}]
    grouped = [(number, title, [line for line in lines if line.said["chapter"] == number]) for number, title in known]
    return ([("", "不分章", loose)] if loose else []) + grouped


def figure(said: Mapping[str, Any]) -> str:
    """不低于 90%, 20 个左右, 80—90%."""
    value, unit = said["value"], said["unit"]
    if isinstance(value, list):
        return f"{_plain(value[0])}—{_plain(value[1])}{unit}"
    return f"{SIGNS[said['operator']]} {_plain(value)}{'' if unit == '%' else ' '}{unit}".strip()


def _plain(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")


def said_of(before: Mapping[str, Any], position: int | None) -> dict[str, str]:
    """A head or a task as its form begins."""
    if position is None:
        return {name: before.get(name) or "" for name, _ in _HEAD}
    names = {name: "、".join(before[name]) for name in ("leads", "cooperators", "shared")}
    targets = "\n".join(dict.fromkeys(one["text"] for one in before["targets"]))
    words = {"title": before["title"], "text": before["text"], "targets": targets, "deadline": before["deadline"] or ""}
    return words | names | {"open_set": "yes" if before["open_set"] else ""}


def fields(said: Mapping[str, str], errors: Iterable[FieldError], position: int | None) -> list[FieldView]:
    """The fields of a form with what is wrong at each."""
    wrong = {one.pointer.removeprefix("/"): one.detail for one in errors}
    if position is None:
        return [_field(name, label, "", said, wrong) for name, label in _HEAD]
    wrong["deadline"] = wrong.pop("date", "")
    return [_field(name, label, hint, said, wrong) for name, label, hint in _TASK]


def _field(name: str, label: str, hint: str, said: Mapping[str, str], wrong: Mapping[str, str]) -> FieldView:
    control = "date" if name in ("date", "deadline") else "textarea" if name in ("text", "targets") else "text"
    return FieldView(name, label, control, said[name], hint, wrong.get(name, ""), required=name in ("title", "text"))


@dataclass(frozen=True, slots=True)
class Point:
    """A task of a plan in force."""

    task: Task
    units: list[tuple[str, str]]
    figures: list[str]


def chapters(plan: Plan) -> list[tuple[Chapter | None, list[Point]]]:
    """The plan chapter by chapter."""
    points = [Point(task, _units(task), _figures(task)) for task in plan.tasks.all()]
    grouped: list[tuple[Chapter | None, list[Point]]] = [
        (chapter, [point for point in points if point.task.chapter_id == chapter.id]) for chapter in plan.chapters.all()
    ]
    loose = [point for point in points if point.task.chapter_id is None]
    return ([(None, loose)] if loose else []) + grouped


def _units(task: Task) -> list[tuple[str, str]]:
    by_role: dict[str, list[str]] = {}
    for unit in task.units.all():
        by_role.setdefault(unit.get_role_display(), []).append(unit.name)
    return [(role, "、".join(names)) for role, names in by_role.items()]


def _figures(task: Task) -> list[str]:
    rows = ((one, [one.value, one.upper] if one.upper is not None else one.value) for one in task.targets.all())
    return [figure({"operator": one.operator, "value": value, "unit": one.unit}) for one, value in rows]
