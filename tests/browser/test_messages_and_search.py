"""Messages, the demonstration's telephone and searching, as a person sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xiang.foundation.notices import operations, queries
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.search import documents, index
from xiang.foundation.search.documents import SearchDocument

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Pages = Callable[..., Any]
LOOKS = [("phone", "light", False), ("desktop", "dark", False), ("phone", "light", True), ("small", "light", False)]


@pytest.fixture
def cast(live: object) -> casting.Cast:
    made = casting.make()
    for title, category, sender in (
        ("社会保障卡已寄出", "progress", "长沙市人力资源和社会保障局"),
        ("给周沐言缴纳城乡居民医保", "todo", "岳麓区医疗保障局"),
        ("望月湖派出所查看了您的婚姻登记", "data_use", "望月湖派出所"),
        ("出生登记已受理", "decision", "望月湖派出所"),
    ):
        operations.notify(
            made.mother.id,
            "case.step",
            title,
            "为周沐言申请的这一项有了进展，9月29日（周二）前办完。",
            category=category,
            sender=sender,
            link="/",
            case_number="XC4301042609220018",
            channels=["sms"],
        )
    worker.drain(raising=True)
    return made


@pytest.fixture
def signed_in(cast: casting.Cast, open_page: Pages) -> Pages:
    def opened(path: str, **look: Any) -> Any:
        page = open_page(f"/accounts/login/?next={path}", **look)
        page.fill("[name=login]", "mother")
        page.fill("[name=password]", casting.PASSWORD)
        page.get_by_role("button", name="登录", exact=True).first.click()
        page.wait_for_url(f"**{path}")
        return page

    return opened


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_messages_read_well_and_reading_one_marks_it(
    cast: casting.Cast, signed_in: Pages, axe: Pages, screenshot: Pages, size: str, theme: str, elder: bool
) -> None:
    page = signed_in("/messages/", size=size, theme=theme, elder=elder)
    page.get_by_text("4 条未读。").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page, "messages")
    page.get_by_text("出生登记已受理").click()
    page.get_by_role("status").get_by_text("已读").wait_for()
    axe(page)
    screenshot(page, "message")
    assert queries.unread(actors.for_person(cast.mother)) == 3
    page.goto(page.url.rsplit("/messages/", 1)[0] + "/messages/preferences/")
    axe(page)
    screenshot(page, "message-preferences")


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS[:2])
def test_the_demonstrations_telephone_reads_well(
    cast: casting.Cast, open_page: Pages, axe: Pages, screenshot: Pages, size: str, theme: str, elder: bool
) -> None:
    page = open_page("/demo/messages/", size=size, theme=theme, elder=elder)
    page.get_by_text("139****0001").first.wait_for()
    axe(page)
    screenshot(page, "demo-messages")


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_searching_reads_well_and_suggests_while_typing(
    live: object,
    open_page: Pages,
    axe: Pages,
    screenshot: Pages,
    monkeypatch: pytest.MonkeyPatch,
    size: str,
    theme: str,
    elder: bool,
) -> None:
    rows = [
        SearchDocument("birth_registration", "item", "国（境）内出生登记", "由户口所在地派出所办理。", "/"),
        SearchDocument("birth", "life_event", "新生儿出生一件事", "出生登记、参保、社会保障卡一次办。", "/", boost=3),
    ]
    monkeypatch.setattr(documents, "_kinds", {})
    for kind, title in (("item", "办事"), ("life_event", "一件事")):
        documents.register(kind, title, lambda keys, kind=kind: [row for row in rows if row.kind == kind])
    index.rebuild()
    page = open_page("/search/?q=给孩子上户口", size=size, theme=theme, elder=elder)
    page.get_by_role("link", name="国（境）内出生登记").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page, "search")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press_sequentially("xsecs")
    page.locator("#suggestions").get_by_text("新生儿出生一件事").wait_for()
    axe(page)
    screenshot(page, "search-suggestions")
