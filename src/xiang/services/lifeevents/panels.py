"""What life events hang into other rooms' pages: what somebody may enjoy next, on the page of their matter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from xiang.foundation.cases.models import Case
from xiang.foundation.pages import panels
from xiang.foundation.parties.actors import actor_of
from xiang.services.items import queries as items
from xiang.services.lifeevents import queries
from xiang.services.lifeevents.models import Offer
from xiang.services.lifeevents.procedure import LIFE_EVENT

_ORDER = 10


def offers(request: HttpRequest, subject: Any) -> str:
    """Offers that wait for an answer, and those that were taken; what was declined is not shown again."""
    case = subject if isinstance(subject, Case) else getattr(subject, "case", None)
    if not isinstance(case, Case) or case.procedure != LIFE_EVENT.key:
        return ""
    found = list(queries.offers(actor_of(request)).filter(case=case).exclude(state=Offer.State.DECLINED))
    if not found:
        return ""
    known = {item.key for item in items.named([offer.item_key for offer in found])}
    rows = [(offer, offer.item_key in known) for offer in reversed(found)]
    return render_to_string("lifeevents/_offers.html", {"rows": rows, "case": case}, request)


def register() -> None:
    """Hang them; called once at start."""
    panels.register("progress.after", _ORDER, offers)
