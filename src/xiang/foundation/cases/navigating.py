"""Where officers and applicants find their cases, and how many wait there."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from xiang.foundation.cases import queries
from xiang.foundation.cases.presenting.inbox import TITLES, views_of
from xiang.foundation.cases.views.desk import counts_of
from xiang.foundation.pages import navigation
from xiang.foundation.parties.actors import actor_of

ICONS = {
    "mine": "inbox",
    "unit": "users-group",
    "unclaimed": "hand-grab",
    "review": "copy-check",
    "followed": "eye",
    "closed": "archive",
    "all": "world",
}


def _has(view: str) -> Callable[[HttpRequest], bool]:
    return lambda request: view in views_of(actor_of(request))


def _count(view: str) -> Callable[[HttpRequest], int]:
    return lambda request: counts_of(request).get(view, 0)


def _waiting(request: HttpRequest) -> int:
    """How many of my matters wait for me."""
    return queries.waiting_for_me(actor_of(request))


def register() -> None:
    """Called when the application starts."""
    for order, (view, title) in enumerate(TITLES.items(), 10):
        key = f"desk-{view}"
        counted = view not in ("closed", "all")
        if counted:
            navigation.counter(key, _count(view))
        navigation.register(
            "desk", key, title, f"/desk/?view={view}", ICONS[view], order, _has(view), counter=key if counted else ""
        )
    navigation.counter("cases", _waiting)
    navigation.register("resident", "cases", "我的办件", "cases:mine", "list-check", 30, tab="办件")
