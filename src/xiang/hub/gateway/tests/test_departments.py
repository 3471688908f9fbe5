"""Departments' own interfaces behind the gateway: slow, failing, dying, answering nonsense. A real server each time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from xiang.hub.gateway.tests.stage import LI, Answer, Stage, plan, resource
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.rows import Compare

ROWS = [{"name": "李小明", "division": division, "born": "1990-01-01"} for division in ("430104", "430102")]
pytestmark = pytest.mark.parametrize("bare", ["sqlite"], indirect=True)


class Department:
    """A department's API that can be told to fail, to wait, to break off, or to answer something else."""

    def __init__(self) -> None:
        self.failing = self.asked = 0
        self.go = threading.Event()
        self.go.set()
        self.breaking = False
        self.rows: Any = ROWS
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        department = self

        class Api(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["content-length"])))
                department.asked += 1
                department.go.wait(20)
                if department.failing > 0:
                    department.failing -= 1
                    self.send_error(500)
                    return
                body = json.dumps({"rows": department.rows if said["number"] == LI else []}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if department.breaking else body)

            def log_message(self, *_: object) -> None:
                pass

        return Api

    def die(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def department() -> Iterator[Department]:
    made = Department()
    yield made
    made.go.set()
    made.die()


def proxied(bare: Stage, department: Department, **source: Any) -> Callable[[], Answer]:
    masked = plan(rows=Compare("division", "eq", ("430104",)), masks=(("name", Mask("name")),))
    bare.publish_all(masked)
    said = {"kind": "http", "address": department.address, "timeout": 0.5, "rest": 0.5, **source}
    bare.publish(("resource", "people", resource(source=said, limit=9)))
    bare.start()
    return bare.ask


def test_an_api_is_asked_again_and_what_it_answers_is_filtered_and_masked(bare: Stage, department: Department) -> None:
    ask = proxied(bare, department, retries=1)
    department.failing = 1
    assert ask().said["rows"] == [{"name": "李*明"}]
    assert department.asked == 2


def test_an_api_that_fails_is_left_in_peace_for_a_while(bare: Stage, department: Department) -> None:
    ask = proxied(bare, department, retries=0, failures=2)
    department.failing = 2
    assert [ask().code for _ in range(2)] == ["source_unreachable"] * 2
    assert department.asked == 2
    assert ask().code == "source_unreachable"
    assert department.asked == 2
    bare.until(lambda: ask().status == 200)


def test_an_api_that_hangs_is_not_waited_for_by_however_many(bare: Stage, department: Department) -> None:
    ask = proxied(bare, department, retries=0, failures=200)
    department.go.clear()
    begun = time.monotonic()
    with ThreadPoolExecutor(60) as pool:
        codes = {answer.code for answer in pool.map(lambda _: ask(), range(60))}
    assert codes == {"source_unreachable"}
    assert time.monotonic() - begun < 10, "nobody waits for the turn of another"
    assert {facts["outcome"] for facts in bare.calls()} == {"unanswered"}
    department.go.set()
    bare.until(lambda: ask().status == 200)


def test_a_hanging_api_keeps_no_other_resource_waiting(bare: Stage, department: Department) -> None:
    proxied(bare, department, retries=0, failures=200, timeout=15)
    bare.publish(("resource", "copies", resource(key="copies", source={"kind": "sqlite", "table": "people"})))
    bare.publish(("plan", "g2", plan("g2", target="copies")))
    department.go.clear()
    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(bare.ask) for _ in range(40)]
        bare.until(lambda: department.asked > 20)
        bare.until(lambda: bare.ask(resource="copies").status == 200)
        assert not any(one.done() for one in waiting)
        department.go.set()


def test_an_api_that_dies_in_the_middle_of_its_answer_gives_nothing(bare: Stage, department: Department) -> None:
    ask = proxied(bare, department, retries=0, failures=50)
    department.breaking = True
    answer = ask()
    assert (answer.code, "rows" in answer.said) == ("source_unreachable", False)
    department.die()
    assert ask().code == "source_unreachable"
    assert {facts["outcome"] for facts in bare.calls()} == {"unanswered"}


@pytest.mark.parametrize("rows", [[{"name": "李小明"}], [{"division": "430104"}], [["430104"]]])
def test_an_api_that_answers_nonsense_gives_nothing_and_the_log_keeps_quiet(
    bare: Stage, department: Department, rows: Any
) -> None:
    ask = proxied(bare, department, retries=0, failures=50)
    department.rows = rows
    answer = ask()
    assert answer.status in (200, 502, 503)
    assert not answer.said.get("rows")
    assert "李小明" not in (bare.data / "plane.log").read_text()


def test_a_grant_revoked_while_the_source_is_slow_gives_nothing(bare: Stage, department: Department) -> None:
    ask = proxied(bare, department, timeout=15)
    department.go.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask)
        bare.until(lambda: department.asked == 1)
        version = bare.health()["version"]
        bare.publish(("plan", "g1", plan(revoked=True)))
        bare.until(lambda: bare.health()["version"] > version)
        department.go.set()
        assert waiting.result().code == "grant_revoked"
    assert [facts["outcome"] for facts in bare.calls()] == ["refused"]
