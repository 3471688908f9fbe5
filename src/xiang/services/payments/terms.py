"""Why it is this much, and by when: the dated rows behind an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xiang.foundation.cases.clocks import rule_of
from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import due
from xiang.foundation.statutes.queries import RuleRow


@dataclass(frozen=True, slots=True)
class Terms:
    """The rows as they stood when the order was written, and the last day."""

    amount: dict[str, Any]
    window: dict[str, Any]
    deadline: date | None


def of_case(case: Case, amount_fen: int) -> Terms:
    """The rule that the item names for its fee, if it says this amount; the rule of the time to pay, if the case has
    one."""
    amount, window = _amount(case, amount_fen), rule_of(case, "payment")
    return Terms(amount.to_json() if amount else {}, window.to_json() if window else {}, _deadline(case, window))


def _deadline(case: Case, window: RuleRow | None) -> date | None:
    """The last day: from the birth where the rule counts from it, else when the case's own timer runs out."""
    if window is None:
        return None
    born = str((case.answers or {}).get("fields", {}).get("child.birth_time", ""))
    if born and "出生" in window.clock_start:
        return due(_legal_date(born), window.limit(), statutes.calendar()).date
    timer = case.timers.filter(slot="payment", pending=True).first()
    return timer.due if timer else None


def _legal_date(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return instant.legal_date(moment) if moment.tzinfo else moment.date()


def _amount(case: Case, amount_fen: int) -> RuleRow | None:
    content = publishing.edition(case.item_edition).content if case.item_edition else {}
    key = content.get("fees", {}).get("rule", "")
    region = case.unit.division.code if case.unit else statutes.HOME
    row = statutes.find(key, instant.today(), region) if key else None
    return row if row is not None and row.unit == "fen" and row.fen() == amount_fen else None
