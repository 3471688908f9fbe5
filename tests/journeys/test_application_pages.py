"""The pages on which a birth is applied for, as the mother and the father load and post them."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.journeys.playing import Stage
from xiang.foundation.cases.models import Case
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.forms.models import Draft
from xiang.foundation.parties.models import Account
from xiang.hub.sharing import operations as hub
from xiang.hub.sharing.models import Dispute
from xiang.services.lifeevents.models import Confirmation, Offer

pytestmark = pytest.mark.django_db
BUDGET = 15
SAVES_ITSELF = {"HTTP_ACCEPT": "application/json, text/plain"}


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


class Page:
    """One person at one draft."""

    def __init__(self, username: str, event: str = "birth") -> None:
        self.client = client_of(username)
        answer = self.client.post(f"/life-events/{event}/start/")
        assert answer.status_code == 302, answer.content.decode()
        self.url = answer["Location"]

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(id=self.url.rstrip("/").rpartition("/")[2])

    def get(self, url: str = "", **data: Any) -> Any:
        answer = self.client.get(self.url + url, data)
        answer.text = html.unescape(answer.content.decode())
        return answer

    def post(self, **fields: Any) -> Any:
        """Post the form; ``child__name`` means ``child.name``."""
        answer = self.client.post(self.url, {key.replace("__", "."): value for key, value in fields.items()})
        answer.text = html.unescape(answer.content.decode())
        return answer

    def save(self, **fields: Any) -> Any:
        """What the page's script posts while somebody types."""
        return self.client.post(self.url, {k.replace("__", "."): v for k, v in fields.items()}, **SAVES_ITSELF).json()


USUAL = {"child__name": "周沐言", "household__follow": "mother", "card__bank": "bank.changsha", "result__means": "post"}


def confirmed(page: Page, father: str = "zhouziheng") -> Page:
    page.post(do="ask")
    found = Confirmation.objects.get(draft=page.draft)
    client_of(father).post(f"/confirmations/{found.id}/", {"answer": "yes"})
    return page


def picture(name: str = "report.png") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


# --- the usual way ---------------------------------------------------------------------------------------------------


def test_the_guide_promises_what_the_form_then_asks(stage: Stage) -> None:
    guide = client_of("liuyun").get("/life-events/birth/").context["guide"]
    page = Page("liuyun")
    page.post(**USUAL)
    confirmed(page)
    shown = page.get().context["view"]
    assert guide.typed == shown.must == 3
    assert guide.fields == shown.given + shown.must
    assert (guide.papers, guide.visits) == (0, 0)
    assert [one.label for one in shown.typed] == list(guide.to_answer)
    assert [one.name for one in shown.preset] == ["result.means"]


def test_from_the_form_through_the_review_to_the_case(stage: Stage) -> None:
    page = Page("liuyun")
    confirmed(page) if page.post(**USUAL) else None
    answer = page.post(**USUAL)
    assert answer["Location"] == f"{page.url}review/"
    review = page.get("review/")
    assert "姓名大样：周沐言" in review.text and "望月湖派出所" in review.text
    assert not review.context["errors"]
    case = Case.objects.get(number=page.client.post(f"{page.url}review/")["Location"].strip("/").rpartition("/")[2])
    assert page.client.post(f"{page.url}review/")["Location"].endswith(f"/cases/{case.number}/")
    assert page.get()["Location"].endswith(f"/cases/{case.number}/"), "an old form leads to its case"
    assert Case.objects.filter(parent=None, item_key="birth").count() == 1


@pytest.mark.parametrize("where", ["", "review/"])
def test_a_page_costs_few_queries(stage: Stage, django_assert_max_num_queries: Any, where: str) -> None:
    page = Page("liuyun")
    page.post(**USUAL)
    confirmed(page)
    with django_assert_max_num_queries(BUDGET):
        page.get(where)


@pytest.mark.parametrize("address", ["/life-events/", "/life-events/birth/"])
def test_the_zone_and_the_guide_cost_few_queries(
    stage: Stage, django_assert_max_num_queries: Any, address: str
) -> None:
    client = client_of("liuyun")
    with django_assert_max_num_queries(BUDGET):
        assert client.get(address).status_code == 200


def test_a_second_start_goes_on_with_the_first_draft(stage: Stage) -> None:
    first, second = Page("liuyun"), Page("liuyun")
    assert first.url == second.url
    assert "接着填" in client_of("liuyun").get("/life-events/birth/").content.decode()


def test_nobody_elses_draft_can_be_seen_or_written(stage: Stage) -> None:
    page = Page("liuyun")
    stranger = client_of("kangle")
    for address in ("", "review/", "carry/", "other/"):
        assert stranger.get(page.url + address).status_code == 404
    assert stranger.post(page.url, {"child.name": "别人取的"}).status_code == 404
    assert stranger.get(f"/drafts/{page.draft.id}/dispute/?field=child.sex").status_code == 404
    assert stranger.post(f"/drafts/{page.draft.id}/discard/").status_code == 404
    assert "child.name" not in page.draft.answers
    assert Client().get(page.url).status_code == 302, "who has not signed in is asked to"


# --- nothing typed is lost -------------------------------------------------------------------------------------------


def test_a_failed_step_keeps_everything_and_leads_to_each_place(stage: Stage) -> None:
    page = Page("liuyun")
    answer = page.post(child__name="周沐言", result__means="collect")
    assert answer.status_code == 422
    assert dict(answer.context["wrong"]) == {
        "household.follow-1": "请选“户口随谁”。",
        "card.bank-1": "请选“社会保障卡选哪家银行”。",
    }
    for anchor, _ in answer.context["wrong"]:
        assert f'id="{anchor}"' in answer.text
    assert 'value="周沐言"' in page.get().text
    assert page.draft.answers["result.means"] == "collect"


def test_every_button_keeps_what_was_typed_first(stage: Stage) -> None:
    page = Page("liuyun")
    for n, button in enumerate(({"edit": "mother.phone"}, {"dispute": "child.sex"}, {"do": "refill"}, {"do": "leave"})):
        page.post(child__name=f"周{'一二三四'[n]}", **button)
        assert page.draft.answers["child.name"] == f"周{'一二三四'[n]}"


def test_the_form_saves_itself_and_sends_the_pieces_that_changed(stage: Stage) -> None:
    page = Page("liuyun")
    shown = page.get().context["view"].shown
    quiet = page.save(child__name="周沐言", shown=shown)
    assert set(quiet) == {"saved"}
    moved = page.save(child__name="周沐言", household__follow="mother", shown=shown)
    assert "母亲户号" in moved["parts"]["given"] and moved["shown"] != shown
    assert page.save(child__name="周沐言", household__follow="mother", shown=moved["shown"]).keys() == {"saved"}


def test_a_name_of_neither_parent_asks_for_the_reason_once_both_are_known(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**{**USUAL, "child__name": "欧阳沐"})
    assert [one.name for one in page.get().context["view"].typed] == ["child.name", "household.follow", "card.bank"]
    confirmed(page)
    names = [one.name for one in page.get().context["view"].typed]
    assert names == ["child.name", "child.surname_ground", "household.follow", "card.bank"]
    assert "more-child" in page.save(**{**USUAL, "child__name": "周沐"}, shown="")["parts"]


def test_files_are_kept_when_the_step_fails_and_can_be_taken_back(stage: Stage) -> None:
    page = Page("hewenjing")
    page.post(parents__marriage="unmarried")
    answer = page.post(household__follow="father", kinship_report=picture())
    assert answer.status_code == 422, "the name is missing"
    assert "report.png" in answer.text
    kept = StoredFile.objects.get(id=page.draft.materials["kinship_report"]["reference"])
    page.post(remove="kinship_report")
    assert "kinship_report" not in page.draft.materials
    assert not StoredFile.objects.filter(id=kept.id).exists()


def test_a_file_that_is_not_what_its_name_says_is_refused_at_its_place_and_nothing_else_is(stage: Stage) -> None:
    page = Page("hewenjing")
    page.post(parents__marriage="unmarried")
    wrong = SimpleUploadedFile("report.png", b"MZ this is a program", "image/png")
    answer = page.post(child__name="彭安", household__follow="father", kinship_report=wrong)
    assert answer.status_code == 422
    assert [anchor for anchor, _ in answer.context["wrong"]] == ["kinship_report"]
    assert page.draft.answers["child.name"] == "彭安"
    assert "kinship_report" not in page.draft.materials


def test_a_paper_that_nobody_asked_for_is_not_kept(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(child__name="周沐言", passport_of_the_cat=picture())
    assert not StoredFile.objects.exists()


def test_a_statement_is_written_online_and_may_be_taken_back(stage: Stage) -> None:
    page = Page("chensimin")
    page.post(parents__marriage="unmarried")
    assert "签名：陈思敏" in page.get().text
    page.post(**{"statement:non_marital_statement": "我未婚，孩子随我登记。"})
    assert page.draft.materials["non_marital_statement"]["how"] == "statement"
    page.post(**{"statement:non_marital_statement": " "})
    assert "non_marital_statement" not in page.draft.materials


# --- changing and disputing what government said ---------------------------------------------------------------------


def test_a_phone_number_is_changed_in_its_place(stage: Stage) -> None:
    page = Page("liuyun")
    answer = page.post(edit="mother.phone")
    assert answer["Location"] == f"{page.url}?edit=mother.phone#mother.phone"
    opened = page.client.get(page.url, {"edit": "mother.phone"}).content.decode()
    assert 'id="mother.phone"' in opened
    page.post(**{**USUAL, "mother__phone": "15400001111", "editing": "mother.phone"})
    assert page.draft.origins["mother.phone"]["kind"] == "changed"
    assert "来源为 154" in page.get().text


def test_a_record_on_an_identity_can_be_disputed_but_not_changed(stage: Stage) -> None:
    shown = Page("liuyun").get().text
    assert 'name="edit" value="mother.phone"' in shown
    assert 'name="edit" value="mother.id_number"' not in shown
    assert 'name="dispute" value="mother.id_number"' in shown


def test_a_wrong_record_is_disputed_and_the_matter_goes_on_with_what_is_right(stage: Stage) -> None:
    page = Page("liuyun")
    address = page.post(dispute="child.sex")["Location"]
    client = page.client
    assert "长沙市妇幼保健院" in client.get(address).content.decode()
    assert client.post(address, {"field": "child.sex", "claim": "2"}).status_code == 422, "the same as the record"
    assert client.post(address, {"field": "child.sex", "claim": "女孩"}).status_code == 422, "no such choice"
    answer = client.post(address, {"field": "child.sex", "claim": "1", "evidence": "看错了"})
    assert answer["Location"].startswith(page.url)
    assert page.draft.answers["child.sex"] == "1"
    assert Dispute.objects.get().field == "sex"
    shown = page.get()
    assert shown.context["view"].disputed == 1
    assert "已提出有误，照常办理" in shown.text and "来源为 女" in shown.text


def test_another_adults_record_is_theirs_to_dispute(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL)
    confirmed(page)
    assert 'value="father.phone"' not in page.get().text
    assert page.client.get(f"/drafts/{page.draft.id}/dispute/?field=father.name").status_code == 404


# --- sources that are down -------------------------------------------------------------------------------------------


def test_an_outage_is_said_and_may_be_left_empty_or_asked_again(stage: Stage) -> None:
    hub.set_system_state("medical_insurance", "down", stage.resident("steward"))
    page = Page("liuyun")
    shown = page.get()
    assert shown.context["view"].out >= 5
    assert "医保系统" in shown.text and "再取一次" in shown.text and 'id="mother.insured_no"' in shown.text
    page.post(**USUAL)
    confirmed(page)
    assert page.post(**USUAL)["Location"].endswith("/review/"), "nobody is held up by a system that is down"
    hub.set_system_state("medical_insurance", "up", stage.resident("steward"))
    page.post(**USUAL, do="refill")
    assert page.get().context["view"].out == 0
    assert page.draft.origins["mother.insured_no"]["kind"] == "source"


# --- the other parent ------------------------------------------------------------------------------------------------


def test_the_other_parent_reads_what_will_be_read_before_anything_is(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL, do="ask")
    found = Confirmation.objects.get(draft=page.draft)
    father = client_of("zhouziheng")
    shown = html.unescape(father.get(f"/confirmations/{found.id}/").content.decode())
    assert "姓名大样：周沐言" in shown and "省公安厅·人口基本信息" in shown and "随母亲" in shown
    assert client_of("kangle").get(f"/confirmations/{found.id}/").status_code == 404
    assert page.get("other/").status_code == 204, "nothing to say yet"
    father.post(f"/confirmations/{found.id}/", {"answer": "yes"})
    assert "父亲的确认" in page.get("other/").text
    assert "您已同意" in father.get(f"/confirmations/{found.id}/").content.decode()


def test_the_answer_to_another_name_is_not_taken(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL, do="ask")
    found = Confirmation.objects.get(draft=page.draft)
    father = client_of("zhouziheng")
    seal = re.search(r'name="seen" value="(\w+)"', father.get(f"/confirmations/{found.id}/").content.decode())
    assert seal
    page.save(child__name="周沐研")
    answer = father.post(f"/confirmations/{found.id}/", {"answer": "yes", "seen": seal[1]})
    assert answer.status_code == 409 and "请再看一遍" in answer.content.decode()
    assert "father.name" not in page.draft.answers


def test_a_name_changed_after_the_confirmation_is_confirmed_again(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL)
    confirmed(page)
    page.post(**{**USUAL, "child__name": "周沐研"})
    assert [e.code for e in page.get("review/").context["errors"]] == ["confirmed_other"]
    assert page.client.post(f"{page.url}review/").status_code == 422
    confirmed(page)
    assert not page.get("review/").context["errors"]


def test_a_refusal_is_said_and_the_matter_goes_on_without(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL, do="ask")
    found = Confirmation.objects.get(draft=page.draft)
    client_of("zhouziheng").post(f"/confirmations/{found.id}/", {"answer": "no", "reason": "再想想"})
    shown = page.get()
    assert "没有同意，没有读取他的任何信息" in shown.text and "再想想" not in shown.text
    page.post(**USUAL, child__surname_ground="elder")
    assert not page.get("review/").context["errors"]
    case = page.client.post(f"{page.url}review/")
    parent = Case.objects.get(number=case["Location"].strip("/").rpartition("/")[2])
    assert not parent.parties.filter(role="father").exists()


def test_going_on_without_after_all_leaves_nothing_of_what_was_read(stage: Stage) -> None:
    page = Page("liuyun")
    page.post(**USUAL)
    confirmed(page)
    assert page.draft.answers["father.name"] == "周子衡"
    page.post(do="absent")
    left = page.draft
    assert not [key for key in left.answers if key.startswith(("father.", "@father"))]
    assert "father" not in left.people
    page.post(do="present")
    assert "请他确认" in page.get().text


def test_who_is_not_registered_as_the_spouse_is_asked_by_name_and_phone(stage: Stage) -> None:
    page = Page("zoumin")
    page.post(parents__marriage="unmarried")
    wrong = page.post(**{"do": "ask_named", "other.name": "任强", "other.phone": "13000000000"})
    assert wrong.status_code == 422 and "姓名和手机号对不上" in wrong.text and 'value="任强"' in wrong.text
    assert page.post(do="ask").status_code == 422
    assert "没有查到结婚登记" in page.post(do="ask").text


# --- other situations ------------------------------------------------------------------------------------------------


def test_what_data_cannot_tell_is_asked_first_and_alone(stage: Stage) -> None:
    page = Page("chensimin")
    first = page.get()
    assert [one.name for one in first.context["shown"].questions] == ["parents.marriage"]
    assert (first.context["step"], first.context["steps"]) == (1, 3)
    assert "孩子的姓名" not in first.text
    page.post(parents__marriage="unmarried")
    second = page.get()
    assert (second.context["step"], second.context["steps"]) == (2, 3)
    assert "孩子的姓名" in second.text and "非婚生育说明" in second.text


def test_a_birth_abroad_is_shown_the_way_with_what_was_filled_in(stage: Stage) -> None:
    page = Page("huangkexin")
    page.post(birth__place="abroad")
    shown = page.get()
    assert "这件事不在这里办" in shown.text and "派出所" in shown.text
    assert "下一步：看一遍再提交" not in shown.text
    assert "黄可欣" in page.get("carry/").text
    page.post(birth__place="hospital")
    assert page.get().context["shown"].decline is None, "a slip is mended"


def test_after_a_death_nobody_is_congratulated_or_asked_for_what_follows_from_it(stage: Stage) -> None:
    page = Page("yijing")
    shown = page.get()
    names = [one.name for one in shown.context["view"].typed]
    assert names == ["child.name", "household.follow", "death.date", "death.place"]
    assert "还没取好名字" not in shown.text and "派出所民警会打电话给您" in shown.text
    assert "恭喜" not in shown.text and "评价" not in shown.text


def test_a_stillbirth_asks_nothing_and_nobody_else(stage: Stage) -> None:
    shown = Page("tanghui").get()
    assert shown.context["shown"].typed == 0
    assert 'id="father"' not in shown.text


def test_twins_have_a_group_and_a_name_each(stage: Stage) -> None:
    shown = Page("dengyaqi").get()
    assert [one.label for one in shown.context["view"].typed][:2] == ["第 1 个孩子的姓名", "第 2 个孩子的姓名"]
    titles = [fold.title for fold in shown.context["view"].folds]
    assert titles[:2] == ["第 1 个孩子", "第 2 个孩子"]


def test_without_a_name_the_rest_is_kept_and_nothing_is_submitted(stage: Stage) -> None:
    page = Page("liuyun")
    kept = page.post(household__follow="mother", do="later")
    assert "出生医学证明要定了名字才能签发" in page.client.get(kept["Location"]).content.decode()
    assert page.draft.answers["household.follow"] == "mother"
    assert page.client.post(f"{page.url}review/").status_code == 422


def test_giving_up_is_asked_twice(stage: Stage) -> None:
    page = Page("liuyun")
    address = page.post(do="discard")["Location"]
    assert page.draft.state == Draft.State.OPEN
    page.client.get(address)
    assert page.draft.state == Draft.State.OPEN
    page.client.post(address)
    assert page.draft.state == Draft.State.DISCARDED
    assert page.get().status_code == 404


def test_a_name_is_looked_at_character_by_character(stage: Stage) -> None:
    answer = Client().post("/names/glyphs/", {"name": "王㐂\U000323b0"})
    assert answer.json() == {"missing": ["\U000323b0"]}
    assert Client().get("/names/glyphs/?name=王").status_code == 405, "no name in an address"


def test_an_offer_is_shown_with_the_matter_and_consent_is_kept(stage: Stage) -> None:
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    case = birth.submit()
    stage.grant(birth.sub("birth_certificate"))
    client = client_of("liuyun")
    assert "生育津贴" in client.get(f"/cases/{case.number}/").content.decode()
    offer = Offer.objects.get(case=case, item_key="maternity_allowance")
    assert client_of("kangle").post(f"/offers/{offer.id}/", {"answer": "yes"}).status_code == 404
    for _ in range(2):
        answer = client.post(f"/offers/{offer.id}/", {"answer": "yes"})
        assert answer["Location"].endswith(f"/cases/{case.number}/")
    assert "已同意使用这次的信息" in client.get(f"/cases/{case.number}/").content.decode()
