"""Signing in and the account pages, as a person sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.parties import actors, demo, operations
from xiang.foundation.parties.models import Party
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Pages = Callable[..., Any]
LOOKS = [("phone", "light", False), ("desktop", "dark", False), ("phone", "light", True), ("small", "light", False)]


@pytest.fixture
def cast(live: object) -> casting.Cast:
    """The cast, as far as the profile's demonstration knows them, and the officers of their offices."""
    made = casting.make()
    known = {"liu_yun": made.mother, "zhou_ziheng": made.father, "zhou_min": made.owner, "lin_yiming": made.agent}
    for key, party in (known | {"xinghe": made.company}).items():
        Party.objects.filter(id=party.id).update(demo_key=key)
    demo.prepare()
    return made


def enter(page: Any, username: str) -> None:
    """Press the demonstration's button of that account."""
    page.locator(f'form:has(input[value="{username}"]) button').click()
    page.wait_for_load_state("load")


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_the_sign_in_page_reads_well(
    cast: casting.Cast, open_page: Pages, axe: Pages, screenshot: Pages, size: str, theme: str, elder: bool
) -> None:
    page = open_page("/accounts/login/", size=size, theme=theme, elder=elder)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page, "sign-in")


def test_a_wrong_password_is_said_and_the_name_stays(cast: casting.Cast, open_page: Pages, axe: Pages) -> None:
    page = open_page("/accounts/login/", size="phone")
    page.fill("[name=login]", "mother")
    page.fill("[name=password]", "not-this-one")
    page.get_by_role("button", name="登录", exact=True).first.click()
    page.get_by_text("用户名（手机号）或密码不对").wait_for()
    assert page.input_value("[name=login]") == "mother" and page.input_value("[name=password]") == ""
    axe(page)


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_the_owner_acts_for_the_company_and_lets_an_agent_act(
    cast: casting.Cast, open_page: Pages, axe: Pages, screenshot: Pages, size: str, theme: str, elder: bool
) -> None:
    owner = actors.for_person(cast.owner, cast.company)
    until = instant.today() + timedelta(days=200)
    operations.grant_delegation(owner, principal=cast.company, agent=cast.agent, items=["*"], valid_to=until)
    operations.give_consent(
        SYSTEM, party=cast.company, purpose="credit", title="公开信用承诺", wording="在信用网站上公开本企业的承诺书。"
    )
    page = open_page("/accounts/login/?next=/me/", size=size, theme=theme, elder=elder)
    enter(page, "zhoumin")
    assert page.url.endswith("/me/")
    axe(page)
    page.get_by_role("button", name="代办：湖南星禾智造科技有限公司").click()
    page.get_by_text("正在代湖南星禾智造科技有限公司办理").first.wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page, "account")
    page.get_by_role("link", name="新的委托").click()
    page.wait_for_load_state("load")
    axe(page)
    screenshot(page, "delegate")


def test_an_officer_enters_with_one_press_and_sees_the_office(
    cast: casting.Cast, open_page: Pages, axe: Pages, screenshot: Pages
) -> None:
    page = open_page("/accounts/login/?next=/me/", size="desktop")
    enter(page, "police.decider")
    page.get_by_text("望月湖派出所").first.wait_for()
    axe(page)
    screenshot(page, "account-officer")


def test_it_works_without_javascript(cast: casting.Cast, open_page: Pages) -> None:
    page = open_page("/accounts/login/?next=/me/", scripts=False)
    enter(page, "liuyun")
    assert page.get_by_text("刘芸").first.is_visible()
    page.get_by_role("button", name="代办：周沐言").click()
    page.get_by_text("正在代周沐言办理").first.wait_for()
