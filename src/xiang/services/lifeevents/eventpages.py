"""What the pages of a life event's draft show, and what their own buttons do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.pages.components import NameView
from xiang.foundation.pages.http import page
from xiang.foundation.pages.texts import mask_phone
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import queries as statutes
from xiang.services.applications import presenting
from xiang.services.applications.formpage import FormPage
from xiang.services.applications.itempages import wrong_places
from xiang.services.applications.presenting import Handling
from xiang.services.lifeevents import operations
from xiang.services.lifeevents.definitions import PRESENT, LifeEvent
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations import checking
from xiang.services.lifeevents.operations.filling import EVENT, event_of
from xiang.services.lifeevents.presenting import DraftView, draft_view, names_of, promise_words

FORM, REVIEW = "lifeevents/draft.html", "lifeevents/review.html"


# --- the form --------------------------------------------------------------------------------------------------------


def form_context(
    request: HttpRequest, draft: Draft, errors: Sequence[FieldError], edit: Sequence[str]
) -> dict[str, Any]:
    """The one form, or the questions that come before it."""
    event = event_of(draft)
    shown = draft_view(event, draft, errors, edit=edit)
    steps = 3 if _was_asked(event, draft) else 2
    return {
        "nav": "items",
        "draft": draft,
        "event": event,
        "shown": shown,
        "view": shown.form,
        "headline": shown.headline,
        "lead": _lead(event, shown),
        "later": None if shown.solemn else _later(event, draft),
        "kept": request.GET.get("kept"),
        "other_at": shown.other_at,
        "other_template": "lifeevents/_other.html",
        "other_phone": _phone(shown.other),
        "other_waiting": f"等{shown.other.party.name}确认" if shown.other else "",
        "other_title": event.role_title(event.other_party) if event.other_party else "",
        "other_error": next((e.detail for e in errors if e.pointer == f"/{event.other_party}"), ""),
        "typed_other": {name: request.POST.get(f"other.{name}", "") for name in ("name", "phone")},
        "editing": edit,
        "errors": errors,
        "wrong": _wrong(shown, errors),
        "saved": presenting.saved_words(draft),
        "step": steps - 2 if shown.asks_first else steps - 1,
        "steps": steps,
        "next": "下一步" if shown.asks_first else "",
    }


def _lead(event: LifeEvent, shown: DraftView) -> str:
    """What stands under the first sentence where the usual one does not fit."""
    if shown.decline:
        return "填的都在，可以打印了带去。"
    return "登记信息里没有，只好问您。答完再看一遍表。" if shown.asks_first else ""


def _was_asked(event: LifeEvent, draft: Draft) -> bool:
    """Whether the person had to say which situation it is: then that was a step of its own."""
    keys = [q["key"] for q in event.questions]
    said = any(draft.origins.get(key, {}).get("kind") == "typed" for key in keys)
    return said or any(draft.answers.get(key) in (None, "") for key in keys)


def _later(event: LifeEvent, draft: Draft) -> dict[str, str] | None:
    """Not named yet: keep the rest and come back."""
    rule = event.content.get("name_freeze")
    if not rule or draft.answers.get(rule["field"]):
        return None
    return {"field": rule["field"], "title": rule["later_title"]}


def _phone(found: Confirmation | None) -> str:
    number = parties.contact_value(found.party_id) if found and found.state == Confirmation.State.ASKED else None
    return mask_phone(number) if number else ""


def _wrong(shown: DraftView, errors: Sequence[FieldError]) -> list[tuple[str, str]]:
    questions = {f"/{q.name}": q.anchor for q in shown.questions}
    return [
        (questions.get(e.pointer, place[0]), place[1])
        for e, place in zip(errors, wrong_places(shown.form, errors), strict=True)
    ]


# --- buttons of its own ----------------------------------------------------------------------------------------------


def further(request: HttpRequest, draft: Draft, actor: Actor) -> HttpResponse | None:
    """Ask the other party, go on without them, or keep the draft until there is a name."""
    post, home = request.POST, reverse("lifeevents:draft", args=[draft.id])
    event = event_of(draft)
    match post.get("do"):
        case "later":
            return redirect(f"{home}?kept=1")
        case "ask" | "ask_named" as how:
            named = how == "ask_named"
            return _ask(request, draft, actor, post.get("other.name", "") if named else "", post.get("other.phone", ""))
        case "absent" | "paper" as how:
            operations.go_on_without(draft, actor, how)
            return redirect(f"{home}#{event.other_party}")
        case "present":
            operations.answer(draft, {event.other_party_field: PRESENT}, actor)
            return redirect(f"{home}#{event.other_party}")
    return None


def _ask(request: HttpRequest, draft: Draft, actor: Actor, name: str, phone: str) -> HttpResponse:
    event = event_of(draft)
    place = f"/{event.other_party}"
    try:
        if request.POST.get("do") == "ask_named" and not (name.strip() and phone.strip()):
            raise Invalid([FieldError(place, "required", "请填对方的姓名和手机号。")])
        operations.ask_other_party(draft, actor, name=name.strip(), phone=phone.strip())
    except Invalid as wrong:
        context = form_context(request, draft_queries.draft_for(actor, draft.id), wrong.errors, ())
        return page(request, FORM, context, status=422)
    except Refused as refusal:
        if refusal.code != "agreed_already":
            raise
    return redirect(reverse("lifeevents:draft", args=[draft.id]) + f"#{event.other_party}")


# --- read through ----------------------------------------------------------------------------------------------------


def review_context(request: HttpRequest, draft: Draft, errors: Sequence[FieldError]) -> dict[str, Any]:
    """The whole form once more, the names large, who handles what."""
    ready = checking.read(draft)
    event, form, answers = ready.event, ready.form, ready.answers
    held_back = checking.held_back_roles(event, draft, form, answers)
    hidden = {f.key for f in form.fields if f.source and f.subject in held_back} | {event.other_party_field}
    papers = [p for p in ready.papers if p.material.subject not in held_back]
    steps = 3 if _was_asked(event, draft) else 2
    return {
        "nav": "items",
        "draft": draft,
        "event": event,
        "title": event.title,
        "names": [NameView(name, tuple(missing_glyphs(name))) for name in names_of(draft)],
        "freezes": event.content.get("name_freeze"),
        "view": presenting.review_view(form, draft, answers, papers, hidden),
        "handled": _handled(ready),
        "errors": errors or [*checking.problems(ready), *checking.waiting_for_other(ready)],
        "solemn": event.solemn(answers),
        "contact": next(iter(event.effect(answers, "contact")), None),
        "form_url": reverse("lifeevents:draft", args=[draft.id]),
        "step": steps,
        "steps": steps,
    }


def _handled(ready: checking.Ready) -> list[Handling]:
    rows = checking.offices(ready)
    promised = {item.key: item.rules["promised"] for item, _ in rows}
    rules = statutes.find_many(promised.values(), instant.today())
    return [
        Handling(
            item.short,
            item.icon,
            unit.name if unit else "",
            promise_words(rules.get(promised[item.key])),
            unit.body.name if unit else "办到这一步时自动送到有管辖权的机关",
        )
        for item, unit in rows
    ]


PAGE = FormPage(
    kind=EVENT,
    url="lifeevents:draft",
    review_url="lifeevents:review",
    template=FORM,
    review_template=REVIEW,
    answer=operations.answer,
    fill=operations.fill,
    complete=operations.complete,
    problems=lambda draft: checking.problems(checking.read(draft)),
    submit=operations.submit,
    context=form_context,
    review=review_context,
    parts={"head": "applications/_head.html", "notes": "lifeevents/_notes.html", "questions": "lifeevents/_questions.html",
           "preset": "applications/_preset.html", "papers": "applications/_papers.html",
           "given": "applications/_given.html"},
    questions=lambda draft: tuple(q["key"] for q in event_of(draft).questions),
    further=further,
)  # fmt: skip
