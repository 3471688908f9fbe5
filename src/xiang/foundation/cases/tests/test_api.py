"""Cases over REST: whose they are, what they cost, paging, versions, keys. Sessions stand for tokens here; what a token
opens is tested with the parties, and journeys with tokens in ``tests/api``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from xiang.foundation.cases.models import Case, CaseEvent, CaseReading
from xiang.foundation.cases.tests import scene as scenes
from xiang.foundation.cases.tests.scene import Scene

pytestmark = pytest.mark.django_db
SHOP, LATE = "芸记米粉店", "岳麓区老李粉店"
NEW = "中南大学升华食堂"
API = "/api/v1"


@pytest.fixture(autouse=True)
def _that_day() -> Iterator[None]:
    with scenes.now():
        yield


@pytest.fixture
def shop(desk: Scene, as_: Callable[..., Client]) -> Client:
    return as_(desk.shop)


@pytest.fixture
def wu(desk: Scene, as_: Callable[..., Client]) -> Client:
    return as_(desk.market.wu)


@pytest.fixture
def chen(desk: Scene, as_: Callable[..., Client]) -> Client:
    return as_(desk.market.chen)


def get(client: Client, path: str, **query: Any) -> HttpResponse:
    return client.get(API + path, query)


def post(client: Client, path: str, body: Any = None, **headers: str) -> HttpResponse:
    return client.post(API + path, body or {}, content_type="application/json", headers=headers)


def ok(answer: HttpResponse) -> Any:
    assert answer.status_code == 200, answer.content.decode()[:800]
    return json.loads(answer.content)


def refused(answer: HttpResponse) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json", answer.content[:300]
    return answer.status_code, json.loads(answer.content)["code"]


# --- whose -----------------------------------------------------------------------------------------------------------

READS = ("", "/answers", "/transitions")
DESK = (
    ("POST", "/claim", {}),
    ("POST", "/release", {}),
    ("GET", "/colleagues", None),
    ("POST", "/hand-over", {"to": str(uuid4()), "reason": "休假"}),
    ("POST", "/return", {"reason": "补一项"}),
    ("POST", "/recuse", {"reason": "亲属"}),
    ("PUT", "/followed", None),
    ("DELETE", "/followed", None),
)


@pytest.mark.parametrize("path", READS)
def test_a_case_of_somebody_else_reads_like_one_that_does_not_exist(
    desk: Scene, as_: Callable[..., Client], path: str
) -> None:
    for who in (desk.stranger, desk.police.wu, desk.mother):
        client = as_(who)
        for number in (desk.cases[SHOP].number, "XC2000-0101-00001"):
            assert refused(get(client, f"/cases/{number}{path}")) == (404, "absent")
    assert refused(get(Client(), f"/cases/{desk.cases[SHOP].number}{path}")) == (401, "not_signed_in")


def test_nobody_else_takes_a_step(desk: Scene, as_: Callable[..., Client]) -> None:
    path = f"/cases/{desk.cases[NEW].number}/transitions/accept"
    for who in (desk.stranger, desk.police.wu):
        assert refused(post(as_(who), path)) == (404, "absent")
    assert refused(post(as_(desk.shop), path)) == (403, "not_your_step"), "the applicant sees it, and may not do it"
    assert refused(post(Client(), path)) == (401, "not_signed_in")
    assert Case.objects.get(id=desk.cases[NEW].id).state == "submitted"


@pytest.mark.parametrize(("method", "path", "body"), DESK)
def test_the_desk_is_for_officers_of_the_office(
    desk: Scene, as_: Callable[..., Client], method: str, path: str, body: Any
) -> None:
    url = f"{API}/desk/cases/{desk.cases[NEW].number}{path}"
    content = json.dumps(body) if body is not None else ""

    def ask(client: Client) -> HttpResponse:
        return client.generic(method, url, content, content_type="application/json")

    assert refused(ask(as_(desk.police.wu))) == (404, "absent")
    assert refused(ask(as_(desk.shop))) == (403, "officers_only")
    assert refused(ask(Client())) == (401, "not_signed_in")


@pytest.mark.parametrize("path", ["/desk/cases", "/desk/counters"])
def test_a_resident_has_no_desk_and_another_offices_is_empty(
    desk: Scene, as_: Callable[..., Client], path: str
) -> None:
    assert refused(get(as_(desk.shop), path)) == (403, "officers_only")
    found = ok(get(as_(desk.police.wu), path))
    assert not found.get("items") and not found.get("all")


def test_opinions_and_names_of_officers_stay_between_officers(desk: Scene, shop: Client, chen: Client) -> None:
    number = desk.cases["湖南大学天马食堂"].number
    mine = {e["transition"]: e for e in ok(get(shop, f"/cases/{number}"))["events"]}
    theirs = {e["transition"]: e for e in ok(get(chen, f"/cases/{number}"))["events"]}
    assert theirs["recommend_grant"]["opinion"] == "符合条件。" and theirs["recommend_grant"]["by"] == "陈建国"
    assert mine["recommend_grant"]["opinion"] == "" and mine["recommend_grant"]["by"] == ""
    asked = {e["transition"]: e for e in ok(get(shop, f"/cases/{desk.cases['岳麓区书院路便利店'].number}"))["events"]}
    assert asked["ask_supplement"]["data"]["missing"] == ["房屋租赁合同"], "what is asked of me I may read"


def test_an_officers_looking_is_noted_and_the_applicants_is_not(desk: Scene, shop: Client, chen: Client) -> None:
    number = desk.cases[SHOP].number
    ok(get(shop, f"/cases/{number}/answers"))
    assert not CaseReading.objects.exists()
    ok(get(chen, f"/cases/{number}/answers"))
    assert CaseReading.objects.get().staff_id == desk.market.chen.id


def test_answers_carry_their_origin_and_no_identity_number(desk: Scene, chen: Client) -> None:
    answers = ok(get(chen, f"/cases/{desk.cases[SHOP].number}/answers"))
    assert any(a["origin"] and a["origin"]["kind"] == "source" for a in answers)
    numbers = [answer["value"] for answer in answers if answer["key"] == "shop.head_id"]
    assert numbers and all("*" in number for number in numbers)


# --- one case --------------------------------------------------------------------------------------------------------


def test_the_clock_is_shown_day_by_day(desk: Scene, shop: Client) -> None:
    case = ok(get(shop, f"/cases/{desk.cases[SHOP].number}"))
    days = {day["day"]: day["kind"] for day in case["promised"]["derivation"]}
    assert case["due"] == case["promised"]["due"] and case["promised"]["started"] == "2025-09-15"
    assert days["2025-09-18"] == "stopped" and days["2025-09-27"] == "rest" and days["2025-09-28"] == "makeup"
    assert case["legal"]["limit"] == "20个工作日" and case["promised"]["sentences"]


def test_a_version_that_has_passed_is_refused(desk: Scene, wu: Client) -> None:
    number = desk.cases[NEW].number
    answer = get(wu, f"/cases/{number}")
    version = ok(answer)["version"]
    assert answer["ETag"] == f'"{version}"'
    ok(post(wu, f"/desk/cases/{number}/claim"))
    stale = post(wu, f"/cases/{number}/transitions/accept", {"expected_version": version})
    assert refused(stale) == (409, "changed_meanwhile")
    taken = post(wu, f"/cases/{number}/transitions/accept", {"expected_version": version + 1})
    assert ok(taken)["state"] == "accepted" and taken["ETag"] == f'"{version + 2}"'


def test_a_step_says_what_it_asks_and_is_checked_against_it(desk: Scene, wu: Client) -> None:
    number = desk.cases[NEW].number
    steps = {step["name"]: step for step in ok(get(wu, f"/cases/{number}/transitions"))}
    assert steps["decline"]["asks"]["required"] == ["reason", "competent_body"] and steps["decline"]["preview"]
    assert not steps["withdraw"]["allowed"] and steps["withdraw"]["refusal"]["code"] == "not_your_step"
    answer = post(wu, f"/cases/{number}/transitions/decline", {"data": {"reason": ""}})
    assert refused(answer) == (422, "invalid")
    assert {error["code"] for error in answer.json()["errors"]} == {"minLength", "required"}
    assert refused(post(wu, f"/cases/{number}/transitions/no_such_step")) == (409, "not_now")


def test_a_step_taken_twice_with_one_key_is_taken_once(desk: Scene, wu: Client) -> None:
    path, key = f"/cases/{desk.cases[NEW].number}/transitions/accept", {"Idempotency-Key": "accept-0001"}
    first, again = post(wu, path, **key), post(wu, path, **key)
    assert ok(first) == ok(again)
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert CaseEvent.objects.filter(case=desk.cases[NEW], transition="accept").count() == 1
    other = post(wu, path, {"data": {"opinion": "另一个"}}, **key)
    assert refused(other) == (422, "idempotency_key_reused")
    assert refused(post(wu, path)) == (409, "not_now"), "without a key it is another request"


def test_a_refused_step_leaves_its_key_for_a_mended_one(desk: Scene, wu: Client) -> None:
    path, key = f"/cases/{desk.cases[NEW].number}/transitions/decline", {"Idempotency-Key": "decline-0001"}
    assert refused(post(wu, path, {"data": {}}, **key)) == (422, "invalid")
    mended = {"data": {"reason": "不属于本机关职权", "competent_body": "长沙市市场监督管理局"}}
    assert ok(post(wu, path, mended, **key))["outcome"] == "declined"


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a blank", "中文字符中文字符"])
def test_a_key_of_another_form_is_refused(desk: Scene, wu: Client, key: str) -> None:
    answer = post(wu, f"/desk/cases/{desk.cases[NEW].number}/claim", **{"Idempotency-Key": key})
    assert refused(answer) == (422, "invalid") and answer.json()["errors"][0]["code"] == "idempotency_key_form"


# --- the desk --------------------------------------------------------------------------------------------------------


def test_two_officers_reach_for_one_case(desk: Scene, wu: Client, chen: Client) -> None:
    number = desk.cases[NEW].number
    assert ok(post(wu, f"/desk/cases/{number}/claim"))["assignee"] == str(desk.market.wu.id)
    assert refused(post(chen, f"/desk/cases/{number}/claim")) == (409, "claimed_by_other")
    colleagues = {c["name"]: c["id"] for c in ok(get(wu, f"/desk/cases/{number}/colleagues"))}
    handed = ok(post(wu, f"/desk/cases/{number}/hand-over", {"to": colleagues["陈建国"], "reason": "休假"}))
    assert handed["assignee"] == str(desk.market.chen.id)
    outside = post(chen, f"/desk/cases/{number}/hand-over", {"to": str(desk.police.wu.id), "reason": "x"})
    assert refused(outside) == (422, "invalid") and outside.json()["errors"][0]["code"] == "not_a_colleague"
    assert ok(post(chen, f"/desk/cases/{number}/release"))["assignee"] is None


def test_who_steps_back_no_longer_sees_the_case(desk: Scene, wu: Client) -> None:
    number = desk.cases[NEW].number
    answer = post(wu, f"/desk/cases/{number}/recuse", {"reason": "申请人是我表弟"}, **{"Idempotency-Key": "recuse-1"})
    assert answer.status_code == 204
    assert refused(get(wu, f"/cases/{number}")) == (404, "absent")
    assert refused(post(wu, f"/desk/cases/{number}/recuse", {"reason": "又一次"})) == (404, "absent")


def test_a_case_is_followed_and_found_again(desk: Scene, chen: Client) -> None:
    number = desk.cases[LATE].number
    for _ in range(2):
        assert chen.put(f"{API}/desk/cases/{number}/followed").status_code == 204
    assert [row["number"] for row in ok(get(chen, "/desk/cases", view="followed"))["items"]] == [number]
    assert chen.delete(f"{API}/desk/cases/{number}/followed").status_code == 204
    assert ok(get(chen, "/desk/cases", view="followed"))["items"] == []


def test_the_inbox_filters_as_the_page_does(desk: Scene, chen: Client) -> None:
    counters = ok(get(chen, "/desk/counters"))
    for due in ("late", "today", "stopped", "applicant"):
        rows = ok(get(chen, "/desk/cases", due=due, limit=100))["items"]
        assert len(rows) == counters[due] and rows
    assert LATE in [row["title"] for row in ok(get(chen, "/desk/cases", due="late"))["items"]]
    assert [row["title"] for row in ok(get(chen, "/desk/cases", text="芸记"))["items"]] == [SHOP]


@pytest.mark.parametrize(
    "wrong",
    [{"view": "everything"}, {"due": "soon"}, {"limit": 0}, {"limit": 101}, {"limit": "many"}, {"closed": "perhaps"}],
)
def test_a_filter_that_means_nothing_is_refused(desk: Scene, chen: Client, wrong: dict[str, Any]) -> None:
    answer = get(chen, "/desk/cases", **wrong)
    assert refused(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


# --- paging ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/cases", "/desk/cases"])
def test_every_row_comes_once_whatever_the_size_of_the_page(desk: Scene, shop: Client, chen: Client, path: str) -> None:
    client = shop if path == "/cases" else chen
    whole = [row["number"] for row in ok(get(client, path, limit=100))["items"]]
    paged, cursor = [], ""
    while True:
        found = ok(get(client, path, limit=4, **({"cursor": cursor} if cursor else {})))
        paged += [row["number"] for row in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break
    assert paged == whole and len(whole) == len(desk.cases)


@pytest.mark.parametrize("cursor", ["nonsense", "WyJhIl0", "W10", "bnVsbA", "WyJcdTAwMDAiXQ", "[]", "中"])
@pytest.mark.parametrize("path", ["/cases", "/desk/cases"])
def test_a_cursor_that_is_none_of_ours_is_refused(shop: Client, chen: Client, path: str, cursor: str) -> None:
    client = shop if path == "/cases" else chen
    assert refused(get(client, path, cursor=cursor)) == (400, "bad_cursor")


# --- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "most"), [("/cases", 5), ("/desk/cases", 9), ("/desk/counters", 8)])
def test_a_list_asks_few_questions(
    desk: Scene, shop: Client, chen: Client, django_assert_max_num_queries: Any, path: str, most: int
) -> None:
    client = shop if path == "/cases" else chen
    ok(get(client, path))
    with django_assert_max_num_queries(most):
        ok(get(client, path))


# --- the shape of requests -------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_said_in_one_form(desk: Scene, wu: Client) -> None:
    url = f"{API}/cases/{desk.cases[NEW].number}/transitions/accept"

    def send(content: Any, kind: str = "application/json") -> tuple[int, str]:
        return refused(wu.generic("POST", url, content, content_type=kind))

    assert send("{") == (400, "malformed")
    assert send(b"\xff\xfe") == (400, "malformed")
    assert send('{"data": {"x": NaN}}') == (400, "malformed")
    assert send("data=1", "application/x-www-form-urlencoded") == (415, "unsupported_media_type")
    assert refused(wu.post(url, {"data": "{}"})) == (415, "unsupported_media_type")  # multipart/form-data
    assert send('{"data": {"opinion": "\\u0000"}}') == (422, "invalid")
    assert send('{"data": {"opinion": "\\ud800"}}') == (422, "invalid")
    assert send('{"nothing": 1}') == (422, "invalid")
    assert send('{"expected_version": "1"}') == (422, "invalid"), "a number is not a text"
    assert send('{"data": {"opinion": "' + "长" * 800_000 + '"}}') == (413, "too_large")
    assert send("[]") == (422, "invalid")
    answer = post(wu, url.removeprefix(API), {"expected_version": "1"})
    assert answer.json()["errors"] == [
        {"pointer": "/expected_version", "code": "int_type", "detail": "Input should be a valid integer"}
    ]


def test_an_address_or_method_that_is_none_is_said_in_the_same_form(desk: Scene, wu: Client) -> None:
    assert refused(get(wu, "/nothing")) == (404, "no_such_address")
    assert refused(wu.post("/api/v2/cases")) == (404, "no_such_address")
    answer = wu.delete(f"{API}/cases")
    assert refused(answer) == (405, "method_not_allowed") and answer["Allow"] == "GET, HEAD"
    head = wu.head(f"{API}/cases")
    assert head.status_code == 200 and head.content == b"" and int(head["Content-Length"]) > 10


def test_a_fault_of_ours_tells_nothing(
    desk: Scene, wu: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = " ".join(("刘", "芸"))

    def broken(*args: Any, **more: Any) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("xiang.foundation.cases.queries.counters", broken)
    answer = get(wu, "/desk/counters")
    assert refused(answer) == (500, "internal_error")
    assert said not in answer.content.decode() and "RuntimeError" not in answer.content.decode()
    assert "GET api/v1/desk/counters failed: RuntimeError" in caplog.text and said not in caplog.text
