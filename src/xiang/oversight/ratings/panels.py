"""Where a rating is asked for: quietly after the end of a matter, never before, never after a death."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.pages import panels as slots
from xiang.foundation.parties.actors import actor_of
from xiang.oversight.ratings import presenting, queries
from xiang.oversight.ratings.models import Invitation

AFTER, RECEIPT = "progress.after", "receipt.after"


def _invitation(request: HttpRequest, subject: Any) -> Invitation | None:
    if not isinstance(subject, Case):
        return None
    return queries.invitations(actor_of(request)).filter(case=subject).first()


def invite(request: HttpRequest, subject: Any) -> str:
    """Below the progress page: one line that leads to rating, or what was said."""
    found = _invitation(request, subject)
    if found is None or (found.closes_on < instant.today() and found.state != Invitation.State.RATED):
        return ""
    context = {"invitation": found, "given": presenting.given(found) if found.state == Invitation.State.RATED else ()}
    return render_to_string("ratings/parts/invite.html", context, request)


def form(request: HttpRequest, subject: Any) -> str:
    """Below the receipt: the five levels at once."""
    found = _invitation(request, subject)
    if found is None:
        return ""
    found.case = subject  # with the parts that the page has read already
    return render_to_string("ratings/parts/form.html", presenting.page_of(found), request)


def register() -> None:
    """Called when the application starts."""
    slots.register(AFTER, 20, invite)
    slots.register(RECEIPT, 10, form)
