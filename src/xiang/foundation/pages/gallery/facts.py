"""Invented clocks, sources, fields and lists. Nobody here exists, and no limit here is a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from xiang.foundation.ground.instant import SHANGHAI
from xiang.foundation.ground.province import prefectures
from xiang.foundation.pages.clocks import clock_view
from xiang.foundation.pages.components import (
    ActionView,
    BeforeAfter,
    ClockView,
    CounterView,
    DataUseView,
    DerivationRow,
    EventView,
    FactGroup,
    FactView,
    FieldView,
    FilterView,
    Link,
    MapView,
    Option,
    ReceiptPart,
    ReceiptView,
    SourceView,
    TableView,
    TileView,
)

TODAY = date(2026, 9, 24)
HOLIDAYS = {date(2026, 9, 25) + timedelta(days=n): "中秋节" for n in range(3)} | {
    date(2026, 10, 1) + timedelta(days=n): "国庆节" for n in range(7)
}
MAKEUP = {date(2026, 9, 20), date(2026, 10, 10)}


@dataclass(frozen=True)
class Step:
    """A day of a derivation, in the shape of the statutes' answer."""

    day: date
    counted: int | None
    kind: str
    note: str = ""


def steps(start: date, limit: int, stopped: Iterable[date] = ()) -> list[Step]:
    """Count ``limit`` working days after ``start``."""
    found, day, counted, stops = [Step(start, None, "start", "受理")], start, 0, set(stopped)
    while counted < limit:
        day += timedelta(days=1)
        working = (day.weekday() < 5 and day not in HOLIDAYS) or day in MAKEUP
        if day in stops:
            found.append(Step(day, None, "stopped", "检测"))
        elif not working:
            found.append(Step(day, None, "holiday" if day in HOLIDAYS else "rest", HOLIDAYS.get(day, "")))
        else:
            counted += 1
            found.append(Step(day, counted, "due" if counted == limit else "makeup" if day in MAKEUP else "counted"))
    return found


def clock(start: date, limit: int, stopped: Iterable[date] = (), today: date = TODAY, **more: Any) -> ClockView:
    walked = steps(start, limit, stopped)
    return clock_view(walked, today=today, due=walked[-1].day, limit=f"承诺 {limit} 个工作日", **more)


def at(day: int, hour: int, minute: int, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


STOPS = (date(2026, 9, 22), date(2026, 9, 23))
RUNNING = clock(date(2026, 9, 21), 5)
SOON = clock(date(2026, 9, 18), 5)
LATE = clock(date(2026, 9, 9), 5, late_days=2)
STOPPED = clock_view(
    steps(date(2026, 9, 17), 6, (date(2026, 9, 22), date(2026, 9, 23), TODAY))[:8], today=TODAY, due=None, left=3
)
FULL = clock(
    date(2026, 9, 18),
    10,
    STOPS,
    derivation=(
        DerivationRow("起算", "9月18日受理，次日起算"),
        DerivationRow("时限", "10 个工作日（本局承诺）", "法定 20 日，《行政许可法》第四十二条"),
        DerivationRow("计入", "9月20日、10月10日调休上班，各计 1 天"),
        DerivationRow("停钟 2 天", "9月22日至23日检测，告知书 0922-14 号", "《行政许可法》第四十五条"),
        DerivationRow("不计", "周末 2 天，中秋 3 天，国庆 7 天"),
        DerivationRow("日历", "2026 年放假安排已公布"),
    ),
)
DONE = clock(date(2026, 9, 18), 5, concluded=date(2026, 9, 23))
PROVISIONAL = replace(clock(date(2026, 9, 21), 8), provisional=True)

POLICE = SourceView("省公安厅", "人口库", at(24, 9, 2))
CIVIL = SourceView("省民政厅", "婚姻登记", at(24, 9, 2))
HOSPITAL = SourceView("示例妇幼保健院", "分娩登记", at(24, 9, 2))
TYPED = SourceView("您 09:06 填写", kind="hand", note="恢复后由我们核对")
GONE = SourceView("省医保局", "参保登记", kind="gone", note="09:02 起连不上")

RECEIPT = ReceiptView(
    parts=(
        ReceiptPart("省公安厅", 22),
        ReceiptPart("省卫生健康委", 17),
        ReceiptPart("省医保局", 9),
        ReceiptPart("省民政厅", 6),
        ReceiptPart("省人社厅", 6),
    ),
    typed=3,
    rows=(
        BeforeAfter("要去的窗口", 5, 0, "个", "保健院、派出所、医保、税务、人社", "窗口"),
        BeforeAfter("要交的材料", 7, 0, "份", "身份证×2、结婚证、户口簿、证明原件、发票、银行卡", "材料"),
        BeforeAfter("要跑的路", 6, 0, "次", "户口页和社保卡已寄出", "路"),
        BeforeAfter("要等的时间", 38, 21, "天", "按日历天，从提交到最后一项办结", "时间"),
    ),
    how="“原来”取办事指南冻结的基线，“现在”数的是这一件的实际记录。",
)

TILES = MapView(
    tuple(
        TileView(code, name, f"{value:.1f}", f"#{code}", grade)  # type: ignore[arg-type]
        for (code, (_, _, name)), value, grade in zip(
            prefectures().items(),
            (90.8, 92.9, 92.6, 87.9, 91.5, 95.2, 90.1, 91.0, 93.1, 93.8, 88.7, 90.4, 89.3, 92.2),
            (3, 4, 4, 1, 3, 4, 3, 3, 4, 4, 2, 3, 2, 3),
            strict=False,  # another province has another number of them
        )
    ),
    ((4, "92.5 以上"), (3, "达标"), (2, "未达标"), (1, "低于 88.5")),
)
PLACES_MAP = MapView(
    tuple(TileView(code, name, url=f"#{code}", current=code == "4301") for code, (_, _, name) in prefectures().items())
)

NAME = FieldView(
    "child-name", "孩子的姓名", "name", "林沐禾", "证明、户口、社保卡上的字将与此完全一致。", number=1, missing=()
)
FOLLOW = FieldView(
    "follow",
    "户口随谁",
    "choice",
    number=2,
    options=(
        Option("father", "随父亲 林示例", hint="株洲市示例派出所"),
        Option("mother", "随母亲 苏示例", True, "长沙市示例派出所"),
    ),
)
DELIVER = FieldView(
    "deliver",
    "户口页和社保卡怎么领",
    "choice",
    number=3,
    options=(
        Option("mail", "邮寄到 示例街道 3 栋 402", True, "免邮费，预计 10月13日送达"),
        Option("collect", "自己去领", hint="派出所 1 次、银行 1 次"),
    ),
)
CHILD = FactGroup(
    "孩子",
    (
        FactView("出生时间", "2026年9月16日 07:42", HOSPITAL, "#dispute", numeric=True),
        FactView("性别", "女", HOSPITAL, "#dispute"),
        FactView("出生地", "湖南省长沙市岳麓区", HOSPITAL, "#dispute"),
    ),
    9,
    True,
)
MOTHER = FactGroup(
    "母亲",
    (
        FactView("姓名", "苏示例", POLICE, "#dispute"),
        FactView("公民身份号码", "4399**********002X", POLICE, "#dispute", numeric=True),
        FactView("婚姻状况", "已婚（林示例）", CIVIL, "#dispute", disputed="您 09:05 提出异议，核对期间照常办理"),
        FactView("参保类型", "职工医保，在保", TYPED),
    ),
    21,
    True,
    "医保系统 09:02 起连不上，这一项可以自己填，也可以空着。不影响提交，不会因此退回。",
)
HOME_GROUP = FactGroup("家庭与住址", (FactView("住址", "示例街道 3 栋 402", POLICE, "#dispute"),), 12)


COUNTERS = (
    CounterView("late", "已逾期", "1", "#late"),
    CounterView("soon", "今天到期", "3", "#today"),
    CounterView("soon", "明天到期", "2", "#tomorrow", icon="hourglass-high"),
    CounterView("stop", "已停钟", "2", "#stopped"),
    CounterView("you", "等申请人", "5", "#waiting"),
    CounterView("run", "正常", "34", "#normal", True),
)
FILTERS = (
    FilterView("open", "未办结", on=True, url="?"),
    FilterView("item", "事项", (Option("", "全部事项", True), Option("food", "食品经营许可"))),
    FilterView("state", "环节", (Option("", "全部环节", True), Option("review", "审查"))),
    FilterView("order", "时钟：先急后缓", url="?order=-due", icon="arrow-down"),
)
ACTIONS = (
    ActionView("报请准予", "propose-grant", "许可法第三十八条第一款", "↵", primary=True),
    ActionView("一次性补正", "supplement", "第三十二条", "B", disabled="已受理，不可用"),
    ActionView("停钟", "suspend", "第四十五条：限 8 类事由", "S"),
    ActionView("申请延期", "extend", "第四十二条：须负责人批准", "E"),
    ActionView("报请不予许可", "propose-refusal", "第三十八条第二款：须写理由", "D", preview=True, url="#preview"),
    ActionView("退回受理", "return", "受审分离：回到受理岗", "R"),
)
EVENTS = (
    EventView(at(24, 9, 40), "现场核查，合格", "walk", actor="王示例、李示例"),
    EventView(at(24, 8, 30), "检测完成，时钟恢复", "player-play"),
    EventView(at(22, 9, 5), "停钟：饮用水检测，已书面告知 2 天", "player-pause"),
    EventView(at(18, 16, 10), "受理，发受理通知书", "check", "#doc", "周示例"),
    EventView(at(18, 14, 5), "提交", "send", actor="苏示例"),
)
USES = (
    DataUseView(
        "示例派出所",
        at(23, 15, 2),
        "婚姻登记状态、登记日期（2 项）",
        "林沐禾出生登记",
        "《户口登记条例》第七条",
        "民警查看 1 次",
        "#case",
    ),
    DataUseView(
        "省公安厅 人口库",
        at(21, 9, 2),
        "姓名、身份号码等 12 项",
        "新生儿出生一件事·预填",
        "您于 09:01 同意；国务院令第 716 号第七条",
        "自动填表，您看到后才提交",
        "#case",
        (Link("查看 12 项", "#"), Link("这次不该用？提出异议", "#")),
    ),
    DataUseView(
        "示例区综合窗口",
        at(23, 11, 26),
        "",
        "",
        "",
        "工作人员想查您的住址，名下没有您的办件。没有给出任何数据，已报审计。",
        links=(Link("查看处理结果", "#"),),
        refused="一次查询被拒绝",
    ),
)
TABLE = TableView(
    "各事项办件",
    ("事项", "机关", "办件", "按期"),
    (("食品经营许可", "示例区市场监管局", "1,204", "99.1%"), ("出生登记", "示例派出所", "862", "100%")),
    frozenset({2, 3}),
)
