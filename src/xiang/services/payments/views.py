"""Pages of payments: the order, where the institution sends people back to, its call-back, the daily account."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.documents import queries as documents
from xiang.foundation.documents.models import Document
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.services.payments import operations, presenting, queries
from xiang.services.payments.gateways import NotReachedError, gateways
from xiang.services.payments.models import Order, State


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """``/payments/``: what I owe and what I paid."""
    rows = list(queries.visible_to(actor_of(request)).order_by("-id")[:100])
    context = {"nav": "me", "orders": [presenting.row_of(row) for row in rows], "empty": presenting.empty()}
    return page(request, "payments/list.html", context)


@login_required
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """``/payments/<id>/``: how much, to whom, what for, by when; afterwards the receipt."""
    actor = actor_of(request)
    found = queries.order_for(actor, order_id)
    context = {
        "nav": "me",
        "order": found,
        "view": presenting.order_view(found),
        "status": presenting.status_of(found),
        "receipt": _receipt(found),
        "movements": list(found.movements.order_by("at")),
        "may_pay": not actor.is_staff and found.state in (State.CREATED, State.PAYING),
        "demo": any(gateway.demo for gateway in gateways.all() if gateway.key == gateways.chosen_key()),
    }
    return page(request, "payments/order.html", context)


def _receipt(order: Order) -> Document | None:
    issued = [d for d in documents.of_case(order.case_id) if d.kind == "payment_receipt"]
    sealed = [d for d in issued if d.state == Document.State.SEALED and d.recipient_id == order.payer_id]
    return sealed[-1] if sealed else None


@login_required
@require_GET
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """``/payments/case/<number>/``: the order of a case, for links that know only the case."""
    return redirect("payments:order", queries.order_of_number(actor_of(request), number).id)


@login_required
@require_POST
def begin(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Go to the institution's page."""
    actor = actor_of(request)
    found = queries.order_for(actor, order_id)
    return redirect(operations.begin(found, actor, reverse("payments:returned", args=[found.id])))


@login_required
@require_GET
def returned(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where the institution sends people back to; its call-back may have come already, or not at all."""
    found = queries.order_for(actor_of(request), order_id)
    if found.state in (State.PAYING, State.UNKNOWN):
        with suppress(NotReachedError):  # the page says 支付中, and the worker asks again within a minute
            operations.look(found)
    return redirect("payments:order", order_id=order_id)


@csrf_exempt
@require_POST
def callback(request: HttpRequest, gateway: str) -> HttpResponse:
    """``/payments/callback/<institution>/``: only what the institution signed is heard."""
    operations.called_back(gateway, request.body, request.headers.get("X-Signature", ""))
    return HttpResponse("success", content_type="text/plain")


@login_required
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """``/desk/payments/``: each day's comparison with the institution."""
    days = queries.reconciliations(actor_of(request))
    return page(request, "payments/accounts.html", {"nav": "payments", "table": presenting.accounts(days)})
