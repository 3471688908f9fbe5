"""Quality over REST: rules, looks, a campaign with its ranking, findings; and what each caller may not reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.outbox import worker
from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.inventory.tests.conftest import World

pytestmark = [pytest.mark.urls("xiang.hub.quality.tests.urls"), pytest.mark.usefixtures("_today")]
BASE = "/api/v1/hub/quality/"
RULES = {"rules": [{"key": "name", "kind": "dictionary", "column": "name", "values": ["张三"]}]}


def call(who: Staff | None, method: str, path: str, said: Any = None, **headers: str) -> Any:
    client = Client()
    if who is not None:
        casting.sign_in(client, who)
    given = {"content_type": "application/json"} if said is not None or method != "get" else {}
    return getattr(client, method)(BASE + path, said, headers=headers, **given)


def test_a_steward_writes_rules_and_looks_at_the_data(world: World, source: Path) -> None:
    implied = call(world.police.writer, "get", "rules/police_person").json()
    assert (implied["own"], len(implied["content"]["rules"])) == (False, 3)
    wrong = call(world.police.writer, "put", "rules/police_person", {"content": {"rules": []}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "rules_invalid")
    kept = call(world.police.writer, "put", "rules/police_person", {"content": RULES})
    assert kept.json()["own"] is True
    asked = {"resource": "police_person"}
    made = call(world.police.writer, "post", "runs", asked, **{"Idempotency-Key": "look-once-1"})
    again = call(world.police.writer, "post", "runs", asked, **{"Idempotency-Key": "look-once-1"})
    assert made.json()["id"] == again.json()["id"]
    assert call(world.police.writer, "post", "runs", asked).json()["code"] == "run_waiting"
    worker.drain(raising=True)
    result = call(world.police.writer, "get", f"runs/{made.json()['id']}").json()["result"]
    assert [(rule["key"], rule["failed"]) for rule in result["rules"]] == [("name", 2)]


def test_suggested_rules_hold_no_value_of_personal_data_and_can_be_used_at_once(world: World, source: Path) -> None:
    made = call(world.police.writer, "post", "runs", {"resource": "police_person", "kind": "suggest"}).json()
    worker.drain(raising=True)
    result = call(world.police.writer, "get", f"runs/{made['id']}").json()["result"]
    assert result["rows"] == 3
    assert "张三" not in str(result)
    content = result["rules"]
    assert call(world.police.writer, "put", "rules/police_person", {"content": content}).status_code == 200


def test_a_campaign_is_started_once_and_ends_in_a_ranking(world: World, source: Path) -> None:
    assert call(world.police.writer, "post", "campaigns").status_code == 403
    assert call(world.hub.writer, "post", "campaigns").json()["state"] == "running"
    assert call(world.hub.writer, "post", "campaigns").json()["code"] == "campaign_twice"
    assert call(world.hub.writer, "get", "campaigns/2026Q4/ranking").json() == []
    worker.drain(raising=True)
    found = call(world.police.writer, "get", "campaigns/2026Q4").json()
    assert (found["state"], found["done"], found["total"], found["unchanged"]) == ("frozen", 2, 2, True)
    (first,) = call(world.police.writer, "get", "campaigns/2026Q4/ranking").json()
    assert (first["rank"], first["body"], first["findings"]) == (1, world.police.body.key, 4)
    checks = call(world.police.writer, "get", "campaigns/2026Q4/checks").json()["items"]
    assert {one["subject"] for one in checks} == {"entry", "resource"}
    assert call(world.market.writer, "get", "campaigns/2026Q4/checks").json()["items"] == []


def test_findings_are_mended_by_their_own_body_alone(world: World, source: Path) -> None:
    call(world.hub.writer, "post", "campaigns")
    worker.drain(raising=True)
    listed = call(world.police.writer, "get", "findings").json()["items"]
    (finding,) = (one for one in listed if one["rule"] == "f0_number")
    assert (finding["due"], finding["steps"]) == ("2026-12-07", ["begin", "object"])
    steps = f"findings/{finding['id']}/steps"
    assert call(world.police.writer, "post", steps, {"step": "object"}).json()["errors"][0]["code"] == "note_missing"
    assert call(world.police.writer, "post", steps, {"step": "begin"}).json()["state"] == "fixing"
    assert call(world.police.writer, "post", steps, {"step": "begin"}).json()["code"] == "not_now"


def test_a_neighbour_finds_nothing_of_another_body(world: World, source: Path) -> None:
    run = call(world.police.writer, "post", "runs", {"resource": "police_person"}).json()["id"]
    call(world.hub.writer, "post", "campaigns")
    worker.drain(raising=True)
    finding = call(world.police.writer, "get", "findings").json()["items"][0]["id"]
    for path in ("rules/police_person", f"runs/{run}", f"findings/{finding}"):
        assert call(world.market.writer, "get", path).status_code == 404, path
    assert call(world.market.writer, "put", "rules/police_person", {"content": RULES}).status_code == 404
    assert call(world.market.writer, "post", "runs", {"resource": "police_person"}).status_code == 404
    assert call(world.market.writer, "post", f"findings/{finding}/steps", {"step": "begin"}).status_code == 404
    for path in ("runs", "findings"):
        assert call(world.market.writer, "get", path).json()["items"] == [], path
    for path in ("campaigns", "findings", "runs"):
        assert call(world.receiver, "get", path).json()["items"] == [], path
        assert call(None, "get", path).status_code == 401
