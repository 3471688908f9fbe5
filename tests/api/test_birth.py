"""The birth journey as programs play it: the mother's, the father's, the officers'."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, caller, ok, problem
from tests.journeys.playing import Stage
from xiang.foundation.cases.models import Case
from xiang.foundation.parties import actors, operations

pytestmark = pytest.mark.django_db

CHOSEN = {"child.name": "周沐言", "household.follow": "mother", "card.bank": "bank.changsha", "result.means": "post"}


def begun(mother: Caller) -> str:
    return ok(mother.post("/life-event-applications", {"event": "birth"}), 201)["id"]


def submitted(mother: Caller, father: Caller) -> str:
    """The number of the life event's case."""
    draft = begun(mother)
    ok(mother.patch(f"/life-event-applications/{draft}/answers", {"answers": CHOSEN}))
    ok(mother.post(f"/life-event-applications/{draft}/other-party", {}), 201)
    asked = ok(father.get("/confirmations"))["items"][0]
    ok(father.post(f"/confirmations/{asked['id']}/confirm", {"seal": asked["seal"]}))
    return ok(mother.post(f"/life-event-applications/{draft}/submit"), 201)["number"]


def officer(stage: Stage, case: Case, role: str) -> Caller:
    actor = stage.officer(case.unit, role)
    return Caller(operations.issue_token(actor, title="t", granted=["desk:read", "desk:write"], second_factor=True)[1])


def test_a_birth_is_applied_for_once_and_handled_side_by_side(stage: Stage, mother: Caller, father: Caller) -> None:
    draft = begun(mother)
    form = ok(mother.get(f"/life-event-applications/{draft}"))
    assert any(f["origin"] and f["origin"]["kind"] == "source" and f["origin"]["body"] for f in form["fields"])
    refusal = mother.post(f"/life-event-applications/{draft}/submit")
    assert problem(refusal, 422) == "invalid"
    assert {"/father", "/child.name"} <= {error["pointer"] for error in refusal.json()["errors"]}

    ok(mother.patch(f"/life-event-applications/{draft}/answers", {"answers": CHOSEN | {"child.name": "周沐"}}))
    ok(mother.post(f"/life-event-applications/{draft}/other-party", {}), 201)
    assert ok(mother.get(f"/life-event-applications/{draft}/other-party"))["state"] == "asked"
    asked = ok(father.get("/confirmations"))["items"][0]
    assert asked["applicant"] == "刘芸" and asked["reads"] and asked["shown"]["child.name"] == "周沐"
    saved = ok(mother.patch(f"/life-event-applications/{draft}/answers", {"answers": {"child.name": "周沐言"}}))
    assert saved["ignored"] == []
    stale = father.post(f"/confirmations/{asked['id']}/confirm", {"seal": asked["seal"]})
    assert problem(stale, 409) == "changed_meanwhile", "he agrees to the name that he saw"
    seal = ok(father.get(f"/confirmations/{asked['id']}"))["seal"]
    assert ok(father.post(f"/confirmations/{asked['id']}/confirm", {"seal": seal}))["state"] == "agreed"
    form = ok(mother.get(f"/life-event-applications/{draft}"))
    assert len([f for f in form["fields"] if f["by_hand"] and f["required"]]) <= 8
    assert form["to_mend"] == []

    case = ok(mother.post(f"/life-event-applications/{draft}/submit"), 201)
    assert len(case["children"]) == 7
    assert ok(mother.post(f"/life-event-applications/{draft}/submit"), 201)["number"] == case["number"]
    assert ok(mother.get(f"/life-event-applications/{draft}"))["case"] == case["number"]
    assert ok(father.get(f"/cases/{case['number']}"))["title"] == case["title"]


def test_officers_take_the_steps_of_their_role_and_the_clock_says_why(
    stage: Stage, mother: Caller, father: Caller
) -> None:
    number = submitted(mother, father)
    certificate = Case.objects.select_related("unit__body").get(parent__number=number, item_key="birth_certificate")
    receiver, reviewer = officer(stage, certificate, "receiver"), officer(stage, certificate, "reviewer")
    decider = officer(stage, certificate, "decider")
    listed = ok(receiver.get("/desk/cases", {"view": "unit", "item": "birth_certificate"}))["items"]
    assert certificate.number in [row["number"] for row in listed]
    steps = {s["name"]: s for s in ok(receiver.get(f"/cases/{certificate.number}/transitions"))}
    assert steps["accept"]["allowed"] and steps["accept"]["basis"]

    shown = ok(receiver.post(f"/cases/{certificate.number}/transitions/accept", {"data": {}, "expected_version": 1}))
    assert shown["promised"]["derivation"][0]["kind"] == "start" and shown["due"] == shown["promised"]["due"]
    stale = reviewer.post(f"/cases/{certificate.number}/transitions/recommend_grant", {"expected_version": 1})
    assert problem(stale, 409) == "changed_meanwhile"
    assert (
        problem(receiver.post(f"/cases/{certificate.number}/transitions/recommend_grant", {}), 403) == "not_your_step"
    )
    answer = reviewer.get(f"/cases/{certificate.number}")
    assert answer["ETag"] == f'"{ok(answer)["version"]}"'
    ok(reviewer.post(f"/cases/{certificate.number}/transitions/recommend_grant", {}))
    ok(decider.post(f"/cases/{certificate.number}/transitions/grant", {}))
    stage.work()
    children = {c["item"]: c for c in ok(mother.get(f"/cases/{number}"))["children"]}
    assert children["birth_certificate"]["outcome"] == "granted"
    assert children["birth_registration"]["state"] == "submitted"
    credentials = ok(mother.get("/credentials"))["items"]
    assert [c["type"] for c in credentials] and credentials[0]["kept_for_other"]
    receipt = ok(mother.get(f"/cases/{number}/receipt"))
    assert receipt["given"] > 30 and receipt["typed"] <= 8


def test_a_father_who_refuses_leaves_the_legal_path(stage: Stage, mother: Caller, father: Caller) -> None:
    draft = begun(mother)
    ok(mother.post(f"/life-event-applications/{draft}/other-party", {}), 201)
    asked = ok(father.get("/confirmations"))["items"][0]["id"]
    assert ok(father.post(f"/confirmations/{asked}/refuse", {"reason": "不方便"}))["state"] == "refused"
    assert problem(father.post(f"/confirmations/{asked}/confirm"), 409) == "answered_already"
    ok(mother.post(f"/life-event-applications/{draft}/other-party/without", {"how": "absent"}))
    shown = ok(mother.get(f"/life-event-applications/{draft}"))
    assert "/father" not in {error["pointer"] for error in shown["to_mend"]}


def test_another_persons_draft_confirmation_and_case_read_as_absent(
    stage: Stage, mother: Caller, father: Caller, stranger: Caller, nobody: Caller
) -> None:
    draft = begun(mother)
    ok(mother.post(f"/life-event-applications/{draft}/other-party", {}), 201)
    asked = ok(father.get("/confirmations"))["items"][0]["id"]
    for method, path, body in (
        ("GET", f"/life-event-applications/{draft}", None),
        ("DELETE", f"/life-event-applications/{draft}", None),
        ("PATCH", f"/life-event-applications/{draft}/answers", {"answers": {"child.name": "某"}}),
        ("POST", f"/life-event-applications/{draft}/refill", None),
        ("POST", f"/life-event-applications/{draft}/disputes", {"field": "mother.name", "claim": "某"}),
        ("POST", f"/life-event-applications/{draft}/papers/photo/statement", {"words": "某"}),
        ("POST", f"/life-event-applications/{draft}/submit", None),
        ("GET", f"/life-event-applications/{draft}/other-party", None),
        ("POST", f"/life-event-applications/{draft}/other-party", {}),
        ("POST", f"/life-event-applications/{draft}/other-party/without", {"how": "absent"}),
        ("GET", f"/confirmations/{asked}", None),
        ("POST", f"/confirmations/{asked}/confirm", {}),
        ("POST", f"/confirmations/{asked}/refuse", {}),
        ("GET", f"/applications/{draft}", None),
    ):
        assert problem(stranger.send(method, path, body), 404) in ("absent",), (method, path)
        assert problem(nobody.send(method, path, body), 401) == "not_signed_in", (method, path)
    assert problem(mother.get(f"/confirmations/{asked}"), 404) == "absent", "the mother does not answer for the father"
    number = submitted(mother, father)
    for path in (
        f"/cases/{number}",
        f"/cases/{number}/answers",
        f"/cases/{number}/transitions",
        f"/cases/{number}/receipt",
    ):
        assert problem(stranger.get(path), 404) == "absent"
        assert problem(nobody.get(path), 401) == "not_signed_in"
    assert problem(father.get(f"/cases/{number}/answers"), 404) == "absent", "he reads the case, not what she filled in"
    assert problem(father.get(f"/cases/{number}/receipt"), 404) == "absent"


def test_a_draft_begun_with_a_key_is_begun_once(stage: Stage, mother: Caller) -> None:
    first = mother.post("/life-event-applications", {"event": "birth"}, key="a-key-of-mine")
    again = mother.post("/life-event-applications", {"event": "birth"}, key="a-key-of-mine")
    assert ok(first, 201)["id"] == ok(again, 201)["id"]
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    other = mother.post("/life-event-applications", {"event": "retirement"}, key="a-key-of-mine")
    assert problem(other, 422) == "idempotency_key_reused"
    assert len(ok(mother.get("/life-event-applications"))["items"]) == 1


def test_an_officer_of_another_office_sees_nothing_of_it(stage: Stage, mother: Caller, father: Caller) -> None:
    number = submitted(mother, father)
    certificate = Case.objects.get(parent__number=number, item_key="birth_certificate")
    police = caller("police.receiver")
    assert certificate.number not in [row["number"] for row in ok(police.get("/desk/cases"))["items"]]
    for path in (f"/cases/{certificate.number}", f"/cases/{certificate.number}/answers"):
        assert problem(police.get(path), 404) == "absent"
    assert problem(police.post(f"/desk/cases/{certificate.number}/claim"), 404) == "absent"
    assert actors.SYSTEM.is_system
