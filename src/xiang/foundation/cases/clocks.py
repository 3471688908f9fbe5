"""The legal clock of a case, read from its spans and the rules that it keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from xiang.foundation.cases.frozen import rules_of
from xiang.foundation.cases.models import NO_DUE, Case, CaseSpan, ClockState
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import Calendar, Due, Limit, Span, due
from xiang.foundation.statutes.queries import RuleRow

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock says: the promised due date with its derivation, and the legal one behind it."""

    promised: Due
    legal: Due | None
    rule: RuleRow
    legal_rule: RuleRow | None


def rule_of(case: Case, slot: str) -> RuleRow | None:
    """The rule in a slot as it stood when the case was opened, or ``None``."""
    return rules_of(case).get(slot)


def stops_of(spans: Iterable[CaseSpan]) -> list[Span]:
    """The suspensions that cost time."""
    # A clock stopped and restarted on one day has lost none: its span is empty.
    found = (s for s in spans if s.kind == CaseSpan.Kind.STOP and s.ends != s.starts - ONE_DAY)
    return [Span(s.starts, s.ends, s.reason_title) for s in found]


def extensions_of(spans: Iterable[CaseSpan]) -> list[Limit]:
    """By how much a case was extended."""
    return [Limit.parse(s.limit) for s in spans if s.kind == CaseSpan.Kind.EXTEND]


def reading(case: Case, spans: Iterable[CaseSpan] | None = None, calendar: Calendar | None = None) -> Reading | None:
    """The clock of a case with its derivation day by day, or ``None`` before it has started. A list gives the spans and
    the calendar that it has read for all its rows."""
    rule = rule_of(case, "promised")
    if case.clock_started is None or rule is None:
        return None
    spans = list(case.spans.all() if spans is None else spans)
    calendar = calendar or statutes.calendar()
    stops, extensions = stops_of(spans), extensions_of(spans)
    legal_rule = rule_of(case, "legal")
    legal = due(case.clock_started, legal_rule.limit(), calendar, stops, extensions) if legal_rule else None
    return Reading(due(case.clock_started, rule.limit(), calendar, stops, extensions), legal, rule, legal_rule)


def refresh(case: Case, spans: Iterable[CaseSpan] | None = None) -> None:
    """Write the due dates onto ``case`` (not to the database) from its spans. A clock that has ended keeps the date it
    was due."""
    if case.clock == ClockState.ENDED:
        return
    found = reading(case, spans) if case.clock == ClockState.RUNNING else None
    if found is None:
        case.due = case.legal_due = NO_DUE
        case.due_provisional = False
        return
    case.due = found.promised.date or NO_DUE
    case.legal_due = (found.legal.date if found.legal else None) or NO_DUE
    case.due_provisional = found.promised.provisional


def deadline(case: Case, slot: str, start: date) -> date | None:
    """When the rule in ``slot`` runs out, counted from ``start``, unless the matter itself began it on a day of its own
    (the premium of a newborn: from birth); ``None`` when the case has no such rule."""
    rule, own = rule_of(case, slot), case.facts.get("counts_from", {}).get(slot)
    begins = date.fromisoformat(own) if own else start
    return due(begins, rule.limit(), statutes.calendar()).date if rule else None


def extension_of(case: Case) -> Limit | None:
    """By how much the case may be extended once: what its legal limit (or its own ``extension`` rule) allows."""
    own = rule_of(case, "extension")
    if own is not None:
        return own.limit()
    legal = rule_of(case, "legal")
    return legal.extension_limit() if legal else None
