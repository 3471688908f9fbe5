"""The gallery: every component in every state, with invented people, on a day that stands still. Demonstration only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.instant import SHANGHAI, frozen_at
from xiang.foundation.pages.gallery import screens
from xiang.foundation.pages.gallery.shell import NAVIGATION
from xiang.foundation.pages.http import page

NOW = datetime(2026, 9, 24, 10, 20, tzinfo=SHANGHAI)

PARTS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "": ("组件", screens.components),
    "home": ("首页", screens.home),
    "form": ("填表", screens.form),
    "progress": ("进度", screens.progress),
    "receipt": ("凭据", screens.receipt_page),
    "uses": ("数据使用", screens.uses),
    "states": ("状态", screens.states),
    "desk": ("待办", screens.desk),
    "case": ("办理", screens.case),
    "board": ("看板", screens.board),
    "paper": ("打印", screens.paper),
}


def gallery(request: HttpRequest, part: str = "") -> HttpResponse:
    """One part of the gallery. The clock stands still while it is drawn, so that pictures can be compared."""
    if part not in PARTS:
        raise Absent
    title, facts = PARTS[part]
    with frozen_at(NOW):
        context: dict[str, Any] = {
            "nav_preview": NAVIGATION,
            "parts": [(key, name) for key, (name, _) in PARTS.items()],
            "part": part,
            "part_title": title,
        }
        return page(request, f"pages/gallery/{part or 'components'}.html", context | facts())
