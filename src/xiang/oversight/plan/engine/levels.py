"""On which level of the numbering the tasks stand, how they are numbered, and which numbers are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from xiang.oversight.plan.engine import clauses
from xiang.oversight.plan.engine.outline import RANK, Node


def bears(node: Node) -> bool:
    """Whether the heading's own paragraphs say who is responsible."""
    return clauses.split(node.own).found


def task_level(root: Node) -> str | None:
    """The style of the tasks' numbers; None where nothing is numbered.

    1. The style most of whose headings bear a clause. 2. Where clauses stand only behind the last of several brothers,
    one list serves them all: then their parents are the tasks. 3. Without any clause: 1. where there is such a level
    under headings, else the next below the first.
    """
    by_style: dict[str, list[Node]] = defaultdict(list)
    for node in root.walk():
        if node.style != "root":
            by_style[node.style].append(node)
    if not by_style:
        return None
    bearing = {style: [node for node in nodes if bears(node)] for style, nodes in by_style.items()}
    if any(bearing.values()):
        style = max(bearing, key=lambda name: (len(bearing[name]), -RANK[name]))
        return _promoted(style, bearing[style], by_style)
    if len(by_style["point"]) > 1 or "point" in by_style:
        return "point"
    ordered = sorted((name for name in by_style if by_style[name]), key=lambda name: RANK[name])
    nodes = sum(map(len, by_style.values()))
    return None if nodes < 2 else ordered[min(1, len(ordered) - 1)]


def _promoted(style: str, bearing: Sequence[Node], by_style: dict[str, list[Node]]) -> str:
    parents = {id(node.parent): node.parent for node in bearing if node.parent and node.parent.style != "root"}
    alone = [
        node for node in bearing if node.parent and node.parent.children[-1] is node and len(node.parent.children) > 1
    ]
    silent = [
        parent for parent in parents.values() if parent and sum(bears(child) for child in parent.children) == 1
    ]  # fmt: skip
    if len(bearing) * 2 <= len(by_style[style]) and len(alone) == len(bearing) and len(silent) == len(parents) > 0:
        above = {parent.style for parent in parents.values() if parent}
        many = len(bearing) * 2 < len(by_style[style])
        if len(above) == 1 and len(parents) > 1 and (many or not above & {"part", "chapter"}):
            return above.pop()
    return style


def tasks_of(root: Node, level: str) -> list[Node]:
    """The nodes on the tasks' level, and leaves above it that bear a clause themselves."""
    return list(_tasks_of(root, level))


def _tasks_of(node: Node, level: str) -> Iterator[Node]:
    for child in node.children:
        if child.style == level:
            yield child
        elif RANK[child.style] < RANK[level]:
            if not any(each.style == level for each in child.walk()) and any(bears(each) for each in child.walk()):
                yield from _leaves(child)
            else:
                yield from _tasks_of(child, level)


def _leaves(node: Node) -> Iterator[Node]:
    if bears(node) or not node.children:
        yield node
    else:
        for child in node.children:
            yield from _leaves(child)


def without_tasks(root: Node, tasks: Sequence[Node]) -> list[Node]:
    """Headings above the tasks under which there is none: nothing of the text is passed over in silence."""
    inside = {id(each) for task in tasks for each in task.walk()}
    above = set()
    for task in tasks:
        parent = task.parent
        while parent is not None:
            above.add(id(parent))
            parent = parent.parent
    loose = [node for node in root.walk() if id(node) not in inside and id(node) not in above]
    return [node for node in loose if node.parent is None or id(node.parent) in above]


def restarts(tasks: Sequence[Node]) -> bool:
    """Whether numbers begin anew under each heading, instead of running through the plan."""
    first: dict[int, int] = {}
    for task in tasks:
        first.setdefault(id(task.parent), task.number)
    mixed = len({task.style for task in tasks}) > 1
    return mixed or (len(first) > 1 and sum(number == 1 for number in first.values()) > 1)


def numbering(tasks: Sequence[Node]) -> dict[int, str]:
    """What each task is called: its own number where numbers run through, else with those of the headings above it."""
    if not restarts(tasks):
        return {id(task): task.label.strip("、. ") if task.style == "decimal" else str(task.number) for task in tasks}
    return {id(task): _path(task) for task in tasks}


def _path(node: Node) -> str:
    if node.style == "decimal":
        return node.label.strip("、. ")
    parts: list[str] = []
    at: Node | None = node
    while at is not None and at.style != "root":
        parts.insert(0, str(at.number))
        at = at.parent
    return ".".join(parts)


def gaps(tasks: Sequence[Node], names: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    """Missing, double and disordered numbers of tasks and of the headings above them; nothing is renumbered."""
    scopes: dict[object, list[Node]] = defaultdict(list)
    running = not restarts(tasks)
    for task in tasks:
        scopes[("all", task.style) if running else (id(task.parent), task.style)].append(task)
    yield from _of_headings(tasks)
    for nodes in scopes.values():
        yield from _of_scope(nodes, names)


def _of_scope(nodes: Sequence[Node], names: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    expected = 1
    seen: set[int] = set()
    for node in nodes:
        name = names[id(node)]
        if node.number in seen:
            yield "number_twice", f"第 {name} 条出现了两次，编号照原文保留。", name
        elif node.number > expected:
            missing = "、".join(str(number) for number in range(expected, node.number))
            yield "number_missing", f"第 {name} 条前面缺第 {missing} 条，没有重新编号。", name
        elif node.number < expected:
            yield "number_order", f"第 {name} 条的编号比前一条小，顺序照原文保留。", name
        seen.add(node.number)
        expected = max(expected, node.number + 1)


def _of_headings(tasks: Sequence[Node]) -> Iterator[tuple[str, str, str]]:
    done: set[int] = set()
    last: dict[int, int] = {}
    for task in tasks:
        parent = task.parent
        if parent is None or parent.style == "root" or id(parent) in done:
            continue
        done.add(id(parent))
        before = last.get(id(parent.parent), 0)
        if parent.number > before + 1:
            yield "chapter_missing", f"“{parent.label}”前面可能缺了一章，编号照原文保留。", ""
        last[id(parent.parent)] = parent.number
