"""Changes of the catalogue: which an actor may see, and which wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor
from xiang.foundation.publishing.differences import Difference, differences
from xiang.hub.inventory import content, rights
from xiang.hub.inventory.models import OPEN_STATES, Revision, RevisionState


def revisions_for(actor: Actor) -> QuerySet[Revision]:
    """The hub and auditors see every change; stewards and heads those of their own body."""
    rows = Revision.objects.all()
    if rights.is_hub(actor) or actor.has("auditor"):
        return rows
    if actor.has("steward") or actor.has("head"):
        return rows.filter(body_key=actor.body_key)
    return rows.none()


def revision_for(actor: Actor, revision_id: UUID) -> Revision:
    """One change; ``Absent`` where it is not, or not for this actor."""
    found = revisions_for(actor).filter(pk=revision_id).first()
    if found is None:
        raise Absent("revision_absent", "没有这份目录变更，或者不归您办。")
    return found


def waiting_for(actor: Actor) -> QuerySet[Revision]:
    """What this actor could do the next step of: mend, sign, sign as head, review. Never what they had a hand in."""
    own = Q(author_ref=actor.ref)
    mine = Q(body_key=actor.body_key)
    due = Q(pk__in=[])
    if actor.has("steward"):
        due |= mine & Q(state=RevisionState.DRAFT) & ~own
        due |= mine & Q(state=RevisionState.RETURNED) & own
    if actor.has("head"):
        due |= mine & Q(state=RevisionState.SIGNED) & ~own & ~Q(office_ref=actor.ref)
    if rights.is_hub(actor):
        due |= Q(state=RevisionState.SUBMITTED) & ~own & ~Q(office_ref=actor.ref) & ~Q(head_ref=actor.ref)
    return Revision.objects.filter(due).order_by("review_due", "id")


def open_revision(key: str) -> Revision | None:
    """The change of an entry that is under way."""
    return Revision.objects.filter(key=key, state__in=OPEN_STATES).first()


def changes_of(revision: Revision) -> Iterable[Difference]:
    """What a change changes of the entry as it is in force."""
    before = content.of_entry(revision.entry) if revision.entry and not revision.entry.retired else {}
    return list(differences(before, revision.content))
