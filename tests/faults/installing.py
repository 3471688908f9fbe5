"""Installations of their own for tests that kill: a data folder and a database, copied from one that was filled once a
run, and web servers on them that are started as ``./xiang up`` does it.

On SQLite the database is a file in the folder; on PostgreSQL one beside the suite's, made from a template and dropped.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings

from launcher import ports, up
from launcher.place import ROOT, Place

WITHIN = 90
"""Seconds until something that must happen is taken for lost; nothing is measured by it."""
API = "/api/v1/life-event-applications"
TOLD = "told.json"
LOST = (ConnectionError, http.client.HTTPException, TimeoutError)
"""What a client sees of a server that died."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: HTTPMessage
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Server:
    """A web server with two worker processes."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WITHIN)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def stop(self) -> None:
        """End all its processes at once: whatever they were doing is no longer of interest."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Installation:
    """A data folder, its database, and what :mod:`tests.faults.furnish` told of it. ``logs`` lies outside the folder."""

    data: Path
    url: str
    logs: Path
    application: str = "xiang.config.wsgi:application"
    servers: list[Server] = field(default_factory=list)

    @property
    def told(self) -> dict[str, Any]:
        return json.loads((self.logs / TOLD).read_text())

    def environ(self) -> dict[str, str]:
        # Its own address, else the suite's would be inherited.
        return {
            **Place(self.data).environ(),
            "XIANG_DATABASE_URL": self.url,
            "XIANG_DEMO": "1",
            "XIANG_WEB_WORKERS": "2",
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        }

    def run(self, module: str, *arguments: str) -> None:
        """A program of the tests, inside the installation; what it says goes to ``MODULE.log``."""
        log = self.logs / f"{module.rpartition('.')[2]}.log"
        with log.open("ab") as said:
            line = [sys.executable, "-m", module, *arguments]
            done = subprocess.run(line, env=self.environ(), stdout=said, stderr=said, cwd=ROOT, check=False)
        assert done.returncode == 0, log.read_text(errors="replace")[-3000:]

    # Serving -----------------------------------------------------------------------------------------------------

    @property
    def server(self) -> Server:
        """A server that runs: another when the last one died, as the launcher would start it."""
        if not self.servers or self.servers[-1].process.poll() is not None:
            self.servers.append(self._started())
        return self.servers[-1]

    def _started(self) -> Server:
        port = ports.next_free("127.0.0.1", 0)
        command = list(up.processes(Place(self.data), "127.0.0.1", port)[0].command)
        command[0], command[-1] = sys.executable, self.application
        with (self.logs / "web.log").open("ab") as said:
            process = subprocess.Popen(
                command, env=self.environ(), stdout=said, stderr=said, cwd=ROOT, start_new_session=True
            )
        server = Server(port, process)
        try:
            until(lambda: process.poll() is not None or _listens(port), "the server listens")
            assert process.poll() is None, (self.logs / "web.log").read_text(errors="replace")[-3000:]
        except BaseException:
            server.stop()
            raise
        return server

    def close(self) -> None:
        for server in self.servers:
            server.stop()
        self.servers.clear()

    # Being the mother's program ----------------------------------------------------------------------------------

    def call(self, method: str, path: str) -> Answer:
        """One request of the mother's program."""
        headers = {"Authorization": f"Bearer {self.told['token']}", "Content-Type": "application/json"}
        return self.server.ask(method, API + path, "{}" if method == "POST" else None, headers)

    def patiently(self, method: str, path: str) -> Answer:
        """The same, again and again while nobody answers."""
        answers: list[Answer] = []

        def answered() -> bool:
            with suppress(*LOST):
                answers.append(self.call(method, path))
            return bool(answers)

        until(answered, f"{method} {path} is answered")
        return answers[0]

    # Looking into the records ------------------------------------------------------------------------------------

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._records() as records:
            return records.execute(statement).fetchall()  # type: ignore[call-overload,no-any-return]

    def _records(self) -> AbstractContextManager[Any]:
        if self.url.startswith("sqlite"):
            return closing(sqlite3.connect(self.data / "records.sqlite3", timeout=WITHIN))
        return psycopg.connect(self.url)

    def tables(self) -> list[str]:
        named = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if self.url.startswith("sqlite")
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return sorted(name for (name,) in self.rows(named))

    def columns(self, table: str) -> dict[str, list[Any]]:
        """All that a table holds, by column."""
        with self._records() as records:
            found = records.execute(f'SELECT * FROM "{table}"')  # type: ignore[call-overload]
            names = [column[0] for column in found.description]
            return dict(zip(names, map(list, zip(*found.fetchall(), strict=True)), strict=False))

    def sizes(self) -> dict[str, int]:
        """How many rows each table has."""
        counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in self.tables())
        return dict(self.rows(counts))


def until(holds: Callable[[], bool], what: str) -> None:
    """Ask again and again, until it holds."""
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)  # between two looks at a real condition


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


# Making them ---------------------------------------------------------------------------------------------------------


@contextmanager
def once_a_run(base: Path, me: str, fill: Callable[[Installation], None]) -> Iterator[Installation]:
    """An installation that ``fill`` fills, or that another process of this test run has filled; the last to leave removes
    it."""
    users, done = base / "users", base / "done"
    users.mkdir(parents=True, exist_ok=True)
    name = f"xiang_faults_{sha256(str(base).encode()).hexdigest()[:24]}"
    made = Installation(base / "data", _url(base / "data", name), base / "logs")
    with _alone(base):
        if not done.exists():
            _remove(made)
            made.logs.mkdir()
            try:
                fill(made)
            finally:
                made.close()
            done.touch()
        (users / me).touch()
    try:
        yield made
    finally:
        with _alone(base):
            (users / me).unlink()
            if not any(users.iterdir()):
                done.unlink()
                _remove(made)


def furnish(made: Installation) -> None:
    """The profile, a small province, births to be submitted."""
    _create(made.url, "template0")
    made.data.mkdir()
    made.run("tests.faults.furnish", str(made.logs / TOLD))


def copy(source: Installation, made: Installation) -> None:
    """Everything as it is there; nobody may be at work on it."""
    shutil.copytree(source.data, made.data)
    shutil.copy(source.logs / TOLD, made.logs / TOLD)
    _create(made.url, source.url.rpartition("/")[2])


@contextmanager
def installed(
    source: Installation, folder: Path, application: str = Installation.application
) -> Iterator[Installation]:
    """A copy for one module, with no process on it yet."""
    data, logs = folder / "data", folder / "logs"
    logs.mkdir()
    made = Installation(data, _url(data, f"xiang_faults_{uuid4().hex}"), logs, application)
    copy(source, made)
    try:
        yield made
    finally:
        made.close()
        _remove(made)


def _remove(made: Installation) -> None:
    _maintain(made.url, 'DROP DATABASE IF EXISTS "{}" WITH (FORCE)')
    for folder in (made.data, made.logs):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _url(data: Path, name: str) -> str:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{data / 'records.sqlite3'}"
    login = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
    return f"postgres://{login}@{database['HOST']}:{database['PORT'] or 5432}/{name}"


def _create(url: str, template: str) -> None:
    _maintain(url, 'CREATE DATABASE "{}" TEMPLATE "' + template + '"')


def _maintain(url: str, statement: str) -> None:
    """On PostgreSQL; a file of SQLite is made by its first writer, and goes with its folder."""
    server, _, name = url.rpartition("/")
    if not url.startswith("sqlite"):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as maintenance:
            maintenance.execute(statement.format(name))  # type: ignore[arg-type]
