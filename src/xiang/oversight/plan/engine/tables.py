"""Tables flattened to text, as numbered headings with labelled lines, so that one parser reads both.

Rows come parted by tabs, bars or wide gaps; or every cell on a line of its own behind the cells of the header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xiang.oversight.plan.engine.characters import closed_up
from xiang.oversight.plan.engine.numerals import chinese, whole
from xiang.oversight.plan.engine.outline import heading

_COLUMNS = (
    ("number", "序号|编号|任务编号|号"),
    ("chapter", "类别|领域|板块|章节|任务类别|工作类别|一级任务|重点领域|方面|分类"),
    (
        "title",
        "重点任务|工作任务|任务名称|主要任务|任务|事项|重点工作|工作事项|任务事项|二级任务|工作要点|项目|重点事项",
    ),
    (
        "text",
        "工作内容|具体措施|任务内容|主要举措|工作措施|具体任务|工作举措|具体内容|内容|主要内容|工作目标|目标任务|任务目标|年度目标|量化指标|目标|措施|工作要求|三级任务",
    ),
    ("leads", "牵头单位|牵头部门|主办单位|牵头责任单位"),
    ("duty", "责任单位|责任部门|承办单位|主责单位|负责单位|落实单位"),
    ("help", "配合单位|协办单位|参与单位|配合部门|协同单位|参加单位"),
    ("due", "完成时限|完成时间|时限|时间要求|完成期限|时间节点|进度安排|时间进度"),
    ("other", "备注|责任人|联系人|分管领导|进展情况"),
)
_LABELS = {"leads": "牵头单位：", "duty": "责任单位：", "help": "配合单位：", "due": "完成时限："}
_GAP = re.compile(r"\t|\s*[|｜│┃]\s*| {2,}|　+")
Line = tuple[int, str]


def flattened(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines with tables in them as headings, and a sentence for each place where cells did not fit the header."""
    out: list[Line] = []
    odd: list[str] = []
    at = 0
    while at < len(lines):
        columns, first = _row_header(lines[at][1]), at + 1
        if columns:
            at = _rows(lines, first, columns, out, odd)
            continue
        columns, first = _cell_header(lines, at)
        if columns:
            at = _cells(lines, first, columns, out, odd)
            continue
        out.append((lines[at][0], closed_up(lines[at][1])))
        at += 1
    return out, odd


def column(cell: str) -> str:
    """What a header's cell names; empty when it is no header."""
    bare = re.sub(r"[\s（）()]", "", cell)
    return next((name for name, words in _COLUMNS if re.fullmatch(words, bare)), "")


def _row_header(line: str) -> list[str]:
    cells = _split(line)
    columns = [column(cell) for cell in cells]
    return columns if len(cells) > 2 and all(columns) and _useful(columns) else []


def _useful(columns: Sequence[str]) -> bool:
    return bool({"leads", "duty", "due"} & set(columns)) and bool({"title", "text"} & set(columns))


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in _GAP.split(line.strip("|｜│┃"))]


def _cell_header(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    columns: list[str] = []
    while at < len(lines) and (name := column(lines[at][1])) and name not in columns:
        columns.append(name)
        at += 1
    return (columns, at) if len(columns) > 2 and columns[0] == "number" and _useful(columns) else ([], at)


class _Table:
    """What is remembered from row to row: merged cells hold for the rows below them."""

    def __init__(self, columns: list[str], out: list[Line]) -> None:
        self.columns, self.out = columns, out
        self.chapter, self.chapters, self.count = "", 0, 0

    def row(self, place: int, cells: Sequence[str]) -> None:
        said: dict[str, str] = {}
        for name, cell in zip(self.columns, cells, strict=False):
            said[name] = "；".join(filter(None, (said.get(name, ""), cell)))
        chapter = said.get("chapter", "")
        if chapter and chapter != self.chapter:
            self.chapter, self.chapters = chapter, self.chapters + 1
            self.out.append((place, chapter if heading(chapter) else f"{chinese(self.chapters)}、{chapter}"))
        number = whole(re.sub(r"\D", "", said.get("number", "")) or "-") or self.count + 1
        self.count = number
        title, text = said.get("title", ""), said.get("text", "")
        begins = heading(title)
        title = begins[3] if begins else title
        self.out.append((place, f"{number}. {title or text}"))
        if title and text:
            self.out.append((place, text))
        self.out.extend((place, f"{label}{said[name]}") for name, label in _LABELS.items() if said.get(name))


def _rows(lines: Sequence[Line], at: int, columns: list[str], out: list[Line], odd: list[str]) -> int:
    table = _Table(columns, out)
    while at < len(lines):
        place, line = lines[at]
        cells = _split(line)
        if len([cell for cell in cells if cell]) == 1:
            if not (heading(line.strip()) and heading(line.strip())[0] in ("part", "chapter", "section")):  # type: ignore[index]
                return at
            out.append((place, cells[0] or line.strip()))
        elif _row_header(line):
            pass  # the header again, on the next page
        elif len(cells) != len(columns):
            odd.append(f"第 {place + 1} 行有 {len(cells)} 格，表头有 {len(columns)} 格：{line[:40]}")
            table.row(place, cells)
        else:
            table.row(place, cells)
        at += 1
    return at


def _cells(lines: Sequence[Line], at: int, columns: list[str], out: list[Line], odd: list[str]) -> int:
    table, wide = _Table(columns, out), len(columns)
    while at < len(lines):
        place, line = lines[at]
        begins = heading(line)
        if begins and begins[0] in ("part", "chapter"):
            out.append((place, line))
            at += 1
            continue
        if not re.fullmatch(r"\d{1,3}[.、]?", line.strip()):
            return at
        end = at + 1
        while (
            end < len(lines)
            and not re.fullmatch(r"\d{1,3}[.、]?", lines[end][1].strip())
            and not _is_chapter(lines[end][1])
        ):
            end += 1
        cells = [text for _, text in lines[at:end]]
        if len(cells) > wide and end == len(lines):
            end, cells = at + wide, cells[:wide]  # what follows the last row is no cell of it
        if len(cells) != wide:
            odd.append(f"第 {place + 1} 行起的一行有 {len(cells)} 格，表头有 {wide} 格：{' '.join(cells)[:40]}")
        table.row(place, cells)
        at = end
    return at


def _is_chapter(line: str) -> bool:
    found = heading(line)
    return bool(found) and found is not None and found[0] in ("part", "chapter")
