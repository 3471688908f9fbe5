"""The page of the demonstration institution, where a person confirms a payment that moves no money."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from xiang.foundation.ground.errors import Absent
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import actor_of
from xiang.services.payments import operations, queries
from xiang.services.payments.models import DemoTrade
from xiang.services.payments.vendors.demo import gateway
from xiang.services.payments.vendors.demo import operations as book


@login_required
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, key: str) -> HttpResponse:
    """``/demo/pay/<trade>/``: confirm or turn back. The institution calls back first, then sends the person back."""
    trade = DemoTrade.objects.filter(key=key).first()
    if trade is None:
        raise Absent
    queries.order_for(actor_of(request), operations.order_of_trade(key).id)
    if request.method == "GET":
        return page(request, "payments/demo.html", {"trade": trade})
    if "pay" in request.POST:
        book.pay(key)
        body = key.encode()
        operations.called_back("demo", body, gateway.sign(body))
    return redirect(trade.return_url)
