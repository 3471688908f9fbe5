from __future__ import annotations

from datetime import UTC, date, datetime

from xiang.foundation.ground import instant


def test_a_legal_date_is_the_date_in_shanghai():
    assert instant.legal_date(datetime(2025, 9, 22, 16, 30, tzinfo=UTC)) == date(2025, 9, 23)


def test_a_frozen_clock_stands_still_and_is_released():
    with instant.frozen_at(date(2025, 9, 22)):
        assert instant.today() == date(2025, 9, 22)
        assert instant.now() == instant.now()
    assert instant.today() != date(2025, 9, 22)


def test_start_of_a_legal_date_is_the_evening_before_in_utc():
    assert instant.start_of(date(2025, 9, 22)) == datetime(2025, 9, 21, 16, 0, tzinfo=UTC)
