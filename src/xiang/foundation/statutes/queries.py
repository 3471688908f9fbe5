"""What is in force. Rules and calendar are public: whoever may ask, may know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ground.reference import recall
from xiang.foundation.statutes.clock import due
from xiang.foundation.statutes.models import CalendarDay, CalendarYear, Rule
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.statutes.terms import Calendar
from xiang.foundation.statutes.yearly import NATION, DayPlan, YearPlan, calendar_of

__all__ = ["RuleMissingError", "RuleRow", "calendar", "history", "limit", "parameter", "plans", "rules"]

HOME = "43"


class RuleMissingError(DomainError):
    """No row says what the limit is: the matter cannot be timed, and nobody invents a limit for it (503)."""

    status = 503

    def __init__(self, key: str, on: date) -> None:
        super().__init__("rule_missing", f"没有登记 {on} 时有效的“{key}”，请配置员补上后再办。", key=key)


def limit(key: str, on: date, region: str = HOME, known_at: datetime | None = None) -> RuleRow:
    """The limit in force on a day; a city's own row goes before the province's, the province's before the nation's.

    ``known_at`` asks what the platform believed at an instant: for a dispute about a date given long ago.
    """
    row = parameter(key, on, region, known_at)
    row.limit()
    return row


def parameter(key: str, on: date, region: str = HOME, known_at: datetime | None = None) -> RuleRow:
    """Any dated row: a fee, a threshold, a share. Raises :class:`RuleMissingError`."""
    found = find(key, on, region, known_at)
    if found is None:
        raise RuleMissingError(key, on)
    return found


def last_day(key: str, start: date) -> date:
    """The last day of the period that a rule states, counted from ``start``."""
    ends = due(start, limit(key, start).limit(), calendar()).date
    return ends or start


def find(key: str, on: date, region: str = HOME, known_at: datetime | None = None) -> RuleRow | None:
    """The row in force, or ``None`` when nothing is said about this key."""
    return find_many([key], on, region, known_at).get(key)


def find_many(
    keys: Collection[str], on: date, region: str = HOME, known_at: datetime | None = None
) -> dict[str, RuleRow]:
    """The rows in force for many keys; keys about which nothing is said are left out."""
    if known_at is None:
        live = _live_rules()
        said = [row for key in set(keys) for row in live.get(key, ())]
    else:
        said = [row_of(rule) for rule in Rule.objects.filter(_known(known_at), key__in=set(keys))]
    regions = _regions(region)
    begun = [row for row in said if row.region in regions and row.valid_from and row.valid_from <= on]
    held = [row for row in begun if row.valid_to is None or row.valid_to >= on]
    nearest = sorted(held, key=lambda row: (row.region != NATION, len(row.region), row.valid_from or on))
    return {row.key: row for row in nearest}


def _live_rules() -> Mapping[str, Sequence[RuleRow]]:
    """Every rule that is not superseded, by key."""
    return recall("statutes", "rules", _rules_by_key)


def _rules_by_key() -> Mapping[str, Sequence[RuleRow]]:
    found: dict[str, list[RuleRow]] = {}
    for rule in rules():
        found.setdefault(rule.key, []).append(row_of(rule))
    return found


def rules(on: date | None = None) -> list[Rule]:
    """Every live rule, by key; on a day, only those in force."""
    live = Rule.objects.filter(superseded_at=None).order_by("key", "region", "valid_from")
    if on is not None:
        live = live.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    return list(live)


def history(key: str, region: str | None = None) -> QuerySet[Rule]:
    """Every row ever recorded for a key, the newest knowledge first."""
    rows = Rule.objects.filter(key=key).order_by("-recorded_at", "-valid_from", "-id")
    return rows if region is None else rows.filter(region=region)


def calendar(region: str = HOME) -> Calendar:
    """The working calendar of a region."""
    return recall("statutes", ("calendar", region), lambda: calendar_of(plans(_regions(region))))


def plans(regions: Sequence[str] | None = None) -> list[YearPlan]:
    """The published years with their notices, in order."""
    years = CalendarYear.objects.filter(superseded_at=None).order_by("year", "region").prefetch_related("days")
    if regions is not None:
        years = years.filter(region__in=regions)
    return [
        YearPlan(
            year=y.year,
            days=tuple(sorted(_day_plan(d) for d in y.days.all())),
            region=y.region,
            citation=y.citation,
            source=y.source,
            note=y.note,
            confirmed=y.confirmed,
        )
        for y in years
    ]


def row_of(rule: Rule) -> RuleRow:
    """The row as a plain fact, ready to be kept by a case."""
    return RuleRow(
        key=rule.key,
        value=rule.value,
        unit=rule.unit,
        title=rule.title,
        clock_start=rule.clock_start,
        extension=rule.extension,
        max_extensions=rule.max_extensions,
        rolls=rule.rolls,
        silence=rule.silence,
        citation=rule.citation,
        article=rule.article,
        region=rule.region,
        regime=rule.regime,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        confirmed=rule.confirmed,
        note=rule.note,
        id=str(rule.id),
    )


def _known(at: datetime | None) -> Q:
    if at is None:
        return Q(superseded_at=None)
    return Q(recorded_at__lte=at) & (Q(superseded_at=None) | Q(superseded_at__gt=at))


def _regions(region: str) -> list[str]:
    """``430104`` asks 00, 43, 4301 and 430104."""
    return [NATION, *(region[:n] for n in range(2, len(region) + 1, 2))]


def _day_plan(day: CalendarDay) -> DayPlan:
    return DayPlan(day.day, day.working, day.name)


def today_calendar() -> tuple[date, Calendar]:
    """The present legal date and the province's calendar: what a page about deadlines asks first."""
    return instant.today(), calendar()
