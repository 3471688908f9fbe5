"""The nine states that every page must know how to say."""

from __future__ import annotations

from xiang.foundation.pages.components import (
    Link,
    StateView,
)
from xiang.foundation.pages.gallery.progress import cells

STATES = (
    (
        "空",
        StateView(
            "还没有办过事",
            "办过的事会一直留在这里，编号、结果、凭据都在。",
            actions=(Link("看看能办什么", "#"),),
            lotus=True,
        ),
    ),
    (
        "等（超过 1 秒）",
        StateView(
            "正在向 5 个部门取信息",
            "已取到 4 个：公安、卫健、民政、人社。医保还在等，最多再等 6 秒。",
            "database-search",
            actions=(Link("先填我要填的 3 项", "#"),),
            cells=cells("past", "past", "past", "past", "today"),
        ),
    ),
    (
        "断网",
        StateView(
            "网断了，填的都在这台手机上",
            "09:07 前的内容已保存到服务器。连上后自动补存，不用重填。",
            "wifi-off",
            "soon",
            (Link("再试一次", "#"),),
        ),
    ),
    (
        "来源停了",
        StateView(
            "医保系统暂时连不上",
            "从 10:02 起。这 9 项您可以自己填，也可以等恢复后我们短信告诉您。不影响提交。",
            "plug-connected-x",
            "soon",
            (Link("自己填", "#", "primary"), Link("等恢复", "#")),
        ),
    ),
    (
        "重复提交",
        StateView(
            "这件事已经提交过了",
            "今天 09:14 已收到，编号 0921-00417。没有重复受理，也不会扣两次费。",
            "copy-check",
            actions=(Link("看办到哪了", "#", "primary"),),
        ),
    ),
    (
        "时限暂定",
        StateView(
            "到期日暂定为 2027年1月12日",
            "2027 年放假安排还没公布。公布后我们重算并通知您，只会写明改了哪几天。",
            "calendar-question",
            "stop",
            (Link("看怎么算的", "#"),),
        ),
    ),
    (
        "不归我们管",
        StateView(
            "这件事归株洲市天元区办",
            "父亲户口在天元区，由那里的派出所受理。您填的 63 项可以一并转过去。",
            "route",
            "you",
            (Link("转到天元区", "#", "primary"),),
        ),
    ),
    (
        "没有权限或不存在",
        StateView(
            "打不开这个页面",
            "网址不对，或者这件事不是您的。两种情况我们给同样的答复。",
            "lock",
            "done",
            (Link("回到我的办件", "#"),),
        ),
    ),
    (
        "机关超时",
        StateView(
            "示例派出所晚了 1 天",
            "应在 9月29日前办结。已自动报效能监察，不需要您投诉。您仍可催办或申请复议。",
            "alert-triangle",
            "late",
            (Link("催办", "#"), Link("怎么救济", "#", "quiet")),
        ),
    ),
)
