"""Reading YAML and CSV with the line of every value. A file that cannot be read is a problem, never a crash."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from xiang.foundation.publishing.profile.rows import Entry, Problem


class UnreadableError(Exception):
    """Holds the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read(folder: Path, file: Path) -> list[Entry]:
    """The entries of a file: content, line, and the lines of what is inside."""
    name = file.relative_to(folder).as_posix()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = file.read_bytes()[: wrong.start].count(b"\n") + 1
        raise UnreadableError(
            Problem(name, line, "file_encoding", "这一行不是 UTF-8，请把文件另存为 UTF-8 编码。")
        ) from wrong
    return list(_csv(name, text) if file.suffix == ".csv" else _yaml(name, text))


def _csv(name: str, text: str) -> Iterator[Entry]:
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        head = next(rows, [])
        if len(set(head)) != len(head):
            raise UnreadableError(Problem(name, 1, "csv_head", "表头有两列同名，请改成不同的列名。"))
        before = rows.line_num
        for cells in rows:
            line, before = before + 1, rows.line_num
            if not any(cells):
                continue
            if len(cells) != len(head):
                detail = f"这一行有 {len(cells)} 列，表头有 {len(head)} 列；内容里有逗号的要加英文双引号。"
                raise UnreadableError(Problem(name, line, "csv_width", detail))
            yield dict(zip(head, cells, strict=True)), line, dict.fromkeys(head, line)
    except csv.Error as wrong:
        raise UnreadableError(Problem(name, rows.line_num, "csv_form", f"这一行的引号没有配对：{wrong}")) from wrong


def _yaml(name: str, text: str) -> Iterator[Entry]:
    try:
        root = YAML(typ="safe").compose(text)
    except MarkedYAMLError as wrong:
        line = (wrong.problem_mark.line + 1) if wrong.problem_mark else 1
        detail = f"YAML 写法有误（{wrong.problem}），检查缩进、冒号后的空格和引号。"
        raise UnreadableError(Problem(name, line, "yaml_form", detail)) from wrong
    except YAMLError as wrong:
        raise UnreadableError(Problem(name, 1, "yaml_form", f"YAML 写法有误：{wrong}")) from wrong
    if root is None:
        return
    for node in root.value if isinstance(root, SequenceNode) else [root]:
        line = node.start_mark.line + 1
        if not isinstance(node, MappingNode):
            raise UnreadableError(Problem(name, line, "row_form", "这里应当是一行数据，写成“字段: 值”。"))
        lines: dict[str, int] = {}
        yield _value(name, node, "", lines), line, lines


def _value(file: str, node: Node, path: str, lines: dict[str, int]) -> Any:
    """A node as a plain value; writes down the line of everything in it."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return dict(_members(file, node, path, lines))
    if isinstance(node, SequenceNode):
        return [_value(file, inner, _join(path, i), lines) for i, inner in enumerate(node.value)]
    return _scalar(file, node) if isinstance(node, ScalarNode) else None


def _members(file: str, node: MappingNode, path: str, lines: dict[str, int]) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for name_node, inner in node.value:
        name, line = str(name_node.value), name_node.start_mark.line + 1
        if name in seen:
            detail = f"字段“{name}”在同一处写了两次，删去一个。"
            raise UnreadableError(Problem(file, line, "field_twice", detail))
        seen.add(name)
        lines[_join(path, name)] = line
        yield name, _value(file, inner, _join(path, name), lines)


def _scalar(file: str, node: ScalarNode) -> Any:
    kind = str(node.tag).rpartition(":")[2]
    text: str = node.value
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() in ("true", "yes", "on")
            case "int":
                return int(text.replace("_", ""), 0 if text[:2].lower() in ("0x", "0o", "0b") else 10)
            case "float":
                return float(text.replace("_", ""))
            case "timestamp":
                return date.fromisoformat(text).isoformat()
    except ValueError as wrong:
        line = node.start_mark.line + 1
        raise UnreadableError(Problem(file, line, "value_form", f"“{text}”读不懂，文字请加引号。")) from wrong
    return text


def _join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)
