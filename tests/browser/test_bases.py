"""A steward of the police meets an uncertain pair, merges it, sees the golden record with its sources, and un-merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.bases import operations
from xiang.hub.bases.models import Pair

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
LOOKS = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
PENG = {"name": "彭秀华", "birth_date": "1972-06-30", "address": "郴州市北湖区人民西路88号9栋501室"}


@pytest.fixture
def pair(hunan: Any) -> Pair:
    """Two records of which nobody but a steward can say whether they are of one woman."""
    operations.resolve("person_police", "T-1", PENG | {"id_number": "439990197206306201"}, SYSTEM, day="2024-03-01")
    other = operations.resolve("person_health", "T-2", PENG | {"name": "彭绣"}, SYSTEM, day="2025-05-01")
    operations.count()
    return Pair.objects.get(right=other.record)


def test_a_steward_settles_a_pair_and_undoes_it(pair: Pair, open_page: Pages, signed_in: Any) -> None:
    page = open_page("/hub/bases/", cookies=signed_in("police.steward"))
    expect(page.get_by_role("heading", name="自然人基础库")).to_be_visible()
    page.get_by_role("link", name="核对疑似匹配").click()
    page.goto(f"{page.url}?pair={pair.id}")
    expect(page.get_by_role("heading", name="是同一个吗？")).to_be_visible()
    compared = page.get_by_role("region", name="两边的内容")
    expect(compared.get_by_role("row", name="出生日期")).to_contain_text("支持相同")
    page.get_by_role("button", name="合并").click()

    expect(page.get_by_role("heading", name="主记录", exact=True)).to_be_visible()
    values = page.get_by_role("region", name="取值和来源")
    expect(values.get_by_role("row", name="姓名")).to_contain_text("常住人口登记")
    expect(page.get_by_role("region", name="背后的记录").get_by_role("row")).to_have_count(3)
    merged = page.url
    page.get_by_label("合并错了？写明撤销的理由").fill("核对户口簿，是姑嫂二人")
    page.get_by_role("button", name="撤销这次合并").click()
    expect(page.get_by_text("合并已经撤销")).to_be_visible()
    expect(page.get_by_role("region", name="背后的记录").get_by_role("row")).to_have_count(2)
    page.goto(merged)
    expect(page.get_by_role("heading", name="变更历史")).to_be_visible()
    expect(page.get_by_text("撤销合并 · 数据管理岗")).to_be_visible()


def test_a_steward_of_another_body_is_not_asked(pair: Pair, open_page: Pages, signed_in: Any) -> None:
    page = open_page("/hub/bases/queue/", cookies=signed_in("civil.steward"))
    expect(page.get_by_text("没有要核对的。")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_is_readable(
    pair: Pair, open_page: Pages, signed_in: Any, axe: Any, no_sideways: Any, screenshot: Any, size: str, theme: str
) -> None:
    for name, address in (
        ("overview", ""),
        ("queue", f"queue/?pair={pair.id}"),
        ("golden", f"golden/{pair.left.golden_id}/"),
        ("search", "person/search/"),
    ):
        page = open_page(f"/hub/bases/{address}", size=size, theme=theme, cookies=signed_in("police.steward"))
        screenshot(page, f"bases-{name}")
        axe(page)
        no_sideways(page)
