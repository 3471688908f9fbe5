"""Pages of the holder: my credentials, showing one, its file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.documents.serving import send
from xiang.foundation.ground.errors import Invalid, Unavailable
from xiang.foundation.pages.components import Link, StateView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.services.credentials import faces, operations, presenting, queries, records
from xiang.services.credentials.models import Credential, Showing

_RECENT = 5
PURPOSES = ("核对身份", "办理入园入学", "就医", "办理银行业务")
"""Offered as one tap; the holder may write any other."""


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """``/credentials/``: mine, and those that I keep for my child."""
    actor = actor_of(request)
    rows = list(queries.current(actor))
    cards = [(credential, presenting.card_of(credential)) for credential in rows]
    context = {
        "nav": "credentials",
        "held": [card for c, card in cards if c.holder_id == actor.subject_id and card.good],
        "kept": [card for c, card in cards if c.holder_id != actor.subject_id and card.good],
        "ended": [card for _, card in cards if not card.good],
        "empty": _empty() if not rows else None,
    }
    return page(request, "credentials/list.html", context)


def _empty() -> StateView:
    return StateView(
        "还没有电子证照",
        "办成的事，证照会自动放到这里。以前发的身份证、结婚证、社保卡，可以从发证部门找回来。",
        kind="done",
        lotus=True,
        actions=(
            Link("找回以前发的证照", reverse("credentials:bring_in"), "primary", post=True),
            Link("去办事", reverse("items:list")),
        ),
    )


@login_required
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """``/credentials/bring-in/``: what departments issued before, sealed now."""
    actor = actor_of(request)
    found = records.bring_in(actor)
    for outage in found.outages:
        messages.warning(request, f"{outage}其他的已经找过，过一会儿再找一次就好。")
    if found.credentials:
        names = "、".join(credential.type.short for credential in found.credentials)
        messages.success(request, f"找到 {len(found.credentials)} 份：{names}。正在签章，一两分钟后可以下载。")
    elif not found.outages:
        messages.info(request, "各部门都没有您名下的证照记录。认为有误的，可以拨打 12345。")
    return redirect("credentials:list")


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, code: str) -> HttpResponse:
    """``/credentials/<code>/``: choose what is seen, show it, stop showing it."""
    actor = actor_of(request)
    credential = queries.credential_for(actor, code)
    if request.method == "POST":
        fields, purpose = request.POST.getlist("fields"), request.POST.get("purpose", "")
        try:
            operations.show(credential, actor, fields, purpose or request.POST.get("usual", ""))
        except Invalid as wrong:
            errors = {error.pointer.lstrip("/"): error.detail for error in wrong.errors}
            return _page(request, credential, fields, errors, purpose, status=422)
        return redirect("credentials:show", code=code)
    return _page(request, credential)


def _page(
    request: HttpRequest,
    credential: Credential,
    chosen: list[str] | None = None,
    errors: dict[str, str] | None = None,
    purpose: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    officer = actor.is_staff
    live = None if officer else queries.live_showing(actor, credential)
    shown: list[Showing] = [] if officer else list(queries.showings_of(actor, credential)[:_RECENT])
    first, rest = presenting.choices_of(credential, chosen)
    good, _ = queries.standing(credential)
    context = {
        "nav": "credentials",
        "credential": credential,
        "summary": faces.summary(credential),
        "until": faces.until(credential),
        "status": presenting.status_of(credential),
        "mark": presenting.mark_of(credential),
        "live": presenting.live_of(live, _scanned(request, live)) if live else None,
        "fields": faces.shown(credential),
        "first": first,
        "rest": rest,
        "purposes": PURPOSES,
        "purpose": purpose,
        "errors": errors or {},
        "good": good,
        "may_show": good and not officer,
        "shown": shown,
        "versions": queries.versions(credential) if credential.version > 1 or not good else [],
        "mend_url": f"{reverse('items:list')}?{urlencode({'q': credential.type.short})}",
    }
    return page(request, "credentials/show.html", context, status=status, fragment="credentials/parts/live.html")


def _scanned(request: HttpRequest, live: Showing) -> str:
    """What the code on the screen leads to: the name by which this page itself was reached."""
    return request.build_absolute_uri(reverse("documents:check", args=[live.code]))


@login_required
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop showing at once."""
    actor = actor_of(request)
    credential = queries.credential_for(actor, code)
    live = queries.live_showing(actor, credential)
    if live is not None:
        operations.stop_showing(live, actor)
    return redirect("credentials:show", code=code)


@login_required
@require_GET
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The sealed PDF."""
    credential = queries.credential_for(actor_of(request), code)
    if credential.file is None:
        raise Unavailable("not_sealed_yet", "证照正在签章，通常一两分钟就好。刷新再下载，不影响使用。")
    return send(credential.file, inline="view" in request.GET)
