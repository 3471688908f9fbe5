"""A data steward's first week: the hub enters their databases, they register, scan, catalogue, have it signed, and mount."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import departments
from tests.browser.departments import Database
from xiang.hub.sources.models import Connection

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
BODY = "430000.police"
ROWS = [
    ("430104199001011234", "李小明", "湘A12345", "13800138000", "2019-05-06"),
    ("430104198505052222", "王五", "湘A54321", "13900139000", "2020-07-08"),
]


class Checked:
    """Each page of the journey is looked at: no breach of WCAG, no sideways scroll, a picture."""

    def __init__(self, axe: Any, no_sideways: Any, screenshot: Any) -> None:
        self._axe, self._sideways, self._picture = axe, no_sideways, screenshot

    def __call__(self, page: Any, name: str) -> None:
        self._picture(page, f"steward-{name}")
        self._axe(page)
        self._sideways(page)


@pytest.fixture
def checked(axe: Any, no_sideways: Any, screenshot: Any) -> Checked:
    return Checked(axe, no_sideways, screenshot)


def enter(page: Any, database: Database, name: str) -> None:
    """The hub's operator types what the department told them, tries it, and keeps it."""
    page.get_by_role("link", name="登记连接").click()
    page.get_by_label("给哪个机关用").fill(BODY)
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_label("数据库种类").select_option(label=database.engine)
    for label, value in database.form.items():
        page.get_by_label(label, exact=True).fill(value) if label != "端口" else page.locator("#port").fill(value)
    page.get_by_label("不加密").check()
    page.get_by_label("用途").fill("车驾管系统扫描和挂接")


def register(page: Any, name: str, title: str) -> None:
    page.get_by_role("link", name="登记系统").click()
    page.get_by_label("系统标识").fill(name)
    page.get_by_label("系统全称").fill(title)
    page.get_by_label("种类").select_option(label="数据库")
    expect(page.locator("#kept")).to_contain_text(f"kept:{BODY}__{name}")
    page.get_by_label("怎么连").fill(f"kept:{BODY}__{name}")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("button", name="扫描库表").click()
    expect(page.get_by_text("读到 1 张表、5 列")).to_be_visible()


def draft(page: Any, key: str, title: str) -> str:
    """An entry begun from the scanned table; the address of its change."""
    page.get_by_role("link", name="照这张表编目录").click()
    page.get_by_label("目录标识").fill(key)
    page.get_by_label("目录名称").fill(title)
    page.get_by_label("摘要").fill("全省登记在册的机动车和车主")
    for label, choice in (
        ("分类", "基础信息资源/人口"), ("数据格式", "数据库"), ("更新周期", "每日"), ("共享属性", "有条件共享"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).select_option(label=choice)
    page.get_by_label("共享方式").select_option("api")
    page.get_by_label("级别", exact=True).select_option("3")
    page.get_by_label("共享条件").fill("限办理事项所必需，逐项授权")
    page.get_by_label("第 4 项是敏感个人信息").check()
    page.get_by_role("button", name="存成草稿").click()
    expect(page.get_by_text("草稿已存好")).to_be_visible()
    return str(page.url)


def sign(open_page: Pages, signed_in: Any, address: str) -> None:
    """Sharing office, head, hub: three people, none of whom wrote it."""
    path = address.split("/", 3)[3]
    office = open_page(path, cookies=signed_in("police.sharing"))
    office.get_by_role("button", name="签字").click()
    head = open_page(path, cookies=signed_in("police.head"))
    head.get_by_label("已做保密风险和个人信息保护影响评估").check()
    head.get_by_role("button", name="签字").click()
    hub = open_page(path, cookies=signed_in("hub.reviewer"))
    hub.get_by_role("button", name="发布").click()
    expect(hub.get_by_text("已发布").first).to_be_visible()


@pytest.mark.parametrize(
    ("size", "make", "name"),
    [("desktop", departments.postgres, "vehicle"), ("phone", departments.mariadb, "licence")],
)
def test_a_database_comes_into_the_ledger(
    hunan: Any, open_page: Pages, signed_in: Any, checked: Checked, size: str, make: Any, name: str
) -> None:
    title = {"vehicle": "机动车登记信息", "licence": "驾驶人信息"}[name]
    with make(name, ROWS) as database:
        operator = open_page("/hub/connections/", size=size, cookies=signed_in("hub.reviewer"))
        enter(operator, database, name)
        checked(operator, "connection")
        operator.get_by_role("button", name="先试一下").click()
        expect(operator.get_by_text("看到 1 张表")).to_be_visible()
        assert not Connection.objects.exists()
        operator.get_by_role("button", name="存好").click()
        expect(operator.get_by_text("已经连上")).to_be_visible()
        checked(operator, "connections")
        assert departments.SECRET not in operator.content()

        steward = open_page("/hub/inventory/systems/", size=size, cookies=signed_in("police.steward"))
        register(steward, name, f"公安交管{title}系统")
        checked(steward, "system")
        address = draft(steward, name, title)
        checked(steward, "revision")
        sign(open_page, signed_in, address)

        steward.goto(address.split("/hub/")[0] + f"/hub/inventory/catalogue/{name}/")
        checked(steward, "entry")
        steward.get_by_role("link", name="挂接数据").click()
        expect(steward.get_by_label("owner_id")).to_be_visible()
        checked(steward, "mount")
        steward.get_by_label("owner_id").check()
        steward.get_by_role("button", name="挂接").click()
        expect(steward.get_by_text("已挂接，别的机关现在可以申请")).to_be_visible()
        steward.goto(address.split("/hub/")[0] + f"/hub/inventory/graph/{BODY}/")
        expect(steward.locator(".i-node", has_text=title).first).to_be_visible()
        checked(steward, "graph")
