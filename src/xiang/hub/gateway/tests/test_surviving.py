"""Load, and what may go wrong under it: quotas run out, grants are revoked, processes are killed, sealing stalls."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from xiang.foundation.ground import instant
from xiang.hub.gateway.tests.load import Load
from xiang.hub.gateway.tests.stage import LI, Answer, Stage, plan
from xiang.hub.policies.plans import Rate


def test_fifty_clients_at_once_use_up_a_quota_exactly(bare: Stage) -> None:
    bare.publish_all(plan(quota=120))
    bare.start()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: bare.ask(), range(200)))
    assert sum(answer.status == 200 for answer in answers) == 120
    assert {answer.code for answer in answers if answer.status != 200} == {"quota_exhausted"}
    outcomes = [facts["outcome"] for facts in bare.calls()]
    assert (outcomes.count("served"), outcomes.count("refused")) == (120, 80)
    assert bare.sql("SELECT used FROM gateway_count") == [(120,)]


def test_two_processes_share_one_quota(bare: Stage) -> None:
    bare.publish_all(plan(quota=60))
    bare.start()
    first = bare.port
    bare.start()
    ports = [first, bare.port]

    def ask(number: int) -> Answer:
        body = json.dumps({"subject": LI, "fields": ["name"], "purpose": "service"}).encode()
        path = "/v1/resources/people/query"
        bare.port = ports[number % 2]
        return bare.send("POST", path, body, {"Authorization": bare.signed(path, body)})

    with ThreadPoolExecutor(20) as pool:
        assert sum(answer.status == 200 for answer in pool.map(ask, range(100))) == 60


def test_a_batch_counts_for_each_person_and_is_served_whole_or_not_at_all(bare: Stage) -> None:
    bare.publish_all(plan(quota=5))
    bare.start()
    three = {"subjects": ["1", "2", "3"], "fields": ["name"], "purpose": "service"}
    assert bare.ask(three, "batch").status == 200
    assert bare.ask(three, "batch").code == "quota_exhausted"
    assert bare.sql("SELECT used FROM gateway_count") == [(3,)]
    assert bare.ask().status == 200


def test_a_rate_of_a_grant_counts_within_its_window(bare: Stage) -> None:
    bare.publish_all(plan(rate=Rate(3, 86400)))
    bare.start()
    assert [bare.ask().code for _ in range(5)] == ["", "", "", "rate_exceeded", "rate_exceeded"]


def test_a_replay_uses_up_nothing(bare: Stage) -> None:
    bare.publish_all(plan(quota=5))
    bare.start()
    assert [bare.ask(nonce="the-same-1").code for _ in range(3)] == ["", "replayed", "replayed"]
    assert bare.sql("SELECT used FROM gateway_count") == [(1,)]


@pytest.mark.parametrize("how", ["revoked", "gone"])
def test_a_grant_revoked_under_load_is_refused_at_once(stage: Stage, how: str) -> None:
    with Load(stage, 4) as load:
        stage.until(lambda: len(load.served) > 20)
        stage.publish(("plan", "g1", plan(revoked=how == "revoked")), gone=how == "gone")
        revoked = time.monotonic()
        stage.until(lambda: sum(a.status == 403 for _, a in list(load.answers)) > 20)
    code = "grant_revoked" if how == "revoked" else "no_grant"
    last_served = max(at for at, answer in load.answers if answer.status == 200)
    assert {answer.code for at, answer in load.answers if at > last_served} == {code}
    assert last_served - revoked < 1 + 1  # a second, and what a busy machine takes to send an answer


def test_when_sealing_stalls_it_warns_then_refuses_then_recovers_by_itself(stage: Stage) -> None:
    entry = _unsealed(stage, instant.now() - timedelta(seconds=600))
    stage.until(lambda: "xiang-refuses-in" in stage.ask().headers)
    health = stage.health()
    assert (health["state"], health["sealing_limit"]) == ("serving", 900)
    assert 0 < health["refuses_in"] <= 300
    stage.sql("UPDATE ledger_entry SET at = ? WHERE id = ?", _at(stage, instant.now() - timedelta(hours=1)), entry)
    stage.until(lambda: stage.ask().code == "ledger_not_sealed")
    refused = stage.ask()
    assert (refused.status, stage.health()["state"]) == (503, "refusing")
    assert refused.headers["retry-after"] == "5"
    assert refused.said["overdue"] > 2600
    stage.sql("UPDATE ledger_entry SET leaf_index = 1 WHERE id = ?", entry)
    stage.until(lambda: stage.ask().status == 200)


def test_records_that_nobody_takes_stop_the_service_too(stage: Stage) -> None:
    assert stage.ask().status == 200
    stage.sql("UPDATE gateway_call SET at = ?", _at(stage, instant.now() - timedelta(hours=1)))
    stage.until(lambda: stage.ask().code == "ledger_not_sealed")
    stage.sql("UPDATE gateway_call SET taken_at = at")
    stage.until(lambda: stage.ask().status == 200)


def test_figures_are_kept_by_minute(stage: Stage) -> None:
    stage.ask()
    stage.ask({"subject": LI, "fields": ["name"], "purpose": "curiosity"})
    rows = "SELECT code, calls FROM gateway_flow WHERE application = 'hall' AND resource = 'people' ORDER BY code"
    stage.until(lambda: len(stage.sql(rows)) >= 2)
    totals: dict[str, int] = {}
    for code, calls in stage.sql(rows):
        totals[code] = totals.get(code, 0) + calls
    assert totals == {"ok": 1, "purpose_not_granted": 1}


def _at(stage: Stage, at: datetime) -> Any:
    return at if stage.engine == "postgresql" else str(at.replace(tzinfo=None))


def _unsealed(stage: Stage, at: datetime) -> Any:
    key = uuid4() if stage.engine == "postgresql" else uuid4().hex
    stage.sql(
        "INSERT INTO ledger_entry (id, version, kind, at, actor_ref, refs, commitment) VALUES (?, 1, 'x', ?, 'a', '{}', '')",
        key,
        _at(stage, at),
    )
    return key
