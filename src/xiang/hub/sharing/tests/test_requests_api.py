"""The same over REST: a developer of a department drafts, hands in, follows, and downloads the agreement."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.tests import cast as casting
from xiang.hub.policies import exchange
from xiang.hub.sharing.models import ShareRequest

from . import bureaus
from .bureaus import Bureau, Sharing

pytestmark = pytest.mark.urls("xiang.hub.sharing.tests.urls")
API = "/api/v1/sharing"


@pytest.fixture
def world(db: None) -> Sharing:
    return bureaus.make()


def signed_in(bureau: Bureau) -> Client:
    return casting.sign_in(Client(), bureau.first)


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"{API}{path}", json.dumps(body or {}), content_type="application/json")


def test_a_program_drafts_hands_in_and_reads_the_agreement_in_both_forms(world: Sharing) -> None:
    client = signed_in(world.civil)
    draft = post(client, "/drafts", {"content": {}}).json()
    refused = post(client, f"/drafts/{draft['id']}/hand-in")
    assert refused.status_code == 422 and "/law" in {one["pointer"] for one in refused.json()["errors"]}
    put = client.put(
        f"{API}/drafts/{draft['id']}", json.dumps({"content": world.draft()}), content_type="application/json"
    )
    assert put.status_code == 200
    (made,) = post(client, f"/drafts/{draft['id']}/hand-in").json()
    assert (made["state"], made["provider"]) == ("hub_check", "430000.police")
    request = ShareRequest.objects.get(number=made["number"])
    assert client.get(f"{API}/requests/{made['number']}/agreement").status_code == 404
    world.step(world.step(request, "forward", world.hub.steward()), "approve", world.police.steward())
    for form in ("jsonld", "turtle"):
        answer = client.get(f"{API}/requests/{made['number']}/agreement", {"form": form})
        assert exchange.parse(answer.content.decode(), form).permissions[0].assignees == ("430100.civil_affairs",)


def test_another_body_reaches_neither_draft_nor_request(world: Sharing) -> None:
    made = world.hand_in()
    client = signed_in(world.market)
    for path in (f"/requests/{made.number}", f"/requests/{made.number}/agreement"):
        assert client.get(API + path).status_code == 404
    assert post(client, f"/drafts/{made.draft_id}/hand-in").status_code == 404
    assert post(client, f"/requests/{made.number}/revoke", {"reason": "x"}).status_code == 404
    assert client.get(f"{API}/requests").json()["items"] == []


def test_the_requester_confirms_and_the_provider_takes_back(world: Sharing) -> None:
    made = world.in_use()
    assert post(signed_in(world.civil), f"/requests/{made.number}/revoke", {"reason": "x"}).status_code == 403
    assert post(signed_in(world.civil), f"/requests/{made.number}/renew").json()["content"]["renews"] == made.number
    revoked = post(signed_in(world.police), f"/requests/{made.number}/revoke", {"reason": "超范围使用"})
    assert revoked.json()["state"] == "revoked"


def test_lists_answer_for_who_asks(world: Sharing) -> None:
    made = world.hand_in()
    (due,) = signed_in(world.hub).get(f"{API}/duties").json()["items"]
    assert (due["kind"], due["ref"], due["due"]) == ("answer", made.number, "2026-11-25")
    assert signed_in(world.hub).get(f"{API}/channels").json() == {"items": [], "next": None}
    assert signed_in(world.hub).get(f"{API}/scenarios").json() == {"items": [], "next": None}


def test_a_channel_is_registered_and_switched_off_by_a_program(world: Sharing) -> None:
    client = signed_in(world.police)
    given = {"source": "person", "target": "company", "data": "人员状态", "reason": "会议纪要"}
    put = client.put(f"{API}/channels/police-market", json.dumps(given), content_type="application/json")
    assert put.status_code == 204
    assert post(client, "/channels/police-market/retire").status_code == 204
    (shown,) = client.get(f"{API}/channels").json()["items"]
    assert shown["retired_at"] and shown["source"] == "person系统"


def test_a_user_of_the_data_reports_a_record_and_others_are_refused(world: Sharing) -> None:
    world.in_use()
    number = casting.id_number(date(1996, 3, 19), 2)
    given = {"resource": "person_table", "field": "name", "scheme": "resident_id", "number": number, "claim": "刘芸"}
    answer = post(signed_in(world.civil), "/reports", given)
    assert (
        answer.json()["state"] == "raised"
        and answer.json()["due"] == "2026-12-07"
        and number not in answer.content.decode()
    )
    refused = post(signed_in(world.market), "/reports", given)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_user")
    assert post(signed_in(world.civil), "/reports", given | {"field": "birth_date"}).status_code == 403
