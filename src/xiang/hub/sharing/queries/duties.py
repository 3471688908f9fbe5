"""The steward's one to-do list: what waits for the own body, whatever it is, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.sharing.models import Dispute, HolderNotice, ShareRequest
from xiang.hub.sharing.queries.standings import disputes_to_check, need_steward

State = ShareRequest.State
MOST = 200


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do. ``kind``: answer, provide, mend, confirm, check, correct, refresh. ``ref`` names the record."""

    kind: str
    title: str
    detail: str
    due: date | None
    ref: str

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < instant.today()


@dataclass(frozen=True, slots=True)
class Duties:
    """The list, cut at :data:`MOST`."""

    rows: Sequence[Due]

    def of(self, kind: str) -> int:
        return sum(row.kind == kind for row in self.rows)


def duties(actor: Actor) -> Duties:
    """What waits for the actor's body: requests to answer and provide, own ones to mend and confirm, records to check,
    copies to put right, entries whose data is older than they promise. Five statements."""
    need_steward(actor)
    found = [*_requests(actor), *_checks(actor), *_corrections(actor), *_stale(actor)]
    return Duties(sorted(found, key=lambda one: (one.due or NO_DUE, one.kind, one.ref))[:MOST])


def _requests(actor: Actor) -> list[Due]:
    """In the offices of the actor, or back in the hands of the own body."""
    rows = ShareRequest.objects.select_related("entry").filter(state__in=ShareRequest.OPEN)
    cases = Case.objects.filter(item_key="hub.sharing", open=True, unit_id__in=actor.unit_ids)
    by = dict(cases.values_list("id", "act_by")[:MOST])
    mine = [
        Due(
            "provide" if one.state == State.PROVISIONING else "answer",
            one.entry.title,
            one.business_item,
            _day(by[one.pk]),
            one.number,
        )
        for one in rows.filter(pk__in=by).exclude(state__in=(State.RETURNED, State.DELIVERED))
    ]
    back = rows.filter(requester=actor.body_key, state__in=(State.RETURNED, State.DELIVERED))[:MOST]
    return mine + [
        Due("mend" if one.state == State.RETURNED else "confirm", one.entry.title, one.business_item, None, one.number)
        for one in back
    ]


def _day(day: date) -> date | None:
    return None if day == NO_DUE else day


def _checks(actor: Actor) -> list[Due]:
    return [
        Due("check", one.resource.title, Dispute.State(one.state).label, one.due, str(one.pk))
        for one in disputes_to_check(actor)[:MOST]
    ]


def _corrections(actor: Actor) -> list[Due]:
    told = HolderNotice.objects.select_related("dispute__resource").filter(
        body_key=actor.body_key, state=HolderNotice.State.TOLD
    )
    return [
        Due("correct", one.dispute.resource.title, one.dispute.field, one.due, str(one.pk))
        for one in told.order_by("id")[:MOST]
    ]


def _stale(actor: Actor) -> list[Due]:
    rows = CatalogueEntry.objects.filter(retired=False, fresh_until__lt=instant.now())
    if not rights.is_hub(actor):
        rows = rows.filter(body_key=actor.body_key)
    return [
        Due("refresh", one.title, f"应{one.cycle}更新", instant.legal_date(one.fresh_until), one.key)
        for one in rows.order_by("fresh_until")[:MOST]
        if one.fresh_until
    ]
