"""Quality as people meet it: the hub starts the quarter's campaign, a body's steward finds it in the to-do, mends the data,
and the recheck passes; the rules of a resource are suggested from its data."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from xiang.foundation.outbox import worker
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.inventory.models import Resource
from xiang.hub.quality import operations
from xiang.hub.quality.models import Campaign, Finding, Run

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
LOOKS = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
RESOURCE, WRONG = "police_person", "430104199001010001"


@pytest.fixture
def source(hunan: Any) -> Path:
    """The police's own database with one number that cannot be right; nothing else is mounted, to keep campaigns short."""
    Resource.objects.exclude(key=RESOURCE).update(state=Resource.State.UNMOUNTED)
    file: Path = settings.DATA / "sources" / "police.sqlite3"
    change(file, "UPDATE person SET id_number = ? WHERE rowid = (SELECT max(rowid) FROM person)", WRONG)
    rule = {"key": "number", "kind": "identity", "column": "id_number", "message": "身份证号要能通过校验。"}
    operations.put_rules(RESOURCE, {"rules": [rule]}, SYSTEM)
    return file


def change(file: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(file)) as records:
        records.execute(statement, values)
        records.commit()


def test_the_hub_starts_a_campaign_and_the_police_mend_what_it_found(
    source: Path, open_page: Pages, signed_in: Any
) -> None:
    hub = open_page("/hub/quality/", cookies=signed_in("hub.reviewer"))
    hub.get_by_role("button", name="发起本季度质检").click()
    expect(hub.get_by_text("检查中").first).to_be_visible()
    worker.drain()
    expect(hub.get_by_text("报告没有改动")).to_be_visible(timeout=15_000)
    expect(hub.get_by_role("region", name="机关排名")).to_contain_text("公安")

    police = open_page("/hub/quality/findings/", cookies=signed_in("police.steward"))
    police.get_by_role("link", name="身份证号要能通过校验。").click()
    expect(police.get_by_role("region", name="不合格的行")).to_contain_text("4301**********0001")
    police.get_by_role("button", name="开始整改").click()
    change(source, "DELETE FROM person WHERE id_number = ?", WRONG)
    police.get_by_role("button", name="改好了，申请复检").click()
    expect(police.get_by_text("等复检").first).to_be_visible()
    worker.drain()
    police.reload()
    expect(police.get_by_role("region", name="过程")).to_contain_text("复检通过")
    police.get_by_role("link", name="整改工单").first.click()
    expect(police.get_by_role("link", name="身份证号要能通过校验。")).to_have_count(0)


def test_a_steward_adopts_rules_that_the_data_suggest(source: Path, open_page: Pages, signed_in: Any) -> None:
    page = open_page(f"/hub/quality/resources/{RESOURCE}/", cookies=signed_in("police.steward"))
    page.get_by_role("button", name="按数据推荐规则").click()
    expect(page.get_by_text("正在读数据")).to_be_visible()
    worker.drain()
    expect(page.get_by_role("heading", name="推荐的规则")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="采用这些规则").click()
    expect(page.get_by_role("region", name="现在的规则")).to_contain_text("公民身份号码")
    page.get_by_role("button", name="现在检查一次").click()
    worker.drain()
    expect(page.get_by_role("region", name="逐条规则")).to_contain_text("4301**********0001", timeout=15_000)


@pytest.fixture
def looked_at(source: Path) -> dict[str, str]:
    """Every page with something on it."""
    operations.start(SYSTEM)
    runs = {kind: operations.order(RESOURCE, kind, SYSTEM) for kind in Run.Kind.values}
    worker.drain()
    campaign, finding = Campaign.objects.get(), Finding.objects.get(rule="number")
    return {
        "campaigns": "",
        "campaign": f"{campaign.key}/",
        "findings": "findings/",
        "finding": f"findings/{finding.id}/",
        "resources": "resources/",
        "resource": f"resources/{RESOURCE}/",
        **{kind: f"runs/{run.id}/" for kind, run in runs.items()},
    }


def test_every_page_is_readable(
    looked_at: dict[str, str], open_page: Pages, signed_in: Any, axe: Any, no_sideways: Any, screenshot: Any
) -> None:
    for size, theme in LOOKS:
        for name, address in looked_at.items():
            page = open_page(f"/hub/quality/{address}", size=size, theme=theme, cookies=signed_in("police.steward"))
            screenshot(page, f"quality-{name}-{size}-{theme}")
            axe(page)
            no_sideways(page)
            page.context.close()
