"""General notes: a sentence that gives units to every task that names none, to all, or a meaning to the order of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xiang.oversight.plan.engine import clauses
from xiang.oversight.plan.engine.clauses import Duties
from xiang.oversight.plan.engine.levels import tasks_of
from xiang.oversight.plan.engine.model import Plan, Task
from xiang.oversight.plan.engine.outline import Node

_UNNAMED = re.compile(
    r"(?:未|没有)(?:单独|另行|逐一|具体)?(?:列明|注明|明确|列出|标注|标明|写明)[^，。；]{0,10}(?:单位|部门)的?[^，。]{0,12}[，,]?(?P<said>[^。；]*(?:牵头|负责)[^。；]*)"
)
_EVERY = re.compile(
    r"(?:以上|上述|以下|下列|各项|本章|本部分|所有)[^，。；]{0,12}(?:任务|工作|事项|措施)[^，。；由]{0,6}(?:均|都|一律|分别)?[，,]?(?P<said>由[^。；]*(?:牵头|负责|配合|落实)[^。；]*)"
)
_ALSO = re.compile(
    r"(?P<said>(?:各|全省各|省直|各级)[^，。；：“”]{1,30}?)(?:均为|为|是|作为)[^，。；]{0,12}(?:任务|事项|工作)?的?(?:共同)?(?:责任单位|牵头单位|落实单位|配合单位)[，,、]?[^。；]{0,12}不再(?:逐一|一一|单独|另行)?(?:列出|列明|重复)"
)
_FIRST_LEADS = re.compile(
    r"(?:排(?:名|列|序)?(?:在)?|列)?(?:第一位|首位|第一)(?:的)?(?:单位|部门)?(?:的)?(?:为|是|系)(?:本项|该项)?(?:工作|任务)?的?牵头(?:单位|部门|责任单位)"
)


@dataclass(slots=True)
class General:
    """A note and the tasks that it speaks for (None: all of the plan)."""

    unnamed: Duties | None = None
    also: Duties | None = None
    first_leads: bool = False
    words: str = ""
    numbers: set[int] = field(default_factory=set)


def taken(root: Node, level: str) -> list[General]:
    """The notes of a plan; a note inside a task's paragraphs is taken out of them."""
    tasks = tasks_of(root, level)
    inside = {id(each): task for task in tasks for each in task.walk()}
    found: list[General] = []
    for node in root.walk():
        kept = []
        for place, line in node.lines:
            general = _note(line)
            if general is None:
                kept.append((place, line))
                continue
            if id(node) not in inside and node.style != "root":
                general.numbers = {task.lines[0][0] for task in tasks if _under(task, node)}
            found.append(general)
            rest = line.replace(general.words, "").strip("。；，（） ")
            if rest:
                kept.append((place, line.replace(general.words, "").replace("（）", "")))
        node.lines = kept or [(place, "") for place, _ in node.lines[:1]]
    return found


def _under(task: Node, heading: Node) -> bool:
    at: Node | None = task
    while at is not None:
        if at is heading:
            return True
        at = at.parent
    return False


def _note(line: str) -> General | None:
    if found := _FIRST_LEADS.search(line):
        sentence = _sentence(line, found.start())
        return General(first_leads=True, words=sentence)
    for pattern, role in ((_UNNAMED, "unnamed"), (_EVERY, "unnamed"), (_ALSO, "also")):
        if found := pattern.search(line):
            said = found["said"].rstrip("）)。")
            duties = clauses.read(said.removeprefix("均").removeprefix("，"))
            if duties or role == "also":
                words = _sentence(line, found.start())
                return General(also=duties, words=words) if role == "also" else General(unnamed=duties, words=words)
    return None


def _sentence(line: str, at: int) -> str:
    start = max(line.rfind(stop, 0, at) for stop in "。；") + 1
    end = next((place + 1 for place in range(at, len(line)) if line[place] in "。；"), len(line))
    return line[start:end]


def hand_on(plan: Plan, general: list[General]) -> None:
    """Give the tasks what the notes say."""
    for note in general:
        meant = [task for task in plan.tasks if not note.numbers or task.first_line in note.numbers]
        if note.first_leads:
            _first(meant)
            plan.warn("first_leads", f"按“{note.words}”，责任单位的第一家记为牵头。")
        if note.unnamed:
            given = [task for task in meant if not task.units]
            for task in given:
                _inherit(task, note.unnamed)
            if given:
                numbers = "、".join(task.number for task in given)
                plan.warn("units_inherited", f"第 {numbers} 条没有写责任单位，按“{note.words}”记。")
        if note.also:
            for task in meant:
                more = [*note.also.shared, *note.also.leads, *note.also.cooperators]
                task.cooperators += [name for name in more if name not in task.units]
            plan.warn("units_added", f"按“{note.words}”，各条都加上了这些单位。")
    for task in plan.tasks:
        if not task.units and not task.open_set:
            plan.warn("no_unit", "这一条没有读到责任单位，请补上。", task.number)


def _inherit(task: Task, duties: Duties) -> None:
    task.leads, task.cooperators, task.shared = list(duties.leads), list(duties.cooperators), list(duties.shared)
    task.open_set |= duties.open_set
    task.inherited_units = True


def _first(tasks: list[Task]) -> None:
    for task in tasks:
        if task.shared and not task.leads:
            task.leads, task.cooperators, task.shared = task.shared[:1], [*task.cooperators, *task.shared[1:]], []
