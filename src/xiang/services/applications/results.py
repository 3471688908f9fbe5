"""What comes of a grant: the authority's register, then the credential, then electronic delivery.

Every step is an outbox subscription, so a worker killed anywhere loses nothing and enters nothing twice:
``case.grant`` → the registrar enters it (external call) → ``case.result`` → credential issued and sealed → delivered
electronically, unless something must be posted or collected: that an officer notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases import queries as case_queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.operations import amend_answers
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox.subscriptions import Answer, Event, Hopeless, NotArrived, external, subscribe
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing import queries as publishing
from xiang.services.applications.registrars import Decision, registrar_of
from xiang.services.credentials import operations as credentials
from xiang.services.credentials.models import Credential

GRANTS = ("grant", "paid")
PAPER = {"post": "post", "collect": "window"}
"""How somebody wants a paper, and the way of delivery that the item must have for it."""


def decision_of(case: Case) -> Decision:
    """A granted case as registrars take it."""
    return Decision(case.item_key, case.id, case.number, case.unit.key if case.unit else "", case.answers["fields"])


def enter(event: Event, key: str) -> Mapping[str, Any]:
    """Have the authority's own system enter the decision."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    registrar = registrar_of(case.item_key)
    return dict(registrar.enter(decision_of(case), key)) if registrar else {}


def find(event: Event, key: str) -> Answer | NotArrived:
    """What became of a call that was never answered."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    registrar = registrar_of(case.item_key)
    produced = registrar.find(key) if registrar else None
    return NotArrived() if produced is None else Answer(dict(produced))


def settle(event: Event, produced: Mapping[str, Any]) -> None:
    """Keep what the register produced, and issue the credential of the item."""
    case = case_queries.by_id(UUID(event.payload["case_id"]))
    if produced:
        amend_answers(case, produced, SYSTEM)
    try:
        issued = _issue(case)
    except DomainError as wrong:
        raise Hopeless(wrong.code) from wrong
    payload = {"case_id": str(case.id), "produced": sorted(produced)}
    outbox.emit("case.result", str(case.parent_id or case.id), payload)
    if issued is None and case.open:
        _deliver(case)


def _issue(case: Case) -> Credential | None:
    """The credential that the item's result names, with its fields taken from the answers."""
    item = publishing.edition(case.item_edition).content if case.item_edition else {}
    type_key = item.get("result", {}).get("credential")
    holder = case.subject or case.applicant
    if not type_key or holder is None or case.unit is None:
        return None
    return credentials.issue_from_case(type_key, case, holder, case.unit.body, SYSTEM)


def _deliver(case: Case) -> None:
    """Electronic delivery, for what needs no paper."""
    if case.procedure == "licence" or _on_paper(case):
        return
    cases.perform(case.id, "deliver", SYSTEM, {"means": "electronic"})


def _on_paper(case: Case) -> bool:
    """Whether the person wants a paper and the item has one: a settled claim has nothing to post."""
    fields = case.answers["fields"]
    wanted = {PAPER.get(str(fields.get(key)), "") for key in ("result.means", "receive.means")}
    item = publishing.edition(case.item_edition).content if case.item_edition else {}
    return bool(wanted & set(item.get("delivery", ())))


def register() -> None:
    """Subscribe; called once at start."""
    for name in GRANTS:
        external(f"case.{name}", "applications.register", call=enter, settle=settle, reconcile=find)

    @subscribe("credential.sealed", "applications.deliver")
    def deliver(event: Event) -> None:
        credential = Credential.objects.get(id=event.payload["credential_id"])
        if credential.case_id is None:
            return
        case = case_queries.by_id(credential.case_id)
        if case.state == "granted":
            _deliver(case)
