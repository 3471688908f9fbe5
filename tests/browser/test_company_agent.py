"""企业信息变更 as the agent files it: signs in, switches to the company, fills in, reviews, submits, follows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_account import enter
from tests.browser.test_apply_birth import Look, press, saved
from tests.journeys.playing import PAPER, Stage
from xiang.foundation.cases.models import Case

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]

COMPANY, NEW_ADDRESS = "湖南星禾智造科技有限公司", "麓谷大道668号2栋3层"
PAPERS = ("resolution", "amended_articles", "address_right")
FOLLOWING = ("税务信息变更", "社保单位变更", "医保单位变更", "公积金单位变更")
LOOKS = [("desktop", "light"), ("phone", "light"), ("phone", "dark")]


@pytest.fixture
def look(
    hunan: Stage, open_page: Pages, axe: Pages, no_sideways: Pages, targets: Pages, screenshot: Pages, signed_in: Pages
) -> Look:
    return Look(open_page, axe, no_sideways, targets, screenshot, signed_in)


def sign_in(look: Look) -> Any:
    """The agent at the sign-in page, on the way to the choice for whom to act."""
    page = look.open_page("/accounts/login/?next=/me/acting/", size=look.size, theme=look.theme)
    enter(page, "linyiming")
    expect(page.get_by_role("heading", level=1)).to_have_text("替谁办")
    return page


def begin(page: Any, live: Any) -> None:
    """For the company, from the guide to the empty form."""
    press(page, f"代办：{COMPANY}")
    expect(page.get_by_text("您正在代办")).to_be_visible()
    page.goto(live / "/life-events/company_change/")
    press(page, "开始办理")
    expect(page.get_by_text(COMPANY).first).to_be_attached()


def tick(page: Any, words: str) -> None:
    page.locator("label:has(input[type=checkbox])", has_text=words).first.click()


def fill_in(page: Any, folder: Path) -> None:
    """The company moves within its district; each paper is handed in as soon as it is chosen."""
    tick(page, "住所")
    page.get_by_label("新住所在哪个县（市、区）").select_option(label="长沙市 岳麓区")
    page.get_by_label("变更后的住所").fill(NEW_ADDRESS)
    page.get_by_label("作出变更决议的日期").fill("2026-11-01")
    saved(page)
    for key in PAPERS:
        file = folder / f"{key}.pdf"
        file.write_bytes(PAPER)
        page.locator(f"#{key}").set_input_files(file)
        expect(page.get_by_text(file.name)).to_be_visible()
    saved(page)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_agent_files_a_change_for_the_company_and_follows_it(
    look: Look, live: Any, tmp_path: Path, size: str, theme: str
) -> None:
    look.size, look.theme = size, theme
    page = sign_in(look)
    look.good(page, "agent-acting")
    begin(page, live)
    look.good(page, "agent-form")
    fill_in(page, tmp_path)
    look.good(page, "agent-filled")
    press(page, "下一步")
    expect(page.get_by_role("heading", level=1)).to_have_text("看一遍，再提交")
    expect(page.get_by_text(NEW_ADDRESS)).to_be_visible()
    expect(page.get_by_text("岳麓区市场监督管理局登记注册窗口")).to_be_visible()
    look.good(page, "agent-review")
    press(page, "提交申请")
    expect(page.get_by_text("5 项中 0 项办结")).to_be_visible()
    for title in FOLLOWING:
        expect(page.get_by_text(title).locator("visible=true").first).to_be_visible()
    look.good(page, "agent-progress")
    case = Case.objects.get(item_key="company_change", parent=None)
    assert (case.applicant.name, case.number in page.url) == (COMPANY, True)
    page.goto(live / "/cases/")
    expect(page.get_by_role("link", name=re.compile("企业信息变更"))).to_be_visible()
    look.good(page, "agent-matters")


def test_what_is_missing_is_named_and_nothing_is_sent(look: Look, live: Any) -> None:
    page = sign_in(look)
    begin(page, live)
    tick(page, "住所")
    page.get_by_label("作出变更决议的日期").fill("2026-11-01")
    saved(page)
    press(page, "下一步")
    for words in ("新住所在哪个县", "变更决议或者决定"):
        expect(page.locator("[role=alert]").get_by_text(re.compile(words)).first).to_be_visible()
    assert page.get_by_label("作出变更决议的日期").input_value() == "2026-11-01"
    look.good(page, "agent-missing")
    assert not Case.objects.exists()


def test_in_the_agents_own_name_the_companys_matter_is_not_there(
    look: Look, live: Any, tmp_path: Path, noticed: Any
) -> None:
    page = sign_in(look)
    begin(page, live)
    draft = page.url
    page.goto(live / "/me/acting/")
    press(page, "办自己的事")
    expect(page.get_by_text("您正在代办")).to_have_count(0)
    answer = page.goto(draft)
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("打不开这个页面")
    noticed.lines.clear()  # the browser's own line about what is not found
