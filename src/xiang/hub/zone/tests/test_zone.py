"""The zone through its public face: snapshots, copies, retention, backup, and one expression on two engines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.parties.actors import ANONYMOUS, SYSTEM, Actor
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory.models import CatalogueEntry, Resource
from xiang.hub.inventory.queries import freshness
from xiang.hub.inventory.tests.conftest import put_standard
from xiang.hub.zone import operations, places, queries
from xiang.hub.zone.models import Table
from xiang.hub.zone.store import Store

pa = pytest.importorskip("pyarrow", reason="the optional dependencies for large data are not installed")
pytest.importorskip("deltalake", reason="the optional dependencies for large data are not installed")

VALUES = {
    "domain": "resource",
    "title": "人口",
    "body_key": "430000.police",
    "key_columns": ["id"],
    "keep_days": 30,
}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def people(db: None) -> Table:
    operations.put_table("people", VALUES, SYSTEM)
    return operations.write("people", rows((1, "刘芸"), (2, "周沐言"), (3, "𠮷野")), SYSTEM)


def rows(*pairs: tuple[int, str]) -> Any:
    return pa.table({"id": [one for one, _ in pairs], "name": [name for _, name in pairs]})


def held(version: int | None = None) -> list[tuple[int, str]]:
    found = queries.store(SYSTEM, "people").dataset(version).to_table().to_pylist()
    return sorted((one["id"], one["name"]) for one in found)


def test_a_write_is_a_snapshot_and_the_old_one_can_still_be_read(people: Table) -> None:
    operations.merge("people", rows((2, "周沐岩"), (4, "康乐")), SYSTEM)
    assert held() == [(1, "刘芸"), (2, "周沐岩"), (3, "𠮷野"), (4, "康乐")]
    assert held(version=0) == [(1, "刘芸"), (2, "周沐言"), (3, "𠮷野")]
    people.refresh_from_db()
    assert (people.version, people.rows) == (1, 4)
    assert [one.version for one in queries.snapshots(SYSTEM, "people")] == [1, 0]


def test_a_write_makes_the_resource_of_the_same_key_fresh_and_a_restored_backup_does_not(db: None) -> None:
    values = {"body_key": "430000.police", "title": "人口", "format": "数据库", "cycle": "每日", "grade": 1,
              "share": "unconditional", "mode": "table"}  # fmt: skip
    put_standard()
    inventory.put_entry("population", values, SYSTEM)
    inventory.put_system("police", {"body_key": "430000.police", "title": "人口系统"}, SYSTEM)
    inventory.mount("people", "population", "police", {"title": "人口", "table": "people"}, SYSTEM)
    operations.put_table("people", VALUES, SYSTEM)
    operations.write("people", rows((1, "刘芸"), (2, "周沐言")), SYSTEM)
    first = Resource.objects.get(key="people")
    assert first.rows == 2 and first.updated_at == Table.objects.get().changed_at
    assert freshness(CatalogueEntry.objects.get()) == "fresh"
    backup = operations.back_up("people", SYSTEM)
    with instant.frozen_at(instant.now() + timedelta(days=9)):
        operations.restore(backup.pk, SYSTEM)
        assert Resource.objects.get(key="people").updated_at == first.updated_at
        assert freshness(CatalogueEntry.objects.get()) == "stale"
        operations.write("people", rows((3, "康乐")), SYSTEM)
        assert freshness(CatalogueEntry.objects.get()) == "fresh"


def test_a_merge_with_deletes_leaves_what_the_source_holds(people: Table) -> None:
    operations.merge("people", rows((1, "刘芸"), (9, "新")), SYSTEM, deleting=True)
    assert held() == [(1, "刘芸"), (9, "新")]


def test_a_write_with_a_mark_happens_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "marked")
    assert store.write(rows((1, "a")), mode="append", mark=("run", 1))
    assert not store.write(rows((1, "a")), mode="append", mark=("run", 1))
    assert store.write(rows((2, "b")), mode="append", mark=("run", 2))
    assert store.rows() == 2


def test_clearing_keeps_snapshots_within_the_term_and_the_present_one(people: Table) -> None:
    operations.write("people", rows((5, "今")), SYSTEM, mode="overwrite")
    assert operations.clear_old("people", SYSTEM) == 0
    assert len(held(version=0)) == 3
    assert places.store_of(people).vacuum(timedelta()) == 1
    assert held() == [(5, "今")]


def test_a_copy_serves_rows_by_key_and_says_which_snapshot_it_is(people: Table) -> None:
    with pytest.raises(Absent, match="copy_absent"):
        queries.look_up(SYSTEM, "people", {"id": 3})
    copy = operations.make_copy("people", SYSTEM)
    assert (copy.version, copy.rows) == (0, 3)
    assert queries.look_up(SYSTEM, "people", {"id": 3}) == [{"id": 3, "name": "𠮷野"}]
    assert queries.look_up(SYSTEM, "people", {"id": 99}) == []
    operations.merge("people", rows((3, "改")), SYSTEM)
    assert queries.look_up(SYSTEM, "people", {"id": 3}) == [{"id": 3, "name": "𠮷野"}]
    operations.make_copy("people", SYSTEM)
    assert queries.look_up(SYSTEM, "people", {"id": 3}) == [{"id": 3, "name": "改"}]


def test_a_copy_is_asked_by_its_key_only(people: Table) -> None:
    operations.make_copy("people", SYSTEM)
    with pytest.raises(Absent, match="not_by_key"):
        queries.look_up(SYSTEM, "people", {'name" = name --': "x"})


def test_a_backup_is_rehearsed_the_table_is_lost_and_comes_back(people: Table) -> None:
    backup = operations.back_up("people", SYSTEM)
    operations.write("people", rows((8, "坏")), SYSTEM, mode="overwrite")
    for file in places.folder_of(people).rglob("*.parquet"):
        file.unlink()
    operations.restore(backup.pk, SYSTEM)
    assert held() == [(1, "刘芸"), (2, "周沐言"), (3, "𠮷野")]
    backup.refresh_from_db()
    assert backup.restored_at is not None
    people.refresh_from_db()
    assert (people.version, people.rows) == (0, 3)


def test_usage_is_counted_by_body(people: Table) -> None:
    operations.put_table("births", {**VALUES, "body_key": "430000.health", "domain": "sandbox"}, SYSTEM)
    operations.write("births", rows((1, "x")), SYSTEM)
    found = {one.body_key: (one.tables, one.rows) for one in queries.usage(SYSTEM)}
    assert found == {"430000.police": (1, 3), "430000.health": (1, 1)}
    assert all(one.size > 0 for one in queries.usage(SYSTEM))


def test_only_stewards_write_and_others_see_nothing(people: Table) -> None:
    with pytest.raises(Forbidden):
        operations.write("people", rows((1, "x")), ANONYMOUS)
    with pytest.raises(Absent):
        queries.table_for(ANONYMOUS, "people")
    with pytest.raises(Absent):
        queries.snapshots(Actor(body_key="430000.police"), "people")
    other = Actor(staff_id=uuid4(), body_key="430000.tax", grants=frozenset({(uuid4(), "steward")}))
    with pytest.raises(Absent):
        queries.look_up(other, "people", {"id": 1})
    with pytest.raises(Forbidden, match="not_hub"):
        operations.clear_old("people", other)


def test_a_table_is_named_plainly_and_stays_in_its_domain(people: Table) -> None:
    with pytest.raises(Invalid):
        operations.put_table("../people", VALUES, SYSTEM)
    with pytest.raises(Refused, match="domain_fixed"):
        operations.put_table("people", {**VALUES, "domain": "sandbox"}, SYSTEM)


@pytest.fixture(scope="module")
def spark() -> Iterator[str]:
    """A Spark Connect server of our own; Sail starts in this process."""
    sail = pytest.importorskip("pysail.spark", reason="pysail is not installed: Spark Connect is not proven here")
    # In a worker of pytest-xdist the main module has no file, which pyspark takes for a doctest run of its own.
    vars(sys.modules["__main__"]).setdefault("__file__", __file__)
    pytest.importorskip("pyspark.sql.connect", reason="pyspark-client is not installed")
    server = sail.SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()


def _answers() -> list[list[dict[str, Any]]]:
    """The same expressions, whatever runs them."""
    with queries.expressions(SYSTEM, "events", "people") as asked:
        events, known = asked.table("events"), asked.table("people")
        counted = events.group_by("kind").agg(n=events.count(), total=events.amount.sum()).order_by("kind")
        joined = events.join(known, events.person == known.id).select("kind", "name", "amount").order_by("amount")
        narrow = events.filter(events.amount > 3).select("person", "amount").order_by("amount")
        return [one.to_pyarrow().to_pylist() for one in (counted, joined, narrow)]


@pytest.mark.filterwarnings("ignore")
def test_duckdb_and_spark_give_the_same_answers_to_the_same_expressions(
    people: Table, spark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.put_table("events", {**VALUES, "domain": "governance"}, SYSTEM)
    data = {"person": [1, 2, 2, 3, 9], "kind": ["生", "婚", "生", "婚", "生"], "amount": [1, 2, 3, 4, 5]}
    operations.write("events", pa.table(data), SYSTEM)
    assert "XIANG_SPARK" not in os.environ
    embedded = _answers()
    monkeypatch.setenv("XIANG_SPARK", spark)
    assert _answers() == embedded
    assert embedded[0] == [{"kind": "婚", "n": 2, "total": 6}, {"kind": "生", "n": 3, "total": 9}]
    assert [one["name"] for one in embedded[1]] == ["刘芸", "周沐言", "周沐言", "𠮷野"]
