"""From the request to the call: another body asks for data in a department's real database, the hub checks, the department
agrees, an application calls the gateway with the client of the documentation; the person sees the use; a wrong record is
reported, mended at its source, and known to everybody who had read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import departments
from tests.browser.departments import COLUMNS, Database
from tests.browser.test_gateway import number, plane  # noqa: F401 - the data plane beside the live server
from xiang.foundation.ledger import sealer
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Account
from xiang.hub.gateway import operations as gateway
from xiang.hub.gateway.models import Publication
from xiang.hub.gateway.tests.records import Served
from xiang.hub.inventory import operations as inventory
from xiang.hub.sources import operations as sources

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
BODY, KEY = "430000.police", "vehicle"
WRONG, RIGHT = "13800138000", "13900139000"
ENTRY = {
    "key": KEY, "body_key": BODY, "title": "机动车登记信息", "summary": "全省登记在册的机动车和车主",
    "category": "基础信息资源/人口", "format": "数据库", "cycle": "每日", "share": "conditional", "mode": "api", "grade": 3,
    "conditions": "限办理事项所必需，逐项授权",
    "items": [
        {"name": one, "title": title, "type": "D" if kind == "date" else "C", "grade": 3, "sensitive": one == "phone",
         "system": KEY, "table": KEY, "column": one}
        for one, kind, title in COLUMNS
    ],
}  # fmt: skip


def acting(username: str) -> Actor:
    return actors.for_account(Account.objects.get(username=username))


@pytest.fixture(params=[departments.postgres, departments.mariadb], ids=["postgresql", "mariadb"])
def mounted(hunan: Any, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The police's vehicles in their own database, entered by the hub, catalogued and mounted by their stewards."""
    rows = [(number("liu_yun"), "刘芸", "湘A12345", WRONG, "2019-05-06")]
    with request.param(KEY, rows) as database:
        place = {"host": database.host, "port": database.port, "database": database.name, "user": database.name}
        engine = "postgresql" if database.engine == "PostgreSQL" else "mariadb"
        said = {**place, "engine": engine, "purpose": "车驾管", "secret": departments.SECRET}
        made = sources.put(BODY, KEY, said, acting("hub.reviewer"))
        writer, sharing, head = acting("police.steward"), acting("police.sharing"), acting("police.head")
        inventory.put_system(KEY, {"body_key": BODY, "title": "车驾管系统", "connection": made.ref}, writer)
        inventory.scan(KEY, writer)
        draft = inventory.draft(ENTRY, writer)
        inventory.sign_office(draft.id, sharing)
        inventory.sign_head(draft.id, head, secrecy_cleared=True)
        inventory.publish(draft.id, acting("hub.reviewer"))
        how = {"key": KEY, "title": "机动车登记信息", "system": KEY, "table": KEY, "scheme": "id_number"}
        inventory.mount_table(KEY, {**how, "columns": ["owner_id"]}, writer)
        inventory.bring_in()
        yield database


@pytest.fixture
def client() -> Callable[..., Any]:
    """The client as ``docs/gateway.md`` prints it."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "gateway.md").read_text()
    (printed,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    known: dict[str, Any] = {}
    exec(printed, known)  # what developers copy
    found: Callable[..., Any] = known["ask"]
    return found


def ask_for_data(page: Any) -> str:
    """A body's steward writes the application, five steps; its number."""
    page.get_by_role("button", name="新申请").click()
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_label("目录名称").fill("机动车")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_role("checkbox", name="机动车登记信息").check()
    page.get_by_role("button", name="保存，下一步").click()
    for name in ("号牌号码", "联系电话"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="保存，下一步").click()
    texts = {
        "business_item": "最低生活保障对象认定", "purpose": "relief_check", "law": "社会救助暂行办法",
        "article": "第五十八条", "frequency": "每月一次", "receiving_system": "省社会救助系统",
        "valid_from": "2026-01-01", "valid_to": "2027-12-31",
    }  # fmt: skip
    for name, value in texts.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("radio", name="接口").check()
    page.get_by_role("radio", name="3 级").check()
    page.locator("input[name=environment][value=gateway]").check()
    page.get_by_role("checkbox", name="只用于所写用途").check()
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("已提交 1 份申请")).to_be_visible()
    return str(page.url.rstrip("/").rpartition("/")[2])


def step(page: Any, name: str, *, asks: bool = False) -> None:
    """Take a step of the case; ``asks``: it shows its form first."""
    page.get_by_role("button", name=name).first.click()
    if asks:
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        page.get_by_role("button", name=name).first.click()
    expect(page.get_by_text(f"已{name}")).to_be_visible()


def test_data_is_asked_for_granted_called_seen_and_put_right(
    mounted: Database,
    plane: Served,  # noqa: F811
    open_page: Pages,
    signed_in: Any,
    client: Any,
    axe: Any,
    screenshot: Any,
) -> None:
    civil = open_page("/hub/requests/", cookies=signed_in("civil.steward"))
    asked = ask_for_data(civil)
    hub = open_page(f"/desk/cases/{asked}/", cookies=signed_in("hub.reviewer"))
    screenshot(hub, "request-check")
    step(hub, "送提供机关审核")
    police = open_page(f"/desk/cases/{asked}/", cookies=signed_in("police.steward"))
    step(police, "同意共享", asks=True)
    worker.drain(raising=True)
    civil.goto(civil.url)
    civil.get_by_role("button", name="确认收到").click()
    screenshot(civil, "request-in-use")
    axe(civil)

    civil.goto(civil.url.split("/hub/")[0] + "/hub/gateway/applications/")
    civil.get_by_label("代码", exact=True).fill("relief")
    civil.get_by_label("名称", exact=True).fill("省社会救助系统")
    civil.get_by_role("button", name="登记").click()
    civil.get_by_role("button", name="生成新密钥").click()
    key, secret = (civil.locator("dd.mono").nth(place).inner_text() for place in (0, 1))
    gateway.sync()
    published = Publication.objects.get().version
    plane.until(lambda: plane.health()["version"] >= published)
    question = {"subject": number("liu_yun"), "fields": ["plate", "phone"], "purpose": "relief_check"}
    question["items"] = ["最低生活保障对象认定"]
    answer = client(f"http://127.0.0.1:{plane.port}", key, secret, KEY, question)
    assert answer["found"] and answer["rows"] == [{"plate": "湘A12345", "phone": WRONG}]

    gateway.take_all()
    sealer.seal_pending()
    hers = open_page("/data-use/", cookies=signed_in("liuyun"), size="phone")
    expect(hers.locator("article", has_text="省民政厅").first).to_contain_text("最低生活保障对象认定")
    screenshot(hers, "request-data-use")

    civil.goto(civil.url.split("/hub/")[0] + f"/hub/resources/{KEY}/")
    civil.get_by_label("谁的记录").fill(number("liu_yun"))
    civil.get_by_label("哪一项").select_option(label="联系电话")
    civil.get_by_label("应当是").fill(RIGHT)
    civil.get_by_role("button", name="提出校核").click()
    expect(civil.get_by_text("校核已经提出")).to_be_visible()

    police.goto(police.url.split("/desk/")[0] + "/hub/disputes/")
    police.get_by_role("button", name="开始核查").click()
    police.get_by_label("核查结果和理由").fill("与登记表不符，已核实")
    police.get_by_role("button", name="改正记录").click()
    worker.drain(raising=True)
    police.goto(police.url)
    screenshot(police, "request-dispute")
    axe(police)
    police.get_by_role("button", name="已经改好，请核对").click()
    expect(police.get_by_text("查到的还是原来的内容")).to_be_visible()
    mounted.run(f"UPDATE {KEY} SET phone = %s WHERE owner_id = %s", RIGHT, number("liu_yun"))
    police.get_by_role("button", name="已经改好，请核对").click()
    expect(police.get_by_text("已查到改好的内容")).to_be_visible()
    worker.drain(raising=True)

    answer = client(f"http://127.0.0.1:{plane.port}", key, secret, KEY, question)
    assert answer["rows"] == [{"plate": "湘A12345", "phone": RIGHT}]
    civil.goto(civil.url.split("/hub/")[0] + "/hub/to-do/")
    civil.get_by_role("button", name="已改正", exact=True).click()
    expect(civil.get_by_text("已记下，对方能看到")).to_be_visible()
    gateway.stop("relief", SYSTEM)
