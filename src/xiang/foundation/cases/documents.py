"""The numbered documents that edges issue: what their templates may name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from xiang.foundation.cases.clocks import rule_of
from xiang.foundation.cases.models import NO_DUE, Case, CaseParty
from xiang.foundation.cases.procedures import Clock, Move, Transition
from xiang.foundation.documents import operations as documents
from xiang.foundation.documents.queries import Preview
from xiang.foundation.documents.queries import preview as preview_document
from xiang.foundation.ground import instant
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import due
from xiang.foundation.statutes.queries import RuleRow


def chinese_date(day: Any) -> str:
    """A legal date as documents write it: 2026年9月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


applicants = Compiled(lambda case_id: CaseParty.objects.filter(case_id=case_id, role="applicant").order_by("id"))


def context(case: Case, edge: Transition, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a template of this edge may name."""
    applicant = next(iter(applicants(case.id)), None)
    body = case.unit.body if case.unit else None
    rule = rule_of(case, "promised")
    supplement = rule_of(case, "supplement")
    return {
        "number": case.number,
        "item": case.item_title,
        "title": case.title,
        "applicant": (applicant.snapshot.get("name") if applicant else "") or "",
        "body": body.name if body else "",
        "unit": case.unit.name if case.unit else "",
        "today": chinese_date(instant.today()),
        "submitted": chinese_date(instant.legal_date(case.submitted_at)),
        "due": _due(case, edge, rule),
        "promise": rule.words if rule else "",
        "supplement_limit": supplement.words if supplement else "",
        "basis": edge.basis,
        "tomorrow": chinese_date(instant.today() + timedelta(days=1)),
        **{k: v for k, v in data.items() if isinstance(v, str | int | list)},
        # A reason chosen from a closed list is printed in its words, not by its key.
        **({"reason": data["reason_title"]} if "reason_title" in data else {}),
    }


def _due(case: Case, edge: Transition, rule: RuleRow | None) -> str:
    """By when; an edge that starts the clock issues its document before the case has its date."""
    if case.due != NO_DUE:
        return chinese_date(case.due)
    if edge.clock is not Clock.START or rule is None:
        return ""
    found = due(case.clock_started or instant.today(), rule.limit(), statutes.calendar()).date
    return chinese_date(found) if found else ""


def request(move: Move, event_id: UUID) -> UUID:
    """Number the document of this edge now; it is rendered, sealed and sent after the transaction."""
    case = move.case
    return documents.request(
        move.transition.document,
        case_id=case.id,
        event_id=event_id,
        unit=case.unit,
        recipient_id=case.applicant_id,
        context=context(case, move.transition, move.data),
    ).id


def preview(case: Case, edge: Transition, data: Mapping[str, Any]) -> Preview:
    """The document as it will be issued, before anything is done."""
    return preview_document(edge.document, case.unit, context(case, edge, data))
