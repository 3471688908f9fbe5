"""Applying for one item: start, fill in, read it through, submit; and what forms of every kind share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.services.applications import addresses, formpage, itempages, operations, presenting

_LONGEST_NAME = 100


@login_required
@require_POST
def start(request: HttpRequest, item_key: str) -> HttpResponse:
    """Begin an application, or go on with the one begun before."""
    actor = actor_of(request)
    earlier = draft_queries.drafts_of(actor).filter(kind=operations.ITEM, key=item_key).first()
    draft = earlier or operations.start(actor, item_key, division=request.POST.get("division", ""))
    return redirect("applications:draft", draft.id)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The form of a draft."""
    return formpage.form_page(request, draft_id, itempages.PAGE)


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The draft to be read through; a POST submits it."""
    return formpage.review_page(request, draft_id, itempages.PAGE)


@login_required
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Say that a record is wrong: what it should be goes into the application, the record goes to its body to check."""
    actor = actor_of(request)
    found = draft_queries.draft_for(actor, draft_id)
    key = request.GET.get("field", "") or request.POST.get("field", "")
    field, origin = operations.disputable(found, key)
    back = addresses.form_url(found, actor)
    claim, errors = request.POST.get("claim", ""), {}
    if request.method == "POST":
        try:
            operations.dispute(found, key, claim, request.POST.get("evidence", ""), actor)
        except Invalid as wrong:
            errors = {error.pointer: error.detail for error in wrong.errors}
        else:
            return redirect(f"{back}#fold-{field.group}")
    said = claim or _first_claim(found, field)
    context = {
        "draft": found,
        "fact": presenting.fact_view(field, found.answers.get(key), origin),
        "key": key,
        "claim": presenting.claim_view(field, said, errors.get("/claim", "")),
        "evidence": request.POST.get("evidence", ""),
        "back": f"{back}#fold-{field.group}",
        "nav": "items",
    }
    return page(request, "applications/dispute.html", context, status=422 if errors else 200)


def _first_claim(found: Draft, field: Any) -> Any:
    """Choices start from what is on record; what is written is written anew."""
    return found.answers.get(field.key) if field.choices else ""


@login_required
@require_POST
def refill(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask the sources again, when an outage is over."""
    actor = actor_of(request)
    operations.fill(draft_queries.draft_for(actor, draft_id), actor)
    return redirect("applications:draft", draft_id)


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give an application up, after a second thought; its answers are destroyed."""
    actor = actor_of(request)
    found = draft_queries.draft_for(actor, draft_id)
    if request.method == "POST":
        drafts.discard(found)
        return redirect(addresses.home_url(found, actor))
    if found.state != Draft.State.OPEN:
        return redirect(addresses.home_url(found, actor))
    context = {"draft": found, "back": addresses.form_url(found, actor), "nav": "items"}
    return page(request, "applications/discard.html", context)


@require_POST
def glyphs(request: HttpRequest) -> JsonResponse:
    """Which characters of a name cannot be printed yet. Posted, so that no name stands in an address or a log."""
    return JsonResponse({"missing": list(missing_glyphs(request.POST.get("name", "")[:_LONGEST_NAME]))})
