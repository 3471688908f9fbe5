"""What payments hang into other rooms' pages: what is to be paid, on the home page and on the case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from xiang.foundation.cases.models import Case
from xiang.foundation.pages import panels
from xiang.foundation.parties.actors import actor_of
from xiang.services.payments import presenting, queries
from xiang.services.payments.models import Order

_ORDER = 20


def waiting(request: HttpRequest, subject: Any) -> str:
    """On the home page: what waits to be paid."""
    return _rendered(request, queries.to_pay(actor_of(request)))


def of_case(request: HttpRequest, subject: Any) -> str:
    """On the page of a case (``subject``, or its ``case``): its orders and those of its sub-cases, paid or not."""
    case = subject if isinstance(subject, Case) else getattr(subject, "case", None)
    return _rendered(request, queries.of_family(actor_of(request), case.id)) if isinstance(case, Case) else ""


def _rendered(request: HttpRequest, orders: list[Order]) -> str:
    if not orders:
        return ""
    rows = [(order, presenting.status_of(order)) for order in orders]
    return render_to_string("payments/parts/waiting.html", {"rows": rows}, request)


def register() -> None:
    """Hang them; called once at start."""
    panels.register("home.waiting", _ORDER, waiting)
    panels.register("case.resident", _ORDER, of_case)
