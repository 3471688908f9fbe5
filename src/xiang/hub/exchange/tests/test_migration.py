"""Moving a database: each step only when what comes before it is true."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Invalid, Refused
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.exchange import operations, queries
from xiang.hub.exchange.models import Run

from .places import Place
from .test_jobs import database

pytestmark = pytest.mark.django_db(transaction=True)

VALUES = {
    "title": "民政业务库",
    "body_key": "430000.civil_affairs",
    "source_address": "sqlite:old",
    "target_address": "sqlite:new",
    "old_channel": "ftp://10.0.0.8/civil",
}


@pytest.fixture
def old(settings: Any, tmp_path: Path) -> Place:
    settings.DATA = tmp_path
    made = database(tmp_path, "old")
    made.fill(range(1, 51))
    made.execute("CREATE TABLE couple (id INTEGER PRIMARY KEY, one INTEGER, other INTEGER)")
    made.execute("INSERT INTO couple VALUES (1, 2, 3), (2, 4, 5)")
    return made


def check() -> None:
    operations.ask_check("civil", SYSTEM)
    with pytest.raises(Refused, match="checking"):
        operations.ask_check("civil", SYSTEM)
    assert operations.carry_out_check("civil") and not operations.carry_out_check("civil")


def carry_all() -> None:
    for run in Run.objects.filter(state="queued"):
        operations.carry_out(run.pk)


def test_a_database_moves_step_by_step_and_is_counted_before_it_is_cut_over(old: Place, tmp_path: Path) -> None:
    operations.propose("civil", VALUES, ["person", "couple"], SYSTEM)
    assert operations.advance("civil", SYSTEM).state == "planned"
    with pytest.raises(Refused, match="not_replicated"):
        operations.advance("civil", SYSTEM)
    carry_all()
    assert operations.advance("civil", SYSTEM).state == "replicated"
    with pytest.raises(Refused, match="not_verified"):
        operations.advance("civil", SYSTEM)
    check()
    assert operations.advance("civil", SYSTEM).state == "verified"
    assert operations.advance("civil", SYSTEM).state == "cut_over"
    assert operations.advance("civil", SYSTEM).state == "connected"
    done = operations.advance("civil", SYSTEM)
    assert (done.state, done.closed_at is not None) == ("closed", True)
    with pytest.raises(Refused, match="migration_over"):
        operations.advance("civil", SYSTEM)
    counted = {one.name: (one.source_rows, one.target_rows, one.agrees) for one in done.tables.all()}
    assert counted == {"person": (50, 50, True), "couple": (2, 2, True)}
    assert database(tmp_path, "new").rows() == old.rows()


def test_a_row_written_after_the_copy_stops_the_cut_over_until_it_is_there_too(old: Place) -> None:
    operations.propose("civil", VALUES, ["person"], SYSTEM)
    operations.advance("civil", SYSTEM)
    carry_all()
    operations.advance("civil", SYSTEM)
    old.add([51])
    check()
    with pytest.raises(Refused, match="not_verified"):
        operations.advance("civil", SYSTEM)
    job = queries.migration_for(SYSTEM, "civil").tables.get().job
    operations.start(job.key, SYSTEM)
    carry_all()
    check()
    assert operations.advance("civil", SYSTEM).state == "verified"


def test_an_old_check_says_nothing_of_now(old: Place) -> None:
    operations.propose("civil", VALUES, ["person"], SYSTEM)
    operations.advance("civil", SYSTEM)
    carry_all()
    operations.advance("civil", SYSTEM)
    check()
    with instant.frozen_at(instant.now() + timedelta(hours=2)), pytest.raises(Refused, match="check_stale"):
        operations.advance("civil", SYSTEM)


def test_a_table_without_a_key_or_none_at_all_is_found_at_the_assessment(old: Place) -> None:
    old.execute("CREATE TABLE loose (a TEXT)")
    with pytest.raises(Invalid) as caught:
        operations.propose("civil", VALUES, ["person", "loose", "nothing"], SYSTEM)
    assert [one.detail.partition("：")[0] for one in caught.value.errors] == ["loose", "nothing"]


def test_a_check_whose_process_died_goes_on_with_the_tables_that_are_left(old: Place) -> None:
    operations.propose("civil", VALUES, ["person", "couple"], SYSTEM)
    operations.advance("civil", SYSTEM)
    carry_all()
    operations.advance("civil", SYSTEM)
    now = instant.now()
    with instant.frozen_at(now):
        operations.ask_check("civil", SYSTEM)
        migration = queries.migration_for(SYSTEM, "civil")
        # Somebody took it, counted one table and died: its lease is not over yet.
        type(migration).objects.update(check_owner="dead", check_due_at=now + timedelta(seconds=60))
        migration.tables.filter(name="couple").update(checked_at=now, source_rows=7, target_rows=8)
        assert not operations.carry_out_check("civil")
    with instant.frozen_at(now + timedelta(seconds=61)):
        assert operations.carry_out_check("civil")
    counted = {one.name: (one.source_rows, one.agrees) for one in migration.tables.all()}
    assert counted == {"person": (50, True), "couple": (7, False)}
    assert migration.steps.order_by("-id").first().note == "核对了 2 张表，1 张一致"


def test_a_table_that_cannot_be_counted_says_why_and_the_others_are_counted(old: Place) -> None:
    operations.propose("civil", VALUES, ["person", "couple"], SYSTEM)
    operations.advance("civil", SYSTEM)
    carry_all()
    operations.advance("civil", SYSTEM)
    old.execute("DROP TABLE couple")
    check()
    found = {one.name: (one.agrees, one.reason) for one in queries.migration_for(SYSTEM, "civil").tables.all()}
    assert found["person"] == (True, "") and found["couple"][0] is False and "来源没有这张表" in found["couple"][1]


def test_a_migration_keeps_no_secret_and_names_every_mistake() -> None:
    wrong = {**VALUES, "source_address": "postgres://u:p@h/d", "title": " "}
    with pytest.raises(Invalid) as caught:
        operations.propose("Civil", wrong, [], SYSTEM)
    codes = {one.code for one in caught.value.errors}
    assert codes == {"key_form", "title_missing", "secret_in_address", "tables_missing"}
