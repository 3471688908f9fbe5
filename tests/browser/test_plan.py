"""A supervisor uploads the notice as it circulates, decides on the damage and adopts it; the pages at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xiang.oversight.plan import operations
from xiang.oversight.plan.models import Plan
from xiang.oversight.plan.tests import world as worlds
from xiang.oversight.plan.tests.notices import CIRCULATING, CLEAN
from xiang.oversight.plan.tests.world import World

pytestmark = pytest.mark.browser
LOOKS = [("desktop", "light"), ("phone", "dark")]


@pytest.fixture
def world(transactional_db: None) -> World:
    return worlds.make()


@pytest.fixture
def cookies(live: Any, world: World) -> tuple[dict[str, Any], ...]:
    client: Any = worlds.signed_in(world.supervisor)
    return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live)},)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_supervisor_uploads_the_circulating_notice_decides_and_adopts_it(
    world: World, open_page: Callable[..., Any], cookies: Any, size: str
) -> None:
    page = open_page("/desk/plan/", size=size, cookies=cookies)
    notice = {"name": "要点.txt", "mimeType": "text/plain", "buffer": CIRCULATING.encode()}
    page.get_by_label("计划文件").set_input_files(notice)
    page.get_by_role("button", name="上传并读入").click()
    page.get_by_role("heading", name="48 条任务").wait_for()
    assert page.get_by_role("button", name="采用为正式要点").is_disabled()
    for wording in ("线下推行“五专”标准服务", "会和数据领域专家库", "省数据局牵头", "深化数据领域对外合作"):
        place = page.locator(".p-findings li", has=page.get_by_role("textbox")).first
        place.get_by_role("textbox").fill(wording)
        place.get_by_role("button", name="改成这样").click()
        page.locator(".p-done", has_text=wording).wait_for()
    while (left := page.get_by_role("button", name="看过了，照这样")).count():
        waiting = left.count()
        left.first.click()
        page.wait_for_function(
            "n => document.querySelectorAll('.p-findings button[value=keep]').length < n", arg=waiting
        )
    page.get_by_role("button", name="采用为正式要点").click()
    page.get_by_role("heading", name="湖南省2025年政务服务和数据工作要点").first.wait_for()
    plan = Plan.objects.get()
    assert plan.tasks.count() == 48 and "五专" in plan.tasks.get(number="1").text


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_of_the_plan_is_readable(
    world: World, open_page: Any, cookies: Any, axe: Any, no_sideways: Any, screenshot: Any, size: str, theme: str
) -> None:
    found = operations.upload(CIRCULATING.encode(), "流传稿.txt", world.actor)
    clean = operations.upload(CLEAN.encode(), "要点.txt", world.actor)
    for finding in clean.findings.all():
        operations.decide(finding.id, world.actor, "keep")
    plan = operations.adopt(clean.id, world.actor)
    for name, address in (
        ("list", "/desk/plan/"),
        ("review", f"/desk/plan/readings/{found.id}/"),
        ("task", f"/desk/plan/readings/{found.id}/tasks/44/"),
        ("head", f"/desk/plan/readings/{found.id}/head/"),
        ("plan", f"/desk/plan/{plan.id}/"),
    ):
        page = open_page(address, size=size, theme=theme, cookies=cookies)
        screenshot(page, f"plan-{name}", full=False)
        axe(page)
        no_sideways(page)
