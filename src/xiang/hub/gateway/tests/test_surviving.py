"""Load, and what may go wrong under it: quotas run out, grants are revoked, processes are killed, sealing stalls."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from xiang.foundation.ground import instant
from xiang.hub.gateway.tests.stage import LI, Answer, Stage, plan, resource
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.plans import Rate
from xiang.hub.policies.rows import Compare


class Load:
    """Clients that ask until they are told to stop; every answer that reached them is kept."""

    def __init__(self, stage: Stage, clients: int) -> None:
        self.stage = stage
        self.answers: list[tuple[float, Answer]] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                answer = self.stage.ask()
            except Exception:  # a killed server answers nothing, or half of it: that is no answer
                time.sleep(0.01)
                continue
            self.answers.append((time.monotonic(), answer))

    @property
    def served(self) -> list[str]:
        return [answer.said["call"] for _, answer in list(self.answers) if answer.status == 200]


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


def test_not_one_answer_without_its_record_whatever_is_killed(stage: Stage) -> None:
    with Load(stage, 8) as load:
        for _ in range(4):
            seen = len(load.served)
            stage.until(lambda seen=seen: len(load.served) > seen + 25)
            stage.servers[-1].kill()
            stage.servers[-1].wait()
            port = stage.port
            stage.start()
            assert stage.port != port or stage.health()
    kept = {facts["id"] for facts in stage.calls() if facts["outcome"] == "served"}
    assert len(load.served) > 100
    assert set(load.served) <= kept
    assert len(set(load.served)) == len(load.served)


def test_a_database_that_breaks_off_leaves_no_answer_without_its_record(bare: Stage) -> None:
    if bare.engine == "sqlite":
        pytest.skip("a file has no server that could break off")
    bare.publish_all()
    bare.start()
    with Load(bare, 8) as load:
        for _ in range(5):
            seen = len(load.served)
            bare.until(lambda seen=seen: len(load.served) > seen + 20)
            bare.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    kept = {facts["id"] for facts in bare.calls()}
    assert set(load.served) <= kept
    assert {answer.code for _, answer in load.answers} <= {"", "audit_unavailable", "source_unreachable", "starting"}
    bare.until(lambda: bare.ask().status == 200)


def test_when_records_cannot_be_written_nobody_is_answered(stage: Stage) -> None:
    stage.sql("ALTER TABLE gateway_call RENAME TO gateway_call_away")
    answer = stage.ask()
    assert (answer.status, answer.code) == (503, "audit_unavailable")
    assert "rows" not in answer.said
    stage.sql("ALTER TABLE gateway_call_away RENAME TO gateway_call")
    stage.until(lambda: stage.ask().status == 200)


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


@pytest.fixture
def department() -> Iterator[tuple[str, dict[str, Any]]]:
    """A department's API that can be told to fail or to answer slowly."""
    mood: dict[str, Any] = {"failing": 0, "asked": 0, "wait": None}

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["content-length"])))
            mood["asked"] += 1
            if mood["wait"] is not None:
                mood["wait"].wait(20)
            if mood["failing"] > 0:
                mood["failing"] -= 1
                self.send_error(500)
                return
            rows = [{"name": "李小明", "division": d} for d in ("430104", "430102")] if said["number"] == LI else []
            body = json.dumps({"rows": rows}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", mood
    server.shutdown()
    server.server_close()


def _proxied(bare: Stage, address: str, **source: Any) -> Callable[[], Answer]:
    masked = plan(rows=Compare("division", "eq", ("430104",)), masks=(("name", Mask("name")),))
    bare.publish_all(masked)
    said = {"kind": "http", "address": address, "timeout": 0.5, "rest": 0.5, **source}
    bare.publish(("resource", "people", resource(source=said, limit=9)))
    bare.start()
    return bare.ask


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_a_departments_api_is_asked_again_filtered_and_masked(
    bare: Stage, department: tuple[str, dict[str, Any]]
) -> None:
    address, mood = department
    ask = _proxied(bare, address, retries=1)
    mood["failing"] = 1
    answer = ask()
    assert answer.said["rows"] == [{"name": "李*明"}]
    assert mood["asked"] == 2


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_an_api_that_fails_is_left_in_peace_for_a_while(bare: Stage, department: tuple[str, dict[str, Any]]) -> None:
    address, mood = department
    ask = _proxied(bare, address, retries=0, failures=2)
    mood["failing"] = 2
    assert [ask().code for _ in range(2)] == ["source_unreachable"] * 2
    assert mood["asked"] == 2
    assert ask().code == "source_unreachable"
    assert mood["asked"] == 2
    bare.until(lambda: ask().status == 200)


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_an_api_that_hangs_is_not_waited_for(bare: Stage, department: tuple[str, dict[str, Any]]) -> None:
    address, mood = department
    ask = _proxied(bare, address, retries=0, failures=50)
    mood["wait"] = threading.Event()
    assert ask().code == "source_unreachable"
    mood["wait"].set()
    mood["wait"] = None
    bare.until(lambda: ask().status == 200)


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
