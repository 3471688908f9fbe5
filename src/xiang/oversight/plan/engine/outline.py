"""The numbering of a text as a tree: 一、 over （一） over 1. over （1） over ①, or 第一章, or 1.1; at most five levels deep.

A heading is found at the beginning of a line; and inside one, where lines ran together, only when its number is the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xiang.oversight.plan.engine.characters import HAN
from xiang.oversight.plan.engine.numerals import whole

_C = "一二三四五六七八九十百"
_STYLES = (
    ("part", re.compile(rf"第([{_C}\d]{{1,4}})(?:部分|章|篇)[、：:.\s]*")),
    ("chapter", re.compile(rf"([{_C}]{{1,4}})\s*[、.．]\s*(?=\S)")),
    ("section", re.compile(rf"[（(]([{_C}]{{1,4}})[）)]\s*[、.]?\s*")),
    ("label", re.compile(rf"(?:任务|重点任务|事项|举措)([{_C}]{{1,3}}|\d{{1,3}})[、：:.]\s*")),
    ("point", re.compile(rf"(\d{{1,3}})\s*(?:[.．、]|\s(?=\s*[{HAN}“《]))\s*(?![\d.])(?=\S)")),
    ("decimal", re.compile(rf"(\d{{1,2}}\.\d{{1,3}}(?:\.\d{{1,3}})?)[、.]?\s*(?=[{HAN}“《])")),
    ("item", re.compile(r"（(\d{1,3})）\s*|(?<![\d（])(\d{1,2})）\s*")),
    ("mark", re.compile(r"([①-⑳])\s*")),
)
RANK = {name: rank for rank, (name, _) in enumerate(_STYLES)}
_BY_NAME = dict(_STYLES)
_ENDED = "。；！？）〕】”"


@dataclass(slots=True)
class Node:
    """A numbered heading with its own paragraphs and what is numbered under it. ``number`` is as in the text."""

    style: str
    number: int
    label: str
    lines: list[tuple[int, str]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None

    @property
    def own(self) -> str:
        return "\n".join(line for _, line in self.lines)

    def walk(self) -> Iterator[Node]:
        """This node and everything under it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def whole(self) -> str:
        """Its paragraphs and those of everything under it, with their marks."""
        under = (f"{child.label}{child.whole}" for child in self.children)
        return "\n".join([line for _, line in self.lines] + list(under))

    @property
    def span(self) -> tuple[int, int]:
        places = [place for node in self.walk() for place, _ in node.lines]
        return min(places), max(places)


def heading(line: str) -> tuple[str, int, str, str] | None:
    """Style, number, label and rest of a line that begins with a number; None for any other line."""
    for style, pattern in _STYLES:
        if found := pattern.match(line):
            written = next(part for part in found.groups() if part)
            number = _number(style, written)
            if number is not None:
                return style, number, found[0].strip(), line[found.end() :].strip()
    return None


def _number(style: str, written: str) -> int | None:
    if style == "mark":
        return ord(written) - 0x245F
    if style == "decimal":
        return int(written.rsplit(".", 1)[1])
    return whole(written)


def tree(lines: Sequence[tuple[int, str]]) -> Node:
    """The outline of numbered lines; what stands before the first heading belongs to the root."""
    root = Node("root", 0, "")
    at = root
    for place, line in lines:
        found = heading(line)
        if found is None:
            at.lines.append((place, line))
            continue
        style, number, label, rest = found
        parent = at
        while parent.style != "root" and RANK[parent.style] >= RANK[style]:
            parent = parent.parent or root
        at = Node(style, number, label, [(place, rest)] if rest else [(place, "")], parent=parent)
        parent.children.append(at)
    return root


def paragraphs(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Lines as headings and paragraphs: lines that were wrapped are joined, headings that ran together are parted."""
    given = [(place, text.strip()) for place, text in lines if text.strip()]
    width = _wrap_width([text for _, text in given])
    longest = max((len(text) for _, text in given), default=0)
    joined: list[tuple[int, str]] = []
    length = 0  # of the last line that went into the last paragraph
    for place, text in given:
        before = joined[-1][1] if joined else ""
        goes_on = _open(before) or (
            not _LABELLED.match(text)
            and (
                (width and length >= width - 4)
                or (length >= longest - 4 and "。" in before and before[-1] not in _ENDED + "：")
            )
        )
        if before and goes_on and heading(text) is None:
            joined[-1] = (joined[-1][0], joined[-1][1] + text)
        else:
            joined.append((place, text))
        length = len(text)
    return _parted(joined)


def _open(text: str) -> bool:
    """Whether a bracket of a paragraph is still open at its end: the line was broken inside it."""
    depth = 0
    for sign in text:
        depth = max(0, depth + (sign in "（〔【") - (sign in "）〕】"))
    return depth > 0


_LABELLED = re.compile("(?:牵头|责任|配合|完成|协办|主办|承办|参与)(?:单位|部门|时限|时间)[：:]")


def _parted(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Headings inside a line begin a line of their own where they carry the next number of their style."""
    out: list[tuple[int, str]] = []
    last: dict[str, int] = {}
    for place, text in lines:
        while text:
            begins = heading(text)
            if begins:
                _count(last, begins[0], begins[1])
            cut = _next_heading(text, last, begins)
            out.append((place, text[:cut].strip()))
            text = text[cut:]
    return [(place, text) for place, text in out if text]


def _count(last: dict[str, int], style: str, number: int) -> None:
    last[style] = number
    for deeper in [name for name in last if RANK[name] > RANK[style] and name != "point"]:
        last.pop(deeper)


def _next_heading(text: str, last: dict[str, int], begins: tuple[str, int, str, str] | None) -> int:
    start = len(text) - len(begins[3]) if begins else 1
    cuts = [len(text)]
    for style in ("chapter", "section", "point"):
        expected = {last.get(style, 0) + 1} | ({1} if begins and RANK[begins[0]] < RANK[style] else set())
        for found in _BY_NAME[style].finditer(text, start):
            if _number(style, found[1]) in expected and _stands_apart(text, found, style, begins):
                cuts.append(found.start())
                break
    return min(cuts)


def _stands_apart(text: str, found: re.Match[str], style: str, begins: tuple[str, int, str, str] | None) -> bool:
    before, after = text[found.start() - 1], text[found.end() :][:1]
    if found[0].endswith(" "):
        return False
    if style == "point" and not re.match(rf"[{HAN}“《]", after):
        return False
    if before in _ENDED:
        return before != "”" or style != "point" or bool(begins)
    # 一、深化数据共享1.建立机制: a heading without an end, its first point behind it.
    headed = begins is not None and begins[0] in ("chapter", "section")
    return headed and style == "point" and before not in ".,、，：0123456789（第"


def _wrap_width(lines: Sequence[str]) -> int:
    """The width at which the text was wrapped by hand or by a page; 0 when paragraphs are whole lines."""
    long = sorted(len(line) for line in lines if len(line) > 12)
    if len(long) < 12:
        return 0
    width = long[int(len(long) * 0.9)]
    broken = [line for line in lines if width - 4 <= len(line) <= width + 2 and line[-1] not in "。；"]
    return width if width <= 60 and len(broken) * 3 > len(long) else 0
