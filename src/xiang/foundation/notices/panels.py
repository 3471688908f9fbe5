"""What notices hang into the shell: the bell with its counter, and the newest messages on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from xiang.foundation.notices import queries
from xiang.foundation.notices.models import Channel
from xiang.foundation.pages import navigation
from xiang.foundation.pages import panels as slots
from xiang.foundation.parties.actors import actor_of

CONTACT_KIND = {Channel.SMS.value: "phone", Channel.EMAIL.value: "email"}
HOME_ORDER = 60


def unread_count(request: HttpRequest) -> int:
    return queries.unread(actor_of(request))


def newest(request: HttpRequest, subject: Any) -> str:
    """The two newest messages, for the home page; nothing for who is not signed in."""
    actor = actor_of(request)
    rows = list(queries.visible_to(actor).order_by("-id")[:2])
    return render_to_string("notices/parts/home.html", {"notices": rows}, request) if rows else ""


def register() -> None:
    """Called when the application starts."""
    navigation.counter("messages", unread_count)
    navigation.register(
        "resident",
        "messages",
        "消息",
        "notices:inbox",
        "bell",
        80,
        lambda request: actor_of(request).signed_in,
        counter="messages",
    )
    slots.register("home", HOME_ORDER, newest)
