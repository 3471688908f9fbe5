"""Reading the hub: systems with their state, grants, disputes. Stewards see all; a person sees their own disputes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import Resource, System
from xiang.hub.inventory.models.resources import DataField
from xiang.hub.sharing import names
from xiang.hub.sharing.enforcement import requester_covers
from xiang.hub.sharing.models import Dispute, Grant, SystemState


@dataclass(frozen=True, slots=True)
class Calls:
    """How often a resource was asked since a day ago."""

    served: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One system as the hub's page shows it."""

    system: System
    name: str
    body: str
    switch: str
    down_since: datetime | None
    resources: Sequence[Resource]
    calls: Calls

    @property
    def reachable(self) -> bool:
        return self.down_since is None


def need_steward(actor: Actor) -> None:
    """The hub's pages are for data stewards; to anybody else they are not there."""
    if not (actor.is_system or actor.has("steward")):
        raise Absent


def standings(actor: Actor) -> list[Standing]:
    """All systems in service, those that cannot be reached first."""
    need_steward(actor)
    states = {row.system_id: row for row in SystemState.objects.all()}
    calls = calls_since(instant.now() - timedelta(days=1))
    resources = list(inventory.resources().values())
    found = []
    for system in inventory.systems():
        own = [r for r in resources if r.system_id == system.pk]
        state = states.get(system.pk)
        sums = [calls.get(r.key, Calls()) for r in own]
        total = Calls(sum(c.served for c in sums), sum(c.refused for c in sums))
        found.append(
            Standing(
                system,
                names.system_name(system),
                names.body_name(system.body_key),
                state.switch if state else SystemState.Switch.UP,
                state.down_since if state else None,
                own,
                total,
            )
        )
    return sorted(found, key=lambda s: (s.reachable, s.system.key))


def calls_since(since: datetime) -> Mapping[str, Calls]:
    """Look-ups by resource, counted in the ledger's record of uses."""
    rows = (
        DataUse.objects.filter(at__gte=since)
        .values("resource_key")
        .annotate(served=Count("id", filter=Q(outcome="served")), refused=Count("id", filter=Q(outcome="refused")))
    )
    return {row["resource_key"]: Calls(row["served"], row["refused"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Flow:
    """Data that went from one body to another since a day ago: how many look-ups were answered, how many refused."""

    provider: str
    requester: str
    served: int
    refused: int


def flows(actor: Actor, most: int = 14) -> list[Flow]:
    """Who got data of whom since a day ago, the busiest first; the hub's page draws it."""
    need_steward(actor)
    keepers = {key: one.system.body_key for key, one in inventory.resources().items()}
    rows = (
        DataUse.objects.filter(at__gte=instant.now() - timedelta(days=1))
        .order_by()
        .values_list("resource_key", "body_key")
        .annotate(served=Count("id", filter=Q(outcome="served")), refused=Count("id", filter=Q(outcome="refused")))
    )
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for resource, body, served, refused in rows:
        if keeper := keepers.get(resource):
            before = sums.get((keeper, body), (0, 0))
            sums[keeper, body] = (before[0] + served, before[1] + refused)
    found = [Flow(*bodies, *counted) for bodies, counted in sums.items()]
    return sorted(found, key=lambda one: (-one.served, -one.refused, one.provider, one.requester))[:most]


def resource_for(actor: Actor, key: str) -> Resource:
    """A resource for its page."""
    need_steward(actor)
    return inventory.resource(key)


def grants_on(resource: Resource) -> QuerySet[Grant]:
    """Who may read a resource."""
    return Grant.objects.filter(resource=resource)


def reportable(actor: Actor, resource: Resource) -> list[DataField]:
    """The data items of a resource that the actor's body may use now, and so may find to be wrong."""
    today = instant.today()
    live = Grant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today), resource=resource, revoked_at=None, valid_from__lte=today
    )
    mine = (grant for grant in live if actor.is_staff and requester_covers(grant.requester, actor.body_key))
    used = {field for grant in mine for field in grant.fields}
    return [one for name, one in resource.data_fields.items() if name in used]


def disputes_of(actor: Actor) -> QuerySet[Dispute]:
    """What the person disputed, newest first."""
    return Dispute.objects.select_related("resource").filter(raised_by=actor.ref).order_by("-id")


def disputes_to_check(actor: Actor) -> QuerySet[Dispute]:
    """Open disputes about records that the officer's line of work keeps, those among them that the department is to mend
    at its own desk; all of them for the hub."""
    waits = Q(state__in=("raised", "checking")) | Q(state="corrected", awaited_since__isnull=False)
    rows = Dispute.objects.select_related("resource__system").filter(waits).order_by("id")
    if rights.is_hub(actor):
        return rows
    line = actor.body_key.partition(".")[2]
    if not actor.is_staff or not line:
        return rows.none()
    return rows.filter(resource__system__body_key__endswith=f".{line}")


def open_disputes_about(indexes: Sequence[str]) -> set[tuple[str, str]]:
    """``(resource key, field)`` of what is disputed about a person with these blind indexes."""
    rows = Dispute.objects.filter(subject__in=indexes, state__in=Dispute.OPEN)
    return set(rows.values_list("resource__key", "field"))
