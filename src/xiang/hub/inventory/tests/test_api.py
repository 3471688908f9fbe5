"""The ledger over REST: the whole way of an entry, and what each caller may not reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.inventory import content, operations
from xiang.hub.inventory.standard import standard
from xiang.hub.inventory.workbook import writing

from .conftest import World, entry

pytestmark = pytest.mark.urls("xiang.hub.inventory.tests.urls")
BASE = "/api/v1/hub/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)


def call(who: Staff | None, method: str, path: str, said: Any = None) -> Any:
    client = Client()
    if who is not None:
        casting.sign_in(client, who)
    given = {"content_type": "application/json"} if said is not None or method != "get" else {}
    return getattr(client, method)(BASE + path, said, **given)


def test_an_entry_goes_from_draft_to_version_and_is_found(world: World) -> None:
    answer = call(world.police.writer, "post", "drafts", {"entry": entry(world.police), "reason": "新增"})
    assert answer.status_code == 201, answer.content
    steps = f"revisions/{answer.json()['id']}/steps"
    assert call(world.police.sharing, "post", steps, {"step": "sign_office"}).json()["state"] == "signed"
    said = {"step": "sign_head", "secrecy_cleared": True}
    assert call(world.police.head, "post", steps, said).json()["review_due"] == "2026-11-25"
    waiting = call(world.hub.writer, "get", "revisions?waiting=true").json()["items"]
    assert [one["key"] for one in waiting] == ["person"]
    assert call(world.hub.writer, "post", steps, {"step": "publish"}).json()["version"] == 1
    operations.bring_in()
    found = call(world.market.writer, "get", "catalogue?q=人口&share=conditional").json()
    assert (found["total"], found["items"][0]["code"]) == (1, "101000/000001")
    assert found["facets"]["body"] == {"430104.police": 1}
    whole = call(world.market.writer, "get", "catalogue/person").json()
    assert [one["name"] for one in whole["items"]] == ["name", "birth_date"]
    assert call(world.market.writer, "get", "catalogue/person/versions").json()[0]["number"] == 1
    assert call(world.market.writer, "get", "catalogue/person/versions/1/changes").json()


def test_what_does_not_hold_is_answered_field_by_field(world: World) -> None:
    said = {"entry": entry(world.police, share="not_shared", conditions="")}
    answer = call(world.police.writer, "post", "drafts", said)
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "citation_missing"


def test_each_caller_reaches_only_what_is_theirs(world: World) -> None:
    world.publish(share="not_shared", conditions="", not_shared_citation="《某法》第一条")
    values = {"body_key": "430104.police", "title": "人口系统", "connection": "sqlite:430104.police__main"}
    operations.put_system("police", values, world.police.as_writer())
    for path in ("catalogue/person", "catalogue/person/versions", "systems/police/columns"):
        assert call(world.market.writer, "get", path).status_code == 404, path
        assert call(world.police.writer, "get", path).status_code == 200, path
        assert call(None, "get", path).status_code == 401, path
    assert call(world.market.writer, "get", "systems").json()["items"] == []
    assert call(world.market.writer, "post", "systems/police/scans").status_code == 404
    assert call(world.market.writer, "put", "systems/police", values).status_code == 403
    made = operations.draft(entry(world.police, key="other"), world.police.as_writer())
    answer = call(world.market.writer, "post", f"revisions/{made.id}/steps", {"step": "sign_office"})
    assert answer.status_code == 404


def test_a_system_is_registered_scanned_and_its_failure_told(world: World) -> None:
    values = {"body_key": "430104.police", "title": "人口系统", "connection": "file:430104.police__nothing.csv"}
    shown = call(world.police.writer, "put", "systems/police", values).json()
    assert shown["title"] == "人口系统" and "connection" not in shown
    answer = call(world.police.writer, "post", "systems/police/scans")
    assert answer.status_code == 201 and answer.json()["reason"] == "no_file"


def test_a_workbook_goes_in_and_comes_out(world: World) -> None:
    raw = writing.write([content.plain(entry(world.police))], standard())
    client = casting.sign_in(Client(), world.police.writer)
    answer = client.post(BASE + "imports", {"file": SimpleUploadedFile("a.xlsx", raw)})
    assert answer.status_code == 201 and [one["key"] for one in answer.json()] == ["person"]
    out = client.get(BASE + "catalogue.xlsx")
    assert out.status_code == 200 and out.content.startswith(b"PK")
    wrong = client.post(BASE + "imports", {"file": SimpleUploadedFile("a.xlsx", b"x")})
    assert wrong.status_code == 422 and wrong.json()["code"] == "workbook_unreadable"
