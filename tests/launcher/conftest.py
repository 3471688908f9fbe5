"""Starts the stand-in installation, talks to it, and makes sure that no test leaves a process behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
STAND_IN = Path(__file__).with_name("stand_in.py")
PATIENCE = 30


def eventually(question: Callable[[], T]) -> T:
    """The first true answer; a test that waits longer than it should fails."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if answer := question():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"nothing happened within {PATIENCE} s")


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return not _zombie(number)


def _zombie(number: int) -> bool:
    status = Path(f"/proc/{number}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


class Installation:
    """One data folder and the starts on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.port, self.gateway_port = free_port(), free_port()
        self.starts: list[subprocess.Popen[str]] = []

    def start(self, **choices: str) -> subprocess.Popen[str]:
        output = (self.folder / f"output-{len(self.starts)}").open("w+")
        started = subprocess.Popen(
            [sys.executable, str(STAND_IN), str(self.data), str(self.port), str(self.gateway_port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "XIANG_LANG": "en", **choices},
            start_new_session=True,
        )
        self.starts.append(started)
        return started

    def output(self, start: int = -1) -> str:
        return (self.folder / f"output-{range(len(self.starts))[start]}").read_text()

    def up(self, **choices: str) -> subprocess.Popen[str]:
        """Start, and wait until it says that it is up."""
        started = self.start(**choices)
        eventually(lambda: "Xiang is up" in self.output() or started.poll() is not None)
        assert started.poll() is None, self.output()
        return started

    def numbers(self, child: str) -> list[int]:
        file = self.data / f"{child}.pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def left(self) -> list[int]:
        return [number for child in ("web", "gateway", "worker") for number in self.numbers(child) if alive(number)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    for started in made.starts:
        if started.poll() is None:
            started.kill()
        started.wait()
    for number in made.left():
        os.kill(number, signal.SIGKILL)
