"""Reading the gateway: applications, what is served, and the live figures of the plane."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger import queries as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.gateway import described
from xiang.hub.gateway.models import Application, Call, Flow
from xiang.hub.gateway.plane.flow import BOUNDS
from xiang.hub.inventory import rights
from xiang.hub.inventory.models import Resource
from xiang.hub.sharing import queries as sharing
from xiang.hub.sharing.enforcement import requester_covers
from xiang.hub.sharing.models import Grant

OK = "ok"
#: What somebody has to look into, when it happened within these minutes; who: the resource's provider, or the application.
ALARMING = {
    "source_unreachable": "resource",
    "source_broken": "resource",
    "filter_not_enforceable": "resource",
    "audit_unavailable": "",
    "ledger_not_sealed": "",
    "out_of_touch": "",
    "unexpected": "",
    "quota_exhausted": "application",
    "rate_limited": "application",
    "replayed": "application",
}
ALARMING_MINUTES = 5
_TOP = 10


def need_steward(actor: Actor) -> None:
    """The gateway's pages are for data stewards; to anybody else they are not there."""
    if not (actor.is_system or actor.has("steward") or actor.has("configurator")):
        raise Absent


def applications(actor: Actor) -> QuerySet[Application]:
    """The hub sees every application, a steward those of their own body."""
    need_steward(actor)
    rows = Application.objects.prefetch_related("keys")
    return rows if rights.is_hub(actor) else rows.filter(body_key=actor.body_key)


def application_for(actor: Actor, key: str) -> Application:
    """One of those; ``Absent`` otherwise."""
    found = applications(actor).filter(key=key).first()
    if found is None:
        raise Absent
    return found


@dataclass(slots=True)
class Figures:
    """Calls of one kind: how many, how many of them refused, and how long they took (milliseconds)."""

    name: str = ""
    calls: int = 0
    refused: int = 0
    micros: int = 0
    slowest: int = 0
    spread: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def add(self, row: Flow) -> None:
        self.calls += row.calls
        self.refused += row.calls if row.code != OK else 0
        self.micros += row.micros
        self.slowest = max(self.slowest, row.slowest)
        self.spread = [a + b for a, b in zip(self.spread, json.loads(row.spread), strict=True)]

    @property
    def mean(self) -> float:
        return self.micros / self.calls / 1000 if self.calls else 0.0

    @property
    def refusals(self) -> float:
        """The part refused, in per cent."""
        return 100 * self.refused / self.calls if self.calls else 0.0

    def percentile(self, part: float) -> float:
        """The upper bound of the class that the percentile lies in, at most the slowest call; milliseconds."""
        left = self.calls * part / 100
        for bound, calls in zip((*BOUNDS, self.slowest), self.spread, strict=True):
            left -= calls
            if left <= 0:
                return min(bound, self.slowest) / 1000
        return self.slowest / 1000

    @property
    def p50(self) -> float:
        return self.percentile(50)

    @property
    def p95(self) -> float:
        return self.percentile(95)


@dataclass(frozen=True, slots=True)
class Sealing:
    """How the seal of the records stands: what waits, since when, and when the gateway will refuse (seconds)."""

    waiting: int
    since: datetime | None
    limit: int
    left: int | None

    @property
    def refusing(self) -> bool:
        return self.left is not None and self.left <= 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to look into: a code of refusal, whose (an application, a resource, or nobody's), and how often."""

    code: str
    name: str
    calls: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of some minutes past; alarms of the last few."""

    minutes: int
    total: Figures
    applications: Sequence[Figures]
    resources: Sequence[Figures]
    codes: Sequence[tuple[str, int]]
    by_minute: Sequence[tuple[datetime, int, int]]
    sealing: Sealing
    alarms: Sequence[Alarm]


def overview(actor: Actor, minutes: int = 60) -> Overview:
    """Live operations: calls, errors, the busiest applications, the slowest resources, the seal; of the applications that
    the actor sees."""
    seen = applications(actor)
    rows = Flow.objects.filter(minute__gte=instant.now() - timedelta(minutes=minutes)).order_by("minute")
    if not rights.is_hub(actor):
        rows = rows.filter(application__in=seen.values("key"))
    total = Figures()
    by_application: dict[str, Figures] = defaultdict(Figures)
    by_resource: dict[str, Figures] = defaultdict(Figures)
    codes: dict[str, int] = defaultdict(int)
    ticks: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    alarms: dict[tuple[str, str], int] = defaultdict(int)
    lately = instant.now() - timedelta(minutes=ALARMING_MINUTES)
    for row in rows:
        refused = row.calls if row.code != OK else 0
        total.add(row)
        ticks[row.minute][0] += row.calls
        ticks[row.minute][1] += refused
        if refused:
            codes[row.code] += refused
        if row.code in ALARMING and row.minute >= lately:
            alarms[row.code, str(getattr(row, ALARMING[row.code], ""))] += row.calls
        for name, table in ((row.application, by_application), (row.resource, by_resource)):
            if name:
                table[name].name = name
                table[name].add(row)
    return Overview(
        minutes,
        total,
        sorted(by_application.values(), key=lambda one: -one.calls)[:_TOP],
        sorted(by_resource.values(), key=lambda one: -one.p95)[:_TOP],
        sorted(codes.items(), key=lambda one: -one[1])[:_TOP],
        [(minute, calls, refused) for minute, (calls, refused) in sorted(ticks.items())],
        sealing(),
        [Alarm(code, name, calls) for (code, name), calls in sorted(alarms.items(), key=lambda one: -one[1])],
    )


def titles(shown: Overview) -> dict[str, str]:
    """What people call the applications and resources of an overview."""
    named = {one.name for one in (*shown.applications, *shown.resources)} | {one.name for one in shown.alarms}
    found = dict(Application.objects.filter(key__in=named).values_list("key", "title"))
    return dict(Resource.objects.filter(key__in=named).values_list("key", "title")) | found


def grants_on(actor: Actor, resource: str) -> list[Grant]:
    """The grants in force by which the actor's own body may ask for a resource at the gateway; for whoever serves at the
    hub, those of every body."""
    rows = sharing.grants_for(actor).filter(resource__key=resource, revoked_at=None, mode__in=["", "api"])
    today = instant.today()
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today).exclude(requester="*")
    hub = rights.is_hub(actor)
    return [one for one in rows if hub or requester_covers(one.requester, actor.body_key)]


def sealing() -> Sealing:
    """The same as the plane sees it: records not taken, entries not sealed."""
    untaken = Call.objects.filter(taken_at=None)
    oldest: datetime | None = untaken.aggregate(first=Min("at"))["first"]
    lag = ledger.sealing_lag()
    limit = described.known_limits().sealing
    now = instant.now()
    since = min((at for at in (oldest, now - lag if lag else None) if at), default=None)
    left = None if since is None else int(limit - (now - since).total_seconds())
    return Sealing(untaken.count(), since, limit, left)
