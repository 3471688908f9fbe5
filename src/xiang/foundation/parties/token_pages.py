"""``/me/tokens/``: the tokens that programs sign in with, made by their owner and shown once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.http import page
from xiang.foundation.parties import limits, operations, queries
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.models import ApiToken
from xiang.foundation.parties.operations.tokens import LONGEST, LONGEST_OFFICE
from xiang.foundation.parties.rest import scopes
from xiang.foundation.parties.signing.session import has_second_factor

USUAL_DAYS = 30  # what the form proposes; the longest is a dated rule


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; a POST makes one and shows it, this once: the page after a reload no longer knows it."""
    actor = actor_of(request)
    errors: tuple[FieldError, ...] = ()
    made: ApiToken | None = None
    secret = ""
    if request.method == "POST":
        try:
            made, secret = operations.issue_token(
                actor,
                title=request.POST.get("title", ""),
                granted=request.POST.getlist("scopes"),
                expires_on=_date(request.POST.get("expires_on", "")),
                second_factor=has_second_factor(request),
            )
        except Invalid as wrong:
            errors = wrong.errors
    today = instant.today()
    context = {
        "nav": "me",
        "actor": actor,
        "made": made,
        "secret": secret,
        "fields": [] if made else _fields(request, actor, errors),
        "rows": [_row(token, today) for token in queries.tokens_of(actor.account_id)] if actor.account_id else [],
    }
    return page(request, "parties/tokens.html", context, status=422 if errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    operations.revoke_token(actor, queries.token_of(actor.account_id, token_id))
    return redirect("parties:tokens")


def _row(token: ApiToken, today: date) -> dict[str, object]:
    titles = "、".join(scopes.BY_KEY[key].title for key in token.scopes if key in scopes.BY_KEY)
    return {"token": token, "scopes": titles, "live": token.revoked_at is None and today <= token.expires_on}


def _fields(request: HttpRequest, actor: Actor, errors: tuple[FieldError, ...]) -> list[FieldView]:
    given = request.POST
    wrong = {error.pointer.strip("/"): error.detail for error in errors}
    chosen = set(given.getlist("scopes"))
    options = tuple(
        Option(scope.key, scope.title, scope.key in chosen, hint=scope.key)
        for scope in scopes.offered(office=actor.is_staff)
    )
    last = limits.until(LONGEST_OFFICE if actor.is_staff or actor.administration else LONGEST, instant.today())
    usual = min(date.fromordinal(instant.today().toordinal() + USUAL_DAYS), last)
    return [
        FieldView(
            "title",
            "用在哪里",
            value=given.get("title", ""),
            hint="写一个认得出来的名字，比如“公司的财务软件”。",
            maxlength=60,
            autocomplete="off",
            error=wrong.get("title", ""),
        ),
        FieldView("scopes", "可以做什么", control="checks", options=options, error=wrong.get("scopes", "")),
        FieldView(
            "expires_on",
            "用到哪一天",
            control="date",
            value=given.get("expires_on", "") or usual.isoformat(),
            hint=f"最晚到{last.year}年{last.month}月{last.day}日，到期自动停用。",
            error=wrong.get("expires_on", ""),
        ),
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min if text else None  # what cannot be read is refused like any day that is over
