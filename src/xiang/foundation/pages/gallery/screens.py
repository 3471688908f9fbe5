"""What each page of the gallery is given."""

from __future__ import annotations

from datetime import date
from typing import Any

from xiang.foundation.pages.components import (
    BigRow,
    FactView,
    FieldView,
    Link,
    NameView,
    Option,
    PagingView,
    PlanRow,
    SaveBar,
    SourceView,
    StatusView,
    UploadView,
)
from xiang.foundation.pages.gallery.facts import (
    ACTIONS,
    CHILD,
    COUNTERS,
    DELIVER,
    DONE,
    EVENTS,
    FILTERS,
    FOLLOW,
    FULL,
    GONE,
    HOME_GROUP,
    LATE,
    MOTHER,
    NAME,
    PLACES_MAP,
    POLICE,
    PROVISIONAL,
    RECEIPT,
    RUNNING,
    SOON,
    STOPPED,
    TABLE,
    TILES,
    TYPED,
    USES,
    at,
    clock,
)
from xiang.foundation.pages.gallery.progress import LANES
from xiang.foundation.pages.gallery.states import STATES

PLAN = (
    (
        "一 高效办成一件事",
        (
            PlanRow("1", "重点事项上线", "19", "21 件", StatusView("run", "按期"), "#1", 90.5),
            PlanRow("2", "揭榜竞优场景", "2", "3", StatusView("run", "按期"), "#2", milestones=(True, True, False)),
        ),
    ),
    (
        "二 政务数据共享",
        (
            PlanRow("5", "系统目录数据三挂接", "78", "81 家", StatusView("run", "按期"), "#5", 96.3),
            PlanRow("7", "基层报表减少", "46.2%", "40%", StatusView("done", "已达标"), "#7", 46.2, 40),
        ),
    ),
    (
        "四 政务服务效能",
        (
            PlanRow("13", "事项引用率", "86.4%", "90%", StatusView("late", "滞后"), "#13", 86.4, 90),
            PlanRow("18", "诉求按期办结", "97.6%", "98%", StatusView("soon", "临近"), "#18", 97.6, 98),
        ),
    ),
)


def inbox_rows() -> list[dict[str, Any]]:
    rows = [
        ("0904-00231", "小餐饮经营许可", "示例区老李粉店", "待决定", LATE, "陈示例", False),
        ("0915-00102", "食品经营许可", "示例小厨餐饮管理有限公司", "现场核查", SOON, "陈示例", False),
        ("0918-00088", "食品经营许可", "示例市芸记米粉店", "审查", FULL, "陈示例", False),
        ("0917-00054", "企业信息变更", "湖南示例智造科技有限公司", "待受理", RUNNING, "未签收", True),
        ("0911-00306", "食品生产许可", "湖南示例食品有限公司", "专家评审", STOPPED, "陈示例", False),
        ("0921-00019", "食品经营许可延续", "示例路便利店", "已办结", DONE, "陈示例", False),
    ]
    names = ("number", "item", "applicant", "state", "clock", "officer", "unread")
    return [dict(zip(names, row, strict=True)) for row in rows for _ in range(1)] + [
        {
            "number": f"0924-{n:05}",
            "item": "食品经营许可",
            "applicant": f"示例食堂第 {n} 店",
            "state": "审查",
            "clock": clock(date(2026, 9, 22), 6 + n),
            "officer": "周示例",
            "unread": n % 4 == 3,
        }
        for n in range(1, 11)
    ]


def components() -> dict[str, Any]:
    return {
        "clocks": (RUNNING, SOON, LATE, STOPPED, DONE, clock(date(2026, 9, 1), 60)),
        "full": FULL,
        "provisional": PROVISIONAL,
        "statuses": [StatusView(k, w) for k, w in _STATUS_WORDS],
        "sources": (POLICE, TYPED, GONE),
        "names": (NameView("林沐禾"), NameView("苏·阿依古丽"), NameView("王𠮷㐂", ("𠮷",)), NameView("")),
        "receipt": RECEIPT,
        "places": PLACES_MAP,
        "graded": TILES,
        "fields": _fields(),
        "uploads": (
            UploadView("layout", "设备布局图", hint="PDF 或照片，10 MB 以内"),
            UploadView("lease", "房屋租赁合同", given="租赁合同.pdf·1.2 MB", given_url="#"),
        ),
        "table": TABLE,
        "paging": PagingView("?after=x", "?", "第 1 至 20 件，共 47 件"),
        "last": PagingView("", "?", ""),
        "bigs": BIGS,
        "events": EVENTS,
        "links": (
            Link("提交申请", "#", "primary"),
            Link("再看看", "#"),
            Link("稍后再填", "#", "quiet"),
            Link("撤回申请", "#", "deny"),
        ),
        "filters": FILTERS,
    }


_STATUS_WORDS: tuple[tuple[Any, str], ...] = (
    ("run", "办理中"),
    ("you", "等您处理"),
    ("soon", "临近到期"),
    ("late", "晚了 1 天"),
    ("stop", "停钟第 3 天"),
    ("done", "已办结"),
    ("wait", "未开始"),
)
BIGS = (
    BigRow("打 12345，有人帮您", "tel:12345", "phone-call", "人工接听，不用按数字", True),
    BigRow("养老金发了没有", "#", "cash"),
    BigRow("让子女帮我办", "#", "users"),
)


def _fields() -> tuple[FieldView, ...]:
    return (
        FieldView(
            "phone",
            "手机号",
            "tel",
            "1380000",
            "办到哪一步，短信告诉您。",
            "手机号要 11 位，现在是 7 位。",
            autocomplete="tel",
        ),
        FieldView(
            "street", "住址", "select", options=(Option("a", "示例街道", True), Option("b", "另一街道")), source=POLICE
        ),
        FieldView("area", "经营面积（㎡）", "number", "86", required=False),
        FieldView("reason", "理由", "textarea", hint="写明事实和依据，200 字以内。", maxlength=200),
        FieldView("agree", "同意读取婚姻登记", "yesno", options=(Option("1", "同意", True), Option("0", "不同意"))),
    )


def home() -> dict[str, Any]:
    return {
        "nav": "home",
        "running": clock(date(2026, 9, 21), 5, lead="户口"),
        "soon": SOON,
        "full": FULL,
        "map": PLACES_MAP,
    }


def form() -> dict[str, Any]:
    bar = SaveBar(Link("下一步：看一遍再提交", "#", "primary"), "09:07 已保存，换设备可继续", "#", "apply")
    return {"fields": (NAME, FOLLOW, DELIVER), "groups": (CHILD, MOTHER), "home_group": HOME_GROUP, "bar": bar}


def progress() -> dict[str, Any]:
    return {"lanes": LANES}


def receipt_page() -> dict[str, Any]:
    return {"receipt": RECEIPT}


def uses() -> dict[str, Any]:
    return {"uses": USES}


def states() -> dict[str, Any]:
    return {"states": STATES}


def desk() -> dict[str, Any]:
    rows = inbox_rows()
    return {"counters": COUNTERS, "filters": FILTERS, "rows": rows, "chosen": rows[2]}


def case() -> dict[str, Any]:
    facts = (
        FactView("经营者", "示例市芸记米粉店（个体工商户）", SourceView("省市场监管局", "主体登记", at(18, 14, 2))),
        FactView("负责人", "苏示例 4399**********002X", SourceView("省公安厅", "人口库", at(18, 14, 2)), numeric=True),
        FactView("经营场所", "示例街道 6 栋 103 号", SourceView("省自然资源厅", "不动产登记", at(18, 14, 2))),
        FactView(
            "经营面积", "86 ㎡", SourceView("申请人有异议：“含 8 ㎡ 搭建后厨”", kind="hand"), differs="来源为 78 ㎡"
        ),
        FactView("经营项目", "热食类食品制售", SourceView("申请人选择", kind="hand")),
        FactView("从业人数", "3 人", SourceView("申请人填写", kind="hand"), numeric=True),
    )
    return {"facts": facts, "clock": FULL, "events": EVENTS, "actions": ACTIONS}


def board() -> dict[str, Any]:
    series = {
        "labels": ["7/14", "7/21", "7/28", "8/4", "8/11", "8/18", "8/25", "9/1", "9/8", "9/15", "9/22", "9/29"],
        "values": [87.9, 88.1, 88.6, 88.8, 89.2, 89.1, 89.6, 89.8, 90.2, 90.5, 90.8, 91.3],
        "target": 90,
    }
    return {"plan": PLAN, "map": TILES, "series": series}


def paper() -> dict[str, Any]:
    return {}
