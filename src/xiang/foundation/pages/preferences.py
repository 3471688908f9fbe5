"""What a person chose for their own eyes: theme and elder mode (长辈版), kept in two cookies for a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
THEME_COOKIE, ELDER_COOKIE = "x-theme", "x-elder"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    theme: Theme
    elder: bool


def of(request: HttpRequest) -> Preferences:
    """The preferences of this browser; anything unknown reads as the default."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return Preferences(theme if theme in THEMES else "auto", request.COOKIES.get(ELDER_COOKIE) == "1")


def _back(request: HttpRequest) -> str:
    """Where to go on: ``next`` or the page one came from, never another site."""
    for address in (request.POST.get("next"), request.META.get("HTTP_REFERER")):
        if address and url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
            return address
    return "/"


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen and go back; a field that is absent keeps its value."""
    answer = HttpResponseRedirect(_back(request))
    theme, elder = request.POST.get("theme"), request.POST.get("elder")
    if theme in THEMES:
        _keep(answer, THEME_COOKIE, theme)
    if elder is not None:
        _keep(answer, ELDER_COOKIE, "1" if elder == "1" else "")
    return answer


def _keep(answer: HttpResponse, name: str, value: str) -> None:
    if value:
        # Readable by script on purpose: it holds no secret, and the theme must apply before the page is drawn.
        answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE)
    else:
        answer.delete_cookie(name, samesite="Lax")
