"""The gateway as a developer of a department meets it: an application, a key, a call in the console, the figures; and the
person whose record was read, who sees it and objects. The plane is a process of its own beside the live server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from xiang.foundation.ledger import sealer
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.gateway import operations
from xiang.hub.gateway.models import Flow
from xiang.hub.gateway.tests.records import Served
from xiang.portal.province import cast as casting

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
BODY = "430000.civil_affairs"
APPLICATION = {
    "title": "高龄津贴系统",
    "body_key": BODY,
    "division": "",
    "environment": "",
    "rate": 0,
    "certificates": [],
}
LOOKS = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]


@pytest.fixture
def plane(hunan: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The data plane over the records of the live server, where the console looks for it."""
    if ":memory:" in str(connection.settings_dict["NAME"]) or "mode=memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("another process cannot reach records in memory")
    operations.sync()
    served = Served("", "")
    try:
        served.start()
        monkeypatch.setenv("XIANG_GATEWAY_ADDRESS", f"http://127.0.0.1:{served.port}")
        yield served
    finally:
        served.stop()


def test_a_developer_gets_a_key_and_calls_and_the_person_sees_it_and_objects(
    plane: Served, open_page: Pages, signed_in: Any
) -> None:
    page = open_page("/hub/gateway/applications/", cookies=signed_in("civil.steward"))
    page.get_by_label("代码", exact=True).fill("elderly")
    page.get_by_label("名称", exact=True).fill("高龄津贴系统")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("button", name="生成新密钥").click()
    expect(page.get_by_text("密钥只显示这一次")).to_be_visible()
    plane.until(lambda: plane.health()["version"] >= 2)

    page.goto(page.url.split("/applications/")[0] + "/resources/police_person/")
    expect(page.get_by_role("heading", name="凭哪份授权")).to_be_visible()
    body = json.loads(page.get_by_label("请求体").input_value())
    assert body["purpose"] == "service" and body["items"]
    page.get_by_label("请求体").fill(json.dumps({**body, "subject": number("liu_yun")}))
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("heading", name="应答 200")).to_be_visible()
    expect(page.locator("#answer")).to_contain_text("刘芸")

    operations.take_all()
    sealer.seal_pending()
    page.goto(page.url.split("/resources/")[0] + "/")
    expect(page.get_by_role("region", name="应用")).to_contain_text("高龄津贴系统")

    hers = open_page("/data-use/", cookies=signed_in("liuyun"), size="phone")
    use = hers.locator("article", has_text="省民政厅").first
    expect(use).to_contain_text("办理低保申请")
    use.locator("summary").click()
    use.get_by_role("link", name="这次不该用").first.click()
    hers.get_by_role("textbox").first.fill("我没有申请过低保")
    hers.get_by_role("button", name="提出异议").click()
    expect(hers.get_by_text("我没有申请过低保")).to_be_visible()


def number(person: str) -> str:
    """The identity number of somebody of the cast."""
    return casting.load(settings.PROFILE_DIR).member(person).number


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_is_readable(
    plane: Served, open_page: Pages, signed_in: Any, axe: Any, no_sideways: Any, screenshot: Any, size: str, theme: str
) -> None:
    operations.register("elderly", APPLICATION, SYSTEM)
    made = operations.new_key("elderly", SYSTEM)
    plane.secret, plane.key = bytes.fromhex(made.secret), made.key.id
    plane.until(lambda: plane.call(subject="430104199001011234").code not in ("key_unknown", "out_of_touch"))
    plane.until(lambda: Flow.objects.exists())
    for name, address in (
        ("operations", ""),
        ("applications", "applications/"),
        ("application", "applications/elderly/"),
        ("resources", "resources/"),
        ("resource", "resources/police_person/"),
    ):
        page = open_page(f"/hub/gateway/{address}", size=size, theme=theme, cookies=signed_in("civil.steward"))
        screenshot(page, f"gateway-{name}")
        axe(page)
        no_sideways(page)
