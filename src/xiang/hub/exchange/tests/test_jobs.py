"""Jobs, runs, receipts and schedules through operations and queries."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties.actors import ANONYMOUS, SYSTEM, Actor
from xiang.foundation.trust import signing
from xiang.foundation.trust.signing import Signature
from xiang.hub.exchange import operations, queries, receipts
from xiang.hub.exchange.models import Run
from xiang.hub.exchange.operations import carrying
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory import queries as inventory_queries
from xiang.hub.zone import operations as zone
from xiang.hub.zone import queries as zone_queries

from .places import CREATE, Place, _sqlite, person

pytestmark = pytest.mark.django_db(transaction=True)

VALUES: dict[str, Any] = {
    "title": "人口",
    "source_body": "430000.police",
    "target_body": "430000.civil_affairs",
    "source_address": "sqlite:police",
    "source_table": "person",
    "target_address": "sqlite:civil",
    "target_table": "person",
    "mode": "full",
}


def database(folder: Path, name: str) -> Place:
    file = folder / "sources" / f"{name}.sqlite3"
    file.parent.mkdir(exist_ok=True)
    return Place("sqlite", f"sqlite:{name}", lambda *given: _sqlite(file, *given), folder)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def police(folder: Path) -> Place:
    made = database(folder, "police")
    made.fill(range(1, 101))
    return made


@pytest.fixture
def civil(folder: Path) -> Place:
    return database(folder, "civil")


def run_once(key: str = "people", **how: Any) -> Run:
    run = operations.carry_out(operations.start(key, SYSTEM, **how).pk)
    assert run is not None
    return run


def test_a_run_ends_with_a_receipt_that_both_ends_signed(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run = run_once()
    assert (run.state, run.rows) == ("done", 100)
    assert civil.rows() == [person(number) for number in range(1, 101)]
    receipt = queries.receipt_of(SYSTEM, run.pk)
    assert receipt is not None and receipts.holds(receipt)
    content = json.loads(receipt.content)
    assert content["source"]["digest"] == content["target"]["digest"] and content["target"]["rows"] == 100
    assert content["source"]["body"] == "430000.police" and content["target"]["body"] == "430000.civil_affairs"
    assert receipt.source_key != receipt.target_key
    value = Signature(receipt.source_key, receipt.algorithm, bytes.fromhex(receipt.source_signature))
    assert signing.verify_with(signing.public_key(receipt.source_key), receipt.content.encode(), value)
    receipt.content = receipt.content.replace('"rows":100', '"rows":101')
    assert not receipts.holds(receipt)


def test_the_ledger_and_the_lineage_tell_of_the_run(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run = run_once()
    entry = Entry.objects.get(kind="exchange.run.done")
    assert entry.refs["run"] == str(run.pk) and entry.refs["rows"] == "100"
    begun, ended = (one.event for one in queries.lineage_of(SYSTEM, run.pk))
    assert (begun["eventType"], ended["eventType"]) == ("START", "COMPLETE")
    assert ended["run"]["runId"] == str(run.pk) and ended["job"]["name"] == "people"
    assert ended["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 100
    lineage = ended["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert lineage["income"]["inputFields"][0]["field"] == "income"
    assert "刘芸" not in json.dumps([begun, ended], ensure_ascii=False)


def test_the_lineage_names_the_columns_of_the_source(police: Place, civil: Place) -> None:
    mapping = [{"name": "remark", "source": "note"}, {"name": "region", "constant": "430000", "kind": "text"}]
    operations.put_job("people", {**VALUES, "mapping": mapping}, SYSTEM)
    run = run_once()
    ended = queries.lineage_of(SYSTEM, run.pk).last()
    assert ended is not None and run.state == "done"
    fields = ended.event["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert fields["remark"]["inputFields"][0]["field"] == "note" and fields["region"]["inputFields"] == []


def test_an_incremental_job_remembers_its_watermark(police: Place, civil: Place) -> None:
    operations.put_job("people", {**VALUES, "mode": "incremental", "watermark": "seen"}, SYSTEM)
    assert run_once().rows == 100
    assert run_once().rows == 0
    police.execute("UPDATE person SET note = '新', seen = '2027-01-01 00:00:00.000000' WHERE id = 7")
    again = run_once()
    assert (again.state, again.rows) == ("done", 1)
    assert civil.rows()[6][6] == "新"


def test_a_run_into_the_zone_is_a_snapshot_there(police: Place) -> None:
    pytest.importorskip("deltalake", reason="the optional dependencies for large data are not installed")
    table = {"domain": "resource", "title": "人口", "body_key": "430000.police", "key_columns": ["id"], "keep_days": 30}
    zone.put_table("people", table, SYSTEM)
    values = {**VALUES, "target_address": "zone:resource/people", "target_table": "", "key_columns": ["id"]}
    operations.put_job("people", values, SYSTEM)
    assert run_once().state == "done"
    assert zone_queries.table_for(SYSTEM, "people").rows == 100
    police.execute("DELETE FROM person WHERE id > 90")
    operations.put_job("people", {**values, "mode": "merge"}, SYSTEM)
    assert run_once().state == "done"
    assert [one.rows for one in zone_queries.tables(SYSTEM)] == [90]


def test_drift_stops_the_run_until_the_steward_has_looked(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run_once()
    police.execute("ALTER TABLE person RENAME COLUMN note TO remark")
    stopped = run_once()
    assert (stopped.state, stopped.code) == ("failed", "schema_drift")
    assert stopped.drift[0]["kind"] == "renamed" and "可能是改名" in stopped.reason
    assert run_once(accept_drift=True).state == "done"


def test_a_target_that_somebody_else_writes_is_told_as_different(police: Place, civil: Place) -> None:
    civil.execute(CREATE["sqlite"])
    civil.execute(
        "CREATE TRIGGER meddles AFTER INSERT ON person WHEN NEW.id = 50 BEGIN"
        " UPDATE person SET note = 'x' WHERE id = 50; END"
    )
    operations.put_job("people", VALUES, SYSTEM)
    run = run_once()
    assert run.state == "differs"
    receipt = queries.receipt_of(SYSTEM, run.pk)
    assert receipt is not None and not json.loads(receipt.content)["agrees"]


def test_one_run_at_a_time_and_none_while_paused(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run = operations.start("people", SYSTEM)
    with pytest.raises(Refused, match="running"):
        operations.start("people", SYSTEM)
    operations.cancel(run.pk, SYSTEM)
    assert operations.carry_out(run.pk) is None
    operations.pause("people", SYSTEM)
    with pytest.raises(Refused, match="paused"):
        operations.start("people", SYSTEM)
    operations.resume("people", SYSTEM)
    assert run_once().state == "done"
    with pytest.raises(Refused, match="not_running"):
        operations.cancel(run.pk, SYSTEM)


def test_a_source_that_is_away_is_tried_again_later(police: Place, civil: Place, monkeypatch: Any) -> None:
    monkeypatch.setenv("XIANG_SOURCE_AWAY", "postgres://nobody@127.0.0.1:1/none")
    operations.put_job("people", {**VALUES, "source_address": "env:XIANG_SOURCE_AWAY"}, SYSTEM)
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    with instant.frozen_at(now):
        run = run_once()
        assert (run.state, run.code, run.attempts) == ("queued", "not_reached", 1)
        assert operations.carry_out(run.pk) is None, "not yet due"
    monkeypatch.setenv("XIANG_SOURCE_AWAY", f"sqlite:{police.data / 'sources' / 'police.sqlite3'}")
    with instant.frozen_at(now + timedelta(minutes=2)):
        again = operations.carry_out(run.pk)
    assert again is not None and again.state == "done"


def test_a_run_that_was_put_off_and_called_off_leaves_nothing_at_the_target(
    police: Place, civil: Place, monkeypatch: Any
) -> None:
    monkeypatch.setenv("XIANG_SOURCE_AWAY", f"sqlite:{police.data / 'sources' / 'police.sqlite3'}")
    operations.put_job("people", {**VALUES, "source_address": "env:XIANG_SOURCE_AWAY"}, SYSTEM)
    target = civil.end()
    run = operations.start("people", SYSTEM)
    target.begin(str(run.pk), police.end().schema(), "full")
    monkeypatch.setenv("XIANG_SOURCE_AWAY", "postgres://nobody@127.0.0.1:1/none")
    put_off = operations.carry_out(run.pk)
    assert put_off is not None and put_off.state == "queued"
    operations.cancel(run.pk, SYSTEM)
    ended = operations.carry_out(run.pk)
    assert ended is not None and (ended.state, ended.code) == ("cancelled", "cancelled")
    assert civil.execute("SELECT name FROM sqlite_master WHERE name LIKE 'xiang_stage_%'") == []


def test_a_run_whose_process_died_is_taken_up_when_its_lease_is_over(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    with instant.frozen_at(now):
        run = operations.start("people", SYSTEM)
        assert carrying.take(run.pk, "somebody who dies")
        assert operations.carry_out(run.pk) is None
    with instant.frozen_at(now + carrying.LEASE + timedelta(seconds=1)):
        again = operations.carry_out(run.pk)
    assert again is not None and again.state == "done"


def test_a_schedule_starts_runs_on_its_beat_and_makes_up_for_none(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    with instant.frozen_at(now):
        operations.schedule("people", 30, SYSTEM)
        assert (operations.start_due(), operations.start_due()) == (1, 0)
        operations.carry_out(Run.objects.get().pk)
    with instant.frozen_at(now + timedelta(minutes=95)):
        assert (operations.start_due(), operations.start_due()) == (1, 0)
    assert queries.job_for(SYSTEM, "people").schedule.next_at == now + timedelta(minutes=120)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source_address": "postgres://u:p@h/d"}, "secret_in_address"),
        ({"source_address": "sqlite:../../etc/passwd"}, "address_form"),
        ({"source_address": "sqlite:.."}, "address_form"),
        ({"source_address": "env:PATH"}, "address_form"),
        ({"target_address": "file:../x.csv"}, "address_form"),
        ({"source_table": 'person"; DROP TABLE person; --'}, "table_form"),
        ({"mode": "incremental"}, "watermark_missing"),
        ({"target_address": "sqlite:police"}, "same_place"),
        ({"title": " "}, "title_missing"),
    ],
)
def test_what_is_wrong_with_a_job_is_said(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        operations.put_job("people", {**VALUES, **changes}, SYSTEM)
    assert code in [one.code for one in caught.value.errors]


def test_a_file_set_up_for_a_body_is_named_with_it() -> None:
    job = operations.put_job("people", {**VALUES, "source_address": "sqlite:430000.police__persons"}, SYSTEM)
    assert job.source_address == "sqlite:430000.police__persons"


def test_only_the_hub_defines_and_runs_and_others_see_their_own(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run = run_once()
    for act in (lambda: operations.put_job("x", VALUES, ANONYMOUS), lambda: operations.start("people", ANONYMOUS)):
        with pytest.raises(Forbidden):
            act()
    from xiang.foundation.ground.ids import new_id

    # A steward of one body could otherwise carry another body's records away, past every grant.
    steward = Actor(staff_id=new_id(), body_key="430000.tax", grants=frozenset({(new_id(), "steward")}))
    for act in (lambda: operations.put_job("x", VALUES, steward), lambda: operations.start("people", steward)):
        with pytest.raises(Forbidden, match="not_hub"):
            act()
    assert not queries.jobs(steward).exists()
    giver = Actor(staff_id=new_id(), body_key="430000.police")
    stranger = Actor(staff_id=new_id(), body_key="430000.tax")
    assert queries.run_for(giver, run.pk).pk == run.pk
    for asked in (stranger, ANONYMOUS):
        assert not queries.jobs(asked).exists()
        with pytest.raises(Absent):
            queries.receipt_of(asked, run.pk)


def test_a_run_that_kills_whoever_carries_it_is_given_up(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    run = operations.start("people", SYSTEM)
    now = instant.now()
    for number in range(carrying.ATTEMPTS + 1):
        with instant.frozen_at(now + number * (carrying.LEASE + timedelta(seconds=1))):
            assert carrying.take(run.pk, f"dies {number}")
    with instant.frozen_at(now + 20 * carrying.LEASE):
        ended = operations.carry_out(run.pk)
    assert ended is not None and (ended.state, ended.code) == ("failed", "given_up")


def test_each_run_is_salted_anew_and_the_receipt_alone_tells_how(police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    first, second = run_once(), run_once()
    contents = [json.loads(queries.receipt_of(SYSTEM, one.pk).content) for one in (first, second)]  # type: ignore[union-attr]
    assert [one["salt"] for one in contents] == [first.salt, second.salt] and first.salt != second.salt
    assert contents[0]["target"]["digest"] != contents[1]["target"]["digest"]


@pytest.fixture
def registered(police: Place, civil: Place) -> None:
    """Both databases in the inventory, and the table of the second as a resource that is mounted."""
    for key, body in (("police", "430000.police"), ("civil", "430000.civil_affairs")):
        values = {"body_key": body, "title": key, "kind": "database", "connection": f"sqlite:{key}"}
        inventory.put_system(key, values, SYSTEM)
    entry = {"body_key": "430000.civil_affairs", "title": "人口", "share": "unconditional", "items": ["姓名"]}
    inventory.put_entry("people", entry, SYSTEM)
    inventory.mount("civil-people", "people", "civil", {"title": "人口", "table": "person"}, SYSTEM)


def test_registered_ends_bring_their_address_and_their_body(registered: None, civil: Place) -> None:
    ends = {"source_address": "system:police", "target_address": "resource:civil-people", "target_table": ""}
    job = operations.put_job("people", {**VALUES, **ends, "source_body": "", "target_body": "430000.tax"}, SYSTEM)
    assert (job.source_body, job.target_body) == ("430000.police", "430000.civil_affairs")
    run = run_once()
    assert run.state == "done" and len(civil.rows()) == 100
    kept = inventory_queries.resource("civil-people")
    assert (kept.updated_at, kept.rows) == (run.started_at, 100)
    with pytest.raises(Invalid) as caught:
        operations.put_job("same", {**VALUES, **ends, "source_address": "sqlite:civil"}, SYSTEM)
    assert [one.code for one in caught.value.errors] == ["same_place"]


def test_a_run_that_did_not_succeed_makes_nothing_fresher(registered: None, police: Place, civil: Place) -> None:
    operations.put_job("people", VALUES, SYSTEM)
    police.execute("DROP TABLE person")
    assert run_once().code == "table_absent"
    assert inventory_queries.resource("civil-people").updated_at is None


def test_what_is_registered_no_more_is_told(registered: None) -> None:
    with pytest.raises(Invalid) as caught:
        operations.put_job("people", {**VALUES, "source_address": "system:nobody"}, SYSTEM)
    assert [one.code for one in caught.value.errors] == ["not_registered"]
    operations.put_job("people", {**VALUES, "target_address": "resource:civil-people", "target_table": ""}, SYSTEM)
    inventory.unmount("civil-people", SYSTEM)
    assert run_once().code == "not_registered"
