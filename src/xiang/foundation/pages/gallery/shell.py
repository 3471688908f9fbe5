"""The navigation of the gallery, so that a picture shows a whole page whatever rooms are installed."""

from __future__ import annotations

from dataclasses import replace

from xiang.foundation.pages.navigation import Shown


def _items(*rows: tuple[str, str, str, str, int, str]) -> list[Shown]:
    return [
        Shown(key, label, f"#{key}", icon, tab, section, count, False) for key, label, icon, tab, count, section in rows
    ]


NAVIGATION = {
    "resident": _items(
        ("home", "首页", "home", "首页", 0, ""),
        ("services", "办事", "apps", "", 0, ""),
        ("cases", "我的办件", "list-check", "办件", 0, ""),
        ("credentials", "我的证照", "id", "证照", 0, ""),
        ("datause", "谁用了我的数据", "eye", "", 0, ""),
        ("messages", "消息", "bell", "", 2, ""),
        ("me", "我的", "user", "我的", 0, ""),
    ),
    "desk": _items(
        ("inbox", "我的待办", "inbox", "", 47, ""),
        ("unit", "本科室", "users-group", "", 312, ""),
        ("claim", "待签收", "hand-grab", "", 18, ""),
        ("check", "待复核", "copy-check", "", 9, ""),
        ("food", "食品经营许可", "building-store", "", 21, "按事项"),
        ("company", "企业信息变更", "building", "", 14, "按事项"),
        ("find", "按编号查办件", "search", "", 0, "工具"),
        ("calendar", "工作日历", "calendar", "", 0, "工具"),
    ),
    "board": _items(("plan", "48 点", "flag", "", 0, ""), ("speed", "效能", "gauge", "", 0, "")),
}
NAVIGATION["desk"][0] = replace(NAVIGATION["desk"][0], current=True)
NAVIGATION["resident"][0] = replace(NAVIGATION["resident"][0], current=True)
NAVIGATION["board"][0] = replace(NAVIGATION["board"][0], current=True)
