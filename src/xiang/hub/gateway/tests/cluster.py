"""A PostgreSQL server of one's own, that a test may kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from launcher import ports

HERE = [Path(folder) for folder in sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]


@dataclass
class Cluster:
    """One data folder and its server."""

    binaries: Path
    folder: Path
    port: int
    user: str

    @property
    def url(self) -> str:
        return f"postgres://{self.user}@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """PostgreSQL refuses to run as root."""
        other = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        with (self.folder.parent / "server.log").open("ab") as log:
            line = [*other, str(self.binaries / program), *arguments]
            return subprocess.Popen(line, stdout=log, stderr=log, start_new_session=True)

    def make(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
            for above in (self.folder.parent, *list(self.folder.parents)[1:4]):
                if above != Path("/tmp"):
                    above.chmod(above.stat().st_mode | 0o011)
        assert self.run("initdb", "-D", str(self.folder), "-A", "trust", "-U", self.user, "-N").wait(60) == 0

    def start(self) -> None:
        """Start it and wait until it answers: after a kill it first writes what stands in its log."""
        settings = [f"-cport={self.port}", "-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={self.folder}"]
        command = ("postgres", "-D", str(self.folder), *settings, "-cfsync=on", "-csynchronous_commit=on")
        server = self.run(*command)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if server.poll() is not None:  # somebody whom the killed server had just begun is still leaving
                server = self.run(*command)
            with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                return
            time.sleep(0.05)
        raise AssertionError((self.folder.parent / "server.log").read_text()[-1000:])

    def kill(self) -> None:
        """The server and all that serve its clients, at once and without a word."""
        head = int((self.folder / "postmaster.pid").read_text().split()[0])
        for number in [*_children(head), head]:  # whom it has just begun leaves when it is gone
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        while Path(f"/proc/{head}/fd").exists() and any(Path(f"/proc/{head}/fd").glob("*")):
            time.sleep(0.01)


def _children(head: int) -> list[int]:
    try:
        return [int(number) for number in Path(f"/proc/{head}/task/{head}/children").read_text().split()]
    except FileNotFoundError:
        return []


@contextmanager
def own_cluster(folder: Path) -> Iterator[Cluster]:
    """A server in a folder of its own; skipped where there are no programs for it."""
    if not HERE or not Path("/proc/self/task").exists() or (os.geteuid() == 0 and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL programs here")
    data = folder / "data"
    data.mkdir(mode=0o700)
    user = "postgres" if os.geteuid() == 0 else os.environ.get("USER", "postgres")
    made = Cluster(HERE[0], data, ports.next_free("127.0.0.1", 0), user)
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.kill()
