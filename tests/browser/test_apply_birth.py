"""A birth applied for on a phone, from the guide to the progress page: how few fields and taps, in every look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.playing import Stage
from xiang.foundation.cases.models import Case
from xiang.foundation.forms.models import Draft
from xiang.hub.sharing import operations as hub
from xiang.services.lifeevents.models import Confirmation

pytestmark = pytest.mark.browser
Pages = Callable[..., Any]
MOST_FIELDS, MOST_TAPS = 8, 12
LOOKS = [("phone", "light", False), ("phone", "dark", False), ("phone", "light", True), ("small", "light", False),
         ("desktop", "light", False), ("desktop", "dark", False)]  # fmt: skip
COUNT = """
    addEventListener("pointerup", (e) => { if (e.isTrusted) window.countTap(); }, true);
    addEventListener("change", (e) => { if (e.isTrusted && e.target.name) window.countField(e.target.name); }, true);
"""


SAVED = """() => new Promise((done) => {
    const form = document.getElementById("apply");
    const look = () => (form.draftTimer || form.draftBusy ? setTimeout(look, 20) : done());
    look();
})"""


@dataclass
class Counted:
    """What somebody had to do, counted by the browser itself."""

    taps: int = 0
    fields: set[str] = field(default_factory=set)

    def watch(self, page: Any) -> None:
        page.expose_function("countTap", self._tap)
        page.expose_function("countField", self._field)
        page.add_init_script(COUNT)

    def _tap(self) -> None:
        self.taps += 1

    def _field(self, name: str) -> None:
        self.fields.add(name)


@dataclass
class Look:
    """How a page is opened, and what is checked of it."""

    open_page: Pages
    axe: Pages
    no_sideways: Pages
    targets: Pages
    screenshot: Pages
    cookies: Callable[[str], Any]
    size: str = "phone"
    theme: str = "light"
    elder: bool = False
    scripts: bool = True

    def page(self, who: str, path: str) -> Any:
        look = {"size": self.size, "theme": self.theme, "elder": self.elder, "scripts": self.scripts}
        return self.open_page(path, cookies=self.cookies(who), **look)

    def good(self, page: Any, name: str) -> None:
        self.axe(page)
        self.no_sideways(page)
        if self.size != "desktop":
            self.targets(page, 60 if self.elder else 44)
        self.screenshot(page, name)


@pytest.fixture
def look(
    hunan: Stage, open_page: Pages, axe: Pages, no_sideways: Pages, targets: Pages, screenshot: Pages, signed_in: Pages
) -> Look:
    return Look(open_page, axe, no_sideways, targets, screenshot, signed_in)


def press(page: Any, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).locator("visible=true").first.click()
    page.wait_for_load_state("load")


def choose(page: Any, words: str) -> None:
    page.locator("label:has(input[type=radio])", has_text=words).first.click()


def saved(page: Any) -> None:
    """Wait until the page's script has nothing more to save."""
    page.evaluate(SAVED)


def fill_in(page: Any, name: str = "周沐言") -> None:
    page.get_by_label("孩子的姓名").fill(name)
    choose(page, "随母亲")
    choose(page, "长沙银行")


def father_confirms(look: Look, check: bool = False) -> None:
    """On his own phone, from the message that he got."""
    asked = Confirmation.objects.get()
    page = look.page("zhouziheng", f"/confirmations/{asked.id}/")
    expect(page.get_by_role("heading", name="请您确认孩子的名字")).to_be_visible()
    expect(page.get_by_role("img", name="姓名大样：周沐言")).to_be_visible()
    if check:
        look.good(page, "apply-confirmation")
    press(page, "名字没有问题，同意")
    expect(page.get_by_role("heading", name="您已同意")).to_be_visible()


@pytest.mark.smoke
def test_the_usual_birth_takes_eight_fields_and_twelve_taps_at_most(look: Look) -> None:
    mother, counted = look.page("liuyun", "/"), Counted()
    counted.watch(mother)
    mother.goto(mother.url.rstrip("/") + "/life-events/birth/")
    promised = int(mother.locator(".x-facts dd").first.inner_text().split()[0])
    press(mother, "开始办理")
    assert mother.get_by_role("heading", level=1).inner_text() == f"只有 {promised} 项要您填"
    fill_in(mother)
    expect(mother.get_by_text("3 个字均可印制")).to_be_visible()
    press(mother, "请他确认")
    expect(mother.get_by_text("等周子衡确认")).to_be_visible()
    father_confirms(look)
    # His answer comes by itself: nobody reloads anything.
    expect(mother.get_by_text("父亲的确认")).to_be_visible(timeout=20_000)
    press(mother, "下一步：看一遍再提交")
    expect(mother.get_by_role("img", name="姓名大样：周沐言")).to_be_visible()
    press(mother, "提交申请")
    expect(mother.get_by_text("7 项中 0 项办结")).to_be_visible()
    assert len(counted.fields) == promised <= MOST_FIELDS, counted.fields
    assert counted.taps <= MOST_TAPS
    assert Case.objects.filter(parent__isnull=False).count() == 7


@pytest.mark.parametrize(("size", "theme", "elder"), LOOKS)
def test_every_page_of_the_way_reads_well(look: Look, size: str, theme: str, elder: bool) -> None:
    look.size, look.theme, look.elder = size, theme, elder
    page = look.page("liuyun", "/life-events/")
    look.good(page, "apply-zone")
    page.get_by_role("link", name=re.compile("新生儿出生")).first.click()
    look.good(page, "apply-guide")
    press(page, "开始办理")
    look.good(page, "apply-form")
    fill_in(page)
    saved(page)
    press(page, "请他确认")
    look.good(page, "apply-asked")
    father_confirms(look, check=True)
    page.reload()
    press(page, "下一步：看一遍再提交")
    look.good(page, "apply-review")


@pytest.mark.parametrize("elder", [False, True])
def test_all_of_it_works_without_a_script(look: Look, elder: bool) -> None:
    look.scripts, look.elder = False, elder
    page = look.page("liuyun", "/life-events/birth/")
    press(page, "开始办理")
    page.get_by_label("孩子的姓名").fill("周沐言")
    choose(page, "随母亲")
    # Another button than the one to go on: what was typed is kept all the same.
    press(page, "请他确认")
    assert page.get_by_label("孩子的姓名").input_value() == "周沐言"
    father_confirms(look)
    press(page, "下一步：看一遍再提交")
    page.get_by_role("link", name="请选“社会保障卡选哪家银行”。").click()
    assert page.url.endswith("#card.bank-1")
    choose(page, "长沙银行")
    press(page, "下一步：看一遍再提交")
    press(page, "提交申请")
    expect(page.get_by_text("7 项中 0 项办结")).to_be_visible()


def test_the_form_follows_what_is_chosen_and_keeps_what_is_typed(look: Look) -> None:
    page = look.page("liuyun", "/life-events/birth/")
    press(page, "开始办理")
    page.locator("#fold-mother > summary").click()
    expect(page.get_by_text("母亲户号")).to_have_count(0)
    choose(page, "随母亲")
    expect(page.locator("#fold-mother").get_by_text("母亲户号")).to_be_visible()
    page.get_by_label("孩子的姓名").fill("欧阳沐言")
    page.locator('button[value="absent"]').evaluate("(button) => button.click()")
    page.wait_for_load_state("load")
    expect(page.get_by_role("group", name=re.compile("不随父姓也不随母姓的理由"))).to_be_visible()
    assert page.get_by_label("孩子的姓名").input_value() == "欧阳沐言"


def test_an_outage_is_said_and_what_is_typed_in_its_place_stays(look: Look, hunan: Stage) -> None:
    hub.set_system_state("medical_insurance", "down", hunan.resident("steward"))
    page = look.page("liuyun", "/life-events/birth/")
    press(page, "开始办理")
    expect(page.get_by_text("不影响提交，不会因此退回").first).to_be_visible()
    look.good(page, "apply-outage")
    page.get_by_label("医保编号").fill("4399")
    saved(page)
    hub.set_system_state("medical_insurance", "up", hunan.resident("steward"))
    press(page, "再取一次")
    expect(page.get_by_text("不影响提交，不会因此退回")).to_have_count(0)
    assert Draft.objects.get().answers["mother.insured_no"] == "4399"


@pytest.mark.parametrize(
    ("who", "name", "words"),
    [
        ("chensimin", "apply-questions", "先说说是哪一种情形"),
        ("yijing", "apply-solemn", "项要请您填，其余由我们办"),
        ("dengyaqi", "apply-twins", "只有 4 项要您填"),
    ],
)
def test_other_situations_read_well_too(look: Look, who: str, name: str, words: str) -> None:
    page = look.page(who, "/life-events/birth/")
    press(page, "开始办理")
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    look.good(page, name)


def test_a_birth_abroad_is_shown_the_way_and_can_be_printed(look: Look) -> None:
    page = look.page("huangkexin", "/life-events/birth/")
    press(page, "开始办理")
    choose(page, "国外或者港澳台")
    press(page, "下一步")
    expect(page.get_by_role("heading", level=1)).to_have_text("这件事不在这里办")
    look.good(page, "apply-elsewhere")
    page.get_by_role("link", name=re.compile("打印填好的内容")).click()
    look.axe(page)
    look.screenshot(page, "apply-carry")


def test_a_wrong_record_is_disputed_on_a_page_of_its_own(look: Look) -> None:
    page = look.page("liuyun", "/life-events/birth/")
    press(page, "开始办理")
    press(page, "性别有误？")
    look.good(page, "apply-dispute")
    choose(page, "男")
    press(page, "提出，照常办理")
    expect(page.get_by_text("已提出有误，照常办理").first).to_be_visible()


def test_a_paper_is_handed_in_at_once_and_only_once(look: Look, tmp_path: Any) -> None:
    from tests.journeys.test_application_pages import picture
    from xiang.foundation.documents.models import StoredFile

    file = tmp_path / "亲子鉴定.png"
    file.write_bytes(picture().read())
    page = look.page("hewenjing", "/life-events/birth/")
    press(page, "开始办理")
    choose(page, "没有办结婚登记")
    press(page, "下一步")
    choose(page, "随父亲")
    page.get_by_label("亲子鉴定意见书").set_input_files(file)
    expect(page.get_by_text("亲子鉴定.png")).to_be_visible()
    page.get_by_label("孩子的姓名").fill("彭安")
    saved(page)
    assert StoredFile.objects.count() == 1, "later saves do not send the file again"
    look.good(page, "apply-papers")
    press(page, "删除亲子鉴定意见书")
    expect(page.get_by_text("亲子鉴定.png")).to_have_count(0)
    assert page.get_by_label("孩子的姓名").input_value() == "彭安"
