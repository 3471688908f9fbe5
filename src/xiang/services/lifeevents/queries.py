"""What can be asked of life events: who is asked to confirm, and what is offered to whom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.services.lifeevents.models import Confirmation, Offer


def confirmations(actor: Actor) -> QuerySet[Confirmation]:
    """What the person themselves (never who acts for them) was asked to confirm; the newest first."""
    if actor.party_id is None or actor.is_staff:
        return Confirmation.objects.none()
    rows = Confirmation.objects.filter(party_id=actor.party_id).select_related("draft__owner", "party")
    return rows.order_by("-id")


def confirmation_for(actor: Actor, confirmation_id: UUID) -> Confirmation:
    """One of them; ``Absent`` when it is not theirs."""
    found = confirmations(actor).filter(id=confirmation_id).first()
    if found is None:
        raise Absent
    return found


def other_party(draft: Draft) -> Confirmation | None:
    """Who was asked about a draft, and what they answered; the caller has checked the right to the draft."""
    return Confirmation.objects.select_related("party").filter(draft=draft).first()


def offers(actor: Actor) -> QuerySet[Offer]:
    """What the person, or whom they act for, is entitled to next; the newest first."""
    if actor.subject_id is None or actor.is_staff:
        return Offer.objects.none()
    return Offer.objects.filter(party_id=actor.subject_id).select_related("case").order_by("-id")


def offer_for(actor: Actor, offer_id: UUID) -> Offer:
    """One of them; ``Absent`` when it is not theirs."""
    found = offers(actor).filter(id=offer_id).first()
    if found is None:
        raise Absent
    return found
