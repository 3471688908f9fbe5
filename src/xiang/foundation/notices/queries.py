"""Reading notices, with row rights."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.ground.paging import Page, page
from xiang.foundation.notices.models import ALWAYS, Category, DemoMessage, Notice, NoticeTemplate, Quiet, Suppression
from xiang.foundation.parties.actors import Actor

PAGE = 20
COUNT_CAP = 99

# What nobody should have to read after a death.
BEREAVED = (Category.CONGRATULATION, Category.RATING, Category.REMINDER, Category.OFFER)


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """One's own notices, or those of the person one acts for; nobody else's."""
    if actor.subject_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(recipient=actor.subject_id)


def inbox(actor: Actor, cursor: str | None = None, *, unread: bool = False, size: int = PAGE) -> Page[Notice]:
    """A page of notices, newest first."""
    rows = visible_to(actor)
    return page(rows.filter(read_at=None) if unread else rows, ["-id"], cursor, size)


def notice_for(actor: Actor, notice_id: UUID) -> Notice:
    """One notice with what became of its channels; :class:`Absent` when it is not one's own."""
    notice = visible_to(actor).prefetch_related("sendings").filter(pk=notice_id).first()
    if notice is None:
        raise Absent
    return notice


def unread(actor: Actor) -> int:
    """How many notices wait to be read, counted no further than the cap."""
    return visible_to(actor).filter(read_at=None)[: COUNT_CAP + 1].count()


def about(case_number: str) -> QuerySet[Notice]:
    """Every notice about a case, oldest first. The caller has checked the right to the case."""
    return Notice.objects.filter(case_number=case_number).prefetch_related("sendings").order_by("id")


def templates() -> QuerySet[NoticeTemplate]:
    """How every kind of notice reads, by kind."""
    return NoticeTemplate.objects.order_by("kind")


def is_suppressed(party_id: UUID, kind: str, category: str, matter: str = "") -> bool:
    """Whether this must not be said to this party or about this matter."""
    if category in ALWAYS:
        return False
    whom = Q(party=party_id)
    if matter:
        whom |= Q(party=None, about=matter)
    return Suppression.objects.filter(whom, what__in=[kind, category], lifted_at=None).exists()


def quiet_channels(party_id: UUID, category: str) -> set[str]:
    """The channels through which a party does not want this category."""
    if category in ALWAYS:
        return set()
    return set(Quiet.objects.filter(party=party_id, category=category).values_list("channel", flat=True))


def quiet_choices(actor: Actor) -> set[tuple[str, str]]:
    """What a party silenced: (category, channel)."""
    return set(Quiet.objects.filter(party=actor.subject_id).values_list("category", "channel"))


def demo_messages(channel: str = "", cursor: str | None = None) -> Page[DemoMessage]:
    """What the demonstration gateways "sent", newest first."""
    rows = DemoMessage.objects.all()
    return page(rows.filter(channel=channel) if channel else rows, ["-id"], cursor, PAGE)


def has_template(kind: str) -> bool:
    """Whether the profile words this kind of notice: steps that it does not word are not told."""
    return NoticeTemplate.objects.filter(kind=kind).exists()
