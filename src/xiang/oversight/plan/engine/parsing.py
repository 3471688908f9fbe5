"""The parser: from the text of a notice to the plan.

1. Mend lines and note the damage. 2. Turn tables into headings. 3. Read the head. 4. Make the tree of the numbering and
find the level on which the tasks stand. 5. Read each task. 6. Resolve names, hand on units of general notes. 7. Report
missing numbers and whatever else a person should see.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from xiang.foundation.ground.errors import Refused
from xiang.oversight.plan.engine import clauses, damage, deadlines, frontmatter, levels, notes, targets
from xiang.oversight.plan.engine.clauses import Duties
from xiang.oversight.plan.engine.damage import LOST, Mended
from xiang.oversight.plan.engine.model import Chapter, Damage, Plan, Task
from xiang.oversight.plan.engine.outline import Node, heading, paragraphs, tree
from xiang.oversight.plan.engine.register import Register
from xiang.oversight.plan.engine.tables import flattened

_FURNITURE = re.compile(r"^[—\-\s]*(?:第?\s*\d{1,3}\s*页?(?:\s*[/共]\s*\d{1,3}\s*页?)?)[—\-\s]*$")
_END = re.compile(
    r"^(?:抄送|抄报|主送|（?此件[^）]*）?$|信息公开选项|.{2,30}(?:办公厅|办公室)(?:秘书处)?\s*(?:19|20)\d\d年\d+月\d+日印发)"
)
_ATTACHED = re.compile(r"^附件\s*\d*\s*[：:]?$|^附\s*件\s*[一二三\d]?$")
_ATTACHMENTS = re.compile(r"^附件?\s*[：:]\s*\S")
_CLOSED = "。；！？）”】〕："
LONGEST_TITLE = 60


def parse(text: str, register: Register | None = None) -> Plan:
    """Read a plan; ``Refused`` (``plan_empty``, ``not_a_plan``) when there is none in the text."""
    if not text.strip():
        raise Refused("plan_empty", "文件里没有文字。请换一份有文字的文件。")
    plan = Plan(lines=text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n"))
    mended = damage.mended(plan.lines)
    lines, odd = flattened([(at, line) for at, line in enumerate(mended.lines) if line.strip()])
    lines = paragraphs([(at, line) for at, line in lines if not _FURNITURE.match(line)])
    head, body, tail = _parts(lines)
    root = tree(body)
    root.lines = list(head)
    level = levels.task_level(root)
    if level is None or not levels.tasks_of(root, level):
        raise Refused("not_a_plan", "没有读到分条编号的工作任务。请确认上传的是工作要点、计划或者任务清单的正文。")
    frontmatter.read(plan, [line for _, line in head], [line for _, line in tail])
    register = _at_home(plan, register)
    general = notes.taken(root, level)
    _tasks(plan, root, level)
    notes.hand_on(plan, general)
    _names(plan, register)
    _damage(plan, mended, register)
    for each in odd:
        plan.warn("table_row", f"表格里这一行的格数和表头不一样，请对照原文核对：{each}")
    return plan


def _at_home(plan: Plan, register: Register | None) -> Register:
    found = register or Register()
    home = found.place_of(plan.issuer, plan.title)
    if home and found.places and home not in found.places:
        plan.warn("register_elsewhere", f"这是{home}的计划，机构名录里没有{home}的机关，单位名称照原文保留。")
    return found.at(home) if home else found


# --- the parts of the text -------------------------------------------------------------------------------------------

Lines = Sequence[tuple[int, str]]


def _parts(lines: Lines) -> tuple[Lines, Lines, Lines]:
    """Head, body and tail. Of a notice with its plan attached the part with the most numbered points is the body."""
    cuts = [0, *(at for at, (_, line) in enumerate(lines) if _ATTACHED.match(line)), len(lines)]
    sections = [(start, end) for start, end in itertools.pairwise(cuts) if end > start]
    if not sections:
        return [], [], []
    start, end = max(sections, key=lambda part: sum(_weight(line) for _, line in lines[part[0] : part[1]]))
    body = list(lines[start:end])
    first = _first_heading(body)
    last = next((at for at in range(first, len(body)) if _END.match(body[at][1])), len(body))
    last = _before_signature(body, first, last)
    return [*lines[:start], *body[:first]], body[first:last], [*body[last:], *lines[end:]]


def _weight(line: str) -> int:
    found = heading(line)
    return 0 if not found else 3 if re.search("牵头|负责|责任单位", line) else 1


def _first_heading(body: Lines) -> int:
    """The first numbered line that is not one of a list of attachments."""
    listed = False
    for at, (_, line) in enumerate(body):
        found = heading(line)
        if _ATTACHMENTS.match(line):
            listed = True
        elif found and not (listed and found[0] == "point" and found[1] > 1 and not re.search("[。；]", line)):
            return at
        elif not found:
            listed = False
    return len(body)


def _before_signature(body: Lines, first: int, last: int) -> int:
    """The tasks end before 落款: an issuer and a date on lines of their own."""
    for at in range(max(first, last - 6), last):
        if (
            at + 1 < last
            and frontmatter.ISSUER.match(body[at][1])
            and frontmatter.DATED.match(body[at + 1][1].strip("（）"))
        ):
            return at
    return last


# --- tasks -----------------------------------------------------------------------------------------------------------


def _tasks(plan: Plan, root: Node, level: str) -> None:
    found = levels.tasks_of(root, level)
    names = levels.numbering(found)
    seen: dict[int, str] = {}
    for node in found:
        chapter = _chapter(plan, node, seen)
        plan.tasks.append(_task(plan, node, names[id(node)], chapter))
    for node in levels.without_tasks(root, found):
        title = _title(node.own)[:30]
        plan.warn("heading_without_tasks", f"“{node.label}{title}”下面没有读到任务，请确认它只是说明。")
    for code, text, number in levels.gaps(found, names):
        plan.warn(code, text, number)


def _chapter(plan: Plan, node: Node, seen: dict[int, str]) -> str:
    """The number of the heading above a task; headings enter the plan once, with those above them."""
    above: list[Node] = []
    parent = node.parent
    while parent is not None and parent.style != "root":
        above.insert(0, parent)
        parent = parent.parent
    for depth, each in enumerate(above):
        if id(each) not in seen:
            number = ".".join(str(one.number) for one in above[: depth + 1])
            seen[id(each)] = number
            plan.chapters.append(Chapter(number, _title(each.own)))
    return seen[id(above[-1])] if above else ""


def _title(own: str) -> str:
    first = own.split("\n")[0]
    return re.split("[。；]", first)[0].rstrip("：:") if first else ""


def _task(plan: Plan, node: Node, number: str, chapter: str) -> Task:
    split = clauses.split(node.whole)
    text, duties = split.text.strip(), split.duties
    title, rest = _titled(text)
    first, last = node.span
    task = Task(number, chapter, title, text.replace("\n", ""), first_line=first, last_line=last)
    task.measures = list(_sentences(rest)) or ([title] if title else [])
    task.leads, task.cooperators, task.shared = duties.leads, duties.cooperators, duties.shared
    task.open_set = duties.open_set
    task.targets = [target for part in text.split("\n") for target in targets.found(part)]
    _deadline(plan, task, duties)
    _complete(plan, task, split.unclosed, rest)
    for said in duties.unread:
        plan.warn("not_read", f"责任分工里的“{said}”没有读成单位或者时限，请看一看。", number)
    return task


def _titled(text: str) -> tuple[str, str]:
    """The heading of a task and the rest: its first sentence, its first line, or what stands before a colon."""
    line, _, rest = text.partition("\n")
    found = re.match(r"[^。；：]{2,60}?[。：](?=.)|[^。；：]{2,60}。?$", line)
    if found:
        after = (line[found.end() :] + "\n" + rest).strip()
        return found[0].rstrip("。："), after
    return re.split("[。；，]", line)[0][:LONGEST_TITLE], text


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[。；])|\n", text) if part and part.strip(" 。；")]


def _deadline(plan: Plan, task: Task, duties: Duties) -> None:
    due = "，".join(duties.due)
    day, words, unsettled = deadlines.last(due, plan.year, said_so=True)
    if due and not words and not re.search("长期|持续|全年|常年", due):
        plan.warn("deadline_unread", f"时限“{due}”没有读懂，请填上日期。", task.number)
    if due and not words and re.search("长期|持续|常年", due):
        plan.warn("no_fixed_deadline", f"时限写的是“{due}”，没有具体日期。", task.number)
    if not day:
        day, words, unsettled = deadlines.last(task.text, plan.year, said_so=False)
        if day and len(set(words)) > 1:
            plan.warn("several_deadlines", f"文中有几个时限（{'、'.join(words)}），按最晚的 {day} 记。", task.number)
    if unsettled:
        plan.warn("deadline_unsettled", f"时限“{'、'.join(words)}”定不下是哪一天，请核对。", task.number)
    task.deadline = day


def _complete(plan: Plan, task: Task, unclosed: bool, rest: str) -> None:
    if not task.text:
        task.incomplete = True
        plan.warn("task_empty", "这一条只有编号，没有内容。", task.number)
        return
    if unclosed:
        task.incomplete = True
        plan.warn("bracket_open", "责任分工的括号没有合上，后面可能缺字。", task.number)
    if LOST in task.text:
        task.incomplete = True
    if rest and len(task.text) > LONGEST_TITLE and task.text[-1] not in _CLOSED:
        task.incomplete = True
        plan.warn("text_broken_off", f"文字到“{task.text[-12:]}”断了，后面可能缺字。", task.number)
    if re.search("(?<![A-Za-z])[NXx×]{1,2}(?:个|项|家|件)", task.text):
        plan.warn("figure_open", "目标里写的是 N，没有具体数，按没有量化目标处理。", task.number)


# --- names and damage ------------------------------------------------------------------------------------------------


def _names(plan: Plan, register: Register) -> None:
    told: set[str] = set()
    everywhere = {name for task in plan.tasks for name in task.units if LOST not in name}
    for task in plan.tasks:
        for role in ("leads", "cooperators", "shared"):
            names: list[str] = []
            for written in getattr(task, role):
                name = _name(plan, register, written, everywhere, told, task)
                if name not in names:
                    names.append(name)
            setattr(task, role, names)


def _name(plan: Plan, register: Register, written: str, everywhere: set[str], told: set[str], task: Task) -> str:
    found = register.resolve(written)
    if found.how == "damaged" and not found.body:
        pattern = re.compile(re.escape(written).replace(re.escape(LOST), "."))
        fits = {name for name in everywhere if pattern.fullmatch(name)}
        if len(fits) == 1:
            found = register.resolve(fits.pop())
        else:
            plan.warn("unit_unreadable", f"单位“{written}”缺字，看不出是哪一家，请选定。", task.number)
    if found.body:
        plan.bodies[found.name] = found.body.key
    if found.how == "abbreviation" and written not in told:
        plan.warn("abbreviation", f"“{written}”按机构名录读作“{found.name}”。", task.number)
    if found.how == "ambiguous" and written not in told:
        plan.warn("unit_ambiguous", f"“{written}”可能是{'、'.join(found.candidates)}，请选定。", task.number)
    told.add(written)
    return found.name


def _damage(plan: Plan, mended: Mended, register: Register) -> None:
    if mended.removed:
        plan.warn("readings_removed", f"文中夹有 {mended.removed} 处注音，如“据(jù)”，和前面的字音一致，已经去掉。")
    for place in mended.places:
        owner = next((task for task in plan.tasks if task.first_line <= place.line <= task.last_line), None)
        suggestion = place.suggestion or _unit_meant(place, owner)
        plan.damage.append(Damage(owner.number if owner else "", place.excerpt, suggestion, place.line, place.standing))
        if owner:
            owner.incomplete = True


def _unit_meant(place: damage.Place, owner: Task | None) -> str:
    """The unit whose name has the lost character, where the clause was read."""
    if owner is None or not place.single:
        return ""
    tail, lead = place.after[:2], place.before[-2:]
    fits = [name for name in owner.units if tail and lead and tail in name and lead in name]
    return fits[0] if len(fits) == 1 else ""
