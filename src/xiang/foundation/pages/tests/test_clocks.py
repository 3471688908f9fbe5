"""A derivation, day by day, as cells and words that agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.pages.clocks import clock_view, month_cells
from xiang.foundation.pages.gallery.facts import Step, clock, steps
from xiang.foundation.pages.rendering import clock_line, day_cells, window

TODAY = date(2026, 9, 24)


@pytest.fixture(autouse=True)
def still():
    with frozen_at(TODAY):
        yield


def states(view):
    return [cell.state for cell in view.cells]


def test_two_days_gone_one_running_two_left():
    view = clock(date(2026, 9, 21), 5)
    assert states(view) == ["past", "past", "today", "left", "left"]
    assert view.words == "还剩 2 个工作日，9月29日（周二）前"
    assert (view.short, view.short_tail) == ("还剩 2 天", "，9月29日前")
    assert view.kind == "run"


def test_a_make_up_sunday_is_a_counted_cell_and_a_holiday_is_none():
    view = clock(date(2026, 9, 18), 10)
    assert date(2026, 9, 20) in [cell.day for cell in view.cells]
    assert date(2026, 9, 25) not in [cell.day for cell in view.cells]


def test_a_stopped_day_is_hatched_and_not_counted():
    view = clock(date(2026, 9, 18), 10, (date(2026, 9, 22), date(2026, 9, 23)))
    assert states(view)[:5] == ["past", "past", "stopped", "stopped", "today"]
    assert view.due == date(2026, 10, 12)
    assert "今天是第 3 个" in view.summary


@pytest.mark.parametrize(
    ("today", "kind", "words"),
    [
        (date(2026, 9, 28), "run", "还剩 1 个工作日，9月29日（周二）前"),
        (date(2026, 9, 29), "soon", "今天到期"),
        (date(2026, 9, 30), "late", "晚了 1 天，应在 9月29日（周二）前办结"),
    ],
)
def test_the_words_follow_the_day(today, kind, words):
    view = clock(date(2026, 9, 21), 5, today=today)
    assert (view.kind, view.words) == (kind, words)


def test_what_is_late_shows_the_days_over_and_no_more_than_five():
    view = clock(date(2026, 9, 1), 5, today=TODAY)
    assert view.kind == "late"
    assert states(view).count("over") == 5


def test_an_open_stop_has_no_due_date_and_keeps_what_is_left():
    walked = [*steps(date(2026, 9, 17), 3)[:3], Step(date(2026, 9, 23), None, "stopped"), Step(TODAY, None, "stopped")]
    view = clock_view(walked, today=TODAY, due=None, left=2)
    assert view.kind == "stop"
    assert view.strong == "停钟第 2 天"
    assert states(view)[-2:] == ["left", "left"]


def test_a_concluded_matter_ends_its_row_on_the_day():
    view = clock(date(2026, 9, 18), 5, concluded=date(2026, 9, 22))
    assert states(view)[-1] == "end"
    assert view.words == "9月22日办结"
    assert view.kind == "done"


def test_the_month_is_whole_weeks_with_every_counted_day_numbered():
    walked = steps(date(2026, 9, 18), 10)
    cells = month_cells(walked, today=TODAY, due=walked[-1].day)
    assert len(cells) % 7 == 0
    assert cells[0].day.weekday() == 0
    assert [cell.counted for cell in cells if cell.counted] == list(range(1, 11))
    assert next(cell for cell in cells if cell.day == date(2026, 9, 20)).label == "调休"
    assert next(cell for cell in cells if cell.day == date(2026, 9, 25)).label == "中秋"
    assert next(cell for cell in cells if cell.day == TODAY).label == "今天"


def test_words_and_hollow_cells_agree_on_every_day_of_a_limit():
    for n in range(20):
        today = date(2026, 9, 19) + timedelta(days=n)
        view = clock(date(2026, 9, 18), 10, today=today)
        hollow = states(view).count("left")
        assert (f"还剩 {hollow} 个工作日" == view.strong) if view.kind == "run" else hollow == 0


def test_a_long_limit_shows_a_window_with_today_in_it():
    cells = clock(date(2026, 8, 20), 60).cells
    shown = window(cells, 13)
    assert len(shown) == 13
    assert "today" in [cell.state for cell in shown]


def test_cells_are_hidden_from_readers_and_words_stand_beside():
    html = clock_line(clock(date(2026, 9, 21), 5))
    assert 'aria-hidden="true"' in html
    assert "还剩 2 个工作日" in html
    assert day_cells(()) == ""
