"""The three pages that every foot links to, and the door to the configuration screens."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.templatetags.static import static

from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import CONFIG_PREFIX, page


def accessibility(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/about_accessibility.html")


def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/about_privacy.html")


def stuck(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/about_stuck.html")


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers and borrowed pages ask for it at the root."""
    return HttpResponseRedirect(static("pages/mark.svg"))


def config_sign_in(request: HttpRequest) -> HttpResponse:
    """The configuration screens have no sign-in of their own: it would go around the second factor."""
    if request.user.is_authenticated:
        raise Absent
    back = request.GET.get(REDIRECT_FIELD_NAME, CONFIG_PREFIX)
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: back})}")
