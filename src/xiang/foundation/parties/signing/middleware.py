"""Officers' sessions: two factors, and an end when nobody sits there."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.pages.http import Answer, accepts_html, is_htmx, problem_response
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.signing.session import has_second_factor

_SEEN = "seen"
_OPEN_PREFIXES = ("/accounts/", "/preferences/", "/static/", "/about/")


class OfficeMiddleware:
    """For officers and administrators only: 1. end a session that rested too long; 2. ask for the second factor."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Account):
            actor = actor_of(request)
            if actor.is_staff or actor.administration:
                refused = _rested(request) or _one_factor_only(request, request.user)
                if refused:
                    return refused
        return self.get_response(request)


def _rested(request: HttpRequest) -> HttpResponse | None:
    # The machine's clock on purpose: moving the demonstration clock forward must not sign everybody out.
    now, seen = time.time(), request.session.get(_SEEN)
    if seen is not None and now - seen > settings.STAFF_IDLE_SECONDS:
        get_adapter(request).logout(request)
        detail = "很久没有操作，为了办件安全已经退出。已保存的都在，重新登录后接着办。"
        return _send(request, "account_login", "session_rested", detail)
    if seen is None or now - seen > 60:  # one write a minute at most
        request.session[_SEEN] = now
    return None


def _one_factor_only(request: HttpRequest, account: Account) -> HttpResponse | None:
    if request.path.startswith(_OPEN_PREFIXES) or has_second_factor(request):
        return None
    step = "mfa_reauthenticate" if is_mfa_enabled(account) else "mfa_activate_totp"
    return _send(request, step, "second_factor_missing", "工作人员登录还要输入验证器上的验证码。")


def _send(request: HttpRequest, url_name: str, code: str, detail: str) -> HttpResponse:
    """Go there and come back: a redirect for a page, a header for htmx, a problem document for a program."""
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" and not is_htmx(request) else ""
    target = reverse(url_name) + ("?" + query if query else "")
    if is_htmx(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = target
        return answer
    if not accepts_html(request):
        return problem_response(request, Forbidden(code, detail))
    return HttpResponseRedirect(target)
