"""Registering and scanning a body's own system, what changed since, and what nobody else may reach."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from xiang.foundation.ground.errors import Forbidden, Invalid
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.inventory import operations
from xiang.hub.inventory.models import Scan, Table
from xiang.hub.sources.found import REASONS

from .conftest import World


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def run(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def register(world: World, connection: str) -> None:
    values = {"body_key": world.police.body.key, "title": "人口系统", "connection": connection}
    operations.put_system("police", values, world.police.as_writer())


def test_a_scan_keeps_tables_and_columns_and_the_next_one_says_what_changed(world: World, sources: Path) -> None:
    file = sources / "430104.police__person.sqlite3"
    run(file, "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(60) NOT NULL, born DATE)",
        "CREATE TABLE visit (at DATETIME)", "INSERT INTO person VALUES (1, '甲', '2020-01-01')")  # fmt: skip
    register(world, "sqlite:430104.police__person")
    first = operations.scan("police", world.police.as_writer())
    assert (first.outcome, first.tables, first.columns, first.drift) == ("done", 2, 4, [])
    person = Table.objects.get(name="person")
    assert person.rows == 1 and [(c.name, c.type, c.length) for c in person.columns.all()] == [
        ("id", "I", None), ("name", "C", 60), ("born", "D", None)]  # fmt: skip
    run(file, "DROP TABLE visit", "CREATE TABLE address (x TEXT)", "ALTER TABLE person ADD COLUMN phone TEXT",
        "ALTER TABLE person DROP COLUMN born")  # fmt: skip
    second = operations.scan("police", world.police.as_writer())
    told = {(one["kind"], one["table"], one.get("column")) for one in second.drift}
    assert told == {
        ("table_new", "address", None), ("table_gone", "visit", None),
        ("column_new", "person", "phone"), ("column_gone", "person", "born"),
    }  # fmt: skip
    assert Table.objects.get(name="visit").gone
    assert operations.scan("police", world.police.as_writer()).drift == []


def test_a_scan_that_fails_is_kept_with_its_reason_and_leaves_what_was_known(world: World, sources: Path) -> None:
    file = sources / "430104.police__person.sqlite3"
    run(file, "CREATE TABLE person (id INTEGER PRIMARY KEY)")
    register(world, "sqlite:430104.police__person")
    operations.scan("police", world.police.as_writer())
    file.write_bytes(b"half written")
    failed = operations.scan("police", world.police.as_writer())
    assert (failed.outcome, failed.reason) == ("failed", "unreadable") and failed.reason in REASONS
    assert Table.objects.get().columns.count() == 1 and not Table.objects.get().gone
    assert Scan.objects.count() == 2


def test_only_the_bodys_own_stewards_and_the_hub_scan(world: World, sources: Path) -> None:
    run(sources / "430104.police__person.sqlite3", "CREATE TABLE person (id INTEGER)")
    register(world, "sqlite:430104.police__person")
    with pytest.raises(Forbidden):
        operations.scan("police", world.market.as_writer())
    assert operations.scan("police", world.hub.as_writer()).outcome == "done"


@pytest.mark.parametrize(
    "connection",
    [
        "env:XIANG_DATABASE_URL",
        "postgresql://root@127.0.0.1/records",
        "http://10.0.0.1/",
        "file:../records.csv",
        "sqlite:/x",
    ],
)
def test_a_steward_cannot_point_a_system_at_anything_but_what_was_set_up_for_sources(
    world: World, connection: str
) -> None:
    with pytest.raises(Invalid) as caught:
        register(world, connection)
    assert caught.value.errors[0].code == "connection_form"


@pytest.mark.parametrize(
    "connection",
    [
        "sqlite:police",  # a name of the profile's, of no body
        "sqlite:430104.market__person",
        "file:430104.market__person.csv",
        "env:XIANG_SOURCE_TAX",
        "env:XIANG_SOURCE_430104_MARKET__PERSON",
        "sqlite:430104.police_x__person",
    ],
)
def test_a_steward_cannot_use_a_name_that_was_set_up_for_another_body(
    world: World, sources: Path, connection: str
) -> None:
    run(sources / "430104.market__person.sqlite3", "CREATE TABLE hidden (id INTEGER)")
    with pytest.raises(Invalid) as caught:
        register(world, connection)
    assert caught.value.errors[0].code == "connection_not_granted"
    register(world, "sqlite:430104.police__person")
    with pytest.raises(Invalid):  # nor by changing a system that is theirs already
        register(world, connection)
    assert not Table.objects.exists()


def test_a_steward_cannot_take_a_system_to_another_body_to_use_its_names(world: World, sources: Path) -> None:
    register(world, "sqlite:430104.police__person")
    values = {"body_key": world.market.body.key, "title": "人口系统", "connection": "sqlite:430104.market__person"}
    with pytest.raises(Forbidden):
        operations.put_system("police", values, world.police.as_writer())
    with pytest.raises(Forbidden):
        operations.put_system("other", values, world.police.as_writer())


def test_what_the_hub_granted_a_body_its_stewards_go_on_using(world: World, sources: Path) -> None:
    values = {"body_key": world.police.body.key, "title": "人口系统", "connection": "env:XIANG_SOURCE_OLD_PERSON"}
    operations.put_system("granted", values, world.hub.as_writer())
    changed = operations.put_system("granted", values | {"title": "人口信息系统"}, world.police.as_writer())
    assert changed.title == "人口信息系统"
    with pytest.raises(Invalid):
        operations.put_system("theirs", values | {"body_key": world.market.body.key}, world.market.as_writer())


def test_a_variable_that_could_be_of_two_bodies_is_of_neither(world: World, sources: Path) -> None:
    parties.put_body(SYSTEM, key="430104_police", name="另一个分局", division="430104", level="county")
    with pytest.raises(Invalid):
        register(world, "env:XIANG_SOURCE_430104_POLICE__PERSON")
    register(world, "sqlite:430104.police__person")


def test_before_the_terms_are_loaded_no_steward_acts_for_another_body(bare: World, sources: Path) -> None:
    run(sources / "430104.police__person.sqlite3", "CREATE TABLE person (id INTEGER)")
    register(bare, "sqlite:430104.police__person")
    for act in (
        lambda actor: operations.scan("police", actor),
        lambda actor: operations.retire_system("police", actor),
        lambda actor: operations.put_system("police", {"body_key": "430104.police", "title": "x"}, actor),
    ):
        for actor in (bare.market.as_writer(), bare.hub.as_writer()):
            with pytest.raises(Forbidden):
                act(actor)


def test_a_steward_cannot_mount_a_table_of_another_bodys_system(world: World, sources: Path) -> None:
    register(world, "sqlite:430104.police__person")
    world.publish(world.market, key="company")
    with pytest.raises(Forbidden):
        operations.mount("stolen", "company", "police", {"title": "x", "table": "person"}, world.market.as_writer())
    world.publish()
    for table in ('person"; DROP TABLE person; --', "", "a b"):
        with pytest.raises(Invalid):
            operations.mount("mine", "person", "police", {"title": "x", "table": table}, world.police.as_writer())
