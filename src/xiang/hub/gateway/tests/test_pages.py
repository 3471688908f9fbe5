"""The gateway's pages: for stewards, and as if absent for everybody else."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.gateway import operations
from xiang.hub.gateway.models import Call, Flow, Publication
from xiang.hub.gateway.tests.records import VALUES, Hub, Served
from xiang.hub.gateway.tests.stage import LI

pytestmark = pytest.mark.urls("xiang.hub.gateway.tests.urls")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return casting.make()


@pytest.fixture
def steward(client: Client, cast: Cast) -> Client:
    staff = casting.officer("祝凡", "steward", cast.police, cast.station, "steward", second_factor=True)
    return casting.sign_in(client, staff)


def test_an_application_is_registered_and_its_secret_shown_once(steward: Client, cast: Cast) -> None:
    said = {"key": "desk", "title": "窗口系统", "body_key": cast.police.key}
    assert steward.post("/hub/gateway/applications/", said).status_code == 302
    assert "窗口系统" in steward.get("/hub/gateway/applications/").content.decode()
    shown = steward.post("/hub/gateway/applications/desk/act/", {"step": "new", "grace": "24"})
    (secret,) = re.findall(r"\b[0-9a-f]{64}\b", shown.content.decode())
    assert shown["Cache-Control"] == "no-store"
    assert secret not in steward.get("/hub/gateway/applications/desk/").content.decode()
    steward.post("/hub/gateway/applications/desk/act/", {"step": "stop"})
    assert "已停用" in steward.get("/hub/gateway/applications/").content.decode()


def test_live_operations_show_the_calls_of_ones_own_applications_and_the_countdown(steward: Client, cast: Cast) -> None:
    operations.register("desk", {**VALUES, "body_key": cast.police.key}, SYSTEM)
    operations.register("vaccine", {**VALUES, "body_key": cast.health.key}, SYSTEM)
    now = instant.now().replace(second=0, microsecond=0)
    for name, code, calls in (("desk", "ok", 90), ("desk", "no_grant", 10), ("vaccine", "ok", 7)):
        Flow.objects.create(
            process="p", minute=now, application=name, resource="people", code=code, calls=calls, micros=calls * 1500,
            slowest=1900, spread=json.dumps([0, 0, calls] + [0] * 11),
        )  # fmt: skip
    Call.objects.create(id="018f0000-0000-7000-8000-000000000000", at=instant.now() - timedelta(minutes=10), facts="{}")
    page = steward.get("/hub/gateway/").content.decode()
    assert "100 次" in page
    assert "10 次，10.0%" in page
    assert "vaccine" not in page
    assert "desk" in page and "people" in page and "1.9 毫秒" in page
    assert "没有获准使用这项数据" in page
    assert "网关将暂停提供数据" in page


def test_an_interface_is_described_and_can_be_tried(
    hub: Hub, served: Served, steward: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.grant(requester=cast.police.key)
    operations.register("desk", {**VALUES, "body_key": cast.police.key}, SYSTEM)
    operations.new_key("desk", SYSTEM)
    operations.sync()
    served.until(lambda: served.health()["version"] == Publication.objects.get().version)
    monkeypatch.setenv("XIANG_GATEWAY_ADDRESS", f"http://127.0.0.1:{served.port}")
    assert "人口基本信息" in steward.get("/hub/gateway/resources/").content.decode()
    page = steward.get("/hub/gateway/resources/people/").content.decode()
    assert "OpenAPI" in page and "quota_exhausted" in page
    assert '<td class="mono">phone</td>' in page, "the data items that may be asked for"
    assert "办理登记" in page, "the grant that one may ask by"
    body = json.dumps({"subject": LI, "fields": ["name"], "purpose": "service"})
    tried = steward.post("/hub/gateway/resources/people/", {"application": "desk", "kind": "query", "body": body})
    text = tried.content.decode()
    assert "应答 200" in text and "李小明" in text and "XIANG-HMAC-SM3" in text
    assert operations.take() == 1
    others = steward.post("/hub/gateway/resources/people/", {"application": "hall", "kind": "query", "body": body})
    assert others.status_code == 404


def test_the_pages_are_not_there_for_anybody_else(hub: Hub, cast: Cast, client: Client) -> None:
    operations.sync()
    casting.sign_in(client, cast.mother)
    for path in ("", "applications/", "resources/", "resources/people/"):
        assert client.get(f"/hub/gateway/{path}").status_code == 404, path
