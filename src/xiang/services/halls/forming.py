"""A draft at the window: the form of its kind with the clerk at the keys, and the person who reads it through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xiang.foundation.cases.models import Case
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.services.applications import itempages
from xiang.services.applications.formpage import FormPage
from xiang.services.halls import operations, presenting, queries
from xiang.services.halls.operations.filing import EVENT
from xiang.services.halls.readers import readers
from xiang.services.lifeevents import eventpages
from xiang.services.lifeevents import operations as lifeevents
from xiang.services.lifeevents.definitions import PRESENT
from xiang.services.lifeevents.operations.filling import event_of

NOT_REVIEWED = "请办事人看一遍，亲自勾选“本人已核对”再提交。"

FormContext = Callable[[HttpRequest, Draft, Sequence[FieldError], Sequence[str]], dict[str, Any]]
ReviewContext = Callable[[HttpRequest, Draft, Sequence[FieldError]], dict[str, Any]]


def page_of(draft: Draft) -> FormPage:
    """How the pages of this draft work at the window."""
    return EVENT_AT_WINDOW if draft.kind == EVENT else ITEM_AT_WINDOW


def shell(actor: Actor) -> dict[str, Any]:
    """What every page with somebody at the window shows: who it is, masked, and how long it waits."""
    session = queries.session_for(actor)
    minutes = int(queries.idle_limit().total_seconds() // 60)
    return {"nav": "window", "session": session, "client": presenting.client_view(session), "minutes": minutes}


def _form(context: FormContext) -> FormContext:
    def at_window(
        request: HttpRequest, draft: Draft, errors: Sequence[FieldError], edit: Sequence[str]
    ) -> dict[str, Any]:
        found = context(request, draft, errors, edit)
        return {
            **found,
            **shell(actor_of(request)),
            "other_template": "halls/_other.html",
            "cards": readers.active().cards(),
        }

    return at_window


def _review(context: ReviewContext) -> ReviewContext:
    def at_window(request: HttpRequest, draft: Draft, errors: Sequence[FieldError]) -> dict[str, Any]:
        unsigned = request.method == "POST" and "reviewed" not in request.POST
        return {
            **context(request, draft, errors),
            **shell(actor_of(request)),
            "form_url": reverse("halls:draft", args=[draft.id]),
            "unsigned": NOT_REVIEWED if unsigned else "",
        }

    return at_window


def _file(draft_id: UUID, actor: Actor, draft: Draft) -> Case:
    """The page asks for the signature before it comes here."""
    return operations.file(actor, draft_id, reviewed=True)


def _further(request: HttpRequest, draft: Draft, actor: Actor) -> HttpResponse | None:
    """The other parent: here too, asked on their phone, or not written."""
    post = request.POST
    try:
        match post.get("do"):
            case "here":
                slot, number, name = (post.get(f"other.{key}", "").strip() for key in ("slot", "number", "name"))
                operations.record_other_present(actor, draft.id, slot=slot, number=number, name=name)
            case "ask":
                event = event_of(draft)
                draft = lifeevents.answer(draft, {event.other_party_field: PRESENT}, actor)
                lifeevents.ask_other_party(draft, actor)
            case "absent":
                lifeevents.go_on_without(draft, actor, "absent")
            case "later":
                return redirect("halls:window")
            case _:
                return None
    except Invalid as wrong:
        place = f"/{event_of(draft).other_party}"
        errors = [FieldError(place, e.code, e.detail) for e in wrong.errors]
        again = draft_queries.draft_for(actor, draft.id)
        context = EVENT_AT_WINDOW.context(request, again, errors, ())
        return page(request, EVENT_AT_WINDOW.template, context, status=422)
    return redirect(reverse("halls:draft", args=[draft.id]) + f"#{event_of(draft).other_party}")


def _at_window(kind: FormPage, template: str) -> FormPage:
    return replace(
        kind,
        url="halls:draft",
        review_url="halls:review",
        template=template,
        review_template="halls/review.html",
        submit=_file,
        context=_form(kind.context),
        review=_review(kind.review),
        case_url="halls:receipt",
        home_url="halls:window",
    )


ITEM_AT_WINDOW = _at_window(itempages.PAGE, "halls/item.html")
EVENT_AT_WINDOW = replace(_at_window(eventpages.PAGE, "halls/event.html"), further=_further)
