"""Life events: the zone, the guide, one form, the other parent's phone, offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Refused
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.services.applications import formpage
from xiang.services.items import themes
from xiang.services.lifeevents import definitions, eventpages, operations, presenting, queries
from xiang.services.lifeevents.definitions import LifeEvent
from xiang.services.lifeevents.models import Confirmation
from xiang.services.lifeevents.operations.filling import EVENT, event_of


@dataclass(frozen=True, slots=True)
class Stage:
    """The life events of one stage of a life, or of a business."""

    title: str
    audience: str
    events: Sequence[LifeEvent]


def zone(request: HttpRequest) -> HttpResponse:
    """The zone of life events: for persons, for businesses, each by stage; what was begun stands on top."""
    actor = actor_of(request)
    begun = list(draft_queries.drafts_of(actor).filter(kind=EVENT).defer("answers", "origins", "people", "materials"))
    stages = _stages(definitions.all_current())
    audiences = [
        (title, [s for s in stages if s.audience == key]) for key, title in (("person", "个人"), ("business", "企业"))
    ]
    return page(request, "lifeevents/zone.html", {"nav": "items", "audiences": audiences, "begun": begun[:5]})


def _stages(events: Sequence[LifeEvent]) -> list[Stage]:
    order = {theme.key: theme for theme in themes.known()}
    found = [
        Stage(t.title, t.audience, [e for e in events if e.content.get("stage") == key]) for key, t in order.items()
    ]
    others = [e for e in events if e.content.get("stage") not in order]
    return [s for s in found if s.events] + ([Stage("其他", "person", others)] if others else [])


def guide(request: HttpRequest, key: str) -> HttpResponse:
    """The guide of an event: four numbers, who and how long, what to prepare."""
    event = definitions.current(key)
    begun = _begun(actor_of(request), key)
    context = {"event": event, "guide": presenting.guide(event), "begun": begun, "nav": "items"}
    return page(request, "lifeevents/guide.html", context)


def _begun(actor: Actor, key: str) -> Draft | None:
    """The draft begun before; a clerk serves whoever stands there and begins at the window."""
    if not actor.signed_in or actor.is_staff:
        return None
    return draft_queries.drafts_of(actor).filter(kind=EVENT, key=key).first()


@login_required
@require_POST
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Begin, or go on with the draft begun before."""
    actor = actor_of(request)
    draft = _begun(actor, key) or operations.start(actor, key)
    return redirect("lifeevents:draft", draft.id)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The one form."""
    return formpage.form_page(request, draft_id, eventpages.PAGE)


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The form to be read through; a POST submits it."""
    return formpage.review_page(request, draft_id, eventpages.PAGE)


@login_required
@require_GET
def carry(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What was filled in, on paper, for a matter that is handled elsewhere."""
    found = formpage.own_draft(request, draft_id, eventpages.PAGE)
    if isinstance(found, HttpResponse):
        return found
    return page(request, "lifeevents/carry.html", eventpages.review_context(request, found, ()))


@login_required
@require_GET
def other(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Asked now and then by the page that waits for the other parent: nothing, or the page's pieces with the answer."""
    found = formpage.own_draft(request, draft_id, eventpages.PAGE)
    if isinstance(found, HttpResponse):
        return found
    asked = queries.other_party(found)
    if asked is None or asked.state == Confirmation.State.ASKED:
        return HttpResponse(status=204)
    context = eventpages.form_context(request, found, (), request.GET.getlist("editing"))
    return page(request, "applications/_given.html", context)


@login_required
@require_POST
def refill(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask the sources again, when an outage is over."""
    actor = actor_of(request)
    operations.fill(draft_queries.draft_for(actor, draft_id), actor)
    return redirect("lifeevents:draft", draft_id)


@login_required
@require_http_methods(["GET", "POST"])
def confirmation(request: HttpRequest, confirmation_id: UUID) -> HttpResponse:
    """The other parent's page: the child's name, what will be read of them, agree or not."""
    actor = actor_of(request)
    found = queries.confirmation_for(actor, confirmation_id)
    changed = False
    if request.method == "POST":
        try:
            _answer(request, found, actor)
        except Refused as refusal:
            # Changed while it was read: the page is shown again. Answered in another tab: the answer is shown.
            changed = refusal.code == "changed_meanwhile"
            if not changed and refusal.code != "answered_already":
                raise
        if not changed:
            return redirect("lifeevents:confirmation", confirmation_id)
    asked = found.state == Confirmation.State.ASKED and found.draft.state == Draft.State.OPEN
    context = {
        "nav": "cases",
        "confirmation": found,
        "event": event_of(found.draft),
        "draft": found.draft,
        "view": presenting.confirmation_view(found) if asked else None,
        "changed": changed,
        "refusing": request.GET.get("answer") == "no",
    }
    return page(request, "lifeevents/confirmation.html", context, status=409 if changed else 200)


def _answer(request: HttpRequest, found: Confirmation, actor: Actor) -> None:
    if request.POST.get("answer") == "yes":
        operations.confirm(found.id, actor, request.POST.get("seen", ""))
    elif request.POST.get("answer") == "no":
        operations.refuse(found.id, actor, request.POST.get("reason", ""))


@login_required
@require_POST
def offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Yes or no to an offer."""
    actor = actor_of(request)
    try:
        decided = operations.decide_offer(offer_id, actor, wanted=request.POST.get("answer") == "yes")
    except Refused:
        decided = queries.offer_for(actor, offer_id)
    return redirect("cases:progress", decided.case.number)
