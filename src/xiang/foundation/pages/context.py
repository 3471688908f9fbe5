"""The context processor of every page: ``shell``."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from xiang.foundation.ground import instant, province
from xiang.foundation.pages import navigation, preferences
from xiang.foundation.pages.components import IdentityView


class Shell:
    """What base templates ask. Everything is asked only when a template names it: a fragment pays for nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def preferences(self) -> preferences.Preferences:
        return preferences.of(self.request)

    @property
    def theme(self) -> str:
        return self.preferences.theme

    @property
    def elder(self) -> bool:
        return self.preferences.elder

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO)

    @property
    def site(self) -> province.Site:
        return province.site()

    @cached_property
    def identity(self) -> IdentityView | None:
        return navigation.identity(self.request)

    @cached_property
    def unread(self) -> int:
        return navigation.count(self.request, "messages")

    @property
    def sign_in_url(self) -> str:
        """Where to sign in, and back to this page afterwards."""
        address = resolve_url(settings.LOGIN_URL)
        if self.request.path.startswith("/accounts/"):
            return address
        return f"{address}?{urlencode({'next': self.request.get_full_path()})}"

    @property
    def now(self) -> Any:
        return instant.now()


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
