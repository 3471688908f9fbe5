"""Mounting a scanned table on the pages: begun from the scan, refused where it does not hold, out of others' reach."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.publishing.profile import Context
from xiang.hub.inventory import loading, operations, queries
from xiang.hub.inventory.models import CatalogueEntry, Resource, System

from .conftest import World

pytestmark = pytest.mark.urls("xiang.hub.inventory.tests.urls")
BASE = "/hub/inventory/"
ITEMS = [
    {"name": name, "title": title, "type": kind, "system": "persons", "table": "person", "column": name}
    for name, title, kind in (("id_number", "公民身份号码", "C"), ("born", "出生日期", "D"), ("heads", "人数", "I"))
]


@pytest.fixture
def scanned(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The police's system ``persons`` with its table ``person``, scanned."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "sources").mkdir()
    with closing(sqlite3.connect(tmp_path / "sources" / "430104.police__persons.sqlite3")) as connection:
        connection.execute("CREATE TABLE person (id_number VARCHAR(18) PRIMARY KEY, born DATE, heads INTEGER)")
        connection.commit()
    values = {"body_key": world.police.body.key, "title": "人口系统", "connection": "sqlite:430104.police__persons"}
    operations.put_system("persons", values, world.police.as_writer())
    operations.scan("persons", world.police.as_writer())
    return world


def signed_in(who: Staff) -> Client:
    return casting.sign_in(Client(), who)


def said(**changes: Any) -> dict[str, Any]:
    given = {"place": "persons.person", "key": "persons_person", "title": "人口", "scheme": "id_number"}
    return given | {"columns": ["id_number"]} | changes


def test_an_entry_is_begun_from_a_scanned_table(scanned: World) -> None:
    writer = signed_in(scanned.police.writer)
    assert "照这张表编目录" in writer.get(BASE + "systems/persons/").content.decode()
    page = writer.get(BASE + "catalogue/new/?system=persons&table=person").content.decode()
    assert all(f'value="{name}"' in page for name in ("id_number", "born", "heads", "persons", "person"))
    other = signed_in(scanned.market.writer).get(BASE + "catalogue/new/?system=persons&table=person")
    assert other.status_code == 404


def test_a_table_is_mounted_with_the_items_that_lie_in_it_and_taken_off_again(scanned: World) -> None:
    scanned.publish(items=ITEMS)
    writer = signed_in(scanned.police.writer)
    page = writer.get(BASE + "catalogue/person/mount/").content.decode()
    assert "公民身份号码" in page and 'value="persons_person"' in page
    assert writer.post(BASE + "catalogue/person/mount/", said()).status_code == 302
    made = queries.resource("persons_person")
    assert made.personal and made.lookup.columns == ("id_number",) and made.lookup.subject == "person"
    assert [(one.name, one.type) for one in made.data_fields.values()] == [
        ("id_number", "text"), ("born", "date"), ("heads", "integer")]  # fmt: skip
    assert signed_in(scanned.market.writer).post(BASE + "resources/persons_person/unmount/").status_code == 403
    assert writer.post(BASE + "resources/persons_person/unmount/").status_code == 302
    assert Resource.objects.get().state == Resource.State.UNMOUNTED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scheme": "phone"}, "从列表里选按哪种号码查"),
        ({"columns": ["nowhere"]}, "至少一列"),
        ({"columns": []}, "至少一列"),
        ({"title": " "}, "写明这份数据叫什么"),
        ({"place": "persons.other"}, "没有信息项对应到这张表"),
        ({"key": "Bad key"}, "标识用小写字母开头"),
    ],
)
def test_what_does_not_hold_is_said_and_nothing_is_mounted(scanned: World, changes: dict[str, Any], words: str) -> None:
    scanned.publish(items=ITEMS)
    answer = signed_in(scanned.police.writer).post(BASE + "catalogue/person/mount/", said(**changes))
    assert answer.status_code == 422 and words in answer.content.decode() and not Resource.objects.exists()


def test_nobody_elses_steward_mounts(scanned: World) -> None:
    scanned.publish(items=ITEMS)
    refused = signed_in(scanned.market.writer).post(BASE + "catalogue/person/mount/", said())
    assert refused.status_code == 403 and not Resource.objects.exists()


def test_loading_the_profile_takes_nothing_away_that_a_body_registered_itself(scanned: World) -> None:
    scanned.publish(items=ITEMS)
    signed_in(scanned.police.writer).post(BASE + "catalogue/person/mount/", said())
    loading.retire("inventory", Context("hunan", settings.PROFILE_DIR, SYSTEM))
    assert Resource.objects.get().state == Resource.State.MOUNTED
    assert not System.objects.get().retired and not CatalogueEntry.objects.get().retired
