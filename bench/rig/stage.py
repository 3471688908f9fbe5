"""A stage: a data folder, a database, the profile and a small province, made for one measurement and removed after.

The databases lie on the PostgreSQL that ``XIANG_BENCH_POSTGRES`` names (``postgres://root@127.0.0.1``), with whatever
settings it has: they are told in the report, and both sides of a comparison meet the same.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from bench.rig import machine
from bench.rig.report import told
from launcher import ports, up
from launcher.place import ROOT, Place

POSTGRES = os.environ.get("XIANG_BENCH_POSTGRES", "postgres://root@127.0.0.1").rstrip("/")
TOLD = ("server_version", "shared_buffers", "fsync", "synchronous_commit", "max_wal_size", "jit")
READY_WITHIN = 60


@dataclass
class Server:
    """A web server that was started for the measurement."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    database: str

    def seconds(self) -> float:
        """Processor seconds that it and its database's processes have used: what somebody else uses does not count."""
        return machine.seconds_of(self.process.pid) + machine.seconds_for(self.database)

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Stage:
    """Where a measurement plays."""

    name: str
    data: Path
    url: str
    fresh: bool = True
    servers: list[Server] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(self.data)

    def environ(self) -> dict[str, str]:
        return {**self.place.environ(), "XIANG_DATABASE_URL": self.url, "XIANG_DEMO": "1"}

    def manage(self, *command: str) -> None:
        """A management command, to its end; what it says goes to a log."""
        told(f"manage {' '.join(command)}")
        with (self.data / "bench.log").open("ab") as log:
            line = [sys.executable, "-m", "xiang.config.manage", *command]
            done = subprocess.run(line, env=self.environ(), stdout=log, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            tail = (self.data / "bench.log").read_text(errors="replace").splitlines()[-8:]
            raise SystemExit("\n".join([f"{command[0]} failed:", *tail]))

    def settings(self) -> dict[str, str]:
        """What the database is set to."""
        with psycopg.connect(self.url) as connection:
            shown = {name: connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))) for name in TOLD}
            return {"PostgreSQL": ", ".join(f"{name} {rows.fetchone()[0]}" for name, rows in shown.items())}  # type: ignore[index]

    def web_command(self, port: int, application: str = "xiang.config.wsgi:application") -> list[str]:
        """The web server as ``up`` starts it: a peer gets the same, with its own application."""
        command = list(up.processes(self.place, "127.0.0.1", port)[0].command)
        return [*command[:-1], application]

    def serve(self, name: str, application: str, env: Mapping[str, str] | None = None) -> Server:
        """Start a web server and wait until it listens."""
        port = ports.next_free("127.0.0.1", 0)
        told(f"server {name} on port {port}")
        log = (self.data / f"{name}.log").open("ab")
        everything = self.environ() | dict(env or {})
        process = subprocess.Popen(
            self.web_command(port, application),
            env=everything,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = Server(name, port, process, everything["XIANG_DATABASE_URL"].rsplit("/", 1)[1])
        self.servers.append(server)
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return server
            time.sleep(0.1)
        raise SystemExit(f"the server {name} does not answer: see {self.data / (name + '.log')}")

    def close_servers(self) -> None:
        for server in self.servers:
            server.stop()
        self.servers.clear()

    def enter_django(self) -> None:
        """Make this process one of the application's: for what is prepared before and counted after."""
        os.environ.update(self.environ())
        import django

        django.setup()


@contextmanager
def stage(name: str, *, people: int = 2000, keep: str | None = None, static: bool = True) -> Iterator[Stage]:
    """A stage, ready to play on. With ``keep`` it stays in that folder, and is found there the next time."""
    data = Path(keep).absolute() if keep else Path(tempfile.mkdtemp(prefix=f"xiang-bench-{name}-"))
    data.mkdir(parents=True, exist_ok=True)
    kept = data / "database"
    fresh = not kept.exists()
    database = f"xiang_bench_{name}_{secrets.token_hex(4)}" if fresh else kept.read_text().strip()
    made = Stage(name, data, f"{POSTGRES}/{database}", fresh)
    os.environ["XIANG_DATABASE_URL"] = made.url
    try:
        if fresh:
            create(database)
            _furnish(made, people, static)
            kept.write_text(database)
        yield made
    finally:
        made.close_servers()
        if not keep:
            _close_connections()
            drop(database)
            shutil.rmtree(data, ignore_errors=True)


def _furnish(made: Stage, people: int, static: bool) -> None:
    """The same steps as a first ``up``, with a smaller province."""
    made.manage("migrate", "--noinput", "--run-syncdb", "--skip-checks")
    made.manage("load", "hunan")
    made.manage("seed_province", "--people", str(people))
    made.manage("demo_accounts", "--json")
    if static:
        made.manage("collectstatic", "--noinput", "--verbosity", "0")


def create(database: str, template: str = "template0") -> None:
    """A database like its template; nobody may be connected to that one."""
    _on_server(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template)))


def drop(database: str) -> None:
    _on_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _on_server(statement: sql.Composed) -> None:
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(statement)


def _close_connections() -> None:
    from django.db import connections

    with suppress(Exception):  # Django may never have been set up
        connections.close_all()


def analyse(url: str, tables: Sequence[str] = ()) -> None:
    """Let the planner know what was filled in, and the next reader find nothing left to tidy."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in tables or [""]:
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table) if table else sql.SQL("")))


__all__ = ["POSTGRES", "ROOT", "Server", "Stage", "analyse", "create", "drop", "stage"]
