"""The first page, who used my data, the receipt with its rating, the board and the ledger in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import expect

from tests import cast
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.ledger import exports, sealer
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.measures import operations as measures
from xiang.foundation.outbox import worker
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as people
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Role
from xiang.foundation.parties.tests.cast import id_number
from xiang.foundation.publishing.operations import editions
from xiang.foundation.statutes import operations as statutes
from xiang.oversight.ratings import operations as ratings
from xiang.oversight.ratings.models import Rating

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
LOOKS = [("desktop", "light", False), ("phone", "light", False), ("phone", "dark", False), ("phone", "light", True)]
BASELINE = {
    "frozen_on": "2025-08-31", "edition": 1, "fields": 24, "materials": 5, "visits": 2, "counters": 1,
    "working_days": 20, "papers": ["身份证", "房屋租赁合同"],
}  # fmt: skip


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
    for key, value, unit in (
        ("rating.window", 30, "d"),
        ("rating.bad.contact", 1, "wd"),
        ("rating.bad.ordinary", 7, "d"),
    ):
        rule = scenes.limit(key, value, unit, region="43", valid_from=date(2024, 1, 1))
        statutes.put_rule(rule, SYSTEM)
    parties.add_identifier(SYSTEM, built.mother, "resident_id", id_number(date(1996, 3, 19), 2))
    return built


@pytest.fixture
def as_(live: Any) -> Callable[[Any], tuple[dict[str, Any], ...]]:
    """``as_(who)``: the cookies of somebody signed in."""

    def cookies(who: Any) -> tuple[dict[str, Any], ...]:
        client = scenes.sign_in(Client(), who)
        return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live)},)

    return cookies


def used(scene: scenes.Scene, case: Case, *, refused: str = "") -> None:
    """A use of the mother's data in a case, served or refused."""
    with transaction.atomic():
        ledger.record_use(
            people.subject_indexes(scene.mother.id)[0], "430104.police", ["address"], "办理出生登记", "《户口登记条例》第七条",
            case_id=None if refused else case.id, case_number="" if refused else case.number,
            actor_ref=scene.offices["430104.police"].receiver.ref, resource_key="police_residence",
            outcome="refused" if refused else "served", reason=refused,
        )  # fmt: skip


def licence(scene: scenes.Scene) -> Case:
    """A licence that was granted, with the baseline of its item; its applicant is asked to rate it."""
    configurator = scene.market.as_(scene.market.staff("configurator", "安其"))
    content = {"title": "食品经营许可", "form": "food_licence", "remedy": scenes.REMEDY, "baseline": BASELINE}
    scene.item_edition = editions.publish_now("items", "food_shop", content, SYSTEM, configurator).id
    case = scenes.file_licence(scene, "芸记米粉店", date(2025, 9, 15), applicant=scene.mother)
    for edge, who in (("accept", "receiver"), ("recommend_grant", "reviewer"), ("grant", "decider")):
        scenes.walk(case, edge, getattr(scene.market, who), date(2025, 9, 22))
    case = scenes.walk(case, "deliver", scene.market.receiver, date(2025, 9, 23), means="electronic")
    ratings.invite(SimpleNamespace(payload={"case_id": str(case.id)}))  # type: ignore[arg-type]
    return case


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_the_first_page_says_what_waits_and_by_when(
    scene, open_page, as_, axe, no_sideways, targets, screenshot, size, theme, elder
):
    scenes.birth(scene)
    page = open_page("/", size=size, theme=theme, elder=elder, cookies=as_(scene.mother))
    expect(page.get_by_role("heading", level=1)).to_contain_text("刘芸，上午好")
    expect(page.get_by_text("7 项中 3 项办好，2 项在办，1 项等您，1 项未开始")).to_be_visible()
    if elder:
        expect(page.get_by_text("打 12345，有人帮您")).to_be_visible()
    axe(page)
    no_sideways(page)
    if size == "phone":
        targets(page, 60 if elder else 44)
    screenshot(page, "home")


def test_without_scripts_the_first_page_searches_and_leads_on(scene, open_page, as_):
    page = open_page("/", size="phone", scripts=False, cookies=as_(scene.mother))
    page.get_by_role("link", name=re.compile("长沙")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("长沙专区")


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_who_used_my_data_shows_case_basis_and_what_was_refused(
    scene, open_page, as_, axe, no_sideways, targets, screenshot, size, theme, elder
):
    case = scenes.birth(scene, walked=False)
    used(scene, case)
    used(scene, case, refused="no_case: 名下没有办件，不能查询")
    page = open_page("/data-use/", size=size, theme=theme, elder=elder, cookies=as_(scene.mother))
    expect(page.get_by_text("一次查询被拒绝")).to_be_visible()
    expect(page.get_by_role("link", name="周沐言的出生一件事")).to_be_visible()
    page.locator("details.p-usemore > summary").first.click()
    expect(page.get_by_text("《户口登记条例》第七条").last).to_be_visible()
    axe(page)
    no_sideways(page)
    if size == "phone":
        targets(page, 60 if elder else 44)
    screenshot(page, "data-use")


def test_a_use_that_was_wrong_is_objected_to_in_two_taps(scene, open_page, as_, axe):
    used(scene, scenes.birth(scene, walked=False))
    page = open_page("/data-use/", size="phone", cookies=as_(scene.mother))
    page.locator("details.p-usemore > summary").first.click()
    page.get_by_role("link", name="这次不该用？提出异议").click()
    page.fill("#reason", "我没有办过这件事")
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("已经交给审计")).to_be_visible()
    axe(page)


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_the_receipt_counts_and_the_rating_has_no_default(
    scene, open_page, as_, axe, no_sideways, targets, screenshot, size, theme, elder
):
    case = licence(scene)
    page = open_page(f"/cases/{case.number}/receipt/", size=size, theme=theme, elder=elder, cookies=as_(scene.mother))
    # Five answers are the departments', one of theirs the applicant typed over, two are the applicant's own.
    expect(page.locator(".x-hero")).to_contain_text("8 项需要：")
    expect(page.locator(".x-hero")).to_contain_text("3 项由您填写")
    assert page.locator("input[type=radio]:checked").count() == 0
    axe(page)
    no_sideways(page)
    if size == "phone":
        targets(page, 60 if elder else 44)
    screenshot(page, "receipt")


def test_rating_by_keyboard_says_thanks_and_only_once(scene, open_page, as_, axe, noticed):
    case = licence(scene)
    page = open_page(f"/cases/{case.number}/rating/", size="desktop", cookies=as_(scene.mother))
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("请在五档里选一档").first).to_be_visible()
    noticed.lines.clear()  # the browser's own line about the 422
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="提交评价").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("谢谢您的评价")
    axe(page)
    assert Rating.objects.get().level == "satisfied"


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")])
def test_the_board_explains_every_figure_down_to_a_proof(
    scene, open_page, as_, axe, no_sideways, screenshot, size, theme
):
    case = licence(scene)
    sealer.seal_and_checkpoint()
    while measures.fold_batch(500):
        pass
    page = open_page("/board/", size=size, theme=theme, cookies=as_(scenes.supervisor(scene)))
    axe(page)
    no_sideways(page)
    screenshot(page, "board")
    page.get_by_role("link", name=re.compile("按时办结率")).last.click()
    expect(page.get_by_text("对得上")).to_be_visible(timeout=20_000)
    axe(page)
    screenshot(page, "figure")
    page.get_by_role("link", name="看办件").click()
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_text("下载证明").first).to_be_visible()
    assert "刘芸" not in page.content()
    axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_auditor_checks_the_ledger_and_sees_it_done(scene, open_page, as_, axe, screenshot, theme):
    shutil.rmtree(exports.folder(), ignore_errors=True)  # what an earlier test exported of another log
    used(scene, scenes.birth(scene, walked=False), refused="no_case: 名下没有办件，不能查询")
    sealer.seal_and_checkpoint()
    auditor = scene.police.staff(Role.AUDITOR, "成则明")
    page = open_page("/audit/", theme=theme, cookies=as_(auditor))
    axe(page)
    page.get_by_role("button", name="从头核验一遍").click()
    expect(page.get_by_text("正在核验")).to_be_visible()
    worker.drain()
    expect(page.get_by_text("账本完整，没有被改动")).to_be_visible(timeout=20_000)
    screenshot(page, "audit")
    for address in ("/audit/entries/", "/audit/refused/", "/audit/objections/"):
        page.goto(page.url.partition("/audit/")[0] + address)
        axe(page)
    page.goto(page.url.partition("/audit/")[0] + "/audit/entries/")
    page.locator("td.m a").first.click()
    expect(page.get_by_text("verify_proof.py")).to_be_visible()
    axe(page)


def test_the_configurator_sees_what_is_doubtful_first(scene, open_page, as_, axe, screenshot):
    configurator = scene.police.staff(Role.CONFIGURATOR, "施展")
    page = open_page("/config-home/", cookies=as_(configurator))
    expect(page.get_by_role("heading", name="依据待核实的参数")).to_be_visible()
    axe(page)
    screenshot(page, "configuration")


def test_an_officer_reads_how_the_office_is_rated(scene, open_page, as_, axe, screenshot):
    case = licence(scene)
    said = {case.number: ratings.Word("dissatisfied", "跑了两趟")}
    with scenes.now():
        ratings.rate(case.number, cast.resident(scene.mother), said)
    page = open_page("/desk/ratings/", cookies=as_(scenes.supervisor(scene)))
    axe(page)
    screenshot(page, "ratings")
    page.get_by_role("link", name="食品经营许可").first.click()
    axe(page)
    page.fill("#text", "电话联系过，约了明天")
    page.get_by_role("button", name="记下，已联系").click()
    expect(page.get_by_text("已联系，处理中").first).to_be_visible()
