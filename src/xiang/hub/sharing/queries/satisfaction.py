"""How far the scenarios have what they need, and the bodies' indicators side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xiang.foundation.ground.errors import Absent
from xiang.foundation.measures import queries as measures
from xiang.foundation.measures.queries import Reading
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.queries import Coverage
from xiang.hub.sharing.enforcement import requester_covers
from xiang.hub.sharing.models import Grant, Need, Scenario, ShareRequest
from xiang.hub.sharing.operations.answering import ON_TIME, SATISFIED
from xiang.hub.sharing.operations.disputing import CHECKED

State = ShareRequest.State


@dataclass(frozen=True, slots=True)
class Met:
    """One need of a scenario. ``standing``: met, asked, refused, open (nobody asked), missing (no such entry)."""

    need: Need
    entry: CatalogueEntry | None
    standing: str
    request: ShareRequest | None


@dataclass(frozen=True, slots=True)
class ScenarioShown:
    """A scenario with its needs."""

    scenario: Scenario
    needs: Sequence[Met]

    @property
    def met(self) -> int:
        return sum(one.standing == "met" for one in self.needs)

    @property
    def satisfied(self) -> bool:
        return self.met == len(self.needs)


def satisfaction(actor: Actor, keys: Iterable[str] | None = None) -> list[ScenarioShown]:
    """The list of scenarios, for any officer; which request meets a need is named only where the actor may see it.

    A need is met by a request of the lead body that was granted all its items, or by a grant that was there before.
    Five statements, however many there are.
    """
    if not (actor.is_staff or actor.is_system):
        raise Absent
    rows = Scenario.objects.filter(retired=False).prefetch_related("needs").order_by("key")
    scenarios = list(rows if keys is None else rows.filter(key__in=list(keys)))
    named = {need.entry_key for one in scenarios for need in one.needs.all()}
    entries = {entry.key: entry for entry in CatalogueEntry.objects.filter(key__in=named, retired=False)}
    asked = list(ShareRequest.objects.filter(entry__key__in=named).select_related("entry").order_by("-id"))
    grants = list(
        Grant.objects.filter(resource__entry__key__in=named, revoked_at=None).select_related("resource__entry")
    )
    return [
        ScenarioShown(one, [_met(need, one, entries.get(need.entry_key), asked, grants) for need in one.needs.all()])
        for one in scenarios
    ]


def _met(
    need: Need, scenario: Scenario, entry: CatalogueEntry | None, asked: list[ShareRequest], grants: list[Grant]
) -> Met:
    if entry is None:
        return Met(need, None, "missing", None)
    wanted = set(need.items)
    own = [r for r in asked if r.entry_id == entry.pk and r.requester == scenario.lead and wanted <= set(r.items)]
    for states, standing in (((State.DELIVERED, State.IN_USE), "met"), (ShareRequest.OPEN, "asked")):
        if found := next((r for r in own if r.state in states), None):
            return Met(need, entry, standing, found)
    fitting = (g for g in grants if g.resource.entry_id == entry.pk and requester_covers(g.requester, scenario.lead))
    if entry.body_key == scenario.lead or any(wanted <= set(g.fields) for g in fitting if g.requester != "*"):
        return Met(need, entry, "met", None)
    refused = next((r for r in own if r.state == State.REFUSED), None)
    return Met(need, entry, "refused" if refused else "open", refused)


def scenario_for(actor: Actor, key: str) -> ScenarioShown:
    """One scenario."""
    found = satisfaction(actor, [key])
    if not found:
        raise Absent("scenario_absent", "没有这个场景，或者它已经不在清单里。")
    return found[0]


@dataclass(frozen=True, slots=True)
class League:
    """One body's indicators in a period: what it holds today, what it answered then."""

    body_key: str
    coverage: Coverage
    satisfied: Reading
    on_time: Reading
    checked: Reading


def league(actor: Actor, start: date, end: date) -> list[League]:
    """The bodies side by side, those with most entries first; a quarter is a period."""
    return [
        League(
            one.body_key,
            one,
            *(measures.figure(key, {"body": one.body_key}, start, end) for key in (SATISFIED, ON_TIME, CHECKED)),
        )
        for one in inventory.coverage(actor)
    ]
