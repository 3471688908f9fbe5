"""Plans of known structure, and the many layouts in which an office could have written each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from xiang.oversight.plan.engine.numerals import chinese

UNITS = (
    "省数据局",
    "省财政厅",
    "省教育厅",
    "省发展改革委",
    "省工业和信息化厅",
    "省政务服务和大数据中心",
    "省委网信办",
    "长沙市人民政府",
    "省文化和旅游厅",
    "省药监局",
)
TITLES = (
    "建立共享机制",
    "推进目录编制",
    "提升平台能力",
    "强化安全保障",
    "完善标准体系",
    "培育数据产业",
    "优化办事流程",
    "开展人才培训",
)
SENTENCES = (
    "制定管理办法和工作指引",
    "发布重点场景清单",
    "推动系统迁移上云（涉密的除外）",
    "落实国家2025年度任务",
    "编制《目录（2025版）》",
    "升级“湘易办”3.0版",
)
FIGURES = (
    ("接入率达到90%", (">=", 90, "%")),
    ("打造20个左右应用", ("~", 20, "个")),
    ("归集数据3万条以上", (">=", 30000, "条")),
    ("培育企业超过50家", (">", 50, "家")),
)
CHAPTERS = ("持续推进数据共享", "提升数字政务水平", "建好数据基础设施", "培育一体化市场", "构建良好生态")


@dataclass(frozen=True)
class Point:
    """A task as it was meant."""

    title: str
    sentences: tuple[str, ...]
    figures: tuple[int, ...]
    leads: tuple[str, ...]
    others: tuple[str, ...]
    more: bool
    due: date | None

    @property
    def expected(self) -> tuple[object, ...]:
        roles = (self.leads, self.others, ()) if self.leads else ((), (), self.others)
        figures = [FIGURES[n][1] for n in self.figures]
        return self.title, *map(list, roles), self.more, figures, self.due


@dataclass(frozen=True)
class Layout:
    """How it is written."""

    style: str
    clause: str
    brackets: tuple[str, str]
    width: int
    newline: str
    half: bool
    blank: bool
    together: bool


_LEADS = st.lists(st.sampled_from(UNITS), min_size=0, max_size=3, unique=True)


@st.composite
def points(draw: st.DrawFn) -> Point:
    names = draw(st.permutations(UNITS))
    leads = draw(st.integers(0, 3))
    others = draw(st.integers(0 if leads else 1, 3))
    return Point(
        draw(st.sampled_from(TITLES)),
        tuple(draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True))),
        tuple(draw(st.lists(st.integers(0, len(FIGURES) - 1), max_size=2, unique=True))),
        tuple(names[:leads]),
        tuple(names[leads : leads + others]),
        draw(st.booleans()) if others else False,
        draw(st.one_of(st.none(), st.sampled_from([date(2025, 9, 30), date(2025, 12, 31), date(2025, 6, 30)]))),
    )


plans = st.lists(st.lists(points(), min_size=1, max_size=4), min_size=1, max_size=len(CHAPTERS))
layouts = st.builds(
    Layout,
    style=st.sampled_from(["running", "anew", "sections", "parts"]),
    clause=st.sampled_from(["verbs", "labels", "lines"]),
    brackets=st.sampled_from([("（", "）"), ("(", ")"), ("〔", "〕"), ("【", "】")]),
    width=st.sampled_from([0, 0, 28, 36]),
    newline=st.sampled_from(["\n", "\r\n"]),
    half=st.booleans(),
    blank=st.booleans(),
    together=st.booleans(),
)


def written(plan: list[list[Point]], layout: Layout) -> str:
    """The text of a plan in a layout."""
    lines = ["湖南省2025年样板工作要点", "湘政办函〔2025〕99号", "湖南省人民政府办公厅", "2025年2月1日"]
    running = 0
    for number, (chapter, tasks) in enumerate(zip(CHAPTERS, plan, strict=False), 1):
        head = f"第{chinese(number)}章 {chapter}" if layout.style == "parts" else f"{chinese(number)}、{chapter}"
        lines.append(head)
        for place, task in enumerate(tasks, 1):
            running += 1
            at = place if layout.style in ("anew", "sections") else running
            label = f"（{chinese(at)}）" if layout.style == "sections" else f"{at}."
            lines += _task(task, label, layout)
    lines = _half(lines) if layout.half else lines
    text: list[str] = []
    for line in lines:
        text += _wrapped(line, layout.width)
        text += [""] if layout.blank and not layout.width else []
    return layout.newline.join(text)


def _task(task: Point, label: str, layout: Layout) -> list[str]:
    body = "。".join([*task.sentences, *(FIGURES[n][0] for n in task.figures)]) + "。"
    if layout.clause == "lines":
        return [f"{label}{task.title}", body, *_labels(task)]
    inner = "；".join(_labels(task)) if layout.clause == "labels" else _verbs(task)
    return [f"{label}{task.title}。{body}{layout.brackets[0]}{inner}{layout.brackets[1]}"]


def _labels(task: Point) -> list[str]:
    more = "等有关单位" if task.more else ""
    said = [f"牵头单位：{'、'.join(task.leads)}"] if task.leads else []
    said += [f"责任单位：{'、'.join(task.others)}{more}"] if task.others else []
    return said + ([f"完成时限：{_day(task.due)}"] if task.due else [])


def _verbs(task: Point) -> str:
    more = "等有关单位" if task.more else ""
    said = [f"{'、'.join(task.leads)}牵头"] if task.leads else []
    said += [f"{'、'.join(task.others)}{more}按职责分工负责"] if task.others else []
    return "，".join(said + ([f"{_day(task.due)}前完成"] if task.due else []))


def _day(due: date) -> str:
    return f"{due.year}年{due.month}月底"


def _half(lines: list[str]) -> list[str]:
    return [line.translate(str.maketrans("，：；（）", ",:;()")) for line in lines]


def _wrapped(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] if width and line else [line]
