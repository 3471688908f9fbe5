"""The hub's pages as a steward opens them, on a desktop and a phone, by day and by night: readable by everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from xiang.foundation.ledger import operations as ledger
from xiang.foundation.trust import blind

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
PAGES = {
    "hub": "/hub/",
    "inventory": "/hub/inventory/",
    "systems": "/hub/inventory/systems/",
    "system": "/hub/inventory/systems/police/",
    "system-new": "/hub/inventory/systems/new/",
    "graph": "/hub/inventory/graph/430000.police/",
    "entry": "/hub/inventory/catalogue/person/",
    "entry-new": "/hub/inventory/catalogue/new/",
    "revisions": "/hub/inventory/revisions/",
    "zone": "/hub/zone/",
    "resource": "/hub/resources/police_person/",
    "grants": "/hub/grants/",
    "channels": "/hub/channels/",
    "disputes": "/hub/disputes/",
    "connections": "/hub/connections/",
}


@transaction.atomic
def used(resource: str, body: str, times: int) -> None:
    """Data that a body read."""
    for _ in range(times):
        ledger.record_use(
            blind.index("430104199001011234", "party.resident_id"), body, ["name"], "办理低保申请", "社会救助暂行办法",
            case_id=None, case_number="", actor_ref="system", resource_key=resource,
        )  # fmt: skip


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "light"), ("phone", "dark")])
def test_every_page_of_the_hub_is_readable(
    hunan: Any, open_page: Pages, signed_in: Any, axe: Any, no_sideways: Any, screenshot: Any, size: str, theme: str
) -> None:
    for resource, body, times in (
        ("police_person", "430000.civil_affairs", 40),
        ("police_person", "430000.medical_insurance", 9),
        ("civil_marriage", "430000.police", 3),
    ):
        used(resource, body, times)
    page = open_page("/hub/", size=size, theme=theme, cookies=signed_in("police.steward"))
    expect(page.get_by_role("region", name="数据流向图")).to_be_visible()
    origin = page.url.removesuffix("/hub/")
    for name, address in PAGES.items():
        page.goto(origin + address)
        screenshot(page, f"hub-{name}")
        axe(page)
        no_sideways(page)
