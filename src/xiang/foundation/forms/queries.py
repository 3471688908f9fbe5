"""What can be asked of drafts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q, QuerySet

from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import Actor

_clerks: list[Callable[[Actor], Q]] = []


def limit_clerks(rule: Callable[[Actor], Q]) -> None:
    """Say which drafts an officer may open (called once at start by the room of windows): those of the person who
    stands there now, and no longer than they do."""
    _clerks[:] = [rule]


def _rights(actor: Actor) -> Q | None:
    """Whose drafts these are: the person's, or those of whom they act for within what was entrusted to them; an
    officer's at a window. ``None`` for nobody."""
    if actor.is_staff:
        return _clerks[0](actor) if _clerks else Q(actor_ref=actor.ref)
    if actor.subject_id is None:
        return None
    own = Q(owner_id=actor.subject_id)
    if actor.items is None or "*" in actor.items:
        return own
    return own & (Q(kind="item", key__in=actor.items) | Q(kind="life_event", key__in=actor.events))


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """The open drafts of the person (or of whom they act for), or those that a window clerk is filling; newest first."""
    rights = _rights(actor)
    if rights is None:
        return Draft.objects.none()
    return Draft.objects.filter(rights, state=Draft.State.OPEN).order_by("-id")


_own = Compiled(lambda draft_id, owner_id: Draft.objects.select_related("owner").filter(id=draft_id, owner_id=owner_id))


def draft_for(actor: Actor, draft_id: UUID) -> Draft:
    """A draft of the actor's in any state; ``Absent`` when it is not theirs."""
    if actor.staff_id is None and actor.items is None and actor.subject_id is not None:
        found = next(iter(_own(draft_id, actor.subject_id)), None)
    else:
        rights = _rights(actor)
        rows = Draft.objects.select_related("owner")
        found = rows.filter(rights, id=draft_id).first() if rights is not None else None
    if found is None:
        raise Absent
    return found
