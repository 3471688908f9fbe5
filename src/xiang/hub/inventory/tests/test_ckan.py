"""CKAN's own client against a running server, and DCAT read back by an RDF library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

from xiang.foundation.ground import instant
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.models import Staff
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import operations
from xiang.hub.inventory.models import CatalogueEntry, Revision

from .conftest import TODAY, World, entry

pytestmark = pytest.mark.urls("xiang.hub.inventory.tests.urls")
OPENED = {"share": "unconditional", "conditions": "", "open": "open", "title": "市场主体登记信息"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)


def token(staff: Staff) -> str:
    for key in ("api.token.longest", "api.token.longest.office"):
        row = RuleRow(key=key, value=90, unit="d", title=key, citation="测试", valid_from=instant.today())
        statutes.put_rule(row, actors.SYSTEM)
    granted = ["desk:read", "desk:write"]
    _, secret = parties.issue_token(actors.for_staff(staff), title="目录", granted=granted, second_factor=True)
    return secret


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """The application on a socket, served by one thread with a database connection of its own."""
    application = WSGIHandler()

    def answered(environ: Any, start: Any) -> Any:
        try:
            with instant.frozen_at(TODAY):
                return [b"".join(application(environ, start))]
        finally:
            connections.close_all()

    server = make_server("127.0.0.1", 0, answered, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ckan"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(address: str, world: World) -> Callable[..., RemoteCKAN]:
    """The client of somebody, or of nobody."""

    def client(staff: Staff | None = None, **how: Any) -> RemoteCKAN:
        return RemoteCKAN(address, apikey=token(staff) if staff else None, **how)

    return client


def package(world: World) -> dict[str, Any]:
    """An entry as somebody used to CKAN would send it."""
    said = entry(world.market, key="licence")
    extras = [
        {"key": name, "value": said[name]} for name in ("category", "format", "cycle", "share", "conditions", "mode")
    ]
    plain = {"name": "licence", "title": "食品经营许可", "notes": "许可信息", "owner_org": "430104.market"}
    return plain | {"extras": extras, "items": said["items"]}


def test_reading_with_ckans_client(world: World, served: Callable[..., RemoteCKAN]) -> None:
    world.publish()
    world.publish(world.market, key="company", category="基础信息资源/法人单位", **OPENED)
    system = {"body_key": "430104.market", "title": "登记系统", "connection": "sqlite:430104.market__main"}
    operations.put_system("market", system, world.market.as_writer())
    operations.mount("company", "company", "market", {"title": "主体", "table": "company"}, world.market.as_writer())
    operations.bring_in()
    everybody, officer = served(), served(world.police.writer)
    assert everybody.action.package_list() == ["company"]
    assert officer.action.package_list() == ["company", "person"]
    shown = everybody.action.package_show(id="company")
    assert (shown["title"], shown["organization"]["title"]) == ("市场主体登记信息", "岳麓区市场监管局")
    assert everybody.action.package_show(id=shown["id"]) == shown
    (resource,) = shown["resources"]
    assert everybody.action.resource_show(id=resource["id"])["name"] == "主体"
    found = officer.action.package_search(
        q="信息", fq="organization:430104.police", rows=5, **{"facet.field": ["share"]}
    )
    assert found["count"] == 1 and found["results"][0]["name"] == "person"
    assert found["facets"] == {"share": {"conditional": 1}}
    assert everybody.action.package_search(q="*:*")["count"] == 1
    assert everybody.action.organization_list() == ["430104.market"]
    assert everybody.action.organization_show(id="430104.market")["package_count"] == 1
    assert "基础信息资源" in everybody.action.group_list()
    assert everybody.action.group_show(id="基础信息资源")["package_count"] == 1
    assert everybody.action.tag_show(id="人口")["name"] == "人口"
    assert everybody.action.status_show()["ckan_version"]
    getter = served(get_only=True)
    assert getter.action.package_search(q="主体", rows=1)["count"] == 1


def test_what_may_not_be_seen_is_not_there(world: World, served: Callable[..., RemoteCKAN]) -> None:
    world.publish()
    operations.bring_in()
    for action, name in (("package_show", "person"), ("organization_show", "430104.police"), ("resource_show", "p")):
        with pytest.raises(NotFound):
            served().call_action(action, {"id": name})
    with pytest.raises(NotAuthorized):
        RemoteCKAN(served().address, apikey="xiang_wrong").action.package_list()


def test_writing_with_ckans_client_drafts_and_never_publishes(world: World, served: Callable[..., RemoteCKAN]) -> None:
    officer = served(world.market.writer)
    made = officer.action.package_create(**package(world))
    assert made["state"] == "draft" and not CatalogueEntry.objects.exists()
    assert officer.action.package_show(id="licence")["title"] == "食品经营许可"
    patched = officer.action.package_patch(id="licence", title="食品经营许可信息")
    assert (patched["title"], patched["notes"]) == ("食品经营许可信息", "许可信息")
    updated = officer.action.package_update(**(package(world) | {"id": "licence", "notes": "食品经营许可的登记信息"}))
    assert (updated["title"], updated["notes"]) == ("食品经营许可", "食品经营许可的登记信息")
    found = Revision.objects.get()
    operations.sign_office(found.id, world.market.as_office())
    operations.sign_head(found.id, world.market.as_head(), secrecy_cleared=True)
    operations.publish(found.id, world.hub.as_writer())
    assert officer.action.package_show(id="licence")["state"] == "active"
    system = {"body_key": "430104.market", "title": "登记系统", "connection": "sqlite:430104.market__main"}
    operations.put_system("market", system, world.market.as_writer())
    made = officer.action.resource_create(
        package_id="licence", name="许可", xiang_key="licence", system="market", table="licence"
    )
    assert officer.action.resource_show(id=made["id"])["package_id"] == str(CatalogueEntry.objects.get().pk)
    officer.action.package_delete(id="licence")
    assert Revision.objects.get(kind="revoke").state == "draft" and not CatalogueEntry.objects.get().retired


def test_a_draft_that_was_never_published_is_thrown_away(world: World, served: Callable[..., RemoteCKAN]) -> None:
    officer = served(world.market.writer)
    officer.action.package_create(**package(world))
    officer.action.package_delete(id="licence")
    assert Revision.objects.get().state == "withdrawn"
    with pytest.raises(NotFound):
        officer.action.package_show(id="licence")


def test_what_is_wrong_is_told_in_ckans_way(world: World, served: Callable[..., RemoteCKAN]) -> None:
    world.publish()
    with pytest.raises(NotAuthorized):
        served().action.package_create(**package(world))
    with pytest.raises(NotAuthorized):
        served(world.police.writer).action.package_create(**package(world))
    officer = served(world.market.writer)
    with pytest.raises(ValidationError) as caught:
        officer.action.package_create(**(package(world) | {"items": []}))
    assert "items" in caught.value.error_dict
    with pytest.raises(ValidationError):
        officer.action.package_create(**(package(world) | {"name": "person"}))
    with pytest.raises(ValidationError):
        officer.action.package_search(rows="many")
    assert Client().get("/ckan/api/3/action/no_such").status_code == 400
    assert Client().get("/ckan/api/3/action/package_create").status_code == 400


def test_a_session_alone_opens_nothing_to_another_sites_page(world: World) -> None:
    from xiang.foundation.parties.tests import cast as casting

    world.publish()
    client = casting.sign_in(Client(), world.police.writer)
    assert client.get("/ckan/api/3/action/package_list").json()["result"] == []
    answer = client.post("/ckan/api/3/action/package_delete", {"id": "person"}, content_type="application/json")
    assert answer.status_code == 403 and not Revision.objects.filter(kind="revoke").exists()


@pytest.mark.parametrize(("suffix", "form"), [("jsonld", "json-ld"), ("ttl", "turtle")])
def test_the_catalogue_is_dcat_that_an_rdf_library_reads(world: World, suffix: str, form: str) -> None:
    world.publish()
    world.publish(world.market, key="company", **OPENED)
    answer = Client().get(f"/dcat/datasets/company.{suffix}")
    graph = Graph().parse(data=answer.content.decode(), format=form)
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert str(graph.value(dataset, DCTERMS.title)) == "市场主体登记信息"
    assert str(graph.value(dataset, DCTERMS.accrualPeriodicity)).endswith("frequency/DAILY")
    assert str(graph.value(dataset, DCTERMS.accessRights)).endswith("/PUBLIC")
    for needed in (DCTERMS.description, DCTERMS.publisher, DCTERMS.identifier, DCAT.theme, DCAT.keyword):
        assert graph.value(dataset, needed) is not None, needed
    whole = Graph().parse(data=Client().get(f"/dcat/catalogue.{suffix}").content.decode(), format=form)
    assert len(list(whole.subjects(RDF.type, DCAT.Dataset))) == 1  # what is not open is not offered to everybody
    assert Client().get(f"/dcat/datasets/person.{suffix}").status_code == 404


def test_the_whole_catalogue_is_paged_without_gap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiang.hub.inventory import open_views

    monkeypatch.setattr(open_views, "PAGE", 2)
    for number in range(5):
        world.publish(world.market, key=f"company{number}", **OPENED)
    seen, address = set(), "/dcat/catalogue.ttl"
    hydra = "http://www.w3.org/ns/hydra/core#"
    while address:
        graph = Graph().parse(data=Client().get(address).content.decode(), format="turtle")
        page = {str(one) for one in graph.subjects(RDF.type, DCAT.Dataset)}
        assert not page & seen and len(page) <= 2
        seen |= page
        following = next(iter(graph.objects(None, URIRef(hydra + "next"))), None)
        address = str(following).removeprefix(settings.PUBLIC_URL) if following else ""
    assert len(seen) == 5
