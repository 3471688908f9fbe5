"""What a clerk may ask: the person now before them, that person's matters, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.models import Party, Role
from xiang.foundation.parties.queries import ActingRight
from xiang.services.halls.models import WindowMatter, WindowSession

IDENTITY = "identity"
"""The kind of draft under which a clerk asks the register of persons who somebody is."""


def serves_window(request: HttpRequest) -> bool:
    """Whether the person signed in works at a window."""
    return actor_of(request).has(Role.WINDOW)


def idle_limit() -> timedelta:
    """After how long without a step a visit counts as over."""
    return timedelta(seconds=settings.WINDOW_IDLE_SECONDS)


def session_of(actor: Actor) -> WindowSession | None:
    """The visit in progress at the clerk's window; one that rested too long is over, whether or not it was closed."""
    if actor.staff_id is None or not actor.has(Role.WINDOW):
        return None
    rows = WindowSession.objects.select_related("client", "unit__body", "unit__division")
    return rows.filter(clerk_id=actor.staff_id, closed_at=None, touched_at__gt=instant.now() - idle_limit()).first()


def session_for(actor: Actor) -> WindowSession:
    """The same; ``Absent`` when nobody stands at the window."""
    found = session_of(actor)
    if found is None:
        raise Absent("no_client", "窗口现在没有办事人。请先读取身份证。")
    return found


def drafts_at_hand(actor: Actor) -> Q:
    """Which drafts a clerk may open: those that they fill for the person now at the window (or for whom that person
    acts), and the enquiry who somebody is. Officers without a window fill nothing for others."""
    own = Q(actor_ref=actor.ref)
    if not actor.has(Role.WINDOW):
        return own
    session = session_of(actor)
    owners = [session.client_id, *(r.party_id for r in acted_for(session))] if session else []
    return own & (Q(owner_id__in=owners) | Q(kind=IDENTITY))


def acted_for(session: WindowSession) -> list[ActingRight]:
    """For whom the person at the window may act today."""
    return parties.acting_rights(session.client_id)


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of this visit with its draft and, once filed, its case."""

    row: WindowMatter
    draft: Draft
    case: Case | None


def matters(session: WindowSession) -> Sequence[Matter]:
    """What was begun, filed or parked during this visit, in order."""
    rows = list(session.matters.order_by("id"))
    ids = [row.draft_id for row in rows]
    drafts = Draft.objects.exclude(state=Draft.State.DISCARDED).in_bulk(ids)
    cases = Case.objects.defer("answers").in_bulk(ids)
    return [Matter(row, drafts[row.draft_id], cases.get(row.draft_id)) for row in rows if row.draft_id in drafts]


def unfinished(session: WindowSession) -> QuerySet[Draft]:
    """What the person began before, at home or at a window, and has not submitted: a clerk may go on with it."""
    taken = session.matters.values("draft_id")
    rows = Draft.objects.filter(owner=session.client, state=Draft.State.OPEN).exclude(id__in=taken)
    return rows.exclude(kind=IDENTITY).defer("answers", "origins", "people", "materials").order_by("-saved_at")


def case_for(session: WindowSession, number: str) -> Case:
    """A case filed during this visit; ``Absent`` for every other."""
    filed = session.matters.filter(case_number=number, state=WindowMatter.State.FILED).first()
    if filed is None:
        raise Absent
    return Case.objects.select_related("unit__body", "applicant", "subject").get(id=filed.draft_id)


def owner_for(session: WindowSession, party_id: UUID | None) -> tuple[Party, ActingRight | None]:
    """For whom a matter is begun: the person at the window, or somebody whom they act for today."""
    if party_id is None or party_id == session.client_id:
        return session.client, None
    right = parties.right_between(session.client_id, party_id)
    if right is None:
        raise Absent
    return Party.objects.get(id=party_id), right


def counts_today(actor: Actor) -> tuple[int, int]:
    """How many people the clerk served today and how many matters were filed: figures only, no names."""
    begin = instant.start_of(instant.today())
    visits = WindowSession.objects.filter(clerk_id=actor.staff_id, opened_at__gte=begin)
    filed = WindowMatter.objects.filter(session__clerk_id=actor.staff_id, filed_at__gte=begin)
    return visits.count(), filed.count()
