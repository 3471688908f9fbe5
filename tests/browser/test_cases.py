"""The officers' desk and the applicant's progress page in a real browser: keys, accessibility, sizes, themes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.cases.tests import scene as scenes

pytestmark = pytest.mark.browser


@pytest.fixture
def autumn() -> Iterator[None]:
    """The server's clock at the scene's moment; it runs in threads of its own, so the data folder's clock moves."""
    file = Path(os.environ["XIANG_DATA"]) / "clock-offset"
    file.write_text(str(scenes.NOW.timestamp() - time.time()))
    yield
    file.unlink()


@pytest.fixture
def scene(transactional_db: None, autumn: None) -> scenes.Scene:
    built = scenes.build()
    scenes.fill_desk(built)
    return built


@pytest.fixture
def as_(live: Any) -> Callable[[Any], tuple[dict[str, Any], ...]]:
    """``as_(who)``: the cookies of somebody signed in."""

    def cookies(who: Any) -> tuple[dict[str, Any], ...]:
        client = scenes.sign_in(Client(), who)
        return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live)},)

    return cookies


@pytest.mark.parametrize(
    ("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_inbox_is_readable_in_every_size_and_theme(
    scene, open_page, as_, axe, no_sideways, screenshot, size, theme
):
    page = open_page("/desk/", size=size, theme=theme, cookies=as_(scene.market.chen))
    assert page.locator("[data-row]").count() > 5
    screenshot(page, "desk-inbox", full=size == "phone")
    axe(page)
    no_sideways(page)


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")])
def test_the_case_page_is_readable_in_every_size_and_theme(
    scene, open_page, as_, axe, no_sideways, screenshot, size, theme
):
    number = scene.cases["芸记米粉店"].number
    page = open_page(f"/desk/cases/{number}/", size=size, theme=theme, cookies=as_(scene.market.chen))
    screenshot(page, "desk-case", full=size == "phone")
    axe(page)
    no_sideways(page)


@pytest.mark.parametrize(
    ("size", "theme", "elder"),
    [
        ("desktop", "light", False),
        ("desktop", "dark", False),
        ("phone", "light", False),
        ("phone", "dark", False),
        ("phone", "light", True),
    ],
)
def test_the_progress_page_is_readable_in_every_size_and_theme(
    scene, open_page, as_, axe, no_sideways, targets, screenshot, size, theme, elder
):
    parent = scenes.birth(scene)
    page = open_page(f"/cases/{parent.number}/", size=size, theme=theme, elder=elder, cookies=as_(scene.mother))
    screenshot(page, "progress")
    axe(page)
    no_sideways(page)
    if size == "phone":
        targets(page, 60 if elder else 44)


@pytest.mark.parametrize(
    "path", ["/cases/", "/cases/{n}/", "/cases/{n}/options/", "/cases/{n}/do/urge/", "/cases/{n}/do/withdraw/"]
)
def test_the_other_pages_of_the_applicant_are_readable_on_a_phone(
    scene, open_page, as_, axe, no_sideways, targets, screenshot, path
):
    scenes.birth(scene)
    address = path.format(n=scene.cases["household"].number)
    page = open_page(address, size="phone", cookies=as_(scene.mother))
    screenshot(page, "mine-" + path.strip("/").replace("/", "-").replace("{n}", "one"))
    axe(page)
    no_sideways(page)
    targets(page, 44)


def test_the_keys_move_peek_tick_and_open(scene, open_page, as_, screenshot):
    page = open_page("/desk/?view=unit", cookies=as_(scene.market.chen))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.wait_for_selector(".x-peek .btn-primary")
    screenshot(page, "desk-peek", full=False)
    page.keyboard.press("x")
    assert page.locator("[data-selected]").inner_text() == "1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases/**")
