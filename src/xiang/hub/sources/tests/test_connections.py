"""Connections that the hub keeps: real databases entered, checked, used by their body, and never given away."""

from __future__ import annotations

import json
import logging
import socket
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as records
from django.test import Client

from xiang.foundation.ground.errors import Forbidden, Invalid
from xiang.foundation.ledger.models import Entry, Payload
from xiang.foundation.parties import actors
from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory.models import Table
from xiang.hub.inventory.tests.conftest import World
from xiang.hub.sources import addresses, operations, queries
from xiang.hub.sources.found import REASONS, Unreachable
from xiang.hub.sources.models import Connection

from .conftest import SECRET, Department

BODY, NAME, REF = "430104.police", "persons", "kept:430104.police__persons"
BASE, REST = "/hub/connections/", "/api/v1/hub/connections"


@pytest.fixture(params=["postgres", "mariadb"])
def department(request: pytest.FixtureRequest) -> Department:
    found: Department = request.getfixturevalue(request.param)
    return found


def hub(world: World) -> actors.Actor:
    return world.hub.as_writer()


def signed_in(who: Staff) -> Client:
    return casting.sign_in(Client(), who)


def codes(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {one.pointer: one.code for one in caught.value.errors}


def test_the_hub_enters_a_database_and_its_body_registers_and_scans_a_system_with_it(
    world: World, department: Department
) -> None:
    made = operations.put(BODY, NAME, department.said, hub(world))
    assert made.ref == REF and operations.check(made.pk, hub(world)).code == "ok"
    kept = Connection.objects.get()
    assert (kept.checked_code, kept.checked_tables) == ("ok", 1)
    values = {"body_key": BODY, "title": "人口系统", "connection": REF}
    inventory.put_system("persons", values, world.police.as_writer())
    assert inventory.scan("persons", world.police.as_writer()).outcome == "done"
    assert [one.name for one in Table.objects.get(name="person").columns.all()] == ["id_number", "name"]


def test_another_bodys_steward_cannot_use_the_name_and_one_that_is_not_there_is_said(
    world: World, department: Department
) -> None:
    operations.put(BODY, NAME, department.said, hub(world))
    for who, name, code in (
        (world.market, REF, "connection_not_granted"),
        (world.police, "kept:430104.police__others", "connection_unknown"),
    ):
        with pytest.raises(Invalid) as caught:
            values = {"body_key": who.body.key, "title": "系统", "connection": name}
            inventory.put_system("persons", values, who.as_writer())
        assert codes(caught) == {"/connection": code}


def test_the_secret_is_nowhere_in_records_ledger_logs_pages_or_answers(
    world: World, department: Department, caplog: pytest.LogCaptureFixture
) -> None:
    operator = signed_in(world.hub.writer)
    with caplog.at_level(logging.DEBUG):
        posted = {**department.said, "body_key": BODY, "name": NAME}
        tried = operator.post(BASE + "new/", posted | {"step": "try"})
        assert "连得上" in tried.content.decode() and not Connection.objects.exists()
        assert operator.post(BASE + "new/", posted)["Location"] == BASE
        pages = [operator.get(BASE), operator.get(f"{BASE}{BODY}/{NAME}/"), operator.get(REST), tried]
    said = "".join(answer.content.decode() for answer in pages) + caplog.text
    said += json.dumps([one.content for one in Payload.objects.all()], ensure_ascii=False)
    said += str(list(Entry.objects.values_list("refs", flat=True)))
    with records.cursor() as cursor:
        cursor.execute("SELECT * FROM sources_connection")
        said += str(cursor.fetchall())
    assert SECRET not in said and "Canary" not in said
    assert addresses.address_of(REF).startswith(department.said["engine"] + "://")  # it is there to be used


@pytest.mark.parametrize("who", ["police", "market"])
def test_nobody_but_the_hub_enters_checks_or_retires_one(world: World, department: Department, who: str) -> None:
    made = operations.put(BODY, NAME, department.said, hub(world))
    bureau = getattr(world, who)
    for forbidden in (
        lambda: operations.put(BODY, NAME, department.said, bureau.as_writer()),
        lambda: operations.try_out(BODY, NAME, department.said, bureau.as_writer()),
        lambda: operations.change_secret(made.pk, "x", bureau.as_writer()),
        lambda: operations.check(made.pk, bureau.as_writer()),
        lambda: operations.retire(made.pk, bureau.as_writer()),
    ):
        with pytest.raises(Forbidden):
            forbidden()
    client = signed_in(bureau.writer)
    assert client.get(BASE + "new/").status_code == 404
    assert client.post(f"{BASE}{BODY}/{NAME}/act/", {"step": "check"}).status_code == 404
    shown = client.get(BASE).content.decode()
    assert (REF in shown) == (who == "police") and department.said["database"] not in shown
    assert signed_in(world.receiver).get(BASE).status_code == 404


def test_a_kept_secret_is_not_sent_to_another_machine(world: World, department: Department) -> None:
    operations.put(BODY, NAME, department.said, hub(world))
    for field, value in (("host", "10.0.0.9"), ("port", 9), ("user", "other"), ("database", "other")):
        with pytest.raises(Invalid) as caught:
            operations.put(BODY, NAME, department.but(secret="", **{field: value}), hub(world))
        assert codes(caught) == {"/secret": "secret_missing"}
        with pytest.raises(Invalid):
            operations.try_out(BODY, NAME, department.but(secret="", **{field: value}), hub(world))
    operations.put(BODY, NAME, department.but(secret="", purpose="换了用途"), hub(world))
    assert operations.try_out(BODY, NAME, department.but(secret=""), hub(world)).code == "ok"


def test_another_secret_takes_the_place_of_the_old_one(world: World, mariadb: Department) -> None:
    made = operations.put(BODY, NAME, mariadb.but(secret="wrong"), hub(world))
    assert operations.check(made.pk, hub(world)).code == "denied" and "denied" in REASONS
    operations.change_secret(made.pk, SECRET, hub(world))
    assert Connection.objects.get().checked_code == ""
    assert operations.check(made.pk, hub(world)).code == "ok"


def test_a_retired_connection_leads_nowhere_and_its_secret_is_gone(world: World, department: Department) -> None:
    made = operations.put(BODY, NAME, department.said, hub(world))
    operations.retire(made.pk, hub(world))
    with pytest.raises(Unreachable) as caught:
        addresses.address_of(REF)
    assert caught.value.reason == "not_configured"
    assert Connection.objects.get().address is None and not queries.connections_for(hub(world)).exists()
    with pytest.raises(Invalid):  # coming back it needs its secret again
        operations.put(BODY, NAME, department.but(secret=""), hub(world))
    assert operations.put(BODY, NAME, department.said, hub(world)).pk == made.pk


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"host": "169.254.169.254"}, "/host", "host_form"),
        ({"host": "0.0.0.0"}, "/host", "host_form"),
        ({"host": "db/../../etc"}, "/host", "host_form"),
        ({"host": "db.example?host=evil"}, "/host", "host_form"),
        ({"host": "2130706433"}, "/host", "host_form"),
        ({"port": "0"}, "/port", "port_form"),
        ({"port": "x"}, "/port", "port_form"),
        ({"database": "a?sslmode=disable"}, "/database", "database_form"),
        ({"user": "a@evil"}, "/user", "user_form"),
        ({"engine": "http"}, "/engine", "choice_unknown"),
        ({"engine": "mariadb", "tls": "require"}, "/tls", "tls_unknown"),
        ({"purpose": ""}, "/purpose", "missing"),
        ({"secret": ""}, "/secret", "secret_missing"),
    ],
)
def test_what_is_no_place_of_a_database_is_refused_at_its_field(
    world: World, changes: dict[str, Any], pointer: str, code: str
) -> None:
    said = {"engine": "postgresql", "host": "10.1.2.3", "database": "d", "user": "u", "purpose": "p", "secret": "s"}
    with pytest.raises(Invalid) as caught:
        operations.put(BODY, NAME, said | changes, hub(world))
    assert codes(caught) == {pointer: code} and not Connection.objects.exists()


def test_a_port_that_is_not_said_is_the_engines_own_and_the_body_must_exist(world: World) -> None:
    said = {"engine": "mariadb", "host": "db.police.hn.cn", "database": "d", "user": "u", "purpose": "p", "secret": "s"}
    assert operations.put(BODY, NAME, said, hub(world)).port == 3306
    with pytest.raises(Invalid) as caught:
        operations.put("430104.nobody", "Persons", said, hub(world))
    assert codes(caught) == {"/body_key": "body_unknown", "/name": "name_form"}


@pytest.mark.postgres
def test_the_platforms_own_records_are_no_source(world: World) -> None:
    if records.vendor != "postgresql":
        pytest.skip("the records are not in PostgreSQL")
    own = settings.DATABASES["default"]
    said = {
        "engine": "postgresql", "host": "localhost", "port": own["PORT"] or 5432, "user": "u", "purpose": "p",
        "database": records.settings_dict["NAME"], "secret": "s",
    }  # fmt: skip
    with pytest.raises(Invalid) as caught:
        operations.put(BODY, NAME, said, hub(world))
    assert codes(caught) == {"/database": "own_records"}


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_a_machine_that_says_nothing_is_given_up_in_time(world: World, engine: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = {"engine": engine, "host": "127.0.0.1", "port": silent.getsockname()[1], "secret": "s"}
        said |= {"database": "d", "user": "u", "purpose": "p"}
        tried = operations.try_out(BODY, NAME, said, hub(world), within=2.0)
    assert tried.code in ("unreachable", "too_slow") and not Connection.objects.exists()


def test_what_is_wrong_on_the_form_stands_at_its_field_and_what_was_typed_stays(world: World) -> None:
    operator = signed_in(world.hub.writer)
    posted = {
        "body_key": BODY,
        "name": NAME,
        "engine": "mariadb",
        "host": "db host",
        "user": "reader",
        "secret": SECRET,
    }
    answer = operator.post(BASE + "new/", posted)
    page = answer.content.decode()
    assert answer.status_code == 422 and "写主机名或者 IP 地址" in page and 'value="reader"' in page
    assert "Canary" not in page and answer["Cache-Control"] == "no-store"
    tried = operator.post(BASE + "new/", posted | {"step": "try"}, headers={"HX-Request": "true"})
    assert tried.status_code == 200 and "<html" not in tried.content.decode() and "写明库名" in tried.content.decode()


def test_the_rest_way_is_the_same(world: World, mariadb: Department) -> None:
    operator, steward = signed_in(world.hub.writer), signed_in(world.police.writer)
    at = f"{REST}/{BODY}/{NAME}"
    said = {"content_type": "application/json"}
    assert steward.put(at, mariadb.said, **said).status_code == 403
    assert operator.put(at, mariadb.but(secret="wrong"), **said).json()["ref"] == REF
    assert operator.post(at + "/checks", {}, **said).json()["code"] == "denied"
    assert operator.post(at + "/secret", {"secret": SECRET}, **said).status_code == 200
    assert operator.post(at + "/checks", {}, **said).json()["tables"] == 1
    seen = steward.get(REST).json()["items"]
    assert [(one["ref"], one["host"]) for one in seen] == [(REF, "")]
    assert operator.get(REST).json()["items"][0]["database"] == mariadb.said["database"]
    assert operator.delete(at, **said).status_code == 204 and steward.get(REST).json()["items"] == []
    assert operator.post(at + "/checks", {}, **said).status_code == 404
