"""Finding a matter and reading its guide, as a resident."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.publishing.operations import editions
from xiang.services.items import operations, queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hunan")]
YUELU = "430104"


def test_the_list_shelves_every_item_by_theme(client: Client) -> None:
    answer = client.get(reverse("items:list"))
    page = answer.content.decode()
    assert answer.status_code == 200
    for item in queries.active():
        assert reverse("items:guide", args=[item.key]) in page
    assert "准入准营" in page and "出生" in page


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("给孩子上户口", "birth_registration"),
        ("出生医学证明", "birth_certificate"),
        ("食品经营许可", "food_business_licence"),
        ("开饭店", "food_business_licence"),
        ("护照", "passport"),
        ("残疾证", "disability_certificate"),
        ("注册公司", "company_establish"),
        ("公积金", "housing_fund_withdrawal"),
    ],
)
def test_people_find_a_matter_by_the_words_they_use(said: str, first: str) -> None:
    found = [item.key for item in queries.listing(text=said)]
    assert first in found[:3]


def test_nothing_found_says_so_and_offers_a_way_on(client: Client) -> None:
    page = client.get(reverse("items:list"), {"q": "zzqqxx"}).content.decode()
    assert "没有找到“zzqqxx”" in page
    assert "tel:12345" in page


def test_what_was_searched_is_escaped(client: Client) -> None:
    page = client.get(reverse("items:list"), {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_an_empty_shelf_says_so(client: Client) -> None:
    page = client.get(reverse("items:list"), {"theme": "travel", "audience": "business"}).content.decode()
    assert "这一类还没有事项" in page


def test_htmx_gets_only_the_results(client: Client) -> None:
    page = client.get(reverse("items:list"), {"q": "户口"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page and "出生登记" in page


@pytest.mark.parametrize(
    ("asked", "there", "not_there"),
    [
        ({"audience": "business"}, "company_change", "birth_registration"),
        ({"audience": "person"}, "birth_registration", "company_change"),
        ({"theme": "elderly"}, "retirement", "passport"),
        ({"department": "police"}, "passport", "retirement"),
        ({"department": "health"}, "birth_certificate", "passport"),
    ],
)
def test_the_list_narrows(asked: dict[str, str], there: str, not_there: str) -> None:
    found = {item.key for item in queries.listing(**asked)}
    assert there in found and not_there not in found


def test_items_for_natural_persons_are_those_that_name_them() -> None:
    assert {"1"} <= {code for item in queries.listing(serves="1") for code in item.content["objects"]}
    assert "company_change" not in {item.key for item in queries.listing(serves="1")}


def test_departments_go_by_the_names_people_know() -> None:
    titles = {d.key: d.title for d in queries.departments()}
    assert titles["police"] == "省公安厅"
    assert "公积金" in titles["housing_fund"]
    assert "hospital.mch" not in titles


def test_a_guide_says_who_how_long_what_and_how_to_object(client: Client) -> None:
    page = client.get(reverse("items:guide", args=["food_business_licence"]), {"division": YUELU}).content.decode()
    for words in (
        "食品经营许可", "岳麓区市场监督管理局", "法定", "行政许可法", "不收费", "营业执照",
        "不用交的", "岳麓区人民政府", "60 日", "6 个月", "20 个工作日", "办理条件", "打印",
    ):  # fmt: skip
        assert words in page, words


def test_what_is_waived_stands_apart_from_what_must_be_brought(client: Client) -> None:
    page = client.get(reverse("items:guide", args=["food_business_licence"])).content.decode()
    needed, _, waived = page.partition("不用交的")
    assert "布局、操作流程图" in needed
    assert "电子证照代替" in waived


@pytest.mark.parametrize(
    "key", ["birth_registration", "passport", "resident_premium", "school_enrolment", "work_injury"]
)
@pytest.mark.parametrize("division", ["", YUELU, "433127", "431121"])
def test_every_kind_of_guide_opens_everywhere(client: Client, key: str, division: str) -> None:
    """431121 is a county that became a city: a link of former times still leads somewhere."""
    assert client.get(reverse("items:guide", args=[key]), {"division": division}).status_code == 200


def test_the_place_is_remembered_and_a_false_one_ignored(client: Client) -> None:
    url = reverse("items:guide", args=["birth_registration"])
    assert "长沙市公安局岳麓分局" in client.get(url, {"division": YUELU}).content.decode()
    assert "长沙市公安局岳麓分局" in client.get(url).content.decode()
    assert "长沙市公安局岳麓分局" in client.get(url, {"division": "999999"}).content.decode()


def test_an_unknown_guide_is_absent(client: Client) -> None:
    assert client.get("/items/nothing/").status_code == 404


def test_an_item_is_handled_by_the_body_of_its_own_level() -> None:
    assert queries.item_for("birth_registration", YUELU).body.key == "430104.police"
    fund = queries.item_for("housing_fund_withdrawal", YUELU)
    assert fund.body.key == "430100.housing_fund"
    assert fund.government == "长沙市人民政府"
    assert queries.item_for("birth_registration").body is None


def test_an_implementation_code_is_body_level_and_basic_code() -> None:
    where = queries.item_for("birth_registration", YUELU)
    assert len(where.code) == 31
    assert where.code == f"{where.body.uscc}4{where.item.content['codes']['base']}"


def test_the_limits_of_an_item_are_the_rows_in_force() -> None:
    where = queries.item_for("food_business_licence", YUELU)
    assert (where.promised.unit, where.legal.words) == ("wd", "20个工作日")
    assert where.promised.value <= where.legal.value
    assert set(where.rules) == set(where.item.rules)


def test_a_suspended_item_leaves_the_list_and_comes_back() -> None:
    edition = publishing.current("items", "passport")
    editions.suspend(edition.id, SYSTEM, "核对收费")
    operations.index("passport")
    with pytest.raises(Absent):
        queries.item("passport")
    editions.resume(edition.id, SYSTEM)
    operations.index("passport")
    assert queries.item("passport").edition_id == edition.id


def test_a_page_asks_few_questions(client: Client, django_assert_max_num_queries: Any) -> None:
    for url in (reverse("items:list"), f"{reverse('items:guide', args=['birth_registration'])}?division={YUELU}"):
        client.get(url)  # a process reads what never changes once
        with django_assert_max_num_queries(15):
            client.get(url)
