"""The strip of credentials on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from xiang.foundation.parties.actors import actor_of
from xiang.services.credentials import queries
from xiang.services.credentials.presenting import card_of

ORDER = 50
_MOST = 4


def mine(request: HttpRequest, subject: Any) -> str:
    """The newest four, and how many there are; nothing for whoever has none."""
    rows = queries.current(actor_of(request))
    found = [card_of(credential) for credential in rows[:_MOST]]
    if not found:
        return ""
    context = {"cards": found, "total": len(found) if len(found) < _MOST else rows.count()}
    return render_to_string("credentials/parts/home.html", context, request)
