"""What auditors look for, and who used my data."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError
from xiang.foundation.ledger import operations, queries
from xiang.foundation.ledger.queries import EntryFilter, UseFilter
from xiang.foundation.ledger.tests.test_recording import use

pytestmark = pytest.mark.django_db

CASE = uuid4()


@pytest.fixture(autouse=True)
def written():
    start = instant.now()
    for n in range(10):
        with instant.frozen_at(start + timedelta(hours=n)):
            case = CASE if n % 2 else None
            operations.record(("case.accept", "case.decide", "notice.sent")[n % 3], f"staff:{n % 2}", {}, case_id=case)
    return start


def everything(wanted: EntryFilter, size: int = 3) -> list:
    cursor, rows = None, []
    while True:
        page = queries.entries(wanted, cursor, size)
        assert len(page.rows) <= size
        rows += page.rows
        cursor = page.next
        if cursor is None:
            return rows


def test_pages_hold_every_entry_once_newest_first():
    rows = everything(EntryFilter())
    assert len(rows) == len({row.id for row in rows}) == 10
    assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (EntryFilter(kind="case.accept"), 4),
        (EntryFilter(kind="case.*"), 7),
        (EntryFilter(kind="case"), 0),
        (EntryFilter(case_id=CASE), 5),
        (EntryFilter(actor_ref="staff:0"), 5),
        (EntryFilter(actor_ref="staff:0", case_id=CASE), 0),
        (EntryFilter(kind="case.*", actor_ref="staff:1", case_id=CASE), 4),
    ],
)
def test_filters_combine(wanted, count):
    assert len(everything(wanted)) == count


def test_a_span_of_time_has_its_start_and_not_its_end(written):
    found = everything(EntryFilter(since=written + timedelta(hours=2), until=written + timedelta(hours=5)))
    assert [(row.at - written) / timedelta(hours=1) for row in found] == [4, 3, 2]


def test_a_cursor_that_is_not_ours_is_refused():
    with pytest.raises(DomainError) as wrong:
        queries.entries(EntryFilter(), "nonsense")
    assert wrong.value.code == "bad_cursor"


def test_an_unknown_entry_is_absent():
    with pytest.raises(Absent):
        queries.entry(uuid4())


def test_my_uses_are_found_under_every_index_of_mine_and_no_others():
    mine = [use(subject="blind-1:a"), use(subject="blind-2:a", outcome="refused", reason="no_case")]
    use(subject="blind-1:b")
    assert list(queries.uses_of(["blind-1:a", "blind-2:a"])) == mine[::-1]
    assert list(queries.uses_of([])) == []
    page = queries.uses_of_page(["blind-1:a", "blind-2:a"], size=1)
    assert page.rows == mine[1:]
    assert queries.uses_of_page(["blind-1:a", "blind-2:a"], page.next, size=1).rows == mine[:1]


def test_an_auditor_finds_the_attempts_of_an_officer():
    use(actor_ref="staff:curious", outcome="refused", reason="no_case")
    use(actor_ref="staff:curious")
    use(actor_ref="staff:other", outcome="refused", reason="no_case")
    found = queries.uses(UseFilter(actor_ref="staff:curious", outcome="refused"))
    assert [row.reason for row in found.rows] == ["no_case"]
    assert len(queries.uses(UseFilter(outcome="refused")).rows) == 2
    assert queries.uses(UseFilter(resource_key="nothing")).rows == []
