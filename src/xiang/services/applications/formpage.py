"""The pages on which a draft is filled in, read through and submitted, whatever kind it is of.

One form, many buttons: each of them sends the whole form, so that what was typed is kept before anything else happens,
with a script or without. A room says how its kind works with a :class:`FormPage` and calls the functions below.

    (no button's name)   the way on: look whether all is there, then read it through
    ``edit=key``         change a fetched value       ``dispute=key``     say that the record is wrong
    ``remove=material``  take a paper back            ``do=refill``       ask the sources again
    ``do=leave``         go on later                  ``do=discard``      give it up
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse

from xiang.foundation.cases.models import Case
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.services.applications import addresses, operations
from xiang.services.applications.presenting import saved_clock
from xiang.services.applications.taking import Answer, Taken, take

Errors = Sequence[FieldError]
Context = Callable[[HttpRequest, Draft, Errors, Sequence[str]], dict[str, Any]]


@dataclass(frozen=True)
class FormPage:
    """How the pages of one kind of draft work. ``context`` is what its form template shows (``view`` is the
    :class:`~xiang.services.applications.presenting.FormView`); ``parts`` are the pieces of it that follow from answers,
    by id; ``further`` answers buttons of its own; ``case_url`` and ``home_url`` are where it goes once submitted or left."""

    kind: str
    url: str
    review_url: str
    template: str
    review_template: str
    answer: Answer
    fill: Callable[[Draft, Actor], Draft]
    complete: Callable[[Draft, Actor], Draft]
    problems: Callable[[Draft], Errors]
    submit: Callable[[UUID, Actor, Draft], Case]
    context: Context
    review: Callable[[HttpRequest, Draft, Errors], dict[str, Any]]
    parts: Mapping[str, str]
    questions: Callable[[Draft], Sequence[str]] = lambda draft: ()
    further: Callable[[HttpRequest, Draft, Actor], HttpResponse | None] = lambda request, draft, actor: None
    case_url: str = "cases:progress"
    home_url: str = "cases:mine"

    def address(self, draft: Draft, **query: str) -> str:
        return reverse(self.url, args=[draft.id]) + (f"?{urlencode(query)}" if query else "")


def own_draft(request: HttpRequest, draft_id: UUID, form: FormPage) -> Draft | HttpResponse:
    """The draft, or where to go instead: to the case that it became, to the clerk's page at a window."""
    actor = actor_of(request)
    found = draft_queries.draft_for(actor, draft_id)
    if found.kind != form.kind or found.state == Draft.State.DISCARDED:
        raise Absent
    if found.state == Draft.State.SUBMITTED:
        return _to_case(operations.case_of(found), form)
    elsewhere = addresses.form_url(found, actor)
    return found if elsewhere == form.address(found) else redirect(elsewhere)


def form_page(request: HttpRequest, draft_id: UUID, form: FormPage) -> HttpResponse:
    """The form: shown, or kept and then whatever its button says."""
    found = own_draft(request, draft_id, form)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "GET":
        return _shown(request, found, form, edit=request.GET.getlist("edit"))
    actor = actor_of(request)
    try:
        taken = take(found, request.POST, request.FILES, actor, form.answer, form.questions(found))
        taken = Taken(form.complete(taken.draft, actor), taken.errors)
        return _after(request, taken, form, actor)
    except Refused as closed:
        return _closed(request, found, closed, form)


def _after(request: HttpRequest, taken: Taken, form: FormPage, actor: Actor) -> HttpResponse:
    post, found = request.POST, taken.draft
    if saves_itself(request):
        return _saved(request, taken, form)
    if taken.errors:
        return _shown(request, found, form, taken.errors, post.getlist("editing"), status=422)
    if key := post.get("edit"):
        return redirect(form.address(found, edit=key) + f"#{key}")
    if key := post.get("dispute"):
        return redirect(reverse("applications:dispute", args=[found.id]) + f"?{urlencode({'field': key})}")
    if key := post.get("remove"):
        operations.take_back(found, key, actor)
        return redirect(form.address(found) + f"#{key}")
    match post.get("do"):
        case "refill":
            form.fill(found, actor)
            return redirect(form.address(found))
        case "leave":
            return redirect(form.home_url)
        case "discard":
            return redirect("applications:discard", found.id)
    return form.further(request, found, actor) or _on(request, found, form)


def _on(request: HttpRequest, found: Draft, form: FormPage) -> HttpResponse:
    errors = form.problems(found)
    if errors:
        return _shown(request, found, form, errors, request.POST.getlist("editing"), status=422)
    return redirect(form.review_url, found.id)


def _shown(
    request: HttpRequest, found: Draft, form: FormPage, errors: Errors = (), edit: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    return page(request, form.template, form.context(request, found, errors, edit), status=status)


def saves_itself(request: HttpRequest) -> bool:
    """Whether the page's script sent this, rather than a person who pressed a button."""
    return request.headers.get("Accept", "").startswith("application/json")


def _saved(request: HttpRequest, taken: Taken, form: FormPage) -> JsonResponse:
    """When it was saved, and the pieces of the page that say something else now."""
    context = form.context(request, taken.draft, taken.errors, request.POST.getlist("editing"))
    answer: dict[str, Any] = {"saved": saved_clock(taken.draft)}
    if context["view"].shown != request.POST.get("shown", context["view"].shown) or request.FILES:
        answer["shown"] = context["view"].shown
        answer["parts"] = {name: render_to_string(file, context, request) for name, file in form.parts.items()}
        answer["parts"] |= {
            f"more-{one.key}": render_to_string("applications/_more.html", {**context, "one": one}, request)
            for one in context["view"].asked
        }
    return JsonResponse(answer, status=422 if taken.errors else 200)


def review_page(request: HttpRequest, draft_id: UUID, form: FormPage) -> HttpResponse:
    """Everything once more, to be read and then submitted."""
    found = own_draft(request, draft_id, form)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "GET":
        return page(request, form.review_template, form.review(request, found, ()))
    try:
        return _to_case(form.submit(found.id, actor_of(request), found), form)
    except Invalid as wrong:
        again = draft_queries.draft_for(actor_of(request), draft_id)
        return page(request, form.review_template, form.review(request, again, wrong.errors), status=422)
    except Refused as closed:
        return _closed(request, found, closed, form)


def _closed(request: HttpRequest, found: Draft, refusal: Refused, form: FormPage) -> HttpResponse:
    """Submitted meanwhile, in another tab or by a second click: to the case, without a word of reproach."""
    if refusal.code != "draft_closed" or saves_itself(request):
        raise refusal
    return _to_case(operations.case_of(found), form)


def _to_case(case: Case, form: FormPage) -> HttpResponse:
    return redirect(form.case_url, case.number)
