"""What a registration means for our own records: a company that was founded or changed is known as such here too.

Whoever represents it may act for it at once; whoever no longer does, no longer may.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.outbox.subscriptions import Event, subscribe
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import LegalPersonState, Party, PartyKind, Scheme

FOUNDED = ("company_establish", "individual_establish")


def on_result(event: Event) -> None:
    """Follow a registration that was entered."""
    case = cases.by_id(UUID(event.payload["case_id"]))
    answers = case.answers["fields"]
    if case.item_key in FOUNDED:
        _found(case, answers)
        return
    company = case.subject or case.applicant
    if company is None or company.kind != PartyKind.LEGAL:
        return
    if case.item_key == "company_change":
        _change(company, answers)
    elif case.item_key == "company_cancel":
        parties.set_legal_state(SYSTEM, company, LegalPersonState.DEREGISTERED)


def _found(case: Case, answers: dict[str, Any]) -> None:
    code = str(answers.get("company.uscc") or "")
    if not code or party_queries.legal_person_by_uscc(code):
        return
    parties.enrol_legal_person(
        SYSTEM,
        name=str(answers["company.name"]),
        uscc=code,
        form=str(answers.get("company.kind", "")),
        representative=case.applicant,
        established=date.fromisoformat(answers["company.established_on"]),
        division_code=str(answers.get("company.division", "")),
    )


def _change(company: Party, answers: dict[str, Any]) -> None:
    kinds = answers.get("change.kinds") or ()
    if "name" in kinds and answers.get("change.name"):
        parties.rename(SYSTEM, company, str(answers["change.name"]), reason="企业变更登记")
    number, name = answers.get("change.representative_id"), answers.get("change.representative")
    if "representative" in kinds and number and name:
        found = party_queries.person_by_id_number(str(number))
        found = found or parties.enrol_person(SYSTEM, name=str(name), identifiers=[(Scheme.RESIDENT_ID, str(number))])
        parties.set_representative(SYSTEM, company, found)


def register() -> None:
    """Subscribe; called once at start."""
    subscribe("case.result", "lifeevents.companies")(on_result)
