"""The comprehensive window in a real browser: from the card to the paper by keyboard, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.playing import PAPER, Stage
from xiang.foundation.cases.models import Case

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]


@pytest.fixture
def window(hunan: Stage, signed_in: Pages) -> tuple[dict[str, Any], ...]:
    """The cookies of the clerk."""
    return signed_in("window")


@pytest.mark.smoke
def test_a_clerk_serves_somebody_from_the_card_to_the_paper(
    window: Any, open_page: Pages, axe: Pages, no_sideways: Pages, screenshot: Pages, noticed: Any
) -> None:
    page = open_page("/window/", cookies=window)
    axe(page)
    screenshot(page, "window-empty")
    page.keyboard.press("r")
    page.get_by_text("吴*英").wait_for()
    axe(page)
    screenshot(page, "window-client")
    page.keyboard.press("/")
    page.keyboard.type("高龄")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="高龄津贴").first.click()
    page.get_by_text("下一步：请办事人看一遍").wait_for()
    axe(page)
    screenshot(page, "window-form")
    _fill(page)
    page.get_by_role("button", name="下一步").last.click()
    page.get_by_text("本人已核对").wait_for()
    axe(page)
    screenshot(page, "window-review")
    page.get_by_role("button", name="提交").click()
    page.locator("#reviewed-error").wait_for()
    page.get_by_label("本人已核对").check()
    page.keyboard.press("s")
    page.get_by_role("heading", name="收件回执").wait_for()
    axe(page)
    screenshot(page, "window-receipt")
    assert Case.objects.get(channel="window").number in page.content()
    page.evaluate("sessionStorage.setItem('x-draft:left', 'behind')")
    page.get_by_role("button", name="清场").click()
    page.get_by_role("heading", name="已清场").wait_for()
    axe(page)
    screenshot(page, "window-cleared")
    assert page.evaluate("sessionStorage.length") == 0
    page.go_back()
    assert "吴*英" not in page.content()
    noticed.lines.clear()  # the browser's own line about the receipt, which is not found any more


def _fill(page: Any) -> None:
    """Whatever the form asks, plausibly."""
    for group in page.locator("#apply fieldset.x-field").all():
        if not group.locator("input:checked").count():
            group.locator("label").first.click()
    for select in page.locator("#apply select").all():
        if not select.input_value():
            select.select_option(index=1)
    for field in page.locator("#apply input[required], #apply input[aria-required=true]").all():
        if field.get_attribute("type") in ("text", "tel") and not field.input_value():
            field.fill("15400000001" if field.get_attribute("type") == "tel" else "演示")
    for upload in page.locator("#apply input[type=file]").all():
        upload.set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": PAPER})


def test_both_parents_at_the_counter(window: Any, open_page: Pages, axe: Pages, screenshot: Pages) -> None:
    page = open_page("/window/", cookies=window, theme="dark")
    page.get_by_role("button", name="刘芸").click()
    page.get_by_role("button", name="新生儿出生").first.click()
    page.get_by_role("button", name="他也在，当面确认").wait_for()
    axe(page)
    screenshot(page, "window-birth")
    page.get_by_label("演示：他的身份证").select_option("zhou_ziheng")
    page.get_by_role("button", name="他也在，当面确认").click()
    page.get_by_text("在窗口当面").wait_for()


def test_a_number_that_does_not_fit_the_name_is_said_beside_the_field(
    window: Any, open_page: Pages, axe: Pages
) -> None:
    page = open_page("/window/", cookies=window, size="tablet")
    page.get_by_label("姓名").fill("王五")
    page.get_by_label("身份证号").fill("439990199001010000")
    page.get_by_role("button", name="核对身份").click()
    page.locator("#number-error").wait_for()
    axe(page)
