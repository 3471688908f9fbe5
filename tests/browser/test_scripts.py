"""What the scripts add, and what works without them."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser


def test_the_theme_changes_at_once_and_stays(open_page, live):
    page = open_page("/gallery/", theme="auto")
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="深色").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.goto(live / "/gallery/home/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_automatic_follows_the_device_without_script(open_page):
    def ground(scheme):
        page = open_page("/about/privacy/", theme="auto", scheme=scheme, scripts=False)
        return page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")

    assert ground("dark") == "rgb(14, 21, 19)"
    assert ground("light") == "rgb(243, 246, 244)"


def test_elder_mode_is_switched_and_left_without_script(open_page):
    page = open_page("/gallery/home/", size="phone", scripts=False)
    page.get_by_role("button", name="长辈版").click()
    assert "x-elder" in page.locator("body").get_attribute("class")
    page.get_by_role("button", name="退出").click()
    assert "x-elder" not in page.locator("body").get_attribute("class")


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(open_page):
    page = open_page("/gallery/home/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_pressing_submit_five_times_sends_once(open_page):
    page = open_page("/gallery/form/", size="phone")
    sent = []

    def hold(route):
        if route.request.method == "POST":
            sent.append(route.request.url)
            route.fulfill(status=204)  # arrived, and the page stays where it is
        else:
            route.continue_()

    page.route("**/gallery/form/**", hold)
    page.evaluate(
        """() => { const button = document.querySelector('button[form=apply]');
        for (let n = 0; n < 5; n++) button.click(); }"""
    )
    page.get_by_text("正在提交，请稍等").wait_for(timeout=5000)
    assert len(sent) == 1


def test_a_draft_saves_itself_and_says_when(open_page):
    page = open_page("/gallery/form/", size="phone")
    bodies = []

    def answer(route):
        bodies.append(route.request.post_data)
        route.fulfill(content_type="application/json", body=json.dumps({"saved": "09:09"}))

    page.route("**/gallery/form/", lambda route: answer(route) if route.request.method == "POST" else route.continue_())
    page.get_by_label("1. 孩子的姓名").fill("林沐阳")
    page.get_by_text("09:09 已保存，换设备可继续").wait_for(timeout=5000)
    assert "林沐阳" in bodies[-1]


def test_without_network_nothing_typed_is_lost_and_nothing_is_sent(open_page, noticed):
    page = open_page("/gallery/form/", size="phone")
    page.route("**/gallery/form/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("1. 孩子的姓名").fill("林沐阳")
    page.get_by_text("没有存到服务器，填的都在这台设备上").wait_for(timeout=5000)
    page.context.set_offline(True)
    page.get_by_role("button", name="下一步").click()
    assert page.get_by_text("网断了，填的都在这台设备上").first.is_visible()
    page.context.set_offline(False)
    page.reload()
    assert page.get_by_label("1. 孩子的姓名").input_value() == "林沐阳"
    noticed.lines.clear()  # the browser itself reports the requests that could not leave


def test_the_name_preview_follows_and_a_rare_character_is_one_square(open_page):
    page = open_page("/gallery/form/", size="phone")
    page.get_by_label("1. 孩子的姓名").fill("王𠮷·苏")
    squares = page.locator("#child-name-tian .x-tian span")
    assert squares.all_text_contents() == ["王", "𠮷", "·", "苏"]
    assert page.locator("#child-name-tian .x-tian").get_attribute("aria-label") == "姓名大样：王𠮷·苏"


def test_the_desk_is_walked_by_keys(open_page):
    page = open_page("/gallery/desk/")

    def chosen():
        return page.locator("[data-row][aria-current] .mono").inner_text()

    assert chosen() == "0918-00088"
    page.keyboard.press("j")
    assert chosen() == "0917-00054"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert chosen() == "0915-00102"
    page.keyboard.press("x")
    assert page.locator("[data-selected]").inner_text() == "1"
    page.keyboard.press("Enter")
    assert page.url.endswith("#0915-00102")


def test_keys_do_nothing_while_typing_and_can_be_switched_off(open_page):
    page = open_page("/gallery/desk/")
    page.keyboard.press("/")
    page.keyboard.type("jjxk")
    assert page.locator("[data-search]").input_value() == "jjxk"
    assert page.locator("[data-row][aria-current] .mono").inner_text() == "0918-00088"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("button", name="关闭单键快捷键").click()
    page.get_by_role("button", name="知道了").click()
    page.keyboard.press("j")
    assert page.locator("[data-row][aria-current] .mono").inner_text() == "0918-00088"


def test_a_key_on_a_refusal_only_opens_its_preview(open_page):
    page = open_page("/gallery/case/")
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("d")
    assert page.url.endswith("#preview")
    page.keyboard.press("b")  # disabled: says why, and does nothing
    assert posted == []


def test_the_chart_is_drawn_in_the_colours_of_the_theme(open_page):
    page = open_page("/gallery/board/", theme="dark")
    page.wait_for_selector("[data-chart] svg")
    strokes = page.locator("[data-chart] svg path").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('stroke'))"
    )
    assert "#5FC6B7" in strokes


def test_a_first_visit_on_a_phone_weighs_what_the_page_says(open_page, browser, live):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(live / "/gallery/home/", wait_until="load")
    weights = page.evaluate(
        """() => Object.fromEntries(["resource", "navigation"].flatMap((kind) => performance.getEntriesByType(kind))
        .map((one) => [new URL(one.name).pathname.split("/").pop() || "page", one.transferSize]))"""
    )
    context.close()
    without_font = sum(size for name, size in weights.items() if not name.endswith(".woff2"))
    assert without_font < 100_000, weights
    assert len(weights) <= 8, weights
