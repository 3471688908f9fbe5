"""One call, from the question to the answer.

1. Sealing has not stalled. 2. Decide, from memory. 3. Read. 4. Reserve and write down; wait until it is on the disk.
5. Answer, masked. A call that is refused is written down too; a call whose record does not stand gets no data.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from xiang.foundation.ground import instant
from xiang.hub.gateway.plane import resources
from xiang.hub.gateway.plane.asking import Asked
from xiang.hub.gateway.plane.authenticating import Caller
from xiang.hub.gateway.plane.catalogue import Catalogue, Shelf
from xiang.hub.gateway.plane.flow import Flow
from xiang.hub.gateway.plane.journal import Journal
from xiang.hub.gateway.plane.keys import Keys, normal
from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.gateway.plane.records import UNANSWERED, Reservation, Use, ids
from xiang.hub.gateway.plane.resources import Lookup, Resource
from xiang.hub.gateway.plane.sources import Sources
from xiang.hub.gateway.plane.stores import Store, Unreachable
from xiang.hub.policies.asking import Request
from xiang.hub.policies.deciding import Decision, Moment
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.plans import PlanRule, micros

ACTIONS = {"query": "read", "batch": "xp:batch", "verify": "xp:verify"}
_MOST_TERMS = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision comes to: made once for all calls that are decided alike."""

    lookup: Lookup
    masks: Mapping[str, Mask]
    title: str
    basis: str
    grants: tuple[str, ...]
    counted: tuple[PlanRule, ...]


class Gateway:
    """The state of the plane."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.keys = Keys(data)
        self.shelf = Shelf()
        self.catalogue: Catalogue | None = None
        self.journal = Journal(store)
        self.sources = Sources(store, data)
        self.flow = Flow()
        self.unsealed_since: datetime | None = None
        self._terms: dict[tuple[Any, ...], Terms] = {}
        self._resting: dict[str, float] = {}

    def show(self, catalogue: Catalogue) -> None:
        """Serve by this catalogue from now on."""
        self.catalogue, self._terms = catalogue, {}

    def sealing_left(self) -> float | None:
        """Seconds until the plane refuses because the ledger is not sealed; None when nothing waits to be sealed."""
        if self.unsealed_since is None or self.catalogue is None:
            return None
        waited = (instant.now() - self.unsealed_since).total_seconds()
        return self.catalogue.settings.sealing - waited

    async def answer(self, caller: Caller, key: str, kind: str, asked: Asked) -> dict[str, Any]:
        """The document to answer with, or :class:`Problem`."""
        catalogue = self.catalogue
        if catalogue is None:
            raise Problem("starting", retry_after=1)
        self._check_sealing()
        resource = catalogue.resources.get(key)
        if resource is None:
            raise Problem("resource_absent")
        now = instant.now()
        decision = catalogue.index.decide(self._request(caller, key, kind, asked), self._moment(now))
        unknown = not decision.code and not resource.items.keys() >= set(asked.fields)
        if decision.code or unknown:
            use = self._use(caller, resource, asked, now, asked.purpose, "")
            await self._refuse(use, decision.code or "field_not_granted")
        try:
            terms = self._terms_of(catalogue, resource, asked.fields, decision)
        except Problem as wrong:
            await self._refuse(self._use(caller, resource, asked, now, asked.purpose, ""), wrong.code)
            raise
        use = self._use(caller, resource, asked, now, (terms.title or asked.purpose)[:200], terms.basis[:300])
        found = await self._read(terms, asked, use)
        reservations = [each for rule in terms.counted for each in _reservations(rule, len(asked.numbers), now)]
        if verdict := await self.journal.write(use, reservations):
            self._remember(verdict, terms, now)
            raise Problem(verdict)
        return _document(kind, resource, terms, asked, use, found)

    def _check_sealing(self) -> None:
        left = self.sealing_left()
        if left is not None and left <= 0 and self.unsealed_since is not None:
            since = self.unsealed_since.astimezone(instant.SHANGHAI)
            detail = f"账本从 {since:%m月%d日 %H:%M:%S} 起没有封存，已超过规定时间，按规定暂停提供数据；恢复封存后会自动继续。"
            raise Problem("ledger_not_sealed", detail, retry_after=5, since=since.isoformat(), overdue=math.ceil(-left))

    def _use(self, caller: Caller, resource: Resource, asked: Asked, now: datetime, purpose: str, basis: str) -> Use:
        subjects = tuple(self.keys.index(n, resource.blind) if resource.blind else "" for n in asked.numbers)
        who = caller.application
        return Use(
            at=now,
            application=who.key,
            body=who.body,
            resource=resource.key,
            fields=asked.fields,
            purpose=purpose,
            basis=basis,
            case_number=asked.case_number,
            subjects=subjects,
            ids=ids(len(subjects)),
            once=caller.once,
        )

    def _request(self, caller: Caller, key: str, kind: str, asked: Asked) -> Request:
        who = caller.application
        return Request(
            assignee=who.body,
            action=ACTIONS[kind],
            target=key,
            columns=frozenset(asked.fields),
            purpose=asked.purpose,
            items=asked.items,
            division=who.division,
            recipient=who.body,
            environment=who.environment,
            amount=len(asked.numbers),
        )

    def _moment(self, now: datetime) -> Moment:
        """What is known to be used up: enough to refuse early. What counts is decided when the record is written."""
        rates = {uid: 1 << 62 for uid, until in self._resting.items() if until > now.timestamp()}
        return Moment(micros(now), self.journal.counts, rates)

    def _remember(self, verdict: str, terms: Terms, now: datetime) -> None:
        if verdict == "rate_exceeded":
            self._resting = {uid: until for uid, until in self._resting.items() if until > now.timestamp()}
            for rule in terms.counted:
                if rule.rate:
                    self._resting[rule.uid] = (now.timestamp() // rule.rate.seconds + 1) * rule.rate.seconds

    async def _refuse(self, use: Use, code: str, outcome: str = "refused") -> None:
        raise Problem(await self.journal.write(use.refused(code, outcome)) or code)

    async def _read(self, terms: Terms, asked: Asked, use: Use) -> list[Sequence[Mapping[str, Any]]]:
        try:
            if len(asked.numbers) == 1:
                return [await self.sources.find(terms.lookup, asked.numbers[0])]
            return list(await asyncio.gather(*(self.sources.find(terms.lookup, n) for n in asked.numbers)))
        except Unreachable:
            await self._refuse(use, "source_unreachable", UNANSWERED)
            raise
        except Problem as wrong:
            await self._refuse(use, wrong.code)
            raise

    def _terms_of(self, catalogue: Catalogue, resource: Resource, names: tuple[str, ...], decision: Decision) -> Terms:
        rules = tuple(map(id, decision.used))
        place = (id(catalogue), resource.key, names, rules, tuple(map(id, decision.excluded)), decision.division)
        found = self._terms.get(place)
        if found is None:
            if len(self._terms) > _MOST_TERMS:
                self._terms = {}
            rows = decision.rows()
            found = self._terms[place] = Terms(
                resources.lookup(resource, names, rows),
                decision.masks(),
                decision.title,
                decision.basis,
                decision.grants,
                decision.counted(),
            )
        return found


def _reservations(rule: PlanRule, amount: int, now: datetime) -> list[Reservation]:
    found = []
    if rule.quota is not None:
        found.append(Reservation(rule.uid, rule.quota, amount, "quota_exhausted"))
    if rule.rate is not None:
        window = int(now.timestamp()) // rule.rate.seconds * rule.rate.seconds
        found.append(Reservation(f"{rule.uid}|{window}+{rule.rate.seconds}", rule.rate.times, amount, "rate_exceeded"))
    return found


def _document(
    kind: str,
    resource: Resource,
    terms: Terms,
    asked: Asked,
    use: Use,
    found: Sequence[Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    head = {"call": str(use.ids[0]), "at": use.at.isoformat(), "grants": terms.grants}
    if kind == "verify":
        return {**head, "matches": any(_holds(resource, asked.claims, row) for row in found[0])}
    shown = [[_shown(resource, terms, asked.fields, row) for row in some] for some in found]
    if kind == "query":
        return {**head, "found": bool(shown[0]), "rows": shown[0]}
    answers = [
        {"call": str(call), "found": bool(some), "rows": some} for call, some in zip(use.ids, shown, strict=True)
    ]
    return {**head, "answers": answers}


def _shown(resource: Resource, terms: Terms, names: Sequence[str], row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {}
    for name in names:
        item = resource.items[name]
        value = resources.plain(item.type, row[item.column])
        mask = terms.masks.get(name)
        shown[name] = mask(value) if mask else value
    return shown


def _holds(resource: Resource, claims: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether a row says all that is claimed, spelt alike."""
    for name, claimed in claims.items():
        item = resource.items[name]
        value = resources.plain(item.type, row[item.column])
        said = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        if value is None or normal(said) != normal(claimed):
            return False
    return True
