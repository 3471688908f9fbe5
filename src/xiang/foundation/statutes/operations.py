"""The only writers of the calendar and the rules. Each appends: what the platform believed yesterday stays readable.

A new or changed year is told by the event ``calendar.published`` (key: the year), so that provisional due dates are
recomputed where they are kept; a corrected rule by ``rule.recorded``. Cases in progress keep the rule they began with.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Literal
from uuid import UUID

from django.db import transaction

from xiang.foundation.ground import instant, reference
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.statutes import queries
from xiang.foundation.statutes.models import CalendarDay, CalendarYear, Rule
from xiang.foundation.statutes.rules import RuleRow, check_value
from xiang.foundation.statutes.yearly import NATION, YearPlan

Change = Literal["added", "changed", "unchanged"]
_KEPT = tuple(f.name for f in fields(RuleRow) if f.name != "id")


@transaction.atomic
def publish_year(plan: YearPlan, actor: Actor) -> Change:
    """Record a year of the calendar as its notice says. The same year again changes nothing."""
    _may_configure(actor)
    live = CalendarYear.objects.filter(year=plan.year, region=plan.region, superseded_at=None)
    known = live.first()
    if known and known.digest == plan.digest:
        return "unchanged"
    now = instant.now()
    live.update(superseded_at=now)
    row = CalendarYear.objects.create(
        year=plan.year,
        region=plan.region,
        citation=plan.citation,
        source=plan.source,
        note=plan.note,
        confirmed=plan.confirmed,
        digest=plan.digest,
        recorded_at=now,
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar_year=row, day=d.day, working=d.working, name=d.name) for d in plan.days
    )
    _tell_calendar(row, actor, "calendar.published")
    return "changed" if known else "added"


@transaction.atomic
def withdraw_year(year: int, actor: Actor, region: str = NATION) -> None:
    """Take a year back, as if it had not been published: due dates that cross it become provisional again."""
    _may_configure(actor)
    row = CalendarYear.objects.filter(year=year, region=region, superseded_at=None).first()
    if row is None:
        raise Absent("year_absent", f"{year}年的工作日历没有登记。")
    CalendarYear.objects.filter(pk=row.pk, superseded_at=None).update(superseded_at=instant.now())
    _tell_calendar(row, actor, "calendar.withdrawn")


@transaction.atomic
def put_rule(row: RuleRow, actor: Actor, reason: str = "") -> Change:
    """Record a rule. One with the same key, region and first day is superseded, unless it says the same."""
    _may_configure(actor)
    begins = _checked(row)
    live = Rule.objects.filter(key=row.key, region=row.region, valid_from=begins, superseded_at=None)
    known = live.first()
    if known and replace(queries.row_of(known), id="") == replace(row, id=""):
        return "unchanged"
    now = instant.now()
    live.update(superseded_at=now)
    _no_overlap(row, begins)
    new = Rule.objects.create(**{name: getattr(row, name) for name in _KEPT}, recorded_at=now, recorded_by=actor.ref)
    _tell_rule(new, actor, "rule.recorded", {"reason": reason} if reason else None)
    return "changed" if known else "added"


@transaction.atomic
def correct_rule(rule_id: UUID, row: RuleRow, actor: Actor, reason: str) -> Change:
    """Correct a rule from the configuration page: a new row with its citation and the reason why, never an overwrite.

    A first day later than the old one's ends the old row the day before (the law changed); the same first day
    supersedes it (it had been written down wrongly).
    """
    _may_configure(actor)
    old = Rule.objects.filter(pk=rule_id, superseded_at=None).first()
    if old is None:
        raise Absent("rule_absent", "这一行期限已经被更正过，请从列表重新打开。")
    errors = [] if reason.strip() else [FieldError("/reason", "reason_missing", "写明为什么更正。")]
    if row.valid_from and row.valid_from < old.valid_from:
        errors.append(FieldError("/valid_from", "valid_from_early", f"不能早于原来的施行日 {old.valid_from}。"))
    if errors:
        raise Invalid(errors)
    row = replace(row, key=old.key, region=old.region, unit=old.unit, title=old.title)
    if row.valid_from and row.valid_from > old.valid_from:
        put_rule(replace(queries.row_of(old), valid_to=_day_before(row.valid_from)), actor, reason)
    return put_rule(row, actor, reason)


@transaction.atomic
def withdraw_rule(key: str, region: str, valid_from: date, actor: Actor) -> None:
    """Take a rule out; it stays readable in its history."""
    _may_configure(actor)
    row = Rule.objects.filter(key=key, region=region, valid_from=valid_from, superseded_at=None).first()
    if row is None:
        raise Absent("rule_absent", f"没有登记“{key}”这一行。")
    Rule.objects.filter(pk=row.pk, superseded_at=None).update(superseded_at=instant.now())
    _tell_rule(row, actor, "rule.withdrawn", None)


def _may_configure(actor: Actor) -> None:
    if not (actor.is_system or actor.has("configurator")):
        raise Forbidden("not_configurator", "更改期限、参数和日历需要配置员身份。")


def _checked(row: RuleRow) -> date:
    """The row's first day, once the row holds."""
    wrong = check_value(row.value, row.unit)
    errors = [FieldError("/value", wrong, "数值与单位不符：期限、金额、次数写整数，比例写小数。")] if wrong else []
    if not row.citation.strip():
        errors.append(FieldError("/citation", "citation_missing", "写明依据的法律、规章或文件。"))
    if row.valid_from is None:
        errors.append(FieldError("/valid_from", "valid_from_missing", "写明从哪一天起施行。"))
    elif row.valid_to and row.valid_to < row.valid_from:
        errors.append(FieldError("/valid_to", "valid_to_early", "截止日不能早于施行日。"))
    if row.max_extensions and not row.extension:
        errors.append(FieldError("/extension", "extension_missing", "可以延期的，写明一次延多久。"))
    if errors or row.valid_from is None:
        raise Invalid(errors)
    return row.valid_from


def _no_overlap(row: RuleRow, begins: date) -> None:
    """Two rows of one key and region never hold on the same day: the earlier must end first."""
    for other in Rule.objects.filter(key=row.key, region=row.region, superseded_at=None):
        ends, other_ends = row.valid_to or date.max, other.valid_to or date.max
        if begins <= other_ends and other.valid_from <= ends:
            detail = f"与 {other.valid_from} 起的一行重叠，先给那一行写上截止日。"
            raise Invalid([FieldError("/valid_from", "rule_overlap", detail)])


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _tell_calendar(row: CalendarYear, actor: Actor, kind: str) -> None:
    reference.changed("statutes")
    ledger.record(
        kind, actor.ref, {"calendar_year": str(row.id), "year": str(row.year)}, payload={"digest": row.digest}
    )
    outbox.emit(kind, f"calendar:{row.year}", {"year": row.year, "region": row.region})


def _tell_rule(row: Rule, actor: Actor, kind: str, payload: dict[str, str] | None) -> None:
    reference.changed("statutes")
    ledger.record(kind, actor.ref, {"rule": str(row.id), "key": row.key}, payload=payload)
    outbox.emit(kind, f"rule:{row.key}", {"rule_id": str(row.id), "key": row.key})
