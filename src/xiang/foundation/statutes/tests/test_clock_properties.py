"""What must hold for every start, limit, suspension and extension, whatever the calendar says."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.statutes.clock import Calendar, Due, Limit, Span, before, due, merge

from .test_clock import CALENDAR

DAY = timedelta(days=1)
starts = st.dates(date(2024, 1, 1), date(2027, 3, 1))
working = st.builds(Limit, st.integers(0, 40), st.just("wd"))
calendar_days = st.builds(Limit, st.integers(0, 90), st.just("d"), st.booleans())
long_limits = st.builds(Limit, st.integers(0, 14), st.sampled_from(["m", "y"]), st.booleans())
limits = working | calendar_days | long_limits
closed = st.builds(lambda s, n, r: Span(s, s + DAY * n, r), starts, st.integers(0, 20), st.sampled_from("甲乙"))
spans = st.lists(closed, max_size=4)
extensions = st.lists(working | calendar_days, max_size=2)
# A calendar invented from scratch: every property must survive it, not only the years that were published.
calendars = st.just(CALENDAR) | st.builds(
    lambda days, years: Calendar(days, frozenset(years)),
    st.dictionaries(starts, st.booleans(), max_size=40),
    st.sets(st.sampled_from([2024, 2025, 2026]), max_size=3),
)
few = settings(max_examples=60, deadline=None)


def ends(found: Due) -> date:
    assert found.date is not None
    return found.date


@few
@given(starts, st.integers(0, 60), working | calendar_days, spans, calendars)
def test_a_later_start_never_ends_earlier(s: date, later: int, limit: Limit, stops: list[Span], cal: Calendar) -> None:
    assert ends(due(s, limit, cal, stops)) <= ends(due(s + DAY * later, limit, cal, stops))


@few
@given(starts, st.integers(0, 60), long_limits, calendars)
def test_a_later_start_never_ends_earlier_in_months(s: date, later: int, limit: Limit, cal: Calendar) -> None:
    assert ends(due(s, limit, cal)) <= ends(due(s + DAY * later, limit, cal))


@few
@given(starts, limits, st.integers(0, 20), spans, calendars)
def test_a_longer_limit_never_ends_earlier(s: date, limit: Limit, more: int, stops: list[Span], cal: Calendar) -> None:
    longer = Limit(limit.value + more, limit.unit, limit.rolls)
    assert ends(due(s, limit, cal, stops)) <= ends(due(s, longer, cal, stops))


@few
@given(starts, limits, spans, closed, extensions, calendars)
def test_a_suspension_never_shortens(
    s: date, limit: Limit, stops: list[Span], one: Span, more: list[Limit], cal: Calendar
) -> None:
    assert ends(due(s, limit, cal, stops, more)) <= ends(due(s, limit, cal, [*stops, one], more))


@few
@given(starts, working, working, spans, calendars)
def test_an_extension_adds_exactly_its_days(
    s: date, limit: Limit, more: Limit, stops: list[Span], cal: Calendar
) -> None:
    extended = due(s, limit, cal, stops, [more])
    assert extended.date == due(s, Limit(limit.value + more.value, "wd"), cal, stops).date
    assert extended.total == limit.value + more.value


@few
@given(starts, working | calendar_days, spans, extensions, calendars)
def test_the_derivation_adds_up_and_leaves_no_day_out(
    s: date, limit: Limit, stops: list[Span], more: list[Limit], cal: Calendar
) -> None:
    found = due(s, limit, cal, stops, more)
    counted = [step.counted for step in found.derivation if step.counted is not None]
    assert counted == list(range(1, limit.value + sum(e.value for e in more) + 1))
    days = [step.day for step in found.derivation]
    if days[-2:] == [s, s]:  # on the spot: the day of the event is the due day
        days.pop()
    assert days == [s + DAY * n for n in range(len(days))]
    assert days[-1] == found.date
    assert [step.kind for step in found.derivation].count("due") == 1


@few
@given(starts, limits, spans, calendars)
def test_the_due_day_is_never_suspended_and_is_a_working_day_where_it_should_be(
    s: date, limit: Limit, stops: list[Span], cal: Calendar
) -> None:
    end = ends(due(s, limit, cal, stops))
    assert not any(span.covers(end) for span in stops)
    assert cal.is_working(end) or not (limit.unit == "wd" or limit.rolls)


@few
@given(starts, limits, spans, st.randoms(use_true_random=False), calendars)
def test_the_order_of_suspensions_and_their_merging_change_nothing(
    s: date, limit: Limit, stops: list[Span], random: object, cal: Calendar
) -> None:
    shuffled = list(stops)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert due(s, limit, cal, shuffled) == due(s, limit, cal, stops)
    assert due(s, limit, cal, merge(shuffled)).date == due(s, limit, cal, stops).date
    assert merge(shuffled) == merge(stops)
    assert merge(merge(stops)) == merge(stops)


@few
@given(starts, st.builds(Limit, st.integers(1, 40), st.just("wd")), spans, st.integers(0, 60), calendars)
def test_a_clock_stopped_today_keeps_what_it_had(
    s: date, limit: Limit, stops: list[Span], after: int, cal: Calendar
) -> None:
    running = due(s, limit, cal, stops)
    at = s + DAY * after
    stopped = due(s, limit, cal, [*stops, Span(at + DAY)])
    assert stopped.remaining(at) == running.remaining(at)
    assert stopped.remaining(at + DAY * 1000) == stopped.left or stopped.date is not None


@few
@given(starts, limits, spans, calendars)
def test_provisional_means_that_an_unpublished_year_was_asked(
    s: date, limit: Limit, stops: list[Span], cal: Calendar
) -> None:
    found = due(s, limit, cal, stops)
    assert all(year not in cal.published_years for year in found.unpublished)
    if limit.unit == "wd":
        asked = {step.day.year for step in found.derivation if step.kind not in ("start", "stopped")}
        assert set(found.unpublished) >= asked - cal.published_years


@few
@given(starts, working, calendars)
def test_counting_back_from_a_due_day_gives_a_day_in_time_for_it(s: date, limit: Limit, cal: Calendar) -> None:
    end = ends(due(s, limit, cal))
    assert due(before(end, limit, cal), limit, cal).date == (end if limit.value else ends(due(end, limit, cal)))


@few
@given(starts, limits, spans, extensions, calendars)
def test_every_answer_can_be_said_in_words(
    s: date, limit: Limit, stops: list[Span], more: list[Limit], cal: Calendar
) -> None:
    found = due(s, limit, cal, stops, more)
    assert all(sentence.endswith("。") for sentence in found.explain())
    assert found.to_json()["total"] == found.total
