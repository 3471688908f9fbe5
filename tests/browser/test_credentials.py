"""Showing a credential on a telephone, checking it on another, paying: as pages in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from xiang.foundation.documents import files
from xiang.foundation.outbox import worker
from xiang.foundation.parties.models import Party
from xiang.foundation.parties.tests.cast import sign_in
from xiang.services.credentials import operations
from xiang.services.credentials.models import Credential, Showing, State
from xiang.services.credentials.tests import house
from xiang.services.payments.tests.town import Town, account_of

pytestmark = pytest.mark.browser


@pytest.fixture
def home(live) -> house.House:
    return house.build()


@pytest.fixture
def credential(home) -> Credential:
    return home.sealed()


def cookie(party: Party, live: Any) -> tuple[dict[str, Any], ...]:
    value = sign_in(Client(), party).cookies[settings.SESSION_COOKIE_NAME].value
    return ({"name": settings.SESSION_COOKIE_NAME, "value": value, "url": str(live)},)


LOOKS = [
    pytest.param("phone", "light", False, id="phone"),
    pytest.param("phone", "dark", False, id="dark"),
    pytest.param("phone", "light", True, id="elder"),
    pytest.param("desktop", "light", False, id="desktop"),
    pytest.param("small", "light", False, id="small"),
]


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_the_pages_of_a_credential_read_well(
    home, credential, live, open_page, axe, no_sideways, screenshot, size, theme, elder
):
    look = {"size": size, "theme": theme, "elder": elder, "cookies": cookie(home.cast.mother, live)}
    page = open_page(f"/credentials/{credential.code}/", **look)
    for part in ("choose", "show"):
        axe(page)
        no_sideways(page)
        screenshot(page, f"credential-{part}")
        if part == "choose":
            page.fill("#purpose", "办理入园")
            page.click("text=生成二维码")
            page.wait_for_selector(".x-qr")
    showing = Showing.objects.get()
    for address, shot in (
        ("/credentials/", "credentials"),
        (f"/verify/{showing.code}/", "verify-good"),
        ("/verify/", "verify-form"),
    ):
        page = open_page(address, **look)
        axe(page)
        no_sideways(page)
        screenshot(page, shot)


@pytest.mark.smoke
def test_the_holder_chooses_the_checker_sees_only_that_and_the_holder_sees_that_somebody_looked(
    home, credential, live, open_page
):
    phone = open_page(f"/credentials/{credential.code}/", size="phone", cookies=cookie(home.cast.mother, live))
    for box in phone.query_selector_all("[name=fields]:checked"):
        box.uncheck()
    phone.check("text=新生儿姓名")
    phone.fill("#purpose", "就医")
    phone.click("text=生成二维码")
    phone.wait_for_selector("[data-countdown]")
    assert "后失效" in phone.inner_text("[data-countdown]")
    number = Showing.objects.get().number
    window = open_page("/verify/", size="desktop", scripts=False)
    window.fill("#code", f"{number[:4]} {number[4:]}")
    window.click("button:has-text('核验') >> nth=0")
    assert window.inner_text("h1") == "有效"
    words = window.inner_text("main")
    assert "周沐言" in words
    assert "刘芸" not in words
    phone.reload()
    assert "已被查验 1 次" in phone.inner_text("main")
    phone.click("text=停止出示")
    phone.wait_for_selector("text=生成二维码")
    window.goto(live / f"/verify/{Showing.objects.get().code}/")
    assert window.inner_text("h1") == "已停止出示"


def test_what_is_no_longer_good_is_said_first(home, credential, live, open_page, axe, screenshot, tmp_path):
    operations.end(credential, State.CANCELLED, "补发", home.officer)
    page = open_page(f"/verify/{credential.code}/", size="phone")
    assert page.inner_text("h1") == "已注销"
    axe(page)
    screenshot(page, "verify-cancelled")
    forged = tmp_path / "出生医学证明.pdf"
    forged.write_bytes(files.read(credential.file).replace(b"/Producer", b"/Produces"))
    page = open_page("/verify/", size="phone")
    page.set_input_files("#file", str(forged))
    page.click("text=上传核验")
    page.wait_for_selector(".x-verdict")
    assert page.inner_text("h1") == "核验不通过"
    screenshot(page, "verify-forged")


def test_nothing_yet_says_what_will_be_here(home, live, open_page, axe, screenshot):
    page = open_page("/credentials/", size="phone", cookies=cookie(home.cast.mother, live))
    assert "还没有电子证照" in page.inner_text("main")
    axe(page)
    screenshot(page, "credentials-empty")


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS[:4])
def test_paying_reads_well_from_the_order_to_the_receipt(
    live, open_page, axe, no_sideways, screenshot, size, theme, elder
):
    town = Town()
    look = {"size": size, "theme": theme, "elder": elder, "cookies": cookie(account_of(town.payer).party, live)}
    page = open_page(f"/payments/{town.order.id}/", **look)
    axe(page)
    no_sideways(page)
    screenshot(page, "payment-order")
    page.click("text=去付款")
    page.wait_for_selector("text=演示付款，不会扣钱")
    axe(page)
    screenshot(page, "payment-demo")
    page.click("text=确认付款（演示）")
    page.wait_for_selector("text=已缴费")
    axe(page)
    screenshot(page, "payment-receipt")
    worker.drain()
    assert town.now.paid_at is not None
