"""The applicant's pages: lanes, the single matter, what can be done, whose they are."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.cases.tests.test_desk_pages import get, post
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.forms import operations as drafts
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SESSION_KEY, SYSTEM

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PATHS = ("", "options/", "do/urge/", "do/withdraw/")


@pytest.fixture
def born(scene):
    scene.parent = scenes.birth(scene)
    return scene


def supplementing(scene, on=date(2025, 9, 23)):
    case = scenes.file_licence(scene, "芸记米粉店", on)
    return scenes.walk(case, "ask_supplement", scene.market.receiver, on, missing=["房屋租赁合同", "健康证明"])


# --- a life event -------------------------------------------------------------------------------------------------------


def test_the_first_sentence_says_what_is_done_and_what_comes_last(born, as_):
    view = get(as_(born.mother), f"/cases/{born.parent.number}/").context["view"]
    assert view.lead + view.latest + view.tail == "7 项中 3 项办结。最晚一项 10月10日（周五）前办完。"
    assert view.holidays == "10月1日至8日国庆、中秋不计工作日；9月28日（周日）调休上班，计 1 天。"


def test_each_body_has_its_lane_over_one_row_of_days(born, as_):
    lanes = get(as_(born.mother), f"/cases/{born.parent.number}/").context["view"].lanes
    rows = {row.title: row for row in lanes.rows}
    assert [row.title for row in lanes.rows] == [sub.item for sub in scenes.SUBS]
    assert {len(row.cells) for row in lanes.rows} <= {0, len(lanes.axis)}
    assert [cell.day for cell in lanes.axis if cell.state == "today"] == [scenes.TODAY]
    states = [cell.state for cell in rows["出生登记（户口）"].cells]
    assert states[:6] == ["rest", "past", "past", "today", "left", "due"]
    assert rows["出生登记（户口）"].note == "第 3 天，共 5 天"
    card = rows["社会保障卡"]
    assert (card.status.kind, card.after_words) == ("wait", "出生登记 9月26日前")
    assert [cell.state for cell in card.cells].count("waiting") == 5
    premium = rows["医保缴费"]
    assert (premium.status.kind, premium.ask) == ("you", "10月23日（周四）前缴费")
    assert (premium.action.label, premium.action.kind) == ("去缴费", "plain"), "the payment's own panel has the primary"
    assert lanes.root == str(born.cases["birth_certificate"].id)


def test_the_other_parent_follows_but_does_not_act(born, as_):
    client = as_(born.father)
    page = get(client, f"/cases/{born.parent.number}/")
    assert page.status_code == 200
    assert "刘芸提交了" in get(client, f"/cases/{born.parent.number}/?all=1").content.decode()
    assert not page.context["view"].may_act
    one = born.cases["household"].number
    single = get(client, f"/cases/{one}/")
    assert single.status_code == 200
    assert scenes.SECRET_NAME not in single.content.decode(), "what one parent filled in is not shown to the other"
    assert get(client, f"/cases/{one}/do/withdraw/").status_code == 404
    assert post(client, f"/cases/{one}/do/withdraw/").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_with_a_guessed_address_finds_nothing(born, as_, client, path):
    url = f"/cases/{born.cases['household'].number}/{path}"
    assert get(as_(born.mother), url).status_code == 200
    assert get(as_(born.stranger), url).status_code == 404
    assert get(client, url).status_code == 302
    assert get(as_(born.stranger), f"/cases/{born.parent.number}/").status_code == 404


def test_an_officer_is_led_to_the_desk(born, as_):
    case = born.cases["household"]
    office = born.offices["430104.police"]
    answer = get(as_(office.chen), f"/cases/{case.number}/")
    assert answer["Location"] == f"/desk/cases/{case.number}/"
    assert get(as_(born.market.chen), answer["Location"]).status_code == 404


def test_officers_see_the_other_items_of_the_event_and_open_only_their_own(born, as_):
    office = born.offices["430104.insurance"]
    page = get(as_(office.chen), f"/desk/cases/{born.cases['reimbursement'].number}/")
    siblings = {one.item: one for one in page.context["view"].siblings}
    assert len(siblings) == 7
    assert siblings["城乡居民参保登记"].url
    assert siblings["出生登记（户口）"].url == ""
    assert siblings["出生登记（户口）"].clock.short == "还剩 2 天"


def test_a_late_body_is_said_first_with_the_remedy(born, as_):
    case = born.cases["household"]
    later = scenes.datetime.combine(date(2025, 9, 29), scenes.time(9), scenes.instant.SHANGHAI)
    client = as_(born.mother)
    with scenes.now(later):
        page = client.get(f"/cases/{born.parent.number}/")
    view = page.context["view"]
    assert view.late[0].title == "望月湖派出所晚了 2 天：出生登记（户口）"
    said = page.content.decode()
    assert said.index("晚了 2 天") < said.index("x-lanes")
    assert "申请复议" in said
    assert queries.by_id(case.id).overdue, "opening the page settled the deadline that had passed"


def test_a_death_is_followed_quietly(scene, as_):
    parent = scenes.birth(scene, solemn=True, walked=False)
    for sub in scenes.SUBS:
        case = scene.cases[sub.key]
        if queries.by_id(case.id).open:
            scenes.walk(case, "withdraw", scenes.cast.resident(scene.mother), date(2025, 9, 22))
    scenes.walk(parent, "finish", SYSTEM, date(2025, 9, 22))
    page = get(as_(scene.mother), f"/cases/{parent.number}/").content.decode()
    assert "x-lotus" not in page
    assert "恭喜" not in page


def test_all_done_shows_the_lotus(scene, as_):
    parent = scenes.birth(scene)
    scenes.finish_all(scene)
    scenes.walk(parent, "finish", SYSTEM, scenes.TODAY)
    page = get(as_(scene.mother), f"/cases/{parent.number}/")
    assert page.context["view"].lead == "7 项都办完了。"
    assert "x-lotus" in page.content.decode()


def test_the_page_asks_again_and_is_told_nothing_while_nothing_changes(born, as_):
    client, url = as_(born.mother), f"/cases/{born.parent.number}/"
    page = get(client, url)
    assert 'hx-trigger="every 30s"' in page.content.decode()
    token = page.context["token"]
    assert get(client, f"{url}?seen={token}", headers={"HX-Request": "true"}).status_code == 204
    scenes.walk(born.cases["household"], "urge", scenes.cast.resident(born.mother), scenes.TODAY)
    changed = get(client, f"{url}?seen={token}", headers={"HX-Request": "true"})
    assert changed.status_code == 200
    assert changed.content.decode().lstrip().startswith('<div id="progress"')


# --- one matter ---------------------------------------------------------------------------------------------------------


def test_a_single_matter_shows_its_clock_derivation_documents_and_remedy(scene, as_):
    case = scenes.file_licence(scene, "芸记米粉店", date(2025, 9, 17))
    scenes.walk(case, "accept", scene.market.receiver, date(2025, 9, 18))
    page = get(as_(scene.shop), f"/cases/{case.number}/")
    view = page.context["view"]
    assert view.clock.words == "还剩 6 个工作日，10月9日（周四）前"
    assert [row.term for row in view.clock.derivation][:2] == ["起算", "时限"]
    assert [one.title for one in view.documents] == ["受理通知书"]
    assert [link.label for link in view.actions] == ["申请听证", "催办", "撤回申请"]
    assert "向岳麓区人民政府申请行政复议" in page.content.decode()
    assert "您填写" in page.content.decode()


def test_a_provisional_date_says_why(scene, as_):
    case = scenes.file_licence(scene, "芸记米粉店", date(2025, 12, 24))
    scenes.walk(case, "accept", scene.market.receiver, date(2025, 12, 24))
    later = scenes.datetime.combine(date(2025, 12, 25), scenes.time(9), scenes.instant.SHANGHAI)
    client = as_(scene.shop)
    with scenes.now(later):
        assert "这个日期是暂定的" in client.get(f"/cases/{case.number}/").content.decode()


def test_what_is_missing_is_handed_in_as_files_under_its_name(scene, as_):
    case, client = supplementing(scene), as_(scene.shop)
    page = get(client, f"/cases/{case.number}/")
    assert page.context["view"].ask == "还差 2 份：房屋租赁合同、健康证明。10月13日（周一）前补上"
    url = f"/cases/{case.number}/do/supplement/"
    empty = post(client, url, {"version": case.version})
    assert empty.status_code == 422
    assert "请至少交一份" in empty.content.decode()
    lease = SimpleUploadedFile("IMG_0001.PDF", PDF, "application/pdf")
    done = post(client, url, {"version": case.version, "file0": lease, "opinion": "健康证明正在办"})
    assert done.status_code == 302, done.context and done.context.get("uploads")
    assert queries.by_id(case.id).state == "submitted"
    assert StoredFile.objects.get().name == "房屋租赁合同.pdf"
    desk = get(as_(scene.market.wu), f"/desk/cases/{case.number}/")
    papers = {paper.title: paper for paper in desk.context["view"].papers}
    assert papers["房屋租赁合同.pdf"].file_id


def test_a_file_that_is_not_what_its_name_says_is_refused_at_its_place(scene, as_):
    case = supplementing(scene)
    fake = SimpleUploadedFile("合同.pdf", b"MZ not a pdf at all", "application/pdf")
    given = {"version": case.version, "file1": fake, "opinion": "见附件"}
    answer = post(as_(scene.shop), f"/cases/{case.number}/do/supplement/", given)
    assert answer.status_code == 422
    assert {u.name for u in answer.context["uploads"] if u.error} == {"file1"}
    assert "见附件" in answer.content.decode(), "what was written is kept"
    assert queries.by_id(case.id).state == "supplementing"


def test_withdrawing_is_confirmed_and_happens_once(scene, as_):
    case, client = scenes.file_licence(scene, "芸记米粉店", date(2025, 9, 23)), as_(scene.shop)
    url = f"/cases/{case.number}/do/withdraw/"
    assert "确认撤回" in get(client, url).content.decode()
    assert post(client, url, {"version": case.version}).status_code == 302
    again = post(client, url, {"version": case.version})
    assert again.status_code == 302
    assert queries.by_id(case.id).events.filter(transition="withdraw").count() == 1


# --- my matters ---------------------------------------------------------------------------------------------------------


def test_my_matters_stand_open_first_with_drafts_on_top(born, as_):
    with scenes.now():
        old = scenes.file_licence(born, "已撤回的", date(2025, 9, 1), applicant=born.mother)
        operations.perform(old.id, "withdraw", scenes.cast.resident(born.mother), {})
        draft = drafts.start(scenes.cast.resident(born.mother), "item", "vaccination", "预防接种证")
        event = drafts.start(scenes.cast.resident(born.mother), "life_event", "birth", "新生儿出生")
    view = get(as_(born.mother), "/cases/").context["view"]
    assert [one.number for one in view.open] == [born.parent.number], "sub-cases stand under their life event"
    assert [one.number for one in view.ended] == [old.number]
    assert {one.url for one in view.drafts} == {f"/drafts/{draft.id}/", f"/life-events/drafts/{event.id}/"}
    assert view.open[0].status.words == "1 项等您处理"


def test_my_matters_are_found_by_number(born, as_):
    number = born.cases["household"].number
    view = get(as_(born.mother), f"/cases/?q={number[-9:]}").context["view"]
    assert [one.number for one in view.open] == [number]
    nothing = get(as_(born.stranger), f"/cases/?q={number}").context["view"]
    assert nothing.empty is not None


def test_somebody_who_never_applied_sees_the_lotus(scene, as_):
    page = get(as_(scene.stranger), "/cases/").content.decode()
    assert "还没有办过事" in page
    assert "x-lotus" in page


def test_an_agent_sees_only_what_was_entrusted(scene, as_):
    agent, company = scene.stranger, scene.shop
    inside = scenes.file_licence(scene, "委托的", date(2025, 9, 22), item_key="food_licence")
    outside = scenes.file_licence(scene, "没有委托的", date(2025, 9, 22), item_key="company_change")
    with scenes.now():
        parties.grant_delegation(
            SYSTEM, principal=company, agent=agent, items=["food_licence"], valid_to=date(2026, 9, 1)
        )
        client = as_(agent)
        session = client.session
        session[SESSION_KEY] = str(company.id)
        session.save()
    assert [one.number for one in get(client, "/cases/").context["view"].open] == [inside.number]
    assert get(client, f"/cases/{inside.number}/").status_code == 200
    assert get(client, f"/cases/{outside.number}/").status_code == 404


def test_a_long_list_goes_on(scene, as_, monkeypatch):
    monkeypatch.setattr("xiang.foundation.cases.presenting.mine.SIZE", 2)
    for n in range(5):
        scenes.file_licence(scene, f"第{n}家", date(2025, 9, 22))
    client, url, found = as_(scene.shop), "/cases/", []
    while url:
        view = get(client, url).context["view"]
        found += [one.number for one in view.open]
        url = view.paging.next_url if view.paging else ""
    assert len(found) == len(set(found)) == 5


# --- cost ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/cases/", "/cases/{parent}/", "/cases/{one}/", "/cases/{one}/do/urge/"])
def test_each_page_of_the_applicant_costs_at_most_fifteen_queries(born, as_, django_assert_max_num_queries, path):
    client = as_(born.mother)
    url = path.format(parent=born.parent.number, one=born.cases["household"].number)
    get(client, url)
    with django_assert_max_num_queries(15):
        get(client, url)


def test_a_sub_case_on_the_desk_costs_at_most_fifteen_queries(born, as_, django_assert_max_num_queries):
    client = as_(born.offices["430104.insurance"].chen)
    url = f"/desk/cases/{born.cases['reimbursement'].number}/"
    get(client, url)
    with django_assert_max_num_queries(15):
        get(client, url)
