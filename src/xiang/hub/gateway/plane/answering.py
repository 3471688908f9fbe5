"""One call, from the question to the answer.

1. Sealing has not stalled. 2. Decide, from memory. 3. Read. 4. Mask. 5. Reserve and write down; wait until it is on the
disk. 6. Answer. A call that is refused is written down too; a call whose record does not stand gets no data.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from xiang.foundation.ground import instant
from xiang.hub.gateway.plane import shaping
from xiang.hub.gateway.plane.asking import Asked
from xiang.hub.gateway.plane.authenticating import Caller
from xiang.hub.gateway.plane.catalogue import Catalogue, Shelf
from xiang.hub.gateway.plane.flow import Flow
from xiang.hub.gateway.plane.journal import Journal
from xiang.hub.gateway.plane.keys import Keys
from xiang.hub.gateway.plane.problems import Problem
from xiang.hub.gateway.plane.records import UNANSWERED, Reservation, Use, ids, moment
from xiang.hub.gateway.plane.resources import Resource
from xiang.hub.gateway.plane.shaping import Terms
from xiang.hub.gateway.plane.sources import Sources
from xiang.hub.gateway.plane.stores import Store, Unreachable
from xiang.hub.policies.asking import Request
from xiang.hub.policies.deciding import Decision, Moment
from xiang.hub.policies.plans import PlanRule, micros

ACTIONS = {"query": "read", "batch": "xp:batch", "verify": "xp:verify"}
#: Whoever has not seen for so many seconds what is published might serve by a grant that was revoked.
BLIND_SECONDS = 1.0
_MOST_TERMS = 10_000


class Gateway:
    """The state of the plane. ``seen`` is when (``time.monotonic``) it last looked at what is published."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.keys = Keys(data)
        self.shelf = Shelf()
        self.catalogue: Catalogue | None = None
        self.journal = Journal(store)
        self.sources = Sources(store, data)
        self.flow = Flow()
        self.seen = 0.0
        self.unsealed_since: datetime | None = None
        self._ahead = timedelta()
        self._terms: dict[tuple[Any, ...], Terms] = {}
        self._resting: dict[str, float] = {}

    def show(self, catalogue: Catalogue) -> None:
        """Serve by this catalogue from now on."""
        self.catalogue, self._terms = catalogue, {}

    def set_clock(self) -> None:
        """Follow the demonstration's clock. It lies in a file: to look there at every call would cost more than to decide."""
        self._ahead = instant.offset()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def current(self) -> Catalogue:
        """What is served by now; ``Problem`` when that is not known."""
        if self.catalogue is None:
            raise Problem("starting", retry_after=1)
        if time.monotonic() - self.seen > BLIND_SECONDS:
            raise Problem("out_of_touch", retry_after=1)
        return self.catalogue

    def sealing_left(self) -> float | None:
        """Seconds until the plane refuses because the ledger is not sealed; None when nothing waits to be sealed."""
        if self.unsealed_since is None or self.catalogue is None:
            return None
        return self.catalogue.settings.sealing - (self.now() - self.unsealed_since).total_seconds()

    async def answer(self, caller: Caller, key: str, kind: str, asked: Asked) -> dict[str, Any]:
        """The document to answer with, or :class:`Problem`."""
        catalogue = self.current()
        self._check_sealing()
        resource = catalogue.resources.get(key)
        if resource is None:
            raise Problem("resource_absent")
        now = self.now()
        decision = catalogue.index.decide(self._request(caller, key, kind, asked), self._moment(now))
        terms = await self._agreed(catalogue, resource, caller, asked, decision, now)
        use = self._use(caller, resource, asked, now, (terms.title or asked.purpose)[:200], terms.basis[:300])
        found = await self._read(terms, asked, use)
        if self.catalogue is not catalogue:  # while the source was slow, a grant may have been revoked
            return await self.answer(caller, key, kind, asked)
        document = await self._shaped(kind, resource, terms, asked, use, found)
        reservations = [each for rule in terms.counted for each in _reservations(rule, len(asked.numbers), now)]
        if verdict := await self.journal.write(use, reservations):
            self._remember(verdict, terms, now)
            raise Problem(verdict)
        return document

    def _check_sealing(self) -> None:
        left = self.sealing_left()
        if left is not None and left <= 0 and self.unsealed_since is not None:
            since = self.unsealed_since.astimezone(instant.SHANGHAI)
            detail = f"账本从 {since:%m月%d日 %H:%M:%S} 起没有封存，已超过规定时间，按规定暂停提供数据；恢复封存后会自动继续。"
            raise Problem("ledger_not_sealed", detail, retry_after=5, since=since.isoformat(), overdue=math.ceil(-left))

    async def _agreed(
        self, catalogue: Catalogue, resource: Resource, caller: Caller, asked: Asked, decision: Decision, now: datetime
    ) -> Terms:
        """The terms of a decision; a refusal is written down."""
        code = decision.code
        if not code and not resource.items.keys() >= set(asked.fields):
            code = "field_not_granted"
        if not code:
            try:
                return self._terms_of(catalogue, resource, asked.fields, decision)
            except Problem as wrong:
                code = wrong.code
        raise await self._refused(self._use(caller, resource, asked, now, asked.purpose, ""), code)

    def _use(self, caller: Caller, resource: Resource, asked: Asked, now: datetime, purpose: str, basis: str) -> Use:
        subjects = tuple(self.keys.index(n, resource.blind) if resource.blind else "" for n in asked.numbers)
        who = caller.application
        return Use(
            at=now,
            moment=moment(now),
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

    async def _refused(self, use: Use, code: str, outcome: str = "refused") -> Problem:
        """Write the refusal down; what to raise."""
        return Problem(await self.journal.write(use.refused(code, outcome)) or code)

    async def _read(self, terms: Terms, asked: Asked, use: Use) -> list[Sequence[Mapping[str, Any]]]:
        try:
            if len(asked.numbers) == 1:
                return [await self.sources.find(terms.lookup, asked.numbers[0])]
            return list(await asyncio.gather(*(self.sources.find(terms.lookup, n) for n in asked.numbers)))
        except Unreachable as wrong:
            raise await self._refused(use, "source_unreachable", UNANSWERED) from wrong
        except Problem as wrong:
            raise await self._refused(use, wrong.code) from wrong

    async def _shaped(
        self, kind: str, resource: Resource, terms: Terms, asked: Asked, use: Use, found: Sequence[Any]
    ) -> dict[str, Any]:
        try:
            return shaping.document(kind, resource, terms, asked, use, found)
        except (ValueError, KeyError, TypeError):  # its message may hold what was in the row
            raise await self._refused(use, "source_broken", UNANSWERED) from None

    def _terms_of(self, catalogue: Catalogue, resource: Resource, names: tuple[str, ...], decision: Decision) -> Terms:
        rules = tuple(map(id, decision.used))
        place = (id(catalogue), resource.key, names, rules, tuple(map(id, decision.excluded)), decision.division)
        found = self._terms.get(place)
        if found is None:
            if len(self._terms) > _MOST_TERMS:
                self._terms = {}
            found = self._terms[place] = shaping.terms_of(resource, names, decision)
        return found


def _reservations(rule: PlanRule, amount: int, now: datetime) -> list[Reservation]:
    found = []
    if rule.quota is not None:
        found.append(Reservation(rule.uid, rule.quota, amount, "quota_exhausted"))
    if rule.rate is not None:
        window = int(now.timestamp()) // rule.rate.seconds * rule.rate.seconds
        found.append(Reservation(f"{rule.uid}|{window}+{rule.rate.seconds}", rule.rate.times, amount, "rate_exceeded"))
    return found
