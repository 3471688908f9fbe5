"""Applying for one item, and what an answer may look like: whatever is typed is kept, and never breaks anything."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.api.calling import Caller, caller, ok, problem
from tests.journeys.playing import Stage

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GARBAGE: list[Any] = [
    "垃圾", "", " ", "2026-13-45", "2025-09-31T25:61", "0" * 18, "-1", "𠮷㐂·", "<b>&amp;</b>", -1, 0, 3.7, 10**30, True,
    False, ["x"], [], None, "长" * 3999,
]  # fmt: skip


@pytest.fixture
def owner(stage: Stage) -> Caller:
    return caller("tanguifang")


@pytest.fixture
def draft(owner: Caller) -> str:
    given = {"item": "food_business_licence", "division": "430104"}
    return str(ok(owner.post("/applications", given), 201)["id"])


def photo(kind: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, kind)
    return made.getvalue()


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_form_says_what_it_asks_and_who_answered(owner: Caller, draft: str) -> None:
    shown = ok(owner.get(f"/applications/{draft}"))
    assert shown["state"] == "open" and shown["case"] is None and shown["fields"]
    assert {"key", "title", "type", "value", "words", "by_hand", "origin"} <= set(shown["fields"][0])
    schema = ok(owner.get("/items/food_business_licence/form"))
    assert {f["key"] for f in shown["fields"]} <= set(schema["properties"])
    for field in shown["fields"]:
        if field["type"] == "id_number" and field["origin"] and field["origin"]["kind"] == "source":
            assert "*" in field["value"] and "*" in field["words"]


def test_saving_keeps_what_was_typed_and_says_what_nothing_asks_for(owner: Caller, draft: str) -> None:
    field = next(f for f in ok(owner.get(f"/applications/{draft}"))["fields"] if f["type"] in ("text", "long_text"))
    saved = ok(owner.patch(f"/applications/{draft}/answers", {"answers": {field["key"]: "芸记", "no.such": "x"}}))
    assert saved["ignored"] == ["no.such"]
    again = {f["key"]: f for f in ok(owner.get(f"/applications/{draft}"))["fields"]}[field["key"]]
    assert again["value"] == "芸记" and again["origin"]["kind"] in ("typed", "changed")


def test_a_paper_is_handed_in_and_is_what_its_name_says(owner: Caller, draft: str) -> None:
    paper = next(p["key"] for p in ok(owner.get(f"/applications/{draft}"))["papers"])
    path = f"/applications/{draft}/papers/{paper}/file"
    shown = ok(owner.upload(path, named(PDF, "平面图.pdf")), 201)
    assert {p["key"]: p["how"] for p in shown["papers"]}[paper] == "file"
    assert problem(owner.upload(path, named(PDF, "平面图.jpg")), 400) == "not_what_its_name_says"
    assert problem(owner.upload(path, named(b"", "平面图.pdf")), 400) == "empty_file"
    assert problem(owner.upload(path, named(b"MZ", "平面图.exe")), 400) == "unknown_kind"
    assert problem(owner.post(path, {}), 415) == "unsupported_media_type"
    unknown = owner.upload(f"/applications/{draft}/papers/no_such_paper/file", named(photo(), "x.jpg"))
    assert problem(unknown, 422) == "invalid" and unknown.json()["errors"][0]["code"] == "unknown_material"


def test_a_draft_that_was_given_up_is_gone(owner: Caller, draft: str) -> None:
    assert owner.delete(f"/applications/{draft}").status_code == 204
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "/answers", {"answers": {"shop.name": "x"}}),
        ("POST", "/submit", None),
    ):
        assert problem(owner.send(method, f"/applications/{draft}{path}", body), 404) == "absent"
    assert ok(owner.get("/applications"))["items"] == []


def test_another_persons_application_reads_as_absent(owner: Caller, stranger: Caller, draft: str) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "/answers", {"answers": {"shop.name": "x"}}),
        ("POST", "/refill", None),
        ("POST", "/disputes", {"field": "shop.name", "claim": "x"}),
        ("POST", "/papers/plan/statement", {"words": "x"}),
        ("POST", "/submit", None),
    ):
        assert problem(stranger.send(method, f"/applications/{draft}{path}", body), 404) == "absent", (method, path)
    assert problem(stranger.upload(f"/applications/{draft}/papers/plan/file", named(PDF, "x.pdf")), 404) == "absent"
    assert problem(owner.get(f"/life-event-applications/{draft}"), 404) == "absent", "it is of another kind"


def test_a_token_reads_only_what_its_scopes_open(stage: Stage, owner: Caller, draft: str) -> None:
    reader = caller("tanguifang", "applications:read")
    assert ok(reader.get(f"/applications/{draft}"))["id"] == draft
    answer = reader.patch(f"/applications/{draft}/answers", {"answers": {"shop.name": "x"}})
    assert problem(answer, 403) == "insufficient_scope"
    assert problem(reader.get("/cases"), 403) == "insufficient_scope"
    assert problem(reader.get("/desk/cases"), 403) == "insufficient_scope"


@pytest.mark.parametrize("path", ["/applications", "/life-event-applications"])
def test_whatever_is_typed_is_kept_and_breaks_nothing(stage: Stage, path: str) -> None:
    who = caller("liuyun" if path.startswith("/life") else "tanguifang")
    begin = {"event": "birth"} if path.startswith("/life") else {"item": "food_business_licence", "division": "430104"}
    draft = ok(who.post(path, begin), 201)
    keys = [one["key"] for one in (*draft["fields"], *draft["questions"])]
    for garbage in GARBAGE:
        saved = who.patch(f"{path}/{draft['id']}/answers", {"answers": dict.fromkeys(keys, garbage)})
        assert saved.status_code == 200, (garbage, saved.content.decode()[:300])
        assert ok(who.get(f"{path}/{draft['id']}"))["id"] == draft["id"], garbage
        sent = who.post(f"{path}/{draft['id']}/submit")
        assert sent.status_code in (409, 422), (garbage, sent.content.decode()[:300])


def test_one_wrong_answer_at_a_time_breaks_nothing_either(stage: Stage, mother: Caller) -> None:
    path = "/life-event-applications"
    draft = ok(mother.post(path, {"event": "birth"}), 201)
    keys = ["child.count", "child.birth_time", "child.name", "child.sex", "child.siblings", "household.follow"]
    keys += ["parents.father", "mother.nationality", "card.bank", *(q["key"] for q in draft["questions"])]
    before = {f["key"]: f["value"] for f in draft["fields"]}
    for key in dict.fromkeys(keys):
        for garbage in ("垃圾", -1, ["x"], 3.7, "99"):
            saved = mother.patch(f"{path}/{draft['id']}/answers", {"answers": {key: garbage}})
            assert saved.status_code == 200, (key, garbage, saved.content.decode()[:300])
        mother.patch(f"{path}/{draft['id']}/answers", {"answers": {key: before.get(key)}})


def test_lists_ask_few_questions(owner: Caller, draft: str, django_assert_max_num_queries: Any) -> None:
    # Token, account's party, appointments, acting rights, and the page itself.
    for path, most in (("/applications", 8), ("/items", 6), ("/credentials", 8), ("/confirmations", 8), ("/offers", 8)):
        ok(owner.get(path))
        with django_assert_max_num_queries(most):
            ok(owner.get(path))
