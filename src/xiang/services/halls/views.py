"""The comprehensive window: read the card, choose, fill in together, sign, print, clear up."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Absent, DomainError, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.services.applications import formpage
from xiang.services.halls import forming, operations, presenting, queries
from xiang.services.halls.readers import readers

View = Callable[..., HttpResponse]


def at_window(view: View) -> View:
    """For clerks only; to anybody else there is no window. The browser keeps nothing of these pages."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not queries.serves_window(request):
            raise Absent
        answer = view(request, *args, **named)
        answer["Cache-Control"] = "no-store"
        return answer

    return login_required(kept)


@at_window
@require_GET
def window(request: HttpRequest) -> HttpResponse:
    """Nobody here: read a card. Somebody here: their matters, and what else can be done for them."""
    actor = actor_of(request)
    if queries.session_of(actor) is None:
        return _empty(request, actor)
    session = operations.touch(actor)
    text = request.GET.get("q", "").strip()
    owner, _ = queries.owner_for(session, _uuid(request.GET.get("behalf", "")))
    context = {
        **forming.shell(actor),
        "matters": presenting.matter_views(session),
        "unfinished": queries.unfinished(session)[:5],
        "acted_for": queries.acted_for(session),
        "owner": owner,
        "query": text,
        "choices": presenting.choices(text, owner),
    }
    return page(request, "halls/client.html", context)


def _empty(request: HttpRequest, actor: Actor, wrong: DomainError | None = None, status: int = 200) -> HttpResponse:
    errors = {e.pointer.strip("/"): e.detail for e in wrong.errors} if isinstance(wrong, Invalid) else {}
    visits, filed = queries.counts_today(actor)
    context = {
        "nav": "window",
        "cards": readers.active().cards(),
        "visits": visits,
        "filed": filed,
        "errors": errors,
        "problem": wrong,
        "typed": wrong is not None and "slot" not in request.POST,
    }
    return page(request, "halls/empty.html", context, status=status)


@at_window
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Receive somebody: by the card on the reader, or by name and number."""
    actor = actor_of(request)
    given = request.POST
    try:
        if "slot" in given:
            operations.receive_by_card(actor, given["slot"])
        else:
            operations.receive_by_number(actor, given.get("number", ""), given.get("name", ""))
    except DomainError as wrong:
        return _empty(request, actor, wrong, wrong.status)
    return redirect("halls:window")


@at_window
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Clear up. The answer has the browser forget its copies and what this tab kept (see ``cleared.html``), and shows
    nothing of who was here."""
    actor = actor_of(request)
    operations.clear(actor)
    visits, filed = queries.counts_today(actor)
    context = {"nav": "window", "visits": visits, "filed": filed}
    answer = page(request, "halls/cleared.html", context)
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@at_window
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin an item or a life event for the person at the window."""
    given = request.POST
    kind, _, key = given.get("what", "").partition(":")
    draft = operations.begin(actor_of(request), kind, key, behalf=_uuid(given.get("behalf", "")))
    return redirect("halls:draft", draft.id)


@at_window
@require_POST
def go_on(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Go on with what the person began before."""
    operations.go_on(actor_of(request), draft_id)
    return redirect("halls:draft", draft_id)


@at_window
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The form, filled in together."""
    found = _at_hand(request, draft_id)
    return formpage.form_page(request, draft_id, forming.page_of(found))


@at_window
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Everything once more, for the person to read and sign; filed only then."""
    found = _at_hand(request, draft_id)
    form = forming.page_of(found)
    if request.method == "POST" and "reviewed" not in request.POST and found.state == Draft.State.OPEN:
        return page(request, form.review_template, form.review(request, found, ()), status=422)
    return formpage.review_page(request, draft_id, form)


def _at_hand(request: HttpRequest, draft_id: UUID) -> Draft:
    actor = actor_of(request)
    operations.touch(actor)
    return draft_queries.draft_for(actor, draft_id)


@at_window
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The paper that the person takes home."""
    actor = actor_of(request)
    session = operations.touch(actor)
    case = queries.case_for(session, number)
    return page(request, "halls/receipt.html", {**forming.shell(actor), "slip": presenting.slip(session, case)})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Absent from None
