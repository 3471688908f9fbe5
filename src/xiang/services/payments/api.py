"""Payments over REST: what I owe and what I paid, and where to pay it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Paging, Shown, rows_of
from xiang.services.payments import operations, queries
from xiang.services.payments.models import Order

router = Router(tags=["payments"])


class OrderShown(Shown):
    """An order. Money is in fen."""

    id: UUID
    number: str
    case: str
    payee: str
    amount_fen: int
    purpose: str
    deadline: date | None
    state: str
    paid_at: datetime | None


class OrderPage(Shown):
    """One page of orders."""

    items: list[OrderShown]
    next: str | None


class PayAt(Shown):
    """The institution's page, on which a person pays."""

    url: str


def _shown(order: Order) -> OrderShown:
    return OrderShown(
        id=order.id,
        number=order.number,
        case=order.case.number,
        payee=order.payee.name,
        amount_fen=order.amount_fen,
        purpose=order.purpose,
        deadline=order.deadline,
        state=order.state,
        paid_at=order.paid_at,
    )


def _payer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.is_staff:  # officers of the payee have pages for it, and no API
        raise Absent
    return actor


@router.get("/payments", response=OrderPage, auth=needs("payments:read"), summary="我的缴费")
def list_orders(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What I owe and what I paid; the newest first."""
    return rows_of(queries.visible_to(_payer(request)), ("-id",), asked, _shown)


@router.get("/payments/{order_id}", response=OrderShown, auth=needs("payments:read"), summary="一张缴费单")
def read_order(request: HttpRequest, order_id: UUID) -> OrderShown:
    """How much, to whom, what for, by when."""
    return _shown(queries.order_for(_payer(request), order_id))


@router.post("/payments/{order_id}/begin", response=PayAt, auth=needs("payments:write"), summary="去缴费")
def begin_order(request: HttpRequest, order_id: UUID) -> PayAt:
    """Open the trade at the institution; asked again while it is open, it answers the same page. Paying itself is done
    by a person, there."""
    order = queries.order_for(_payer(request), order_id)
    return PayAt(url=operations.begin(order, actor_of(request), reverse("payments:returned", args=[order.id])))
