"""The working calendar and the configuration pages, as people see them: sizes, themes, axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.publishing import operations, profile
from xiang.foundation.publishing.models import Edition
from xiang.foundation.publishing.tests.cast import APPROVER, AUTHOR
from xiang.foundation.publishing.wiring import statutes as law
from xiang.foundation.statutes.tests.cast import officer

pytestmark = pytest.mark.browser
ITEM = {
    "key": "food_business_licence",
    "name": "食品经营许可（新办）",
    "limits": {"promised": "item.food_business_licence.promised", "legal": "licence.decide"},
    "materials": [{"key": "id", "title": "身份证明"}, {"key": "lease", "title": "经营场所使用证明"}],
}


@pytest.fixture
def _province(transactional_db: None, tmp_path: Any) -> None:
    for name in ("calendar.yaml", "limits.yaml"):
        (tmp_path / name).write_bytes((settings.ROOT / "profiles/hunan" / name).read_bytes())
    with profile.isolated(law.CALENDAR, law.LIMITS):
        assert operations.load_profile(tmp_path).ok


@pytest.fixture
def keeper(_province: None) -> tuple[dict[str, Any], ...]:
    """The cookie of a signed-in configurator."""
    client = officer("configurator")
    return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "127.0.0.1", "path": "/"},)


@pytest.fixture
def edition() -> Edition:
    operations.publish_now("items", "food_business_licence", ITEM, AUTHOR, APPROVER)
    materials = [{"key": "id", "title": "负责人身份证明"}, {"key": "health", "title": "健康证明"}]
    changed = operations.draft("items", "food_business_licence", ITEM | {"materials": materials, "visits": 0}, AUTHOR)
    return operations.submit(changed.id, AUTHOR)


@pytest.mark.parametrize(
    ("size", "theme", "elder"),
    [("phone", "light", False), ("desktop", "light", False), ("desktop", "dark", False), ("phone", "light", True)],
)
def test_the_calendar_reads_well(
    _province: None, open_page: Callable[..., Any], axe: Any, screenshot: Any, size: str, theme: str, elder: bool
) -> None:
    page = open_page("/calendar/?year=2026&start=2026-09-18&value=10&unit=wd", size=size, theme=theme, elder=elder)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page, "calendar")


def test_a_year_that_is_not_published_reads_well(_province: None, open_page: Any, axe: Any, screenshot: Any) -> None:
    page = open_page(f"/calendar/?year={max(2027, date.today().year + 1)}", size="phone")  # noqa: DTZ011
    axe(page)
    assert "还没有公布" in page.inner_text("main")
    screenshot(page, "calendar-unpublished")


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")])
def test_the_rules_read_well(keeper: Any, open_page: Any, axe: Any, screenshot: Any, size: str, theme: str) -> None:
    page = open_page("/config/rules/", size=size, theme=theme, cookies=keeper)
    axe(page)
    screenshot(page, "rules")
    page.get_by_role("link", name="作出行政许可决定").first.click()
    page.wait_for_url("**/config/rules/*-*/")
    axe(page)
    screenshot(page, "rule")


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")])
def test_an_edition_and_its_changes_read_well(
    keeper: Any, edition: Edition, open_page: Any, axe: Any, screenshot: Any, size: str, theme: str
) -> None:
    page = open_page("/config/editions/", size=size, theme=theme, cookies=keeper)
    axe(page)
    screenshot(page, "editions")
    page.get_by_role("link", name="食品经营许可（新办）").first.click()
    page.wait_for_url("**/config/editions/*-*/")
    axe(page)
    screenshot(page, "edition")
    page.get_by_role("button", name="审核通过").click()
    page.get_by_role("button", name="发布").wait_for()


def test_the_calendar_fits_on_paper(_province: None, open_page: Any, axe: Any, screenshot: Any) -> None:
    page = open_page("/calendar/print/?year=2026")
    page.emulate_media(media="print")
    axe(page)
    screenshot(page, "calendar-print")
