"""What officers do from the case page: steps with forms and previews, claims, hand-overs, several at once."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.models import CaseEvent
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.cases.tests.test_desk_pages import get, numbers, post
from xiang.foundation.documents.models import Document

pytestmark = pytest.mark.django_db
SHOP = "芸记米粉店"
NEW = "岳麓区桃子湖咖啡馆"


def act(client, case, transition: str, **data):
    current = queries.by_id(case.id)
    given = {"transition": transition, "version": current.version, **data}
    return post(client, reverse("cases:act", args=[case.number]), given)


def state_of(case) -> str:
    return queries.by_id(case.id).state


def seal_in(answer) -> str:
    return answer.context["seal"]


# --- one step -----------------------------------------------------------------------------------------------------------


def test_the_usual_step_is_one_press_with_its_opinion(desk, as_):
    case, client = desk.cases[NEW], as_(desk.market.wu)
    page = get(client, f"/desk/cases/{case.number}/").content.decode()
    assert 'class="pri" data-key="A"' in page
    answer = act(client, case, "accept", opinion="材料齐全。")
    assert answer.status_code == 302
    assert state_of(case) == "accepted"
    assert CaseEvent.objects.get(case=case, transition="accept").opinion == "材料齐全。"
    assert "已受理" in get(client, answer["Location"]).content.decode()


def test_each_button_says_its_basis_and_a_closed_one_says_why(desk, as_):
    case = desk.cases[SHOP]
    page = get(as_(desk.market.chen), f"/desk/cases/{case.number}/")
    actions = {one.value: one for one in page.context["view"].actions}
    assert actions["recommend_grant"].primary
    assert actions["recommend_grant"].basis == "许可法第三十八条第一款"
    assert actions["extend"].disabled == "由负责人岗办"
    assert not actions["stop"].disabled
    for colleague in (desk.market.staff("reviewer", "乙"),):
        others = get(as_(colleague), f"/desk/cases/{case.number}/").context["view"].actions
        assert {one.disabled for one in others if one.value != "extend"} == {"在陈建国手上"}


def test_receiving_and_reviewing_are_kept_apart_and_the_button_says_so(scene, as_):
    with scenes.now():
        both = scene.market.staff("receiver", "兼岗")
        from xiang.foundation.parties import operations as parties
        from xiang.foundation.parties.actors import SYSTEM

        parties.appoint(SYSTEM, both, scene.market.unit, "reviewer", valid_from=date(2024, 1, 1))
    case = scenes.file_licence(scene, SHOP, date(2025, 9, 23))
    client = as_(both)
    act(client, case, "accept")
    page = get(client, f"/desk/cases/{case.number}/")
    actions = {one.value: one.disabled for one in page.context["view"].actions}
    assert actions["recommend_grant"] == "受审分离，请同事办"
    assert act(client, case, "recommend_grant").status_code == 403
    assert state_of(case) == "accepted"


def test_a_second_submit_says_that_somebody_was_faster_and_keeps_the_words(desk, as_):
    case, client = desk.cases[NEW], as_(desk.market.wu)
    given = {"transition": "correct_on_spot", "version": case.version, "stage": "form", "corrected": "门牌号"}
    url = reverse("cases:act", args=[case.number])
    assert post(client, url, given).status_code == 302
    again = post(client, url, given | {"opinion": "写了很久的意见"})
    assert again.status_code == 409
    assert "这件事刚刚有人办过" in again.content.decode()
    assert "写了很久的意见" in again.content.decode()
    assert CaseEvent.objects.filter(case=case, transition="correct_on_spot").count() == 1


def test_a_reason_written_while_a_colleague_was_faster_is_still_on_the_form(desk, as_):
    case, client = recommended(desk, as_)
    preview = act(client, case, "refuse", stage="form", reason="场所不符合要求")
    seen = preview.context["version"]
    with scenes.now():
        operations.claim(case.id, desk.market.decider)
    url = reverse("cases:act", args=[case.number])
    given = {"transition": "refuse", "version": seen, "stage": "form", "reason": "场所不符合要求"}
    again = post(client, url, given | {"stage": "do", "seal": preview.context["seal"]})
    assert state_of(case) == "deciding", "the case moved on since it was previewed: it is looked at again"
    late = post(client, url, given | {"stage": "do", "seal": again.context["seal"]})
    assert late.status_code == 409
    assert "这件事刚刚有人办过" in late.content.decode()
    assert {field.name: field.value for field in late.context["fields"]}["reason"] == "场所不符合要求"
    assert late.context["version"] == queries.by_id(case.id).version
    gone = post(client, url, {"transition": "stop", "version": seen, "stage": "form", "reason": "写了很久的理由"})
    assert gone.status_code == 409
    assert "写了很久的理由" in gone.content.decode()


def test_a_step_that_is_gone_says_so_and_shows_what_can_be_done_now(desk, as_):
    case, client = desk.cases[NEW], as_(desk.market.wu)
    act(client, case, "accept")
    again = act(client, case, "accept", opinion="再来一次")
    assert again.status_code == 409
    assert "再来一次" in again.content.decode() or "现在可以办的步骤" in again.content.decode()


def test_a_form_with_something_missing_names_the_place_and_keeps_the_rest(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    first = act(client, case, "inspect", opinion="先看现场")
    assert first.status_code == 200
    assert "先看现场" in first.content.decode(), "an opinion typed on the case page goes with the step"
    wrong = act(client, case, "inspect", stage="form", inspectors="王敏", on="2025-09-24", opinion="先看现场")
    assert wrong.status_code == 422
    fields = {field.name: field for field in wrong.context["fields"]}
    assert fields["findings"].error
    assert (fields["inspectors"].value, fields["opinion"].value) == ("王敏", "先看现场")
    done = act(client, case, "inspect", stage="form", inspectors="王敏\n李旭", on="2025-09-24", findings="合格")
    assert done.status_code == 302
    assert CaseEvent.objects.get(case=case, transition="inspect").data["inspectors"] == ["王敏", "李旭"]


def test_the_clock_stops_only_for_the_reasons_that_the_item_allows(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    fields = {field.name: field for field in act(client, case, "stop").context["fields"]}
    assert [option.label for option in fields["reason"].options] == ["检测", "专家评审"]
    preview = act(client, case, "stop", stage="form", reason="testing", days="2")
    assert "依法需要进行：检测" in preview.content.decode(), "the document writes the reason out"


# --- refusals are previewed ---------------------------------------------------------------------------------------------


def recommended(desk, as_):
    case = desk.cases["湖南大学天马食堂"]
    return case, as_(desk.market.li)


def test_a_refusal_is_shown_whole_before_it_is_made(desk, as_):
    case, client = recommended(desk, as_)
    form = act(client, case, "refuse")
    assert form.status_code == 200
    assert "预览文书，再决定" in form.content.decode()
    preview = act(client, case, "refuse", stage="form", reason="场所不符合要求")
    assert "理由：场所不符合要求" in preview.content.decode()
    assert state_of(case) == "deciding", "nothing has been decided by looking"
    assert not Document.objects.filter(case_id=case.id, kind="refusal_decision").exists()
    done = act(client, case, "refuse", stage="do", reason="场所不符合要求", seal=seal_in(preview))
    assert done.status_code == 302
    assert state_of(case) == "refused"
    document = Document.objects.get(case_id=case.id, kind="refusal_decision")
    assert "理由：场所不符合要求" in document.text["paragraphs"]


def test_a_refusal_that_was_not_previewed_in_these_words_is_previewed_first(desk, as_):
    case, client = recommended(desk, as_)
    unseen = act(client, case, "refuse", stage="do", reason="没有看过的理由")
    assert unseen.status_code == 200
    assert "没有看过的理由" in unseen.content.decode()
    assert state_of(case) == "deciding"
    other = act(client, case, "refuse", stage="do", reason="换了一个理由", seal=seal_in(unseen))
    assert state_of(case) == "deciding"
    assert "换了一个理由" in other.content.decode()


def test_going_back_from_the_preview_keeps_what_was_written(desk, as_):
    case, client = recommended(desk, as_)
    back = act(client, case, "refuse", stage="edit", reason="场所不符合要求")
    assert {f.name: f.value for f in back.context["fields"]}["reason"] == "场所不符合要求"


def test_any_document_can_be_previewed_before_it_goes_out(desk, as_):
    case, client = desk.cases[NEW], as_(desk.market.wu)
    url = reverse("cases:act", args=[case.number])
    preview = post(client, url, {"preview": "accept", "version": case.version, "opinion": "材料齐全。"})
    assert "受理通知书" in preview.content.decode()
    assert state_of(case) == "submitted"
    done = post(client, url, {"transition": "accept", "version": case.version, "opinion": "材料齐全。", "stage": "do"})
    assert done.status_code == 302
    assert state_of(case) == "accepted"


# --- phrases ------------------------------------------------------------------------------------------------------------


def test_phrases_are_offered_on_their_step_and_procedure(desk, as_):
    operations.put_phrase("a", on="recommend_grant", text="申请内容与共享数据一致，建议准予。")
    operations.put_phrase("b", on="recommend_grant", procedure="confirmation", text="亲子鉴定意见支持，建议确认。")
    operations.put_phrase("c", on="send_back", text="事实还不清楚。")
    page = get(as_(desk.market.chen), f"/desk/cases/{desk.cases[SHOP].number}/").content.decode()
    assert "建议准予" in page
    assert "建议确认" not in page
    assert "事实还不清楚" not in page
    form = act(as_(desk.market.li), desk.cases["湖南大学天马食堂"], "send_back").content.decode()
    assert 'data-phrase="事实还不清楚。" data-into="#reason"' in form


# --- hands --------------------------------------------------------------------------------------------------------------


def test_a_case_is_claimed_once_and_the_second_is_told(desk, as_):
    case, colleague = desk.cases[NEW], desk.market.staff("receiver", "乙")
    assert post(as_(desk.market.wu), f"/desk/cases/{case.number}/claim/").status_code == 302
    late = post(as_(colleague), f"/desk/cases/{case.number}/claim/")
    assert late.status_code == 409
    assert "已由同事签收" in late.content.decode()
    assert post(as_(desk.market.wu), f"/desk/cases/{case.number}/release/").status_code == 302
    assert post(as_(colleague), f"/desk/cases/{case.number}/claim/").status_code == 302


def test_a_case_is_handed_to_a_colleague_of_the_office_and_to_nobody_else(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    colleague = desk.market.staff("reviewer", "乙")
    url = reverse("cases:hand_over", args=[case.number])
    options = {field.name: field for field in get(client, url).context["fields"]}["to"].options
    assert str(desk.police.chen.id) not in {option.value for option in options}
    assert post(client, url, {"to": str(desk.police.chen.id), "reason": "帮忙"}).status_code == 422
    assert post(client, url, {"to": str(colleague.id), "reason": ""}).status_code == 422
    assert post(client, url, {"to": str(colleague.id), "reason": "休假"}).status_code == 302
    assert SHOP in numbers(get(as_(colleague), "/desk/?view=mine"))
    assert SHOP not in numbers(get(client, "/desk/?view=mine"))


def test_an_accepted_case_goes_back_to_who_received_it_with_its_clock_running(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    due = queries.by_id(case.id).due
    assert post(client, reverse("cases:return", args=[case.number]), {"reason": "扫描件缺页"}).status_code == 302
    case = queries.by_id(case.id)
    assert (case.assignee_id, case.state, case.due) == (desk.market.wu.id, "accepted", due)
    assert SHOP in numbers(get(as_(desk.market.wu), "/desk/?view=mine"))


def test_a_stopped_case_stays_in_the_hands_it_was_in(desk):
    assert queries.by_id(desk.cases["湖南橘洲食品有限公司"].id).assignee_id == desk.market.chen.id


def test_the_reminder_of_the_applicant_shows_until_the_office_moves(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    assert "等开业，请快一点" in get(client, f"/desk/cases/{case.number}/").context["view"].urge
    act(client, case, "inspect", stage="form", inspectors="王敏\n李旭", on="2025-09-24", findings="合格")
    assert get(client, f"/desk/cases/{case.number}/").context["view"].urge == ""


def test_the_page_knows_its_place_in_the_list_it_was_opened_from(desk, as_):
    client = as_(desk.market.chen)
    rows = get(client, "/desk/?view=unit").context["view"].rows
    view = get(client, rows[3].url).context["view"]
    assert (view.place.at, view.place.of) == (4, 14)
    assert (view.place.before, view.place.after) == (rows[2].number, rows[4].number)
    assert get(client, rows[0].url).context["view"].before == ""


# --- several at once ----------------------------------------------------------------------------------------------------


def tokens(client, view: str, **wanted: str) -> list[str]:
    rows = get(client, f"/desk/?view={view}").context["view"].rows
    return [row.token for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def test_alike_cases_are_accepted_together_each_with_its_own_document(desk, as_):
    client = as_(desk.market.wu)
    chosen = tokens(client, "mine", item="食品经营许可")
    assert len(chosen) == 2
    confirm = post(client, "/desk/batch/?view=mine", {"transition": "accept", "cases": chosen})
    assert "每件各发一份文书" in confirm.content.decode()
    done = post(
        client, "/desk/batch/", {"transition": "accept", "cases": chosen, "stage": "do", "opinion": "材料齐全。"}
    )
    assert [one.done for one in done.context["results"]] == [True, True]
    accepted = CaseEvent.objects.filter(transition="accept", opinion="材料齐全。")
    assert accepted.values("document_id").distinct().count() == 2


def test_different_items_are_not_decided_in_one_go(desk, as_):
    client = as_(desk.market.wu)
    refused = post(client, "/desk/batch/", {"transition": "accept", "cases": tokens(client, "mine")})
    assert refused.status_code == 409
    assert "批量只限同一事项的同一步" in refused.content.decode()


@pytest.mark.parametrize("transition", ["refuse", "decline", "ask_supplement", "stop"])
def test_what_must_be_previewed_is_never_a_batch(desk, as_, transition):
    for staff in (desk.market.wu, desk.market.chen, desk.market.li):
        client = as_(staff)
        for row in get(client, "/desk/?view=unit").context["view"].rows:
            given = {"transition": transition, "cases": [row.token], "stage": "do", "reason": "不行"}
            assert post(client, "/desk/batch/", given).status_code == 409
    assert not CaseEvent.objects.filter(transition__in=("refuse", "decline")).exists()


def test_one_case_that_somebody_moved_meanwhile_does_not_hold_up_the_others(desk, as_):
    client = as_(desk.market.wu)
    chosen = tokens(client, "mine", item="食品经营许可")
    with scenes.now():
        moved = queries.case_for(desk.market.receiver, chosen[0].partition(":")[0])
    scenes.walk(moved, "correct_on_spot", desk.market.receiver, scenes.TODAY, corrected=["门牌号"])
    done = post(client, "/desk/batch/", {"transition": "accept", "cases": chosen, "stage": "do"})
    results = {one.title: one for one in done.context["results"]}
    assert sorted(one.done for one in results.values()) == [False, True]
    assert "刚刚有人办过" in next(one.words for one in results.values() if not one.done)


def test_a_batch_never_reaches_the_cases_of_another_office(desk, as_):
    chosen = tokens(as_(desk.market.wu), "mine")
    answer = post(as_(desk.police.wu), "/desk/batch/", {"transition": "claim", "cases": chosen})
    assert answer.status_code == 409
    assert "还没有选中办件" in answer.content.decode()


def test_colleagues_cover_for_each_other_by_handing_over_several(desk, as_):
    client, colleague = as_(desk.market.chen), desk.market.staff("reviewer", "乙")
    chosen = tokens(client, "mine", officer="陈建国")[:3]
    form = post(client, "/desk/batch/", {"transition": "hand_over", "cases": chosen})
    assert form.status_code == 200
    given = {"transition": "hand_over", "cases": chosen, "stage": "do", "to": str(colleague.id), "reason": "休假"}
    done = post(client, "/desk/batch/", given)
    assert [one.done for one in done.context["results"]] == [True] * 3
    assert len(tokens(as_(colleague), "mine", officer="乙")) == 3
