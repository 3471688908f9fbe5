"""An interface as a source, against a real server: pages, pauses, answers that are broken or lead elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from xiang.hub.exchange.engine import running
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.http import HttpRows
from xiang.hub.exchange.engine.running import Plan

from .conftest import Making

Answers = Callable[[str, int], tuple[int, dict[str, str], Any]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], str]]:
    """``serve(answers)``: the address of a server; ``answers(path, which)`` gives status, headers and JSON or bytes."""
    running_ones = []

    def start(answers: Answers) -> str:
        counted = iter(range(1, 1000))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, said = answers(self.path, next(counted))
                data = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running_ones.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running_ones:
        server.shutdown()
        server.server_close()


def row(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"刘{number}", "paid": number + 0.5, "tags": ["a"] if number % 2 else None}


def carried(make: Making, address: str, path: str = "", **how: Any) -> list[tuple[Any, ...]]:
    target = make("sqlite")
    assert running.run(HttpRows(address, path, ["id"], **how), target.end(), Plan("h1")).agrees
    return target.rows()


def test_pages_are_followed_by_link_by_address_and_by_cursor(make: Making, serve: Any) -> None:
    def linked(path: str, which: int) -> tuple[int, dict[str, str], Any]:
        return (
            200,
            {} if "p=2" in path else {"Link": '<?p=2>; rel="next"'},
            [row(1), row(2)] if "p=2" not in path else [row(3)],
        )

    def addressed(path: str, which: int) -> tuple[int, dict[str, str], Any]:
        return (
            200,
            {},
            {
                "count": 3,
                "next": None if "p=2" in path else "/v1/people?p=2",
                "results": [row(2 if "p=2" in path else 1)],
            },
        )

    def pointed(path: str, which: int) -> tuple[int, dict[str, str], Any]:
        assert "limit=1" in path
        return 200, {}, {"items": [row(2 if "cursor=b" in path else 1)], "next": None if "cursor=b" in path else "b"}

    assert [one[0] for one in carried(make, serve(linked))] == [1, 2, 3]
    assert [one[0] for one in carried(make, serve(addressed), "v1/people")] == [1, 2]
    assert [one[0] for one in carried(make, serve(pointed), "?limit=1")] == [1, 2]
    assert carried(make, serve(linked))[0][1:] == ("刘1", Decimal("1.5"), '["a"]')


def test_a_busy_interface_is_asked_again_and_left_alone_when_it_asks_for_long(make: Making, serve: Any) -> None:
    slept: list[float] = []

    def busy(path: str, which: int) -> tuple[int, dict[str, str], Any]:
        return (503, {"Retry-After": "7"}, b"") if which == 1 else (200, {}, [row(1)])

    assert len(carried(make, serve(busy), sleep=slept.append)) == 1 and slept == [7.0]
    with pytest.raises(Interrupted, match="busy"):
        carried(make, serve(lambda path, which: (429, {"Retry-After": "3600"}, b"")), sleep=slept.append)
    with pytest.raises(Interrupted, match="not_reached"):
        carried(make, "http://127.0.0.1:9", sleep=slept.append)
    assert slept[1:] == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, {}, b'[{"id": 1'), "bad_answer"),
        ((200, {}, {"message": "no list"}), "bad_answer"),
        ((200, {}, [1, 2]), "bad_answer"),
        ((200, {"Link": '<http://169.254.169.254/x>; rel="next"'}, [row(1)]), "led_elsewhere"),
        ((200, {"Link": '</>; rel="next"'}, [row(1)]), "endless_pages"),
        ((302, {"Location": "http://169.254.169.254/"}, b""), "http_302"),
        ((401, {}, b""), "http_401"),
    ],
)
def test_an_answer_that_is_not_as_agreed_stops_the_run(make: Making, serve: Any, answer: Any, code: str) -> None:
    with pytest.raises(Stopped, match=code):
        carried(make, serve(lambda path, which: answer))


def test_credentials_of_the_address_are_sent_and_shown_nowhere(serve: Any) -> None:
    address = serve(lambda path, which: (200, {}, [row(1)])).replace("http://", "http://user:secret@")
    end = HttpRows(address, "people")
    assert end.schema() is not None and "secret" not in end.title + end.address
