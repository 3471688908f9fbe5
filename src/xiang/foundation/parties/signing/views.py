"""Where accounts come from, and the demonstration's buttons."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import page
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.signing.adapters import home_of
from xiang.foundation.parties.signing.session import sign_in_fully


class SetUpCodes(ActivateTOTPView):  # type: ignore[misc]
    """Set up a code generator. The code that proved it counts as this session's second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp", reauthenticated=True)
        return answer


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """How to get an account, and what to do when the password is forgotten."""
    return page(request, "parties/sign_in_help.html")


@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demonstration account, both factors given. There is no such address outside a demonstration."""
    account = Account.objects.filter(username=request.POST.get("username", ""), demo=True, is_active=True).first()
    if account is None or not settings.DEMO:
        raise Absent
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    sign_in_fully(request, account)
    wanted = request.POST.get("next", "")
    safe = bool(wanted) and get_adapter(request).is_safe_url(wanted)
    return HttpResponseRedirect(wanted if safe else home_of(request))
