"""A real process over real databases: tables, people, what is published, and a client that signs."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from launcher import ports
from xiang.foundation.ledger.models import Entry
from xiang.foundation.trust import digest
from xiang.foundation.trust.providers import HMAC
from xiang.foundation.trust.providers.software.keyfiles import KeyFiles, new_info
from xiang.hub.gateway import models
from xiang.hub.gateway.plane import SCHEMA, signing
from xiang.hub.gateway.plane.keys import Keys
from xiang.hub.policies import plans
from xiang.hub.policies.plans import Plan, PlanRule

POSTGRES = os.environ.get("XIANG_TEST_POSTGRES", "postgres://root@127.0.0.1/postgres")
SOURCE = Path(__file__).resolve().parents[4]
TABLES = (models.Publication, models.Document, models.Call, models.Count, models.Flow, Entry)
KEY = "k-tests"
LI, WANG = "430104199001011234", "430104198505052222"
PEOPLE = [
    (LI, "李小明", "13800138000", "430104", "1990-01-01", "湖南省长沙市天心区芙蓉路1号"),
    (WANG, "王五", "13900139000", "430102", "1985-05-05", "湖南省长沙市芙蓉区五一路2号"),
]
ITEMS = [
    ("id_number", "text"), ("name", "text"), ("phone", "text"), ("division", "code"), ("born", "date"), ("address", "text"),
]  # fmt: skip
SETTINGS = {"replay": 300, "sealing": 900, "token": 600, "application_rate": 100000, "address_rate": 100000}


def application(**other: Any) -> dict[str, Any]:
    return {"key": "hall", "title": "办事大厅", "body": "430104.hall", "division": "430104", **other}


def resource(**other: Any) -> dict[str, Any]:
    items = [{"name": name, "title": name, "type": kind, "column": name} for name, kind in ITEMS]
    source = {"kind": "postgresql", "table": "people"}
    return {
        "key": "people", "title": "人口基本信息", "items": items, "match": ["id_number"], "source": source,
        "blind": "party.resident_id", **other,
    }  # fmt: skip


def plan(uid: str = "g1", *, revoked: bool = False, **rule: Any) -> Plan:
    said = {
        "uid": f"{uid}#1", "actions": ("read", "xp:batch"), "target": "people", "assignees": ("430104.hall",),
        "columns": frozenset(name for name, _ in ITEMS), "purposes": frozenset({"service"}), **rule,
    }  # fmt: skip
    return Plan(uid, (PlanRule(**said),), title="办理登记", basis="《居民身份证法》第十三条", revoked=revoked)


@dataclass
class Answer:
    status: int
    said: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.said.get("code", ""))


@dataclass
class Stage:
    """One database with its data folder."""

    engine: str
    data: Path
    url: str
    version: int = 0
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        folder = self.data / "secrets" / "keys"
        material = secrets.token_bytes(32)
        KeyFiles(folder).write(new_info("blind", 1, HMAC, b"", digest.mac(material, b"check")), material)
        self.keys = Keys(self.data)
        self.keys.refresh()
        secret = self.keys.derived(self.keys.current, KEY)
        assert secret is not None
        self.secret = secret

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement (``?`` for values) on the records, committed; its rows."""
        if self.engine == "sqlite":
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)) as connection:
                found = connection.execute(statement, values).fetchall()
                connection.commit()
                return found
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.replace("?", "%s"), values)
            return list(cursor.fetchall()) if cursor.description else []

    def publish(self, *documents: tuple[str, str, Any], gone: bool = False) -> None:
        """Publish ``(kind, key, content)``, one version for all, as the Django side does."""
        self.version += 1
        for kind, key, content in documents:
            said = plans.dumps(content) if isinstance(content, Plan) else json.dumps(content)
            self.sql("DELETE FROM gateway_document WHERE id = ?", f"{kind}:{key}")
            row = (f"{kind}:{key}", kind, key, self.version, said, gone)
            self.sql("INSERT INTO gateway_document VALUES (?, ?, ?, ?, ?, ?)", *row)
        self.sql("UPDATE gateway_publication SET version = ?", self.version)
        if self.engine == "postgresql":
            self.sql("NOTIFY gateway_published")

    def publish_all(self, *policies: Plan, **settings: Any) -> None:
        engine_resource = resource(source={"kind": self.engine, "table": "people"})
        self.publish(
            ("settings", "gateway", {**SETTINGS, **settings}),
            ("application", "hall", application(keys={KEY: self.keys.current}, certificates=["ab" * 32])),
            ("resource", "people", engine_resource),
            *(("plan", one.uid, one) for one in policies or (plan(),)),
        )

    def start(self) -> subprocess.Popen[bytes]:
        self.port = ports.next_free("127.0.0.1", 0)
        line = [sys.executable, "-m", "xiang.hub.gateway.plane", "--port", str(self.port)]
        environment = {**os.environ, "XIANG_DATA": str(self.data), "XIANG_DATABASE_URL": self.url}
        environment["PYTHONPATH"] = str(SOURCE)
        with (self.data / "plane.log").open("ab") as log:
            server = subprocess.Popen(line, env=environment, stdout=log, stderr=log)
        self.servers.append(server)
        self.until(lambda: self.health().get("state") != "starting")
        return server

    def stop(self) -> None:
        for server in self.servers:
            if server.poll() is None:
                server.terminate()
                server.wait(20)
        self.servers.clear()

    def until(self, holds: Any, seconds: float = 20) -> float:
        """Ask again until it holds; how long it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            try:
                if holds():
                    return time.monotonic() - begun
            except OSError:
                pass
            time.sleep(0.01)
        raise AssertionError(f"still not so; {(self.data / 'plane.log').read_text()[-2000:]}")

    def health(self) -> dict[str, Any]:
        return self.get("/healthz").said

    def get(self, path: str) -> Answer:
        return self.send("GET", path, b"", {})

    def ask(self, said: Any = None, kind: str = "query", *, nonce: str = "", query: str = "", **head: Any) -> Answer:
        """A signed call; ``head`` may set ``resource``, ``at`` (seconds), ``secret`` or ``key``."""
        body = json.dumps({"subject": LI, "fields": ["name"], "purpose": "service"} if said is None else said).encode()
        path = f"/v1/resources/{head.get('resource', 'people')}/{kind}"
        headers = {"Authorization": self.signed(path, body, nonce, query, **head)}
        return self.send("POST", path + (f"?{query}" if query else ""), body, headers)

    def signed(self, path: str, body: bytes, nonce: str = "", query: str = "", **head: Any) -> str:
        at = str(int(head.get("at", time.time())))
        secret, key = head.get("secret", self.secret), head.get("key", KEY)
        return signing.header(key, secret, "POST", path, query, body, at, nonce or secrets.token_hex(8))

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
            said = json.loads(text) if "json" in (answer.getheader("content-type") or "") else {"text": text.decode()}
            assert "code" in said or answer.status == 200, f"{answer.status} {said}"
            return Answer(answer.status, said, {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(row[0]) for row in self.sql("SELECT facts FROM gateway_call ORDER BY at")]


def written(said: dict[str, Any]) -> str:
    return str(said["call"])


@contextmanager
def staged(engine: str, folder: Path, server: str = POSTGRES) -> Iterator[Stage]:
    """A stage on an engine, with tables and people, and nothing published."""
    if engine == "sqlite":
        stage = Stage(engine, folder, f"sqlite:///{folder / 'records.sqlite3'}")
        connections.databases["gateway_stage"] = _django("sqlite3", str(folder / "records.sqlite3"))
        yield from _furnished(stage)
        return
    name = f"xiang_gateway_{secrets.token_hex(4)}"
    try:
        _on_server(server, f"CREATE DATABASE {name} TEMPLATE template0")
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL here")
    stage = Stage(engine, folder, server.rpartition("/")[0] + f"/{name}")
    at = psycopg.conninfo.conninfo_to_dict(stage.url)
    signed = {"HOST": at.get("host", ""), "PORT": at.get("port", ""), "USER": at.get("user", "")}
    connections.databases["gateway_stage"] = _django("postgresql", name, **signed, PASSWORD=at.get("password", ""))
    try:
        yield from _furnished(stage)
    finally:
        _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _furnished(stage: Stage) -> Iterator[Stage]:
    connection = connections.create_connection("gateway_stage")
    connection.ensure_connection()
    with connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    connection.close()
    del connections.databases["gateway_stage"]
    if stage.engine == "sqlite":
        stage.sql("PRAGMA journal_mode = WAL")
    columns = ", ".join(f"{name} {'date' if kind == 'date' else 'text'}" for name, kind in ITEMS)
    stage.sql(f"CREATE TABLE people ({columns})")
    stage.sql("CREATE INDEX people_by_number ON people (id_number)")
    for row in PEOPLE:
        stage.sql("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", *row)
    at = "2026-11-22 00:00:00+00" if stage.engine == "postgresql" else "2026-11-22 00:00:00"
    stage.sql("INSERT INTO gateway_publication (id, schema, version, at) VALUES (1, ?, 0, ?)", SCHEMA, at)
    try:
        yield stage
    finally:
        stage.stop()


def _django(engine: str, name: str, **other: str) -> dict[str, Any]:
    connections.databases.pop("gateway_stage", None)
    return connections.configure_settings(
        {"default": {"ENGINE": f"django.db.backends.{engine}", "NAME": name, **other}}
    )["default"]


def _on_server(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
