"""Reading for a case: the right first, the department's own database next, the ledger before anything is handed out.

1. Never inside a transaction: a department's network has no place in ours.
2. Load resources and grants, decide each want; what is refused is not read.
3. Read side by side, one thread a system, within one deadline; a system that does not answer is remembered.
4. In one short transaction write every use, served or refused, and look which records are disputed.
5. Only then hand the values out. When the ledger cannot be written, nobody gets anything.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground import instant
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.notices import operations as notices
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import Resource, System
from xiang.hub.sharing import adapters, names, rights, subjects
from xiang.hub.sharing.enforcement import REASONS, Ask, Decision, Terms, decide
from xiang.hub.sharing.models import Dispute, Environment, Grant
from xiang.hub.sharing.operations import circuit
from xiang.hub.sources.found import Unreachable

DEADLINE = timedelta(seconds=4)

#: The purpose under which items are handled; the ledger shows the grant's own words instead.
SERVICE = "service"
PURPOSES = {SERVICE: "办理政务服务事项"}
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="hub")


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why something is read, and by whom: the same for all wants of one call."""

    purpose: str
    actor: Actor
    body_key: str
    item_keys: frozenset[str]
    case_id: UUID | None = None
    case_number: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Fields of one resource about one subject."""

    resource_key: str
    subject: Subject
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question. ``rows`` hold values by field name, newest first; empty when nothing is on record."""

    question: Question
    at: datetime
    resource: Resource | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    provider: str = ""
    disputed: frozenset[str] = frozenset()
    outage_since: datetime | None = None
    refused: str = ""

    @property
    def found(self) -> bool:
        return bool(self.rows)


@dataclass(slots=True)
class _Work:
    """One question on its way."""

    question: Question
    resource: Resource | None
    target: subjects.Target | None
    decision: Decision
    records: Sequence[adapters.Record] | None = None
    outage_since: datetime | None = None


def outside_transaction() -> None:
    """Raise when the caller holds a transaction open (the test cases' own ones do not count)."""
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("the hub is asked outside any transaction: fetch first, then write")


def ask(questions: Sequence[Question], why: Purpose, deadline: timedelta = DEADLINE) -> list[Answer]:
    """Answer every question, in order."""
    outside_transaction()
    until = time.monotonic() + deadline.total_seconds()
    works = _decide(questions, why)
    _read(works, until)
    at = instant.now()
    with transaction.atomic():
        disputed = _disputed(works)
        for work in works:
            _record(work, why)
    return [_answer(work, at, disputed) for work in works]


def _decide(questions: Sequence[Question], why: Purpose) -> list[_Work]:
    resources = inventory.resources({q.resource_key for q in questions})
    grants = terms_of(list(resources.values()))
    general = rights.refusal(why.actor, why.body_key, why.case_id)
    body = rights.asking_body(why.actor, why.body_key, why.case_id)
    allowed_people: dict[UUID | None, bool] = {}
    works = []
    for question in questions:
        resource = resources.get(question.resource_key)
        target = subjects.target(resource, question.subject) if resource else None
        asked = Ask(
            body, question.resource_key, frozenset(question.fields), why.purpose, why.item_keys, instant.today()
        )
        decision = Decision(general) if general else decide(grants, asked)
        if decision.allowed and target and why.actor.is_staff and resource and resource.personal:
            decision = rights.inside_case(why.actor, why.case_id, target, allowed_people, decision)
        unknown = resource and set(question.fields) - set(resource.data_fields)
        if decision.allowed and (resource is None or unknown):
            decision = Decision("field_not_granted" if resource else "no_grant")
        works.append(_Work(question, resource, target, decision))
    return works


def terms_of(resources: Sequence[Resource]) -> list[Terms]:
    """The grants on these resources in the form that decides. What holds at the gateway alone (rows, a quota, tables
    and files, a sandbox) is no right to read here."""
    keys = {resource.pk: resource.key for resource in resources}
    return [
        Terms(
            key=grant.key,
            requester=grant.requester,
            resource=keys[grant.resource_id],
            fields=frozenset(grant.fields),
            purposes=frozenset(grant.purposes),
            items=frozenset(grant.items),
            basis=grant.basis,
            title=grant.title,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            revoked=grant.revoked_at is not None,
        )
        for grant in Grant.objects.filter(resource__in=keys, mode__in=("", "api"), rows=[], quota=None)
        if grant.environment != Environment.SANDBOX
    ]


def _read(works: Sequence[_Work], until: float) -> None:
    """Ask each system once, side by side."""
    by_system: dict[str, list[_Work]] = defaultdict(list)
    systems: dict[str, System] = {}
    for work in works:
        if work.resource and work.target and work.decision.allowed:
            system = work.resource.system
            systems[system.key] = system
            by_system[system.key].append(work)
    reach = circuit.look(systems.values())
    running: dict[Future[list[Sequence[adapters.Record]]], str] = {}
    for key, group in by_system.items():
        if not reach[key].ask:
            _mark(group, reach[key].since or instant.now())
            continue
        try:
            adapter = adapters.adapter_for(systems[key].connection)  # here: a kept address is read from our records
        except Unreachable as wrong:
            _mark(group, circuit.failed(systems[key], wrong.reason))
            continue
        readings = [reading_of(w.resource, w.target, w.question.fields) for w in group if w.resource and w.target]
        running[_pool.submit(_ask_system, adapter, readings, until, reach[key].slow)] = key
    wait(running, timeout=max(0.0, until - time.monotonic()) + 0.25)
    for future, key in running.items():
        _take(future, systems[key], by_system[key], reach[key].failed)


def _ask_system(
    adapter: adapters.Adapter, readings: Sequence[adapters.Reading], until: float, slow: bool
) -> list[Sequence[adapters.Record]]:
    if slow:
        adapters.dawdle(until)
    return [adapter.read(reading, until) for reading in readings]


def _take(
    future: Future[list[Sequence[adapters.Record]]], system: System, group: Sequence[_Work], had_failed: bool
) -> None:
    try:
        if not future.done():
            future.cancel()
            raise Unreachable("too_late")
        for work, records in zip(group, future.result(), strict=True):
            work.records = records
    except Unreachable as wrong:
        _mark(group, circuit.failed(system, wrong.reason))
    else:
        if had_failed:
            circuit.answered(system)


def _mark(group: Sequence[_Work], since: datetime) -> None:
    for work in group:
        work.outage_since = since


def reading_of(resource: Resource, target: subjects.Target, names: Sequence[str]) -> adapters.Reading:
    """The look-up for these fields; what orders the rows and says who provided them is read along."""
    known, lookup = resource.data_fields, resource.lookup
    columns = [known[name].column for name in names]
    columns += [name for name in (lookup.order.lstrip("-"), resource.provider_column) if name]
    return adapters.Reading(
        table=resource.table,
        columns=tuple(dict.fromkeys(columns or lookup.columns[:1])),
        match=target.columns,
        values=target.values,
        narrow=target.narrow,
        order=lookup.order,
        limit=50 if lookup.many else 1,
    )


def _record(work: _Work, why: Purpose) -> None:
    """The use in the ledger. In an outage nothing was read, so there is none; without a number nobody is meant, and
    only a refused attempt is written down."""
    refused = work.decision.code
    if work.outage_since is not None:
        return
    if work.target is None:
        if refused and why.actor.is_staff:
            refs = {"resource": work.question.resource_key, "body": why.body_key, "reason": refused}
            ledger.record("data.refused", why.actor.ref, refs, case_id=why.case_id)
        return
    if refused and why.actor.is_staff:
        _tell(work.target, why.body_key)
    ledger.record_use(
        work.target.index,
        why.body_key,
        list(work.question.fields) or ["exists"],
        (work.decision.title or PURPOSES.get(why.purpose, why.purpose))[:200],
        (why.basis or work.decision.basis)[:300],
        case_id=why.case_id,
        case_number=why.case_number,
        actor_ref=why.actor.ref,
        resource_key=work.question.resource_key,
        outcome="refused" if refused else "served",
        reason=f"{refused}: {REASONS[refused]}" if refused else "",
    )


def _tell(target: subjects.Target, body_key: str) -> None:
    """The person hears that an officer tried; the auditor sees it in the ledger."""
    party = target.party()
    if party is None:
        return
    body = names.body_name(body_key)
    notices.notify(
        party.id,
        "data.refused",
        "有人想看您的信息，没有看成",
        f"{body}有人查询您的信息，没有相应的办件或者授权，已拒绝并留下记录。",
        params={"body": body},
        category="security",
        important=True,
    )


def _disputed(works: Sequence[_Work]) -> set[tuple[str, str, str]]:
    indexes = {index for work in works if work.target for index in work.target.indexes}
    if not indexes:
        return set()
    rows = Dispute.objects.filter(subject__in=indexes, state__in=Dispute.OPEN)
    return set(rows.values_list("subject", "resource__key", "field"))


def _answer(work: _Work, at: datetime, disputed: set[tuple[str, str, str]]) -> Answer:
    question, resource = work.question, work.resource
    if work.decision.code:
        return Answer(question, at, resource, refused=work.decision.code)
    if work.outage_since:
        return Answer(question, at, resource, outage_since=work.outage_since)
    if resource is None or work.target is None or not work.records:
        return Answer(question, at, resource)
    known, target = resource.data_fields, work.target
    rows = tuple(
        {name: _plain(known[name].type, record[known[name].column]) for name in question.fields}
        for record in work.records
    )
    provider = str(work.records[0].get(resource.provider_column) or "") if resource.provider_column else ""
    fields = frozenset(name for index, key, name in disputed if key == resource.key and index in target.indexes)
    return Answer(question, at, resource, rows, provider, fields)


def _plain(kind: str, value: Any) -> Any:
    """A value as forms expect it: text, a whole number, or yes and no."""
    if value is None or value == "":
        return None
    if kind == "yesno":
        return bool(value)
    if kind in ("integer", "money"):
        return int(value)
    return str(value)
