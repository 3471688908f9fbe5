"""Shared data in a real browser: the application, the review and the lists, in sizes and themes, by keyboard."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.sharing import operations
from xiang.hub.sharing.tests import bureaus
from xiang.hub.sharing.tests.bureaus import Sharing, asking_for, rows

pytestmark = pytest.mark.browser
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LOOKS = [("desktop", "light"), ("phone", "dark")]


@pytest.fixture
def monday() -> Iterator[None]:
    """The server's clock on a working day; it runs in threads of its own, so the data folder's clock moves."""
    file = Path(os.environ["XIANG_DATA"]) / "clock-offset"
    file.write_text(str(MONDAY.timestamp() - time.time()))
    yield
    file.unlink()


@pytest.fixture
def world(transactional_db: None, monday: None) -> Sharing:
    made = bureaus.make()
    values = {"title": "社会救助核对", "lead": made.civil.body.key, "source": "演示", "synthetic": True}
    needs = [{"entry": "person", "items": ["name"]}, {"entry": "vehicle"}]
    operations.put_scenario("relief_check", values, needs, SYSTEM)
    return made


@pytest.fixture
def as_(live: Any) -> Callable[[bureaus.Bureau], tuple[dict[str, Any], ...]]:
    """``as_(bureau)``: the cookies of its first steward, signed in."""

    def cookies(bureau: bureaus.Bureau) -> tuple[dict[str, Any], ...]:
        client = casting.sign_in(Client(), bureau.first)
        return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live)},)

    return cookies


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_review_and_the_lists_are_readable(world, open_page, as_, axe, no_sideways, screenshot, size, theme):
    made = world.forwarded(scenario="relief_check", **asking_for(rows=rows("household_division", "isPartOf", "430100")))
    for name, address in (
        ("request", f"/hub/requests/{made.number}/"),
        ("review", f"/desk/cases/{made.number}/"),
        ("to-do", "/hub/to-do/"),
        ("scenarios", "/hub/scenarios/"),
        ("indicators", "/hub/indicators/"),
    ):
        page = open_page(address, size=size, theme=theme, cookies=as_(world.police))
        screenshot(page, f"sharing-{name}-{size}")
        axe(page)
        no_sideways(page)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_step_of_an_application_is_readable(world, open_page, as_, axe, no_sideways, screenshot, size, theme):
    draft = operations.save_draft(world.draft(), world.civil.steward())
    for step in range(1, 6):
        page = open_page(f"/hub/requests/drafts/{draft.pk}/{step}/", size=size, theme=theme, cookies=as_(world.civil))
        screenshot(page, f"sharing-step-{step}-{size}")
        axe(page)
        no_sideways(page)


def test_an_application_is_written_by_keyboard_and_nothing_is_lost_on_the_way_back(world, open_page, as_):
    page = open_page("/hub/scenarios/", cookies=as_(world.civil))
    page.get_by_role("button", name="为这个场景申请").press("Enter")
    page.get_by_role("button", name="保存，下一步").press("Enter")
    page.get_by_role("checkbox", name="person").press("Space")
    page.get_by_role("button", name="保存，下一步").press("Enter")
    page.get_by_role("checkbox", name="birth_date").press("Space")
    page.get_by_role("button", name="保存，下一步").press("Enter")
    page.get_by_label("业务事项").fill("低保认定")
    page.get_by_role("button", name="保存，下一步").press("Enter")
    page.get_by_text("还差这些").wait_for()
    page.get_by_role("link", name="请填写依据的条款").press("Enter")
    assert page.get_by_label("业务事项").input_value() == "低保认定"
