from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.measures import fold, operations, queries, registry
from xiang.foundation.measures.models import Delta, Figure
from xiang.foundation.measures.registry import Count, Measure

pytestmark = pytest.mark.django_db
MONDAY = date(2025, 9, 22)
TUESDAY = date(2025, 9, 23)
OCTOBER = date(2025, 10, 9)
TRUTH: list[Count] = []


def source(start, end):
    return [c for c in TRUTH if (start is None or c.day >= start) and (end is None or c.day <= end)]


ON_TIME = Measure(
    key="test.on_time",
    title="按时办结率",
    formula="按时办结 ÷ 办结",
    numerator="按时办结的办件",
    denominator="办结的办件",
    dimensions=("city", "item", "channel"),
    unit="%",
    target=95,
    source=source,
)
OPENED = Measure(key="test.opened", title="收件", formula="收件数", numerator="收件", dimensions=("city",), unit="件")


@pytest.fixture(autouse=True)
def _own_measures(monkeypatch):
    monkeypatch.setattr(registry, "_measures", {})
    registry.register(ON_TIME)
    registry.register(OPENED)
    TRUTH.clear()


def conclude(day: date, city: str, item: str, *, on_time: bool, channel: str = "web") -> None:
    """A room that concludes a case: the record, and in the same transaction the delta."""
    dims = {"city": city, "item": item, "channel": channel}
    with transaction.atomic():
        TRUTH.append(Count(day, dims, int(on_time), 1, f"case:{len(TRUTH)}"))
        operations.append("test.on_time", dims, int(on_time), 1, day)


@pytest.fixture
def some_cases():
    conclude(MONDAY, "4301", "birth", on_time=True)
    conclude(MONDAY, "4301", "food", on_time=False)
    conclude(TUESDAY, "4302", "birth", on_time=True)
    conclude(OCTOBER, "4301", "birth", on_time=True, channel="window")
    fold.fold()


@pytest.mark.django_db(transaction=True)
def test_counting_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        operations.append("test.opened", {}, 1)


def test_a_dimension_that_the_measure_has_not_is_refused():
    with pytest.raises(ValueError, match="weather"):
        operations.append("test.opened", {"weather": "rain"}, 1)
    with pytest.raises(LookupError, match="weather"):
        queries.figure("test.opened", {"weather": "rain"})


def test_a_figure_says_numerator_denominator_and_value(some_cases):
    whole = queries.figure("test.on_time")
    assert (whole.numerator, whole.denominator, whole.value) == (3, 4, Decimal("75.00"))


@pytest.mark.parametrize(
    ("where", "start", "end", "expected"),
    [
        ({"city": "4301"}, None, None, (2, 3)),
        ({"city": "4301", "item": "birth"}, None, None, (2, 2)),
        ({"city": "4301", "item": "birth", "channel": "window"}, None, None, (1, 1)),
        ({"channel": "web"}, TUESDAY, None, (1, 1)),
        ({"channel": "WEB"}, None, None, (0, 0)),
        ({"city": "43"}, None, None, (0, 0)),
        ({}, MONDAY, MONDAY, (1, 2)),
    ],
)
def test_a_figure_is_cut_by_dimensions_and_days(some_cases, where, start, end, expected):
    reading = queries.figure("test.on_time", where, start, end)
    assert (reading.numerator, reading.denominator) == expected


def test_nothing_to_divide_by_is_no_value_rather_than_zero():
    reading = queries.figure("test.on_time")
    assert reading.value is None
    assert reading.meets(Decimal(95)) is None


def test_a_series_has_no_gaps(some_cases):
    days = queries.series("test.on_time", "day", start=MONDAY, end=date(2025, 9, 25))
    assert [(p.day.day, p.reading.denominator) for p in days] == [(22, 2), (23, 1), (24, 0), (25, 0)]
    months = queries.series("test.on_time", "month", {"city": "4301"})
    assert [(p.day, p.reading.denominator) for p in months] == [(date(2025, 9, 1), 2), (date(2025, 10, 1), 1)]


def test_a_breakdown_gives_each_value_of_a_dimension(some_cases):
    by_city = {city: reading.value for city, reading in queries.breakdown("test.on_time", "city")}
    assert by_city == {"4301": Decimal("66.67"), "4302": Decimal("100.00")}
    by_item = queries.breakdown("test.on_time", "item", {"city": "4301"}, MONDAY, MONDAY)
    assert [(item, reading.numerator) for item, reading in by_item] == [("birth", 1), ("food", 0)]


def test_a_figure_is_traced_to_the_records_it_is_made_of(some_cases):
    assert [count.ref for count in queries.trace("test.on_time", {"item": "birth"}, end=TUESDAY)] == [
        "case:0",
        "case:2",
    ]


def test_a_correction_appends_the_opposite_sign(some_cases):
    with transaction.atomic():
        operations.append("test.on_time", {"city": "4301", "item": "food", "channel": "web"}, 1, 0, MONDAY)
    fold.fold()
    assert queries.figure("test.on_time").numerator == 4


def test_a_recount_agrees_before_and_after_folding(some_cases):
    assert queries.recount("test.on_time").agrees
    conclude(OCTOBER, "4303", "birth", on_time=False)
    assert Delta.objects.exists()
    assert queries.recount("test.on_time").agrees


def test_a_recount_names_where_the_figures_are_wrong_and_a_rebuild_mends_it(some_cases):
    Figure.objects.filter(grouping="city", day=MONDAY).update(denominator=9)
    (difference,) = queries.recount("test.on_time").differences
    assert (difference.day, difference.dims) == (MONDAY, '{"city":"4301"}')
    assert (difference.folded, difference.counted) == ((1, 9), (1, 2))
    operations.rebuild("test.on_time")
    assert queries.recount("test.on_time").agrees


def test_a_measure_without_a_source_cannot_be_recounted():
    with pytest.raises(Refused, match="no_recount"):
        queries.recount("test.opened")


def test_a_delta_of_a_measure_that_is_gone_does_not_stop_the_others():
    with transaction.atomic():
        operations.append("test.opened", {"city": "4301"}, 1)
    registry._measures.pop("test.opened")
    conclude(MONDAY, "4301", "birth", on_time=True)
    assert fold.fold() == 2
    assert queries.figure("test.on_time").denominator == 1


def test_a_dated_target_comes_before_the_default():
    operations.set_target("test.on_time", 9800, date(2026, 1, 1), citation="工作计划")
    operations.set_target("test.on_time", 9900, date(2027, 1, 1))
    assert queries.target("test.on_time", MONDAY) == 95
    assert queries.target("test.on_time", date(2026, 5, 1)) == 98
    assert queries.target("test.on_time", date(2027, 5, 1)) == 99
    operations.drop_target("test.on_time", date(2027, 1, 1))
    assert queries.target("test.on_time", date(2027, 5, 1)) == 98


def test_less_can_be_better():
    calm = Measure(
        key="test.days", title="平均天数", formula="天数 ÷ 件数", numerator="天", denominator="件", better="down"
    )
    assert queries.Reading(calm, 30, 10).meets(Decimal(5))
    assert queries.Reading(calm, 60, 10).meets(Decimal(5)) is False


def test_two_measures_may_not_share_a_key():
    with pytest.raises(ValueError, match="opened"):
        registry.register(Measure(key="test.opened", title="别的", formula="", numerator=""))


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time, and in memory one connection"
)
@pytest.mark.django_db(transaction=True)
def test_two_folders_at_once_count_nothing_twice():
    for n in range(60):
        conclude(MONDAY, f"43{n % 7:02}", "birth", on_time=bool(n % 2))

    def work() -> None:
        fold.fold(batch=7)
        connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fold.fold()
    reading = queries.figure("test.on_time")
    assert (reading.numerator, reading.denominator) == (30, 60)
    assert queries.recount("test.on_time").agrees


@pytest.mark.parametrize("statement", range(1, 12, 2))
def test_a_folder_killed_at_any_statement_loses_and_doubles_nothing(tmp_path: Path, statement: int):
    environment = os.environ | {
        "XIANG_DATA": str(tmp_path),
        "XIANG_DATABASE_URL": f"sqlite:///{tmp_path / 'records.sqlite3'}",
        "PYTHONPATH": str(settings.ROOT / "src"),
    }
    script = str(Path(__file__).with_name("mortal_folder.py"))
    killed = subprocess.run([sys.executable, script, str(statement)], env=environment)
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run([sys.executable, script, "0"], env=environment, capture_output=True, text=True)
    assert again.stdout.split() == ["10", "20", "True"]


def test_today_is_the_legal_date():
    with instant.frozen_at(MONDAY), transaction.atomic():
        operations.append("test.opened", {}, 1)
    fold.fold()
    assert queries.span("test.opened") == (MONDAY, MONDAY)
