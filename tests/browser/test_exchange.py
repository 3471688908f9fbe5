"""An exchange as a hub operator makes it: from a PostgreSQL to a MariaDB database that are really there; watched while it
runs, its receipt read, and then the increment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.exchange import operations
from xiang.hub.exchange.models import Run
from xiang.hub.exchange.tests.places import Place, place

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
LOOKS = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
POLICE, CIVIL = "430000.police", "430000.civil_affairs"
ROWS = 2000


@pytest.fixture
def ends(hunan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, Place]]:
    """A PostgreSQL database with persons, an empty MariaDB database, and both named as an administrator names them."""
    with place("postgres", tmp_path) as source, place("mariadb", tmp_path) as target:
        source.fill(range(1, ROWS + 1))
        monkeypatch.setenv("XIANG_SOURCE_430000_POLICE__PERSONS", source.address)
        monkeypatch.setenv("XIANG_SOURCE_430000_CIVIL_AFFAIRS__PERSONS", target.address)
        yield source, target


def values(mode: str = "full", **other: Any) -> dict[str, Any]:
    return {
        "title": "常住人口",
        "source_body": POLICE,
        "source_address": "env:XIANG_SOURCE_430000_POLICE__PERSONS",
        "source_table": "person",
        "target_body": CIVIL,
        "target_address": "env:XIANG_SOURCE_430000_CIVIL_AFFAIRS__PERSONS",
        "target_table": "person",
        "mode": mode,
        **other,
    }


def carried() -> Run:
    """What the worker does with the run that waits."""
    run = operations.carry_out(Run.objects.get(state="queued").pk)
    assert run is not None
    return run


def counted(page: Any, title: str) -> tuple[str, str]:
    """The rows and the digest that the receipt shows for one end."""
    side = page.get_by_role("group", name=title)
    return side.locator(".rows").inner_text(), side.locator(".e-digest").inner_text()


def test_an_exchange_is_made_watched_and_proven_and_the_increment_after_it(
    ends: tuple[Place, Place], open_page: Pages, signed_in: Any
) -> None:
    source, target = ends
    page = open_page("/hub/exchange/", cookies=signed_in("steward"))
    page.get_by_role("link", name="新建任务").click()
    for label, text in (
        ("交换什么", "常住人口"), ("任务代码", "residents"), ("来源地址", "env:XIANG_SOURCE_430000_POLICE__PERSONS"),
        ("来源表", "person"), ("来源机关", POLICE), ("目标地址", "env:XIANG_SOURCE_430000_CIVIL_AFFAIRS__PERSONS"),
        ("目标表", "person"), ("目标机关", CIVIL), ("水位线列", "seen"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("方式", exact=True).select_option(label="增量（按水位线）")
    page.get_by_role("button", name="建好任务").click()
    expect(page.get_by_text("任务已经建好，可以运行。")).to_be_visible()

    page.get_by_role("button", name="运行一次").click()
    expect(page.locator("#run")).to_contain_text("等待")
    assert carried().state == "done"
    expect(page.locator("#run")).to_contain_text("双方签名有效")  # the page looks by itself
    rows, digest = counted(page, "来源")
    assert (rows, digest) == counted(page, "目标，提交后读回") and rows == "2,000"
    assert target.rows() == source.rows()
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载回执").click()
    content = json.loads(json.loads(kept.value.path().read_text())["content"])
    assert content["source"]["digest"] == content["target"]["digest"] == "".join(digest.split())

    source.execute("UPDATE person SET note = '改', seen = '2027-01-01' WHERE id % 100 = 0")
    page.get_by_role("link", name="常住人口").first.click()
    page.get_by_role("button", name="运行一次").click()
    assert carried().rows == ROWS // 100
    expect(page.locator("#run")).to_contain_text("双方签名有效")
    assert counted(page, "来源") == counted(page, "目标，提交后读回") and counted(page, "来源")[0] == "20"
    assert target.rows() == source.rows()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_is_readable(
    ends: tuple[Place, Place],
    open_page: Pages,
    signed_in: Any,
    axe: Any,
    no_sideways: Any,
    screenshot: Any,
    size: str,
    theme: str,
) -> None:
    operations.put_job("residents", values(mapping=[{"name": "remark", "source": "note"}]), SYSTEM)
    operations.schedule("residents", 60, SYSTEM)
    done = operations.start("residents", SYSTEM)
    operations.carry_out(done.pk)
    ends[0].execute("ALTER TABLE person RENAME COLUMN born TO birthday")
    drifted = operations.start("residents", SYSTEM)
    operations.carry_out(drifted.pk)
    waiting = operations.start("residents", SYSTEM)
    moving = {
        "title": "民政业务库", "body_key": CIVIL, "source_address": "env:XIANG_SOURCE_430000_POLICE__PERSONS",
        "target_address": "env:XIANG_SOURCE_430000_CIVIL_AFFAIRS__PERSONS", "old_channel": "按月拷贝的文件",
    }  # fmt: skip
    operations.propose("civil", moving, ["person"], SYSTEM)
    for name, address in (
        ("jobs", ""),
        ("define", "new/"),
        ("job", "residents/"),
        ("receipt", f"runs/{done.pk}/"),
        ("drift", f"runs/{drifted.pk}/"),
        ("waiting", f"runs/{waiting.pk}/"),
        ("migrations", "migrations/"),
        ("propose", "migrations/new/"),
        ("migration", "migrations/civil/"),
    ):
        page = open_page(f"/hub/exchange/{address}", size=size, theme=theme, cookies=signed_in("steward"))
        screenshot(page, f"exchange-{name}")
        axe(page)
        no_sideways(page)
