"""Load over HTTP: closed-loop clients, each on its own connection, in a process of their own.

A client sends its next request when the last answer has come. Requests are bytes made beforehand, answers are only cut
into status and body, so that the generator uses little of the machine that it measures; what it uses is told.
"""

from __future__ import annotations

import pickle
import resource
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.rig import machine

if TYPE_CHECKING:
    from bench.rig.stage import Server


@dataclass
class Outcome:
    """What one run of the clients met."""

    seconds: float
    latencies: list[float]
    statuses: Counter[int]
    generator: float  # processor seconds of the clients
    everything: float = 0.0  # of the whole machine meanwhile
    served: float = 0.0  # of the server and its database
    answers: list[bytes] = field(default_factory=list)  # the last answer of each client

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cost(self) -> float:
        """Processor seconds of server and database for one request."""
        return self.served / len(self.latencies)

    @property
    def share(self) -> float:
        """The generator's part of all the processor time used."""
        return self.generator / self.everything if self.everything else 0.0

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 400)


def request(
    method: str, path: str, *, host: str = "localhost", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{n}: {v}" for n, v in (headers or {}).items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(server: Server, clients: Sequence[Sequence[bytes]]) -> Outcome:
    """Let every client send its requests, one after the other, all clients at the same time."""
    job = pickle.dumps((server.port, [list(requests) for requests in clients]))
    before, served = machine.busy_seconds(), server.seconds()
    program = subprocess.run([sys.executable, "-m", "bench.rig.load"], input=job, stdout=subprocess.PIPE, check=True)
    outcome: Outcome = pickle.loads(program.stdout)
    outcome.everything = machine.busy_seconds() - before
    outcome.served = server.seconds() - served
    return outcome


class _Client(threading.Thread):
    """One connection."""

    def __init__(self, port: int, requests: Sequence[bytes], start: threading.Barrier) -> None:
        super().__init__()
        self.port, self.requests, self.gate = port, requests, start
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.answer = b""

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.gate.wait()
            for one in self.requests:
                begun = time.perf_counter()
                connection.sendall(one)
                status, self.answer = _answer(connection)
                self.latencies.append(time.perf_counter() - begun)
                self.statuses[status] += 1


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and the whole answer; a length or chunks say where it ends."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = data[:end].lower()
    status = int(head[9:12])
    if b"transfer-encoding: chunked" in head:
        while not data.endswith(b"0\r\n\r\n"):
            data += _more(connection)
        return status, data
    mark = head.find(b"content-length:")
    length = int(head[mark + 15 :].split(b"\r", 1)[0]) if mark >= 0 else 0
    while len(data) < end + 4 + length:
        data += _more(connection)
    return status, data


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(262144)
    if not data:
        raise ConnectionError("the server closed the connection in the middle of an answer")
    return data


def _generate() -> None:
    port, clients = pickle.load(sys.stdin.buffer)
    gate = threading.Barrier(len(clients) + 1)
    threads = [_Client(port, requests, gate) for requests in clients]
    for thread in threads:
        thread.start()
    gate.wait()
    begun, used = time.perf_counter(), _used()
    for thread in threads:
        thread.join()
    seconds, used = time.perf_counter() - begun, _used() - used
    latencies = [one for thread in threads for one in thread.latencies]
    statuses = sum((thread.statuses for thread in threads), Counter())
    outcome = Outcome(seconds, latencies, statuses, used, answers=[thread.answer for thread in threads])
    pickle.dump(outcome, sys.stdout.buffer)


def _used() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


if __name__ == "__main__":
    from bench.rig.load import _generate as generate  # pickled classes must not belong to ``__main__``

    generate()
