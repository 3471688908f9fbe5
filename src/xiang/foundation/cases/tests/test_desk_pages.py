"""The officers' pages: whose they are, what they cost, and that looking is noted."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.test import Client
from django.urls import reverse

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.models import CaseEvent
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.ground import instant
from xiang.foundation.ledger.models import Entry

pytestmark = pytest.mark.django_db
SHOP = "芸记米粉店"
GETS = ("case", "peek", "print", "hand_over", "return", "recuse")
POSTS = ("act", "claim", "release", "follow", "unfollow", "hand_over", "return", "recuse")


def get(client: Client, url: str, **more):
    with scenes.now():
        return client.get(url, **more)


def post(client: Client, url: str, data=None, at: datetime = scenes.NOW, **more):
    with scenes.now(at):
        return client.post(url, data or {}, **more)


def numbers(answer) -> list[str]:
    return [row.title for row in answer.context["view"].rows]


# --- whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GETS)
def test_a_case_of_another_office_is_absent_at_every_address(desk, as_, name):
    url = reverse(f"cases:{name}", args=[desk.cases[SHOP].number])
    assert get(as_(desk.market.chen), url).status_code == 200
    assert get(as_(desk.police.chen), url).status_code == 404
    assert get(as_(desk.stranger), url).status_code == 404
    assert get(as_(desk.shop), url).status_code == 404, "the applicant has a page of their own"


@pytest.mark.parametrize("name", POSTS)
def test_nobody_from_elsewhere_acts_on_a_case(desk, as_, name):
    case = desk.cases[SHOP]
    before = CaseEvent.objects.filter(case=case).count()
    for who in (desk.police.chen, desk.stranger, desk.shop):
        answer = post(as_(who), reverse(f"cases:{name}", args=[case.number]), {"transition": "recommend_grant"})
        assert answer.status_code == 404
    assert CaseEvent.objects.filter(case=case).count() == before


def test_the_desk_is_absent_for_residents_and_asks_visitors_to_sign_in(desk, as_, client):
    for url in ("/desk/", "/desk/export.csv"):
        assert get(as_(desk.mother), url).status_code == 404
        assert get(client, url).status_code == 302
    assert post(as_(desk.mother), "/desk/batch/", {"transition": "claim"}).status_code == 404


def test_a_supervisor_sees_all_below_the_division_and_acts_on_nothing(desk, as_):
    client = as_(scenes.supervisor(desk))
    answer = get(client, "/desk/")
    assert answer.context["view"].wanted.view == "all"
    assert len(answer.context["view"].rows) == 14
    case = desk.cases[SHOP]
    page = get(client, f"/desk/cases/{case.number}/")
    assert "不能办理" in page.content.decode()
    assert not page.context["view"].actions
    assert scenes.SECRET_PHONE not in page.content.decode(), "who does not handle a case does not call the applicant"
    version = queries.by_id(case.id).version
    refused = post(client, f"/desk/cases/{case.number}/act/", {"transition": "recommend_grant", "version": version})
    assert refused.status_code == 403
    assert queries.by_id(case.id).state == "accepted"


def test_who_stepped_back_from_a_case_no_longer_opens_it(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    url = reverse("cases:recuse", args=[case.number])
    assert post(client, url).status_code == 422, "a reason is asked for"
    assert post(client, url, {"reason": "申请人是我的亲属"}).status_code == 302
    assert get(client, f"/desk/cases/{case.number}/").status_code == 404
    assert SHOP not in numbers(get(client, "/desk/?view=unit"))
    with scenes.now():
        colleague = desk.market.staff("reviewer", "乙")
    assert SHOP in numbers(get(as_(colleague), "/desk/?view=unit"))


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_most_urgent_stand_first_whatever_limit_it_is(desk, as_):
    view = get(as_(desk.market.chen), "/desk/?view=unit").context["view"]
    kinds = [row.clock.kind for row in view.rows]
    assert kinds[0] == "late"
    assert kinds[1:4] == ["soon"] * 3
    today = next(row for row in view.rows if row.title == "湖南麓谷智造科技有限公司")
    assert today.clock.short == "受理期今天止", "an application nobody has answered yet is urgent too"
    assert [row.state for row in view.rows][-1] == "等补正", "what waits for the applicant stands last"


def test_the_lists_hold_what_they_say(desk, as_):
    chen, wu = as_(desk.market.chen), as_(desk.market.wu)
    assert len(numbers(get(chen, "/desk/?view=unit"))) == 14
    mine = get(chen, "/desk/?view=mine").context["view"].rows
    assert {row.officer for row in mine} == {"陈建国"}
    assert {row.state for row in get(wu, "/desk/?view=mine").context["view"].rows} == {"待受理"}
    assert {row.state for row in get(wu, "/desk/?view=review").context["view"].rows} == {"待决定"}
    case = desk.cases[SHOP]
    assert numbers(get(chen, "/desk/?view=followed")) == []
    post(chen, f"/desk/cases/{case.number}/follow/")
    assert numbers(get(chen, "/desk/?view=followed")) == [SHOP]
    post(chen, f"/desk/cases/{case.number}/unfollow/")
    assert numbers(get(chen, "/desk/?view=followed")) == []


def test_counters_and_filters_agree(desk, as_):
    client = as_(desk.market.chen)
    whole = get(client, "/desk/?view=unit").context["view"]
    counts = {counter.words: int(counter.number) for counter in whole.counters}
    assert sum(counts.values()) == 14
    for counter in whole.counters:
        assert len(numbers(get(client, counter.url))) == int(counter.number), counter.words
    assert numbers(get(client, "/desk/?view=unit&due=late")) == ["岳麓区老李粉店"]
    assert numbers(get(client, "/desk/?view=unit&due=applicant")) == ["岳麓区书院路便利店"]
    assert numbers(get(client, "/desk/?view=unit&item=food_3")) == ["湖南橘洲食品有限公司"]
    assert numbers(get(client, "/desk/?view=unit&state=stopped")) == ["湖南橘洲食品有限公司"]


def test_search_finds_by_a_part_of_the_number_or_the_name(desk, as_):
    client, case = as_(desk.market.chen), desk.cases[SHOP]
    assert numbers(get(client, "/desk/?view=unit&q=芸记")) == [SHOP]
    assert numbers(get(client, f"/desk/?view=unit&q={case.number[7:]}")) == [SHOP]
    assert numbers(get(client, f"/desk/?view=unit&q={case.number}")) == [SHOP]
    assert get(client, "/desk/?view=unit&q=没有这件").context["view"].empty.lotus is False


def test_a_list_longer_than_a_page_goes_on_by_key(desk, as_, monkeypatch):
    monkeypatch.setattr("xiang.foundation.cases.presenting.inbox.SIZE", 5)
    client = as_(desk.market.chen)
    found, url = [], "/desk/?view=unit"
    while url:
        view = get(client, url).context["view"]
        found += [row.number for row in view.rows]
        url = view.paging.next_url
    assert len(found) == len(set(found)) == 14


def test_nothing_to_do_shows_the_lotus(scene, as_):
    answer = get(as_(scene.market.chen), "/desk/")
    assert "x-lotus" in answer.content.decode()
    assert "手上没有要办的" in answer.content.decode()


def test_the_keys_are_in_the_markup(desk, as_):
    page = get(as_(desk.market.chen), "/desk/?view=unit").content.decode()
    for part in (
        "data-desk",
        "data-row",
        "data-href",
        "data-peek=",
        "data-peek-target",
        "data-search",
        "data-selected",
    ):
        assert part in page
    peek = get(
        as_(desk.market.wu),
        reverse("cases:peek", args=[desk.cases["岳麓区桃子湖咖啡馆"].number]),
        headers={"HX-Request": "true"},
    )
    said = peek.content.decode()
    assert 'data-key="A"' in said
    assert 'data-key="B" data-key-words="一次性补正" data-preview' in said
    assert "<html" not in said


# --- cost ------------------------------------------------------------------------------------------------------------


def test_the_inbox_costs_at_most_fifteen_queries(desk, as_, django_assert_max_num_queries):
    client = as_(desk.market.chen)
    get(client, "/desk/")
    with django_assert_max_num_queries(15):
        get(client, "/desk/?view=unit&item=food_1&q=食品")


def test_the_case_page_costs_at_most_fifteen_queries(desk, as_, django_assert_max_num_queries):
    client, case = as_(desk.market.chen), desk.cases[SHOP]
    get(client, f"/desk/cases/{case.number}/")
    with django_assert_max_num_queries(15):
        get(client, f"/desk/cases/{case.number}/?view=unit")


def test_the_peek_costs_at_most_fifteen_queries(desk, as_, django_assert_max_num_queries):
    client, case = as_(desk.market.chen), desk.cases[SHOP]
    get(client, f"/desk/peek/{case.number}/")
    with django_assert_max_num_queries(15):
        get(client, f"/desk/peek/{case.number}/", headers={"HX-Request": "true"})


# --- looking is an act -----------------------------------------------------------------------------------------------


def test_reading_a_case_is_noted_once_a_day_for_each_officer(desk, as_):
    case, client = desk.cases[SHOP], as_(desk.market.chen)
    url = f"/desk/cases/{case.number}/"
    for _ in range(3):
        get(client, url)
    get(client, reverse("cases:print", args=[case.number]))
    assert Entry.objects.filter(kind="case.read", case_id=case.id).count() == 1
    get(as_(desk.market.wu), url)
    with scenes.now(datetime.combine(date(2025, 9, 25), time(9), instant.SHANGHAI)):
        client.get(url)
    assert Entry.objects.filter(kind="case.read", case_id=case.id).count() == 3


def test_an_applicant_reading_their_own_matter_leaves_no_entry(desk, as_):
    case = desk.cases[SHOP]
    assert get(as_(desk.shop), f"/cases/{case.number}/").status_code == 200
    assert not Entry.objects.filter(kind="case.read").exists()


def test_the_export_is_masked_and_noted_without_what_was_searched(desk, as_):
    answer = get(as_(desk.market.chen), "/desk/export.csv?view=unit&q=芸记")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "编号,事项,申请人,环节,收到,最晚,经办"
    assert SHOP not in text
    assert "芸***店" in text
    entry = Entry.objects.get(kind="case.export")
    assert entry.refs == {"view": "unit", "rows": "1", "searched": "yes"}


def test_a_name_that_looks_like_a_formula_is_harmless_in_the_export(scene, as_):
    scenes.file_licence(scene, "=HYPERLINK(1)", date(2025, 9, 23), item="=cmd")
    answer = get(as_(scene.market.chen), "/desk/export.csv?view=unit")
    assert "'=cmd" in b"".join(answer.streaming_content).decode("utf-8-sig")


# --- late ------------------------------------------------------------------------------------------------------------


def test_opening_a_page_settles_what_is_overdue(scene, as_):
    case = scenes.file_licence(scene, SHOP, date(2025, 9, 10))
    assert case.state == "submitted"
    page = get(as_(scene.market.chen), f"/desk/cases/{case.number}/")
    assert page.context["case"].state == "accepted", "five working days of silence are acceptance, written down or not"
    assert "视为受理" in page.content.decode()
    other = scenes.file_licence(scene, "另一家", date(2025, 9, 10))
    rows = get(as_(scene.market.chen), "/desk/?view=unit").context["view"].rows
    assert {row.state for row in rows if row.number == other.number} == {"审查"}


def test_an_application_that_nobody_answered_in_time_stays_on_top(scene, as_):
    parent = scenes.birth(scene, date(2025, 9, 10), walked=False)
    scenes.finish(scene, "birth_certificate", date(2025, 9, 10), date(2025, 9, 11))
    scenes.walk(scene.cases["household"], "start", operations.settling.actors.SYSTEM, date(2025, 9, 11))
    office = scene.offices["430104.police"]
    row = get(as_(office.wu), "/desk/?view=unit").context["view"].rows[0]
    assert parent.open
    assert row.number == scene.cases["household"].number
    assert (row.clock.kind, row.clock.short) == ("late", "受理晚 4 天")
