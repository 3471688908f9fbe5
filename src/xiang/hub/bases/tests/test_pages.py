"""The pages: for stewards, masked, and as if absent for everybody else."""

from __future__ import annotations

import pytest
from django.test import Client

from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Merge, Pair

from .conftest import Resolve
from .numbers import number

pytestmark = pytest.mark.urls("xiang.hub.bases.tests.urls")

MINE = number(123)
LIU = {
    "name": "刘小芸",
    "birth_date": "1985-03-12",
    "phone": "13800138000",
    "address": "长沙市岳麓区五一大道12号3栋402",
}


@pytest.fixture
def desk(client: Client, cast: Cast, bases: None) -> Client:
    staff = casting.officer("祝凡", "steward", cast.police, cast.station, "steward", second_factor=True)
    return casting.sign_in(client, staff)


def test_the_overview_counts_by_source(desk: Client, say: Resolve) -> None:
    say("police", "1", **LIU, id_number=MINE)
    operations.count()
    page = desk.get("/hub/bases/").content.decode()
    assert "人口库" in page and "police表" in page and "主记录 1 条" in page


def test_a_golden_record_is_found_by_number_and_shown_masked(desk: Client, say: Resolve) -> None:
    found = say("police", "1", **LIU, id_number=MINE)
    page = desk.post("/hub/bases/person/search/", {"id_number": MINE}).content.decode()
    assert f"/hub/bases/golden/{found.golden}/" in page and MINE not in page
    page = desk.get(f"/hub/bases/golden/{found.golden}/").content.decode()
    assert "刘*芸" in page and "权威来源优先" in page
    for canary in (MINE, "刘小芸", "13800138000", "五一大道"):
        assert canary not in page


def test_a_steward_decides_a_pair_and_undoes_it(desk: Client, say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    other = say("health", "a", name="康乐", birth_date="1985-03-12", address="五一大道12号3栋402")
    page = desk.get("/hub/bases/queue/").content.decode()
    assert "是同一个吗" in page and 'data-key="M"' in page and "一方更详细" in page
    desk.post(f"/hub/bases/queue/{Pair.objects.get().id}/", {"decision": "merge"})
    assert queries.golden_of("health", "a") == first.golden
    answer = desk.get(f"/hub/bases/golden/{other.golden}/")
    assert answer.status_code == 302 and str(first.golden) in answer["Location"]
    desk.post(f"/hub/bases/merges/{Merge.objects.get().id}/undo/", {"reason": "是两个人"})
    assert queries.golden_of("health", "a") == other.golden


def test_a_value_is_corrected_on_the_page(desk: Client, say: Resolve) -> None:
    found = say("police", "1", **LIU, id_number=MINE)
    desk.post(f"/hub/bases/golden/{found.golden}/correct/", {"field": "name", "value": "刘韵", "basis": "身份证"})
    assert "人工核实" in desk.get(f"/hub/bases/golden/{found.golden}/").content.decode()


def test_the_pages_are_not_there_for_anybody_else(client: Client, cast: Cast, say: Resolve) -> None:
    found = say("police", "1", **LIU)
    for who in (cast.mother, cast.receiver):
        casting.sign_in(client, who)
        for path in ("", "queue/", "person/search/", f"golden/{found.golden}/"):
            assert client.get(f"/hub/bases/{path}").status_code == 404
        assert client.post(f"/hub/bases/golden/{found.golden}/correct/", {}).status_code == 404


@pytest.mark.parametrize("pairs", [1, 4])
def test_a_page_asks_no_more_for_more_rows(
    desk: Client, say: Resolve, pairs: int, django_assert_max_num_queries: object
) -> None:
    say("police", "1", **LIU)
    for n in range(pairs):
        say("health", str(n), name=f"某{'甲乙丙丁'[n]}", birth_date="1985-03-12", address="五一大道12号3栋402")
    desk.get("/hub/bases/")  # what every page remembers is known from then on
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert desk.get("/hub/bases/queue/").status_code == 200
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert desk.get("/hub/bases/").status_code == 200
