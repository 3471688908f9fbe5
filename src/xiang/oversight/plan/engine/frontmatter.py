"""The head of a notice: title, document number, issuer, date, and from them the year that the plan is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from xiang.oversight.plan.engine.characters import HAN
from xiang.oversight.plan.engine.model import Plan
from xiang.oversight.plan.engine.numerals import whole

_NUMBER = re.compile(rf"([{HAN}]{{2,12}}[〔\[（【]\s*((?:19|20)\d\d)\s*[〕\]）】]\s*第?\s*(\d{{1,4}})\s*号)")
DATED = re.compile(
    r"^(?:印发日期|成文日期|发布日期|日期)?[：:]?((?:19|20)\d\d|二[〇零○O][〇零○O一二三四五六七八九]{2})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日(?:印发)?$"
)
_OF = re.compile(r"^(.{2,40}?)关于(?:印发|下发|转发|发布|公布)[《〈](.+?)[》〉](?:的通知|的函|的公告)?$")
ISSUER = re.compile(rf"^[{HAN}（）、]{{2,40}}(?:办公厅|办公室|政府|委员会|委|厅|局|领导小组|指挥部|中心|公室)$")
_KIND = re.compile("要点|计划|方案|任务|安排|清单|措施|意见|台账|分工|规划|行动|工程|目标|举措|责任")
_YEAR = re.compile(r"((?:19|20)\d\d|二[〇零]二[〇零一二三四五六七八九])\s*年")
_SKIPPED = re.compile(r"^（?此件|^抄送|^（?公开|^各[^。]{2,60}[：:]$|^附件|^索引号|^发文机关|^主题")


def read(plan: Plan, head: Sequence[str], tail: Sequence[str]) -> None:
    """Fill in what the lines before the first heading say, and those after the last task."""
    lines = [line.strip() for line in head if line.strip()]
    plan.number = _document_number([*lines, *tail])
    _notice_title(plan, lines)
    _signature(plan, [*lines, *tail])
    plan.title = plan.title or _own_title(lines)
    year = _YEAR.search(plan.title)
    written = whole(year[1]) if year else None
    plan.year = written or (plan.date.year if plan.date else None)
    for name, value in (
        ("标题", plan.title),
        ("发文字号", plan.number),
        ("发文机关", plan.issuer),
        ("日期", plan.date),
    ):
        if not value:
            plan.warn("head_missing", f"文中没有找到{name}，请补上。")


def _document_number(lines: Sequence[str]) -> str:
    """The plan's own number stands alone on its line; one inside a sentence belongs to what it refers to."""
    for line in lines:
        bare = re.sub(r"^(?:发文字号|文号|文件编号)[：:]\s*", "", line.strip())
        if found := _NUMBER.fullmatch(bare):
            return re.sub(r"[\[（【]\s*((?:19|20)\d\d)\s*[\]）】]", r"〔\1〕", found[1]).replace(" ", "")
    return ""


def _notice_title(plan: Plan, lines: Sequence[str]) -> None:
    for count in (1, 2, 3):
        for at in range(len(lines) - count + 1):
            if found := _OF.match("".join(lines[at : at + count])):
                plan.issuer, plan.title = _plain(found[1]), found[2]
                return


def _signature(plan: Plan, lines: Sequence[str]) -> None:
    for at, line in enumerate(lines):
        bare = re.sub(r"\s", "", line).strip("（）")
        if not (found := DATED.match(bare)) or plan.date:
            continue
        year, month, day = (whole(part.replace("○", "〇").replace("O", "〇")) or 0 for part in found.groups())
        try:
            plan.date = date(year, month, day)
        except ValueError:
            plan.warn("date_wrong", f"没有“{bare}”这一天，请改正。")
        before = _plain(lines[at - 1]) if at else ""
        if ISSUER.match(before) and not plan.issuer:
            plan.issuer = before


def _plain(line: str) -> str:
    return re.sub(r"\s", "", line)


def _own_title(lines: Sequence[str]) -> str:
    """The line that names a kind of plan and is no sentence; the last such before the text begins."""
    fits = [line for line in lines if _KIND.search(line) and not re.search("[。：；，]", line) and 5 < len(line) < 60]
    fits = [line for line in fits if not _SKIPPED.match(line) and not _NUMBER.search(line)]
    return _plain(fits[-1]) if fits else ""
