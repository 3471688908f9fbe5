"""Telling applicants what happened, in the words of the profile's notices, and nothing that must not be said.

A matter in which somebody died has templates of its own (``solemn.case.grant``); steps without one are not told.
"""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xiang.foundation.cases import queries
from xiang.foundation.cases.models import NO_DUE, Case, CaseTimer
from xiang.foundation.notices import operations as notices
from xiang.foundation.notices import queries as notice_queries
from xiang.foundation.outbox.subscriptions import Event, subscribe
from xiang.foundation.pages.templatetags.xiang import legaldate

TOLD = (
    "submit", "accept", "deem_accepted", "ask_supplement", "supplement_overdue", "supplement", "not_needed", "decline",
    "stop", "resume", "extend", "start", "bill", "paid", "grant", "deliver", "refuse", "withdraw", "lapse",
    "mark_overdue", "correct", "revoke", "cancel", "invalidate",
)  # fmt: skip


def _due_words(case: Case) -> str:
    timer = CaseTimer.objects.filter(case=case, pending=True, slot__in=("supplement", "payment")).first()
    due = timer.due if timer else case.due
    return legaldate(due) if due != NO_DUE else ""


def tell(event: Event, edge: str) -> None:
    """Tell the applicant of a step."""
    case = queries.by_id(UUID(event.payload["case_id"]))
    if case.applicant_id is None or (edge == "submit" and case.parent_id is not None):
        return
    kind = f"{'solemn.' if case.facts.get('solemn') else ''}case.{edge}"
    if not notice_queries.has_template(kind):
        return
    notices.notify(
        case.applicant_id,
        kind,
        params={
            "title": f"{case.title}的{case.item_title}" if case.parent_id else case.title,
            "item": case.item_title,
            "unit": case.unit.name if case.unit else "",
            "body": case.unit.body.name if case.unit else "",
            "number": case.number,
            "applicant": case.applicant.name if case.applicant else "",
            "due_words": _due_words(case),
        },
        link=f"/cases/{case.number}/",
        case_number=case.number,
        about=str(case.parent_id or case.id),
        once=f"{event.payload['event_id']}:{edge}",
    )


def register() -> None:
    """Subscribe; called once at start."""
    for edge in TOLD:
        subscribe(f"case.{edge}", "cases.tell")(partial(tell, edge=edge))
