"""What follows a result: the next sub-cases start by themselves and use it, dependants of a failure end, offers appear.

All of it reacts to events of the outbox, ordered by life event: a worker killed anywhere repeats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases import queries as case_queries
from xiang.foundation.cases.models import Case, CaseLink
from xiang.foundation.forms.conditions import holds
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.subscriptions import Event, external, repeatable, subscribe
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Scheme
from xiang.foundation.statutes import queries as statutes
from xiang.services.applications.registrars import registrar_of
from xiang.services.applications.results import decision_of
from xiang.services.lifeevents import definitions
from xiang.services.lifeevents.children import renamed
from xiang.services.lifeevents.definitions import LifeEvent
from xiang.services.lifeevents.facts import with_facts
from xiang.services.lifeevents.models import Offer
from xiang.services.payments import operations as payments

FAILED = ("refused", "declined", "not_needed", "withdrawn", "dropped")
CHILD_NUMBER = "child.id_number"


def event_of(case: Case) -> LifeEvent:
    """The event of a parent case, in the edition that it was submitted under."""
    assert case.item_edition is not None
    return definitions.in_edition(case.item_edition)


def on_result(event: Event) -> None:
    """A sub-case has its result: bring what it produced to the others, start those that can, offer what follows."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    if case.parent_id is None:
        return
    parent = case_queries.by_id(case.parent_id)
    life_event = event_of(parent)
    produced = {k: case.answers["fields"].get(k) for k in event.payload["produced"]}
    siblings = [c for c in case_queries.children(parent) if c.id != case.id and _same_child(c, case)]
    if produced:
        _bring(life_event, case, siblings, produced)
    for sibling in siblings:
        if sibling.state == "waiting" and _ready(sibling):
            _start(life_event, sibling)
    _offer(life_event, parent, case)


def _same_child(one: Case, other: Case) -> bool:
    return one.facts.get("child", 1) == other.facts.get("child", 1) or "child" not in other.facts


def _bring(life_event: LifeEvent, case: Case, siblings: list[Case], produced: Mapping[str, Any]) -> None:
    number = produced.get(CHILD_NUMBER)
    if number and case.subject is not None:
        parties.add_identifier(SYSTEM, case.subject, Scheme.RESIDENT_ID, str(number))
    origins = _origins(case, produced)
    for sibling in siblings:
        if not sibling.open and not life_event.sub_item(sibling.item_key).rekey_on:
            continue
        cases.amend_answers(sibling, produced, SYSTEM, origins=origins)
        if life_event.sub_item(sibling.item_key).rekey_on in produced and sibling.state != "waiting":
            outbox.emit("lifeevent.rekey", str(sibling.id), {"case_id": str(sibling.id)})


def _origins(case: Case, produced: Mapping[str, Any]) -> dict[str, Any]:
    """The office that decided says what it produced, nobody typed it."""
    assert case.unit is not None
    body = case.unit.body
    said = Origin("source", instant.now().isoformat(), body_key=body.key, body=body.name, resource=case.item_title)
    number = int(case.facts.get("child", 1) or 1)
    return {renamed(key, number): said.to_json() for key in produced}


def _ready(case: Case) -> bool:
    """Whether everything that a sub-case needs has a result."""
    needed = CaseLink.objects.filter(source=case, kind="needs").select_related("target")
    return all(link.target.outcome == "granted" for link in needed)


def _start(life_event: LifeEvent, case: Case) -> None:
    sub = life_event.sub_item(case.item_key)
    if sub.waits_for != "payment":
        cases.perform(case.id, "start", SYSTEM)
        return
    today = instant.today()
    cases.add_rule(case, "payment", statutes.parameter(sub.rules["payment"], today))
    case = cases.perform(case.id, "bill", SYSTEM)
    amount = statutes.parameter(sub.rules["amount"], today).fen()
    assert case.unit is not None
    payments.order_for_case(case, amount, case.unit.body, case.item_title)


def on_paid(event: Event) -> None:
    """The premium was paid: the sub-case is done and entered like any other result."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    if case.state == "paying":
        cases.perform(case.id, "paid", SYSTEM)


def on_closed(event: Event) -> None:
    """A sub-case has closed: those that needed it and can no longer start end too; the last one ends the event."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    if case.parent_id is None or case.open:
        return
    if case.outcome in FAILED:
        for link in CaseLink.objects.filter(target=case, kind="needs").select_related("source"):
            if link.source.state in ("waiting", "paying"):
                cases.perform(link.source_id, "drop", SYSTEM)
    parent = case_queries.by_id(case.parent_id)
    if parent.open and not parent.children.filter(open=True).exists():
        cases.perform(parent.id, "finish", SYSTEM)


def _offer(life_event: LifeEvent, parent: Case, case: Case) -> None:
    """What the person is now entitled to, told without being asked; never after a death."""
    answers = with_facts(life_event.content, parent.answers["fields"])
    if parent.facts.get("solemn") or parent.applicant is None:
        return
    for row in life_event.content.get("offers", ()):
        if row["after"] == case.item_key and holds(row.get("when"), answers):
            Offer.objects.get_or_create(
                case=parent,
                item_key=row["item"],
                defaults={
                    "party": parent.applicant,
                    "title": row["title"],
                    "text": row["text"],
                    "needs_consent": row.get("consent", False),
                    "offered_at": instant.now(),
                },
            )


@transaction.atomic
def decide_offer(offer_id: UUID, actor: Actor, *, wanted: bool) -> Offer:
    """Say yes or no to an offer; a yes keeps the consent to use this matter's data for it."""
    offer = Offer.objects.select_for_update().filter(id=offer_id).first()
    if offer is None or actor.subject_id is None or offer.party_id != actor.subject_id:
        raise Absent
    if offer.state != Offer.State.OPEN:
        raise Refused("decided_already", "这一项您已经答复过了。")
    if wanted and offer.needs_consent:
        title = f"{offer.title}：使用这次办理的信息"
        parties.give_consent(
            actor, party=offer.party, purpose=f"offer.{offer.item_key}", title=title, case_id=offer.case_id
        )
    offer.state = Offer.State.WANTED if wanted else Offer.State.DECLINED
    offer.decided_at = instant.now()
    offer.save(update_fields=["state", "decided_at"])
    ledger.record("lifeevent.offer", actor.ref, {"offer": str(offer.id), "answer": offer.state}, case_id=offer.case_id)
    return offer


def _rekey(event: Event, key: str) -> None:
    """Have the register replace a temporary number by the real one."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    registrar = registrar_of(case.item_key)
    if registrar is not None:
        registrar.amend(decision_of(case), key)


def _rekeyed(event: Event, done: None) -> None:
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    ledger.record("lifeevent.rekeyed", SYSTEM.ref, {"case": case.number}, case_id=case.id)


def subscribe_to_cases() -> None:
    """Subscribe; called once at start."""
    subscribe("case.result", "lifeevents.result")(on_result)
    subscribe("payment.paid", "lifeevents.paid")(on_paid)
    for edge in ("deliver", "paid", "refuse", "decline", "not_needed", "withdraw", "lapse", "drop"):
        subscribe(f"case.{edge}", "lifeevents.closed")(on_closed)
    external("lifeevent.rekey", "lifeevents.rekey", call=_rekey, settle=_rekeyed, reconcile=repeatable)
