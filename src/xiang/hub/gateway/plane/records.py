"""The record of a call (使用记录): what was asked, by whom, on which terms; no personal value, and a salted commitment.

``facts`` are the canonical bytes of ``foundation.ledger.canonical.use_facts``: the ledger's entry commits to the same.
"""

from __future__ import annotations

import json
import secrets
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.digest import sm3
from xiang.hub.gateway.plane.problems import reason

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
SERVED, REFUSED, UNANSWERED = "served", "refused", "unanswered"


@dataclass(slots=True)
class Record:
    """A row of the record, ready to be written. ``once`` is key, nonce and place in the call: written twice, it is a
    replay."""

    id: str
    at: datetime
    once: str | None
    facts: str
    salt: str
    commitment: str


@dataclass(slots=True)
class Use:
    """What one call wants to have written, once for each of its ``subjects`` (blind indexes; "" for no person). ``moment``
    is the instant as it stands in the facts."""

    at: datetime
    moment: str
    application: str
    body: str
    resource: str
    fields: tuple[str, ...]
    purpose: str
    basis: str
    case_number: str
    subjects: tuple[str, ...]
    ids: tuple[str, ...]
    once: str = ""
    code: str = ""
    outcome: str = SERVED

    def refused(self, code: str, outcome: str = REFUSED) -> Use:
        return replace(self, code=code, outcome=outcome)

    def records(self) -> list[Record]:
        return [self._record(place, subject) for place, subject in enumerate(self.subjects)]

    def _record(self, place: int, subject: str) -> Record:
        said = {
            "id": self.ids[place],
            "subject": subject,
            "body": self.body,
            "resource": self.resource,
            "fields": self.fields,
            "purpose": self.purpose,
            "basis": self.basis,
            "case": None,
            "case_number": self.case_number,
            "actor": f"application:{self.application}",
            "outcome": self.outcome,
            "reason": reason(self.code) if self.code else "",
            "at": self.moment,
        }
        facts = _encode(said)
        salt = secrets.token_bytes(32)
        once = f"{self.once}/{place}" if self.once else None
        return Record(self.ids[place], self.at, once, facts, salt.hex(), sm3(salt + facts.encode()).hex())


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(new_id()) for _ in range(count))


def moment(at: datetime) -> str:
    """An instant of UTC as ``foundation.ledger.canonical.moment`` writes it."""
    return at.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@dataclass(frozen=True, slots=True)
class Reservation:
    """So many executions of a rule: never more than ``limit`` under this ``key`` (rule, and window where it has one)."""

    key: str
    limit: int
    amount: int
    code: str


@dataclass(slots=True)
class Wanted:
    """One call on its way to the disk. ``verdict`` is "" when the record stands, else why not."""

    use: Use
    reservations: Sequence[Reservation]
    verdict: Future[str]

    def settle(self, verdict: str) -> None:
        if not self.verdict.done():
            self.verdict.set_result(verdict)

    @property
    def simple(self) -> bool:
        """Whether one statement can write it: one row, nothing to count."""
        return not self.reservations and len(self.use.subjects) == 1
