"""An invented life event over three weeks with two holidays in them."""

from __future__ import annotations

from datetime import date, timedelta

from xiang.foundation.pages.clocks import clock_view
from xiang.foundation.pages.components import (
    DayCell,
    LaneRow,
    LanesView,
    Link,
    StatusView,
)
from xiang.foundation.pages.gallery.facts import HOLIDAYS, MAKEUP, RUNNING, TODAY, Step, clock, steps


def cells(*states: str, first: date = date(2026, 9, 21)) -> tuple[DayCell, ...]:
    return tuple(DayCell(state, first + timedelta(days=n)) for n, state in enumerate(states))  # type: ignore[arg-type]


def _axis() -> tuple[DayCell, ...]:
    days = []
    for n in range(22):
        day = date(2026, 9, 21) + timedelta(days=n)
        off = (day.weekday() > 4 or day in HOLIDAYS) and day not in MAKEUP
        state = "today" if day == TODAY else "rest" if off else "none"
        label = HOLIDAYS.get(day, "").removesuffix("节") if off else "班" if day in MAKEUP else ""
        days.append(DayCell(state, day, label=label))  # type: ignore[arg-type]
    return tuple(days)


def _lane(start: date, limit: int, waiting: bool = False) -> tuple[DayCell, ...]:
    walked = {step.day: step for step in steps(start, limit)}
    row: list[DayCell] = []
    for cell in _axis():
        assert cell.day is not None
        step = walked.get(cell.day)
        state = "none"
        if step and step.counted is None:
            state = "none" if step.kind == "start" and waiting else "rest"
        elif step and step.kind == "due":
            state = "waiting" if waiting else "due"
        elif step:
            state = "waiting" if waiting else "today" if cell.day == TODAY else "past" if cell.day < TODAY else "left"
        row.append(DayCell(state, cell.day))  # type: ignore[arg-type]
    return tuple(row)


LANES = LanesView(
    axis=_axis(),
    root="certificate",
    parallel_words="以下 5 项同时办，互不等待",
    rows=(
        LaneRow(
            "certificate",
            "出生医学证明",
            "示例妇幼保健院",
            StatusView("done", "已办结"),
            cells("end"),
            "9月21日签发",
            url="#",
        ),
        LaneRow(
            "vaccine",
            "预防接种证",
            "示例社区卫生服务中心",
            StatusView("done", "已办结"),
            cells("rest", "end"),
            "承诺 1 天",
            after="certificate",
        ),
        LaneRow(
            "insure",
            "城乡居民参保登记",
            "示例区医保局",
            StatusView("done", "已办结"),
            cells("none", "none", "rest", "end"),
            "9月24日办结",
            after="certificate",
        ),
        LaneRow(
            "pay",
            "医保缴费",
            "示例区税务局",
            StatusView("you", "等您处理"),
            (),
            "400.00 元",
            ask="10月15日前缴，待遇从出生当天算",
            action=Link("去缴费", "#pay", "primary"),
        ),
        LaneRow(
            "claim",
            "生育医疗费用报销",
            "示例市医保中心",
            StatusView("run", "办理中"),
            _lane(date(2026, 9, 21), 10),
            "第 3 天，共 10 天",
            clock(date(2026, 9, 21), 10),
            after="certificate",
        ),
        LaneRow(
            "household",
            "出生登记（户口）",
            "示例派出所",
            StatusView("run", "办理中"),
            _lane(date(2026, 9, 21), 5),
            "第 3 天，共 5 天",
            RUNNING,
            after="certificate",
        ),
        LaneRow(
            "card",
            "社会保障卡",
            "示例区人社局",
            StatusView("wait", "未开始"),
            _lane(date(2026, 9, 29), 5, True),
            "有身份号码后自动开始",
            clock_view([Step(date(2026, 9, 30), 1, "waiting")] * 5, today=TODAY, due=None),
            after="household",
            after_words="身份号码 9月29日前",
        ),
    ),
)
