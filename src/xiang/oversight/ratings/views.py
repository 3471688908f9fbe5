"""Rating a matter; how an office is rated; bad ratings to follow up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.ground.errors import Invalid
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.names import mask_name
from xiang.oversight.ratings import operations, presenting, queries
from xiang.oversight.ratings.models import Level, RatingFollowUp
from xiang.oversight.ratings.operations import Word


@login_required
@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, number: str) -> HttpResponse:
    """``/cases/<number>/rating/``: five levels for the whole, and for each part as the person likes."""
    actor = actor_of(request)
    invitation = queries.invitation_for(actor, number)
    if number != invitation.case.number:
        return redirect("ratings:rate", invitation.case.number)
    if request.method == "GET":
        context = presenting.page_of(invitation) | {"nav": "cases"}
        return page(request, "ratings/rate.html", context)
    said = _said(request, [number, *(part.number for part in queries.parts_of(invitation.case))])
    try:
        operations.rate(number, actor, said)
    except Invalid as wrong:
        context = presenting.page_of(invitation, said, wrong.errors) | {"nav": "cases"}
        return page(request, "ratings/rate.html", context, status=422)
    return redirect("ratings:rate", number)


def _said(request: HttpRequest, numbers: list[str]) -> dict[str, Word]:
    return {n: Word(request.POST.get(f"level:{n}", ""), request.POST.get(f"text:{n}", "")) for n in numbers}


@login_required
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """How the officer's offices are rated, and for supervisors what is to be followed up."""
    actor = actor_of(request)
    found = [presenting.follow_up_row(row) for row in queries.follow_ups(actor)[:100]]
    context = {
        "nav": "ratings",
        "offices": queries.of_offices(actor),
        "levels": [(level.value, level.label) for level in Level],
        "follow_ups": found,
        "supervises": bool(actor.division_paths),
        "many": queries.MANY,
    }
    return page(request, "ratings/office.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """One bad rating: get in touch, then say what was done."""
    actor = actor_of(request)
    found = queries.follow_up_for(actor, follow_up_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            operations.note(found.id, actor, request.POST.get("step", ""), request.POST.get("text", ""))
            messages.success(request, "已经记下。")
            return redirect("ratings:follow_up", found.id)
        except Invalid as wrong:
            error, status = wrong.errors[0].detail, 422
    return page(request, "ratings/follow_up.html", _context(found) | {"error": error}, status=status)


@login_required
@require_POST
def contact(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """Show the number to call; that it was looked at is in the ledger."""
    actor = actor_of(request)
    phone = operations.open_contact(follow_up_id, actor)
    found = queries.follow_up_for(actor, follow_up_id)
    return page(request, "ratings/follow_up.html", _context(found) | {"phone": phone or "没有留电话，请发站内消息"})


def _context(found: RatingFollowUp) -> dict[str, object]:
    state = RatingFollowUp.State
    return {
        "nav": "ratings",
        "found": found,
        "row": presenting.follow_up_row(found),
        "who": mask_name(found.rating.rater.name),
        "notes": [(note, state(note.step).label) for note in found.notes.all()],
        "next": {state.OPEN: "contacted", state.CONTACTED: "closed"}.get(state(found.state), ""),
    }
