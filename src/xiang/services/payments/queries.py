"""What can be asked of orders: by the payer, by officers of the body that is paid, by case."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.services.payments.models import UNPAID, Order, Reconciliation


def visible_to(actor: Actor) -> QuerySet[Order]:
    """One's own orders (or those of whom one acts for); for an officer those of their body."""
    rows = Order.objects.select_related("payee", "payer", "case")
    if actor.is_staff:
        return rows.filter(payee__key=actor.body_key)
    return rows.filter(payer_id=actor.subject_id) if actor.subject_id else rows.none()


def order_for(actor: Actor, order_id: UUID) -> Order:
    """One order; ``Absent`` when it is not the actor's to see."""
    found = visible_to(actor).filter(id=order_id).first()
    if found is None:
        raise Absent
    return found


def order_of_number(actor: Actor, case_number: str) -> Order:
    """The newest order of a case by the case's number; ``Absent`` when it is not the actor's to see."""
    found = visible_to(actor).filter(case__number=case_number).order_by("-id").first()
    if found is None:
        raise Absent
    return found


def to_pay(actor: Actor) -> list[Order]:
    """What the person still owes, the most urgent first."""
    if actor.is_staff:
        return []
    return list(visible_to(actor).filter(state__in=UNPAID).order_by("deadline", "id")[:5])


def of_case(case_id: UUID) -> list[Order]:
    """The orders of a case; the caller has checked the right to it."""
    return list(Order.objects.filter(case_id=case_id).select_related("payee").order_by("id"))


def of_family(actor: Actor, case_id: UUID) -> list[Order]:
    """The orders of a case and of its sub-cases that the actor may see."""
    family = Q(case_id=case_id) | Q(case__parent_id=case_id)
    return list(visible_to(actor).filter(family).order_by("id"))


def reconciliations(actor: Actor, most: int = 31) -> list[Reconciliation]:
    """The last days' accounts, for heads of offices that are paid."""
    if not actor.has("head") or not Order.objects.filter(payee__key=actor.body_key).exists():
        raise Absent
    return list(Reconciliation.objects.order_by("-day", "gateway")[:most])
