"""The clock against dates that were worked out by hand from the published calendars, the weekday beside each row."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from xiang.foundation.ground.instant import SHANGHAI
from xiang.foundation.statutes.clock import Calendar, ClockError, Due, Limit, Span, before, due, merge
from xiang.foundation.statutes.yearly import calendar_of, read_year, to_entry

ENTRIES = YAML(typ="safe").load((settings.ROOT / "profiles/hunan/calendar.yaml").read_text(encoding="utf-8"))
CALENDAR = calendar_of(read_year(entry) for entry in ENTRIES)


def day(text: str) -> date:
    return date.fromisoformat(text)


def ends(
    start: str, limit: str, suspend: tuple[str, ...] = (), extend: tuple[str, ...] = (), rolls: bool = True
) -> Due:
    spans = [Span.parse(s, "检验") for s in suspend]
    return due(day(start), Limit.parse(limit, rolls), CALENDAR, spans, [Limit.parse(e) for e in extend])


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_published_year_has_as_many_working_days_as_its_notice_gives(year: int, count: int) -> None:
    assert CALENDAR.working_days(year) == count


def test_a_year_of_the_profile_survives_being_read_and_written_back() -> None:
    for entry in ENTRIES:
        plan = read_year(entry)
        assert read_year(to_entry(plan)) == plan


WORKING = [
    # start, weekday, limit, due, weekday
    ("2025-01-24", "五", "5wd", "2025-02-07", "五"),  # Spring Festival, with the make-up Sunday of 26 January
    ("2025-03-18", "二", "20wd", "2025-04-16", "三"),
    ("2025-04-25", "五", "5wd", "2025-05-06", "二"),  # make-up Sunday 27 April, Labour Day off
    ("2025-09-22", "一", "5wd", "2025-09-28", "日"),  # ends on a make-up Sunday
    ("2025-09-22", "一", "20wd", "2025-10-24", "五"),
    ("2025-09-26", "五", "7wd", "2025-10-13", "一"),
    ("2025-12-31", "三", "15wd", "2026-01-22", "四"),  # across New Year
    ("2026-02-10", "二", "5wd", "2026-02-24", "二"),
    ("2026-09-18", "五", "10wd", "2026-10-09", "五"),
    ("2026-09-30", "三", "1wd", "2026-10-08", "四"),
    ("2024-09-13", "五", "1wd", "2024-09-14", "六"),  # a make-up Saturday
    ("2024-02-09", "五", "1wd", "2024-02-18", "日"),
    ("2025-09-27", "六", "1wd", "2025-09-28", "日"),  # the event may fall on a rest day
    ("2025-09-22", "一", "0wd", "2025-09-22", "一"),  # on the spot
    ("2025-10-02", "四", "0wd", "2025-10-09", "四"),  # on the spot, asked for in the holiday
]


@pytest.mark.parametrize(("start", "_from", "limit", "end", "weekday"), WORKING)
def test_working_days_follow_the_published_calendar(start: str, _from: str, limit: str, end: str, weekday: str) -> None:
    assert "一二三四五六日"[day(start).weekday()] == _from
    assert "一二三四五六日"[day(end).weekday()] == weekday
    found = ends(start, limit)
    assert found.date == day(end)
    assert not found.provisional


OTHER = [
    ("2025-09-01", "一", "30d", "2025-10-09", "四"),  # 1 October is a holiday: rolls past the whole of it
    ("2025-09-01", "一", "15d", "2025-09-16", "二"),
    ("2025-08-21", "四", "7d", "2025-08-28", "四"),
    ("2025-09-13", "六", "15d", "2025-09-28", "日"),  # ends on a make-up Sunday, which is a working day
    ("2025-01-31", "五", "1m", "2025-02-28", "五"),  # no 31 February
    ("2024-01-31", "三", "1m", "2024-02-29", "四"),  # a leap year
    ("2024-02-29", "四", "1y", "2025-02-28", "五"),
    ("2025-05-10", "六", "1m", "2025-06-10", "二"),
    ("2025-12-01", "一", "1m", "2026-01-04", "日"),  # 1 January off; Sunday 4 January is a make-up day
    ("2024-08-15", "四", "2y", "2026-08-17", "一"),  # Saturday rolls
]


@pytest.mark.parametrize(("start", "_from", "limit", "end", "weekday"), OTHER)
def test_days_months_and_years_roll_off_a_rest_day(start: str, _from: str, limit: str, end: str, weekday: str) -> None:
    assert "一二三四五六日"[day(start).weekday()] == _from
    assert "一二三四五六日"[day(end).weekday()] == weekday
    assert ends(start, limit).date == day(end)


def test_a_limit_that_does_not_roll_ends_on_the_holiday_itself() -> None:
    assert ends("2025-09-01", "30d", rolls=False).date == day("2025-10-01")


SUSPENDED = [
    # start, limit, suspended, due
    ("2025-09-22", "5wd", ("2025-09-24..2025-09-26",), "2025-10-09"),  # Wed to Fri out; the holiday in between
    ("2025-09-22", "5wd", ("2025-09-27..2025-09-27",), "2025-09-28"),  # a Saturday costs nothing
    ("2025-09-22", "5wd", ("2025-09-28..2025-09-28",), "2025-09-29"),  # the make-up Sunday costs one
    ("2025-12-29", "5wd", ("2025-12-30..2026-01-05",), "2026-01-12"),  # across New Year
    ("2025-09-22", "5wd", ("2025-09-24..2025-09-25", "2025-09-25..2025-09-26"), "2025-10-09"),  # overlapping
    ("2025-09-22", "5wd", ("2025-09-15..2025-09-22",), "2025-09-28"),  # over before the first day
    ("2025-09-22", "10d", ("2025-09-24..2025-09-26",), "2025-10-09"),  # 2 October plus 3 days, rolled
]


@pytest.mark.parametrize(("start", "limit", "suspend", "end"), SUSPENDED)
def test_a_suspended_day_is_not_counted(start: str, limit: str, suspend: tuple[str, ...], end: str) -> None:
    assert ends(start, limit, suspend).date == day(end)


def test_an_extension_adds_to_the_limit_and_a_suspension_does_not() -> None:
    plain, longer = ends("2025-09-22", "20wd"), ends("2025-09-22", "20wd", extend=("10wd",))
    assert plain.date == day("2025-10-24")
    assert (longer.date, longer.total) == (day("2025-11-07"), 30)
    assert ends("2025-09-22", "20wd", suspend=("2025-10-09..2025-10-10",)).total == 20


def test_two_extensions_of_a_month_count_from_the_start() -> None:
    assert ends("2025-01-31", "1m", extend=("1m",), rolls=False).date == day("2025-03-31")


def test_silence_is_known_the_day_after_a_make_up_sunday() -> None:
    """Received Monday 22 September 2025, nobody answers: the fifth working day is Sunday the 28th."""
    clock = ends("2025-09-22", "5wd")
    assert clock.date == day("2025-09-28")
    assert not clock.overdue(day("2025-09-28"))
    assert clock.overdue(day("2025-09-29"))
    assert not clock.overdue(datetime(2025, 9, 28, 23, 59, tzinfo=SHANGHAI))
    assert clock.overdue(datetime(2025, 9, 29, 0, 0, tzinfo=SHANGHAI))


def test_an_open_suspension_stops_the_clock_and_keeps_what_remains() -> None:
    clock = ends("2025-09-22", "5wd", ("2025-09-25..",))
    assert clock.date is None
    assert clock.instant is None
    assert (clock.stopped_since, clock.left, clock.total) == (day("2025-09-25"), 3, 5)
    assert clock.remaining(day("2025-09-23")) == 4
    assert clock.remaining(day("2026-09-23")) == 3
    assert not clock.overdue(day("2030-01-01"))
    assert clock.derivation[-1].kind == "stopped"
    assert clock.explain()[-1] == "9月25日（周四）起停钟，还剩3个工作日；恢复后接着计算。"


def test_an_open_suspension_after_the_due_date_changes_nothing() -> None:
    assert ends("2025-09-22", "5wd", ("2025-09-29..",)).date == day("2025-09-28")


def test_a_year_that_is_not_published_makes_the_date_provisional_and_says_which() -> None:
    clock = ends("2026-12-28", "10wd")
    assert clock.date == day("2027-01-11")
    assert clock.unpublished == (2027,)
    assert [step.provisional for step in clock.derivation if step.day.year == 2026] == [False] * 4
    assert any("2027年的放假安排还没有公布" in sentence for sentence in clock.explain())
    assert not ends("2026-12-28", "3wd").provisional


def test_a_calendar_limit_that_does_not_roll_needs_no_calendar() -> None:
    assert ends("2026-12-20", "30d").provisional
    assert not ends("2026-12-20", "30d", rolls=False).provisional


def test_the_derivation_names_holidays_make_up_days_and_stops() -> None:
    steps = {step.day.isoformat(): step for step in ends("2025-09-22", "10wd", ("2025-09-24..2025-09-24",)).derivation}
    kinds = {name: (step.kind, step.counted, step.note) for name, step in steps.items()}
    assert kinds["2025-09-22"] == ("start", None, "")
    assert kinds["2025-09-23"] == ("counted", 1, "")
    assert kinds["2025-09-24"] == ("stopped", None, "检验")
    assert kinds["2025-09-27"] == ("rest", None, "")
    assert kinds["2025-09-28"] == ("makeup", 4, "国庆节、中秋节调休上班")
    assert kinds["2025-10-01"] == ("holiday", None, "国庆节、中秋节")
    assert kinds["2025-10-11"] == ("makeup", 9, "国庆节、中秋节调休上班")
    assert kinds["2025-10-13"] == ("due", 10, "")


def test_the_explanation_reads_as_a_person_would_say_it() -> None:
    assert ends("2025-09-22", "10wd", ("2025-09-24..2025-09-25",), ("2wd",)).explain() == (
        "2025年9月22日（周一）起算，当日不计，期限10个工作日。",
        "经批准延长2个工作日，接在原期限之后。",
        "9月24日（周三）至9月25日（周四）停钟（检验），不计。",
        "9月28日（周日）国庆节、中秋节调休上班，计入。",
        "10月1日（周三）至10月8日（周三）国庆节、中秋节放假，不计。",
        "10月11日（周六）国庆节、中秋节调休上班，计入。",
        "其间周末休息 2 天，不计。",
        "10月16日（周四）届满。",
    )


def test_a_rolled_end_says_what_it_rolled_off() -> None:
    assert ends("2025-09-01", "30d").explain()[-1] == (
        "10月9日（周四）届满（期限末日10月1日（周三）是国庆节、中秋节放假，顺延到下一个工作日）。"
    )


def test_remaining_elapsed_and_overdue_are_counted_days() -> None:
    clock = ends("2025-09-22", "5wd")
    rows = [
        (d, clock.elapsed(day(d)), clock.remaining(day(d)), clock.overdue_by(day(d)))
        for d in (
            "2025-09-20",
            "2025-09-22",
            "2025-09-23",
            "2025-09-27",
            "2025-09-28",
            "2025-09-29",
            "2025-10-09",
        )
    ]
    assert rows == [
        ("2025-09-20", 0, 5, 0),
        ("2025-09-22", 0, 5, 0),
        ("2025-09-23", 1, 4, 0),
        ("2025-09-27", 4, 1, 0),
        ("2025-09-28", 5, 0, 0),
        ("2025-09-29", 5, 0, 1),
        ("2025-10-09", 5, 0, 3),  # 29 and 30 September, 9 October
    ]


def test_hours_run_from_the_instant_and_stop_for_suspended_days() -> None:
    at = datetime(2025, 9, 22, 10, 30, tzinfo=SHANGHAI)
    plain = due(at, Limit.parse("24h"), CALENDAR)
    assert plain.instant == datetime(2025, 9, 23, 10, 30, tzinfo=SHANGHAI)
    stopped = due(at, Limit.parse("24h"), CALENDAR, [Span.parse("2025-09-23..2025-09-23")])
    assert stopped.instant == datetime(2025, 9, 24, 10, 30, tzinfo=SHANGHAI)
    assert stopped.remaining(datetime(2025, 9, 23, 12, 0, tzinfo=SHANGHAI)) == 11
    assert plain.overdue_by(datetime(2025, 9, 23, 12, 0, tzinfo=SHANGHAI)) == 2
    assert due(at, Limit.parse("24h"), CALENDAR, [Span.parse("2025-09-23..")]).left == 11


def test_counting_back_finds_the_last_day_to_give_notice() -> None:
    assert before(day("2025-10-15"), Limit.parse("7wd"), CALENDAR) == day("2025-09-29")
    assert before(day("2025-03-31"), Limit.parse("1m"), CALENDAR) == day("2025-02-28")
    assert before(day("2025-03-31"), Limit.parse("30d"), CALENDAR) == day("2025-03-01")


def test_the_answer_as_json_adds_up() -> None:
    answer = ends("2025-09-22", "5wd").to_json()
    assert answer["due"] == "2025-09-28"
    assert sum(step["counted"] is not None for step in answer["derivation"]) == answer["total"] == 5
    assert answer["derivation"][-1]["words"] == "国庆节、中秋节调休上班，届满"


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: Limit.parse("five"), "limit_form"),
        (lambda: Limit.parse("5x"), "limit_form"),
        (lambda: Limit.parse("999999wd"), "limit_range"),
        (lambda: Span.parse("2025-09-24"), "span_form"),
        (lambda: Span.parse("2025-09-31..2025-10-01"), "date_form"),
        (lambda: Span.parse("2025-09-24..2025-09-20"), "span_backwards"),
        (lambda: ends("2025-09-22", "5h"), "start_needs_time"),
        (lambda: ends("2025-09-22", "5wd", extend=("2h",)), "units_mixed"),
        (lambda: ends("9999-12-01", "2m"), "date_range"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_code(ask: object, code: str) -> None:
    with pytest.raises(ClockError) as refusal:
        ask()  # type: ignore[operator]
    assert refusal.value.code == code


def test_touching_suspensions_become_one() -> None:
    spans = [Span.parse("2025-09-26..2025-09-27", "乙"), Span.parse("2025-09-24..2025-09-25", "甲")]
    assert merge(spans) == (Span(day("2025-09-24"), day("2025-09-27"), "甲；乙"),)


def test_a_calendar_without_any_year_guesses_and_says_so() -> None:
    assert due(day("2025-09-22"), Limit.parse("5wd"), Calendar({}, frozenset())).unpublished == (2025,)
