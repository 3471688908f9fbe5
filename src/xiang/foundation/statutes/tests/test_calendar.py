"""Years of the calendar: recorded once, replaced openly, told to whoever waits for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.ledger.models import Entry
from xiang.foundation.outbox import subscriptions, worker
from xiang.foundation.statutes import operations, queries
from xiang.foundation.statutes.clock import Limit, due
from xiang.foundation.statutes.models import CalendarYear
from xiang.foundation.statutes.terms import ClockError
from xiang.foundation.statutes.yearly import DayPlan, YearPlan, read_year

from .cast import CONFIGURATOR, OFFICER, plan

pytestmark = pytest.mark.django_db


def test_a_published_year_is_in_the_calendar_at_once() -> None:
    assert not queries.calendar().published(date(2025, 9, 28))
    assert operations.publish_year(plan(2025), CONFIGURATOR) == "added"
    calendar = queries.calendar()
    assert calendar.published(date(2025, 9, 28))
    assert calendar.is_working(date(2025, 9, 28))
    assert calendar.name(date(2025, 9, 28)) == "国庆节、中秋节调休上班"
    assert calendar.working_days(2025) == 248


def test_the_same_year_again_changes_nothing() -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    entries = Entry.objects.count()
    assert operations.publish_year(plan(2025), CONFIGURATOR) == "unchanged"
    assert CalendarYear.objects.count() == 1
    assert Entry.objects.count() == entries


def test_a_changed_notice_supersedes_the_year_and_keeps_the_old_one_readable() -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    first = plan(2025)
    longer = replace(first, days=tuple(sorted((*first.days, DayPlan(date(2025, 12, 31), False, "临时放假")))))
    assert operations.publish_year(longer, CONFIGURATOR) == "changed"
    assert not queries.calendar().is_working(date(2025, 12, 31))
    assert CalendarYear.objects.filter(year=2025).count() == 2
    assert CalendarYear.objects.filter(year=2025, superseded_at=None).count() == 1


def test_publishing_a_year_settles_a_provisional_date_and_says_so_by_an_event() -> None:
    heard: list[dict[str, object]] = []
    with subscriptions.isolated():
        subscriptions.subscribe("calendar.published", "statutes.test")(lambda event: heard.append(event.payload))
        operations.publish_year(plan(2025), CONFIGURATOR)
        before = due(date(2025, 12, 31), Limit.parse("15wd"), queries.calendar())
        operations.publish_year(plan(2026), CONFIGURATOR)
        after = due(date(2025, 12, 31), Limit.parse("15wd"), queries.calendar())
        worker.drain()
    assert (before.date, before.unpublished) == (date(2026, 1, 21), (2026,))
    assert (after.date, after.provisional) == (date(2026, 1, 22), False)
    assert heard == [{"year": 2025, "region": "00"}, {"year": 2026, "region": "00"}]


def test_a_withdrawn_year_is_as_if_it_had_not_been_published() -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    operations.withdraw_year(2025, CONFIGURATOR)
    assert not queries.calendar().published(date(2025, 1, 1))


def test_a_city_may_have_a_day_of_its_own() -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    own = YearPlan(2025, (DayPlan(date(2025, 9, 19), False, "州庆"),), region="4331", citation="自治州放假通知")
    operations.publish_year(own, CONFIGURATOR)
    assert queries.calendar("433101").name(date(2025, 9, 19)) == "州庆"
    assert not queries.calendar("433101").is_working(date(2025, 9, 19))
    assert queries.calendar("430104").is_working(date(2025, 9, 19))
    assert queries.calendar("433101").is_working(date(2025, 9, 28))


def test_an_officer_may_not_change_the_calendar() -> None:
    with pytest.raises(Forbidden) as refusal:
        operations.publish_year(plan(2025), OFFICER)
    assert refusal.value.code == "not_configurator"


def test_asking_for_a_calendar_that_has_not_changed_costs_one_query(django_assert_num_queries: object) -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    queries.calendar()
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.calendar()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"working_days": 249}, "working_days"),
        ({"citation": ""}, "citation_missing"),
        ({"year": "2025"}, "year_form"),
        ({"holidays": [{"name": "元旦", "off": ["2026-01-01"]}]}, "day_of_other_year"),
        ({"holidays": [{"name": "元旦", "off": ["2025-01-01", "2025-01-01"]}]}, "day_twice"),
        ({"holidays": [{"name": "元旦", "off": [], "work": ["2025-01-02"]}]}, "makeup_on_weekday"),
        ({"holidays": [{"off": []}]}, "holiday_form"),
        ({"holidays": [{"name": "元旦", "off": ["2025-01-01.."]}]}, "holiday_span"),
    ],
)
def test_a_year_that_does_not_add_up_is_refused(change: dict[str, object], code: str) -> None:
    entry = {
        "year": 2025,
        "citation": "通知",
        "working_days": 260,
        "holidays": [{"name": "元旦", "off": ["2025-01-01"]}],
    }
    assert read_year(entry)
    with pytest.raises(ClockError) as refusal:
        read_year(entry | change)
    assert refusal.value.code == code
