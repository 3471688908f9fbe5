"""The birth as its offices handle it: at the desk step by step, and what the mother, a supervisor and the auditor see."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_apply_birth import Look, choose, press
from tests.journeys.playing import Birth, Stage
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.ledger import exports, sealer
from xiang.foundation.measures import operations as measuring
from xiang.foundation.parties import queries as parties
from xiang.hub.sharing import operations as hub
from xiang.services.payments import operations as payments
from xiang.services.payments.models import Order

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]

HOSPITAL, HEALTH, POLICE, INSURANCE, CARD = (
    ("hospital", "hospital.reviewer", "hospital.reviewer", "hospital"),
    ("health.receiver", "health.reviewer", "health.decider", "health.decider"),
    ("police.receiver", "police.reviewer", "police.decider", "police.decider"),
    ("insurance.receiver", "insurance.reviewer", "insurance.decider", "insurance.decider"),
    ("card.receiver", "card.reviewer", "card.decider", "card.decider"),
)
"""Of each office, who accepts, who examines, who decides and who hands over."""
OFFICES = {
    "birth_certificate": HOSPITAL,
    "vaccination_certificate": HEALTH,
    "birth_registration": POLICE,
    "resident_insurance": INSURANCE,
    "maternity_reimbursement": INSURANCE,
    "social_security_card": CARD,
}
"""In an order in which each part has what it needs; the seventh, the premium, the mother pays."""
STEPS = ("accept", "recommend_grant", "grant", "deliver")
CREDENTIALS = ("出生医学证明", "预防接种证", "居民户口簿", "社会保障卡")


@dataclass
class Desk:
    """One screen at which the officers sit down in turn: the browser keeps its files and fonts, not the session."""

    look: Look
    live: Any
    page: Any = None

    def open(self, who: str, case: Case) -> Any:
        """The case as this officer finds it."""
        path = f"/desk/cases/{case.number}/"
        if self.page is None:
            self.page = self.look.page(who, path)
        else:
            self.page.context.add_cookies(self.look.cookies(who))
            self.page.goto(self.live / path)
        return self.page

    def take(self, step: str, case: Case, *, check: bool = False) -> None:
        """Take this step of the open case with its button."""
        self.page.locator(f'.x-act button[value="{step}"]').click()
        if step == "deliver":
            choose(self.page, "电子送达")
            if check:
                self.look.good(self.page, f"handled-{step}-form")
            press(self.page, "送达")
        done(self.page, case)

    def handle(self, case: Case, *, check: bool = False) -> None:
        """The whole way through an office."""
        for who, step in zip(OFFICES[case.item_key], STEPS, strict=True):
            self.open(who, case)
            if check:
                self.look.good(self.page, f"handled-{step}")
            self.take(step, case, check=check)


@pytest.fixture
def look(
    hunan: Stage, open_page: Pages, axe: Pages, no_sideways: Pages, targets: Pages, screenshot: Pages, signed_in: Pages
) -> Look:
    return Look(open_page, axe, no_sideways, targets, screenshot, signed_in, size="desktop")


@pytest.fixture
def desk(look: Look, live: Any) -> Desk:
    return Desk(look, live)


@pytest.fixture
def birth(hunan: Stage) -> Birth:
    """The mother's application, submitted."""
    applied = hunan.birth("liuyun", child__name="周沐言").father_agrees(hunan.resident("zhouziheng"))
    applied.submit()
    return applied


@pytest.fixture
def whole(birth: Birth) -> Case:
    """The mother's matter, which has the parts."""
    assert birth.case is not None
    return birth.case


@pytest.fixture
def sealed() -> Iterator[Callable[[], object]]:
    """Seal the ledger, as the worker does every two seconds; what is exported of it goes with the test's records."""
    shutil.rmtree(exports.folder(), ignore_errors=True)
    yield sealer.seal_and_checkpoint
    shutil.rmtree(exports.folder(), ignore_errors=True)


def done(page: Any, case: Case) -> None:
    """Wait for the words that a step leaves on the page."""
    expect(page.locator("#problem")).to_contain_text(f"{case.number.partition('-')[2]} 已")


def handled(birth: Birth, item: str) -> None:
    """The whole way through an office as its officers take it, without their pages."""
    for who, step in zip(OFFICES[item], STEPS, strict=True):
        data = {"means": "electronic"} if step == "deliver" else {}
        cases.perform(birth.sub(item).id, step, birth.stage.resident(who), data)
    birth.stage.work()


def concluded(birth: Birth) -> None:
    """Every part handled and the premium paid."""
    for item in OFFICES:
        handled(birth, item)
    payments.settle_paid(Order.objects.get(case_id=birth.sub("resident_premium").id).id)
    birth.stage.work()


def fold() -> None:
    """Add to the figures what happened, as the worker does."""
    while measuring.fold_batch(500):
        pass


# --- the offices -----------------------------------------------------------------------------------------------------


@pytest.mark.smoke
def test_the_hospital_previews_numbers_and_hands_over_the_certificate_and_the_mother_holds_it(
    hunan: Stage, birth: Birth, whole: Case, desk: Desk, look: Look
) -> None:
    case = birth.sub("birth_certificate")
    clerk = look.page("hospital", "/desk/")
    look.good(clerk, "handled-inbox")
    clerk.get_by_role("link", name="周沐言").click()
    expect(clerk.get_by_role("heading", name="周沐言", exact=True)).to_be_visible()
    look.good(clerk, "handled-case")
    desk.page = clerk
    desk.take("accept", case)
    page = desk.open("hospital.reviewer", case)
    desk.take("recommend_grant", case)
    press(page, "预览“确认”文书")
    expect(page.get_by_role("heading", name="准予决定书")).to_be_visible()
    expect(page.get_by_text("签发时编号")).to_be_visible()
    look.good(page, "handled-preview")
    assert birth.sub("birth_certificate").state == "deciding", "a preview decides nothing"
    press(page, "确认，发出《准予决定书》")
    done(page, case)
    hunan.work()
    page.reload()
    paper = page.get_by_role("row", name=re.compile("准予决定书"))
    expect(paper).to_contain_text(re.compile(r"长沙市妇幼保健院准字〔\d{4}〕第00001号"))
    document = page.request.get(page.evaluate("(a) => a.href", paper.get_by_role("link").element_handle()))
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF-")
    desk.open("hospital", case)
    desk.take("deliver", case)
    hunan.work()
    look.size = "phone"
    mother = look.page("liuyun", f"/cases/{whole.number}/")
    expect(mother.get_by_text("7 项中 1 项办结")).to_be_visible()
    mother.goto(desk.live / "/credentials/")
    expect(mother.get_by_role("link", name=re.compile("出生医学证明.*周沐言"))).to_be_visible()


def test_five_bodies_handle_their_parts_and_the_mother_pays_between(
    hunan: Stage, birth: Birth, whole: Case, desk: Desk, look: Look
) -> None:
    for item in OFFICES:
        desk.handle(birth.sub(item))
        hunan.work()
    look.size = "phone"
    mother = look.page("liuyun", f"/cases/{whole.number}/")
    expect(mother.get_by_text("7 项中 6 项办结")).to_be_visible()
    look.good(mother, "handled-to-pay")
    mother.get_by_role("link", name="去缴费").first.click()
    look.good(mother, "handled-order")
    press(mother, "去付款")
    press(mother, "确认付款（演示）")
    expect(mother.get_by_text("已缴费").first).to_be_visible()
    hunan.work()
    mother.goto(desk.live / f"/cases/{whole.number}/")
    expect(mother.get_by_text("7 项都办完了")).to_be_visible()
    whole.refresh_from_db()
    assert (whole.state, whole.open) == ("done", False)


def test_an_office_handles_its_part_on_a_phone(hunan: Stage, birth: Birth, desk: Desk, look: Look) -> None:
    handled(birth, "birth_certificate")
    look.size = "phone"
    inbox = look.page("health.receiver", "/desk/")
    expect(inbox.get_by_role("link", name="周沐言")).to_be_visible()
    look.good(inbox, "handled-inbox")
    desk.handle(birth.sub("vaccination_certificate"), check=True)
    hunan.work()
    desk.page.reload()
    number = desk.page.locator("dt", has_text="出生医学证明编号").locator("xpath=following-sibling::dd")
    expect(number).to_contain_text("长沙市妇幼保健院")
    expect(number).not_to_contain_text("申请人填写")
    look.good(desk.page, "handled-done")
    assert birth.sub("vaccination_certificate").outcome == "granted"


@pytest.mark.parametrize("stranger", ["market.receiver", "health.receiver"])
def test_an_officer_of_another_body_finds_what_there_is_of_an_absent_case(
    birth: Birth, look: Look, live: Any, noticed: Any, stranger: str
) -> None:
    case, nowhere = birth.sub("birth_registration"), "XC2026-0101-99999"
    page = look.page(stranger, "/desk/")
    found = {}
    for number in (case.number, nowhere):
        for path in (f"/desk/cases/{number}/", f"/desk/cases/{number}/print/", f"/cases/{number}/"):
            answer = page.goto(live / path)
            found.setdefault(number, []).append((answer.status, page.title(), page.locator("main").inner_text()))
    assert found[case.number] == found[nowhere]
    assert found[nowhere][0][0] == 404
    look.good(page, "handled-not-found")
    noticed.lines.clear()  # the browser's own lines about what is not found


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_the_mother_sees_on_her_phone_what_came_of_it_and_rates_the_whole(
    birth: Birth, whole: Case, look: Look, live: Any
) -> None:
    concluded(birth)
    look.size = "phone"
    page = look.page("liuyun", f"/cases/{whole.number}/")
    expect(page.get_by_text("7 项都办完了")).to_be_visible()
    expect(page.locator(".x-tree").get_by_text("已办结")).to_have_count(7)
    look.good(page, "handled-progress")
    page.get_by_role("link", name="这次省了什么").click()
    expect(page.get_by_text(re.compile(r"\d+ 项需要：\d+ 项由政府提供，3 项由您填写；6 个窗口→0"))).to_be_visible()
    look.good(page, "handled-receipt")
    choose(page, "非常满意")
    press(page, "提交评价")
    expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    look.good(page, "handled-rated")
    page.goto(live / "/credentials/")
    kept = page.locator("section", has=page.get_by_role("heading", name="我替孩子保管的"))
    for title in CREDENTIALS:
        expect(kept.get_by_role("link", name=re.compile(f"{title}.*周沐言"))).to_be_visible()
    look.good(page, "handled-credentials")
    page.goto(live / f"/cases/{whole.number}/")
    page.get_by_role("link", name=re.compile("谁用了我的数据.*这一件")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("谁用了我的数据")
    expect(page.locator(".x-use").first).to_contain_text("凭什么")
    look.good(page, "handled-uses")


def test_a_supervisor_follows_a_figure_that_moved_to_its_formula_and_one_masked_case(
    birth: Birth, look: Look, sealed: Callable[[], object]
) -> None:
    page = look.page("supervisor", "/board/")
    filed = page.locator("a.x-pt", has_text="办件量")
    expect(filed).to_contain_text("0 件")
    handled(birth, "birth_certificate")
    fold()
    sealed()
    page.reload()
    expect(filed).to_contain_text("7 件")
    expect(page.locator("a.x-pt", has_text="按时办结率")).to_contain_text("100")
    look.good(page, "handled-board")
    filed.click()
    expect(page.get_by_role("heading", name="怎么算的")).to_be_visible()
    expect(page.get_by_text("收到的申请件数，一件事按其中的每一项计")).to_be_visible()
    expect(page.locator("#recount")).to_contain_text("对得上")
    look.good(page, "handled-figure")
    page.get_by_role("link", name="看办件").click()
    expect(page.get_by_text("下面这些加起来是 7")).to_be_visible()
    look.good(page, "handled-figure-cases")
    page.get_by_role("link", name=birth.sub("birth_certificate").number).click()
    entry = page.get_by_role("row", name=re.compile(r"case\.grant"))
    expect(entry.get_by_role("link", name="下载证明")).to_be_visible()
    assert not {"刘芸", "周沐言"} & set(re.findall("刘芸|周沐言", page.content()))
    look.good(page, "handled-figure-case")


def test_the_auditor_finds_the_entries_of_the_case_and_the_refused_curious_lookup(
    hunan: Stage, birth: Birth, look: Look, live: Any, sealed: Callable[[], object]
) -> None:
    curious(hunan.resident("market.receiver"), hunan)
    handled(birth, "birth_certificate")
    sealed()
    number = birth.sub("birth_certificate").number
    page = look.page("auditor", "/audit/entries/")
    page.get_by_role("textbox", name="办件").fill(number)
    press(page, "筛选")
    for kind in ("submit", *STEPS):
        expect(page.get_by_role("row", name=re.compile(rf"case\.{kind}\b.*{number}"))).to_have_count(1)
    look.good(page, "handled-entries")
    page.get_by_role("link", name="case.grant").click()
    expect(page.get_by_text("罗敏（长沙市妇幼保健院）")).to_be_visible()
    expect(page.get_by_role("link", name="下载证明")).to_be_visible()
    look.good(page, "handled-entry")
    page.goto(live / "/audit/refused/")
    refused = page.get_by_role("row", name=re.compile("秦岭"))
    expect(refused).to_contain_text("名下没有办件，不能查询")
    assert "刘芸" not in page.content(), "whose data it was stands nowhere"
    look.good(page, "handled-refused")


def curious(officer: Any, stage: Stage) -> None:
    """An officer wants to know where the mother lives, and has no case of hers."""
    mother = stage.person("liu_yun")
    whose = Subject("person", mother.id, {"resident_id": parties.number_of(mother.id)}, mother.name)
    with pytest.raises(Forbidden):
        hub.fetch(
            "police_residence", whose, ("address",), purpose="service", actor=officer, body_key=officer.body_key,
            case_id=None,
        )  # fmt: skip
