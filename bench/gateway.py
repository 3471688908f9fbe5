"""Governed look-ups a second: signed, decided, masked and durably recorded before the answer, among a million people.

Beside two peers that read the same row of the same table: the same ASGI stack without any governance, one process each,
and a plain Django view, a process a core each. Rounds alternate. Then the time that governance adds at a steady 500 a
second, and the embedded size on SQLite. Afterwards the answers are counted against the records.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg

from bench.rig import load, report
from bench.rig.load import Outcome
from bench.rig.report import Report, median, percentile, told
from bench.rig.stage import POSTGRES, Server, Stage, create, drop
from launcher import ports

PATH = "/v1/resources/people/query"
PEOPLE, CLIENTS, STEADY = 1_000_000, 64, 500
FIELDS = ["name", "phone", "address"]
COLUMNS = ["id_number", *FIELDS, "division"]
_ROWS = {
    "postgresql": "INSERT INTO people SELECT '4301021990' || lpad(n::text, 8, '0'), '李小明', '138' || lpad(n::text, 8, '0'),"
    " '湖南省长沙市芙蓉区五一路' || n || '号', '430102' FROM generate_series(1, {people}) n",
    "sqlite": "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {people}) INSERT INTO people SELECT"
    " '4301021990' || printf('%08d', n), '李小明', '138' || printf('%08d', n), '湖南省长沙市芙蓉区五一路' || n || '号',"
    " '430102' FROM s",
}


def main() -> int:
    parser = report.options("gateway", (__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=100, help="look-ups a client and round (100)")
    parser.add_argument("--people", type=int, default=PEOPLE, help="rows of the table (1 000 000)")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=int, default=10, help="of the steady load (10)")
    chosen = parser.parse_args()
    database = f"xiang_bench_gateway_{secrets.token_hex(4)}"
    create(database)
    with tempfile.TemporaryDirectory(prefix="xiang-bench-gateway-") as folder:
        on = Stage("gateway", Path(folder), f"{POSTGRES}/{database}")
        try:
            told_of = Report("gateway", on.settings())
            told_of.settings |= {"people": f"{chosen.people:,}", "clients": chosen.clients}
            told_of.settings |= {"rounds": f"{chosen.rounds} a side, {chosen.clients * chosen.each} look-ups each"}
            _measure(on, told_of, chosen)
            _embedded(Path(folder) / "embedded", told_of, chosen)
            return told_of.close(as_json=chosen.json)
        finally:
            on.close_servers()
            drop(database)


def _measure(on: Stage, told_of: Report, chosen: Any) -> None:
    secret, key = _furnish(on, chosen.people)
    sides = {
        "governed": _plane(on),
        "bare": _bare(on),
        "governed, a process a core": _plane(on, os.cpu_count() or 1),
        "django": on.serve("django", "bench.peers.gateway.wsgi:application"),
    }
    outcomes: dict[str, list[Outcome]] = {name: [] for name in sides}
    for server in sides.values():
        _checked(load.run(server, _requests(chosen.clients, 10, chosen.people, secret, key)))
    for number in range(chosen.rounds):
        order = list(sides) if number % 2 else list(reversed(sides))
        for name in order:
            requests = _requests(chosen.clients, chosen.each, chosen.people, secret, key)
            outcomes[name].append(_checked(load.run(sides[name], requests)))
        told(f"round {number + 1}: " + ", ".join(f"{name} {outcomes[name][-1].rate:.0f}/s" for name in sides))
    _tell(told_of, outcomes)
    steady = {name: _steady(sides[name].port, chosen, secret, key) for name in ("bare", "governed")}
    for name, found in steady.items():
        told_of.add(f"{STEADY}/s open loop, {name}: p50", percentile(found, 50) * 1000, "ms")
        told_of.add(f"{STEADY}/s open loop, {name}: p99", percentile(found, 99) * 1000, "ms")
    added = percentile(steady["governed"], 50) - percentile(steady["bare"], 50)
    told_of.add(f"{STEADY}/s open loop: p50 added", added * 1000, "ms", at_most=3)
    with psycopg.connect(on.url) as connection:
        kept = connection.execute("SELECT count(*) FROM gateway_call").fetchone()
    rounds = [*outcomes["governed"], *outcomes["governed, a process a core"]]
    answered = sum(len(one.latencies) for one in rounds) + 20 * chosen.clients + STEADY * chosen.seconds
    told_of.add("answers without a record", answered - (kept[0] if kept else 0), at_most=0)


def _tell(told_of: Report, outcomes: dict[str, list[Outcome]]) -> None:
    for name, found in outcomes.items():
        every = [one * 1000 for outcome in found for one in outcome.latencies]
        told_of.add(f"{name}", median([one.rate for one in found]), "/s")
        told_of.add(f"{name}: p50", percentile(every, 50), "ms")
        told_of.add(f"{name}: p99", percentile(every, 99), "ms")
        told_of.add(f"{name}: processor time a call, server and database", 1000 * median([o.cost for o in found]), "ms")
        told_of.add(f"{name}: load generator's share", 100 * median([o.share for o in found]), "%")
    costs = {name: median([one.cost for one in found]) for name, found in outcomes.items()}
    told_of.add("governed ÷ bare in processor time (bare ÷ governed)", costs["bare"] / costs["governed"])
    told_of.add("governed ÷ plain Django in processor time", costs["django"] / costs["governed"])
    pairs = zip(outcomes["governed"], outcomes["bare"], strict=True)
    told_of.add("governed ÷ bare (median of rounds)", median([a.rate / b.rate for a, b in pairs]), at_least=0.65)
    pairs = zip(outcomes["governed, a process a core"], outcomes["django"], strict=True)
    told_of.add(
        "governed ÷ plain Django, each a process a core (median of rounds)",
        median([a.rate / b.rate for a, b in pairs]),
        at_least=2,
    )


def _checked(outcome: Outcome) -> Outcome:
    if set(outcome.statuses) - {200}:
        told(f"answers {dict(outcome.statuses)}; the last: {outcome.answers[0][:600]!r}")
        raise SystemExit(2)
    return outcome


def _requests(clients: int, each: int, people: int, secret: bytes, key: str) -> list[list[bytes]]:
    return [[_request(people, secret, key) for _ in range(each)] for _ in range(clients)]


def _request(people: int, secret: bytes, key: str) -> bytes:
    from xiang.hub.gateway.plane import signing

    number = f"4301021990{secrets.randbelow(people) + 1:08d}"
    body = json.dumps({"subject": number, "fields": FIELDS, "purpose": "service"}).encode()
    header = signing.header(key, secret, "POST", PATH, "", body, str(int(time.time())), secrets.token_hex(8))
    return load.request("POST", PATH, headers={"Authorization": header, "Content-Type": "application/json"}, body=body)


def _furnish(on: Stage, people: int, engine: str = "postgresql") -> tuple[bytes, str]:
    """Tables, people and what is published; the application's secret and key."""
    for room in ("ledger", "gateway"):
        on.manage("migrate", room, "--noinput", "--skip-checks")
    told(f"{people:,} people")
    made = f"CREATE TABLE people ({', '.join(f'{name} text' for name in COLUMNS)})"
    statements = [made, _ROWS[engine].format(people=people), "CREATE UNIQUE INDEX people_key ON people (id_number)"]
    if engine == "sqlite":
        with closing(sqlite3.connect(on.url.removeprefix("sqlite:///"))) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
    else:
        with psycopg.connect(on.url, autocommit=True) as records:
            for statement in [*statements, "VACUUM ANALYZE people"]:
                records.execute(statement.encode())
    line = [sys.executable, "-m", "bench.gateway", "--publish", engine]
    said = json.loads(subprocess.run(line, env=on.environ(), stdout=subprocess.PIPE, check=True).stdout)
    return bytes.fromhex(said["secret"]), said["key"]


def publish(engine: str) -> None:
    """In a process of its own with Django: one application, one resource, one grant with masks."""
    import django

    django.setup()
    from xiang.foundation.ground import instant
    from xiang.foundation.trust import blind
    from xiang.hub.gateway.models import Document, Publication
    from xiang.hub.gateway.plane import SCHEMA
    from xiang.hub.gateway.plane.keys import KEY_SCHEME
    from xiang.hub.policies import plans
    from xiang.hub.policies.masking import Mask
    from xiang.hub.policies.plans import Plan, PlanRule

    root, _, secret = blind.index("kbench", KEY_SCHEME).partition(":")
    items = [{"name": name, "title": name, "type": "text", "column": name} for name in COLUMNS]
    rule = PlanRule(
        uid="bench.use", actions=("read",), target="people", assignees=("430102.hall",),
        columns=frozenset(COLUMNS), purposes=frozenset({"service"}),
        masks=(("name", Mask("name")), ("phone", Mask("phone")), ("address", Mask("address"))),
    )  # fmt: skip
    documents = {
        "settings": {"replay": 3600, "sealing": 86400, "application_rate": 1000000, "address_rate": 1000000},
        "application": {"key": "bench", "title": "bench", "body": "430102.hall", "keys": {"kbench": root}},
        "resource": {
            "key": "people", "title": "people", "items": items, "match": ["id_number"], "blind": "id",
            "source": {"kind": engine, "table": "people"},
        },
        "plan": plans.to_json(Plan("bench", (rule,), title="测量", basis="测量")),
    }  # fmt: skip
    for kind, content in documents.items():
        said: dict[str, Any] = {"kind": kind, "key": str(content.get("key", kind)), "version": 1}
        Document.objects.create(id=f"{kind}:{said['key']}", content=json.dumps(content), **said)
    Publication.objects.create(id=1, schema=SCHEMA, version=1, at=instant.now())
    sys.stdout.write(json.dumps({"secret": secret, "key": "kbench"}))


def _plane(on: Stage, workers: int = 1) -> Server:
    line = ("-m", "xiang.hub.gateway.plane", "--workers", str(workers), "--port")
    return _started(on, f"governed-{workers}", *line)


def _bare(on: Stage) -> Server:
    return _started(on, "bare", "-m", "bench.peers.gateway.bare")


def _started(on: Stage, name: str, *line: str) -> Server:
    port = ports.next_free("127.0.0.1", 0)
    log = (on.data / f"{name}.log").open("ab")
    command = [sys.executable, *line, str(port)]
    process = subprocess.Popen(command, env=on.environ(), stdout=log, stderr=log, start_new_session=True)
    server = Server(name, port, process, on.url.rsplit("/", 1)[1])
    on.servers.append(server)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if _listens(port):
            return server
        time.sleep(0.2)
    raise SystemExit(f"{name} does not answer: {(on.data / f'{name}.log').read_text()[-800:]}")


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _steady(port: int, chosen: Any, secret: bytes, key: str) -> list[float]:
    """Requests at fixed instants, whatever became of the earlier ones; seconds from the instant to the answer."""
    requests = [_request(chosen.people, secret, key) for _ in range(STEADY * chosen.seconds)]
    return asyncio.run(_open_loop(port, requests))


async def _open_loop(port: int, requests: list[bytes]) -> list[float]:
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    found: list[float] = []
    begun = time.perf_counter() + 0.1

    async def one(at: float, request: bytes) -> None:
        reader, writer = idle.pop(0) if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r")[0])
        await reader.readexactly(length)
        if head[9:12] != b"200":
            raise RuntimeError(head.decode())
        found.append(time.perf_counter() - at)
        idle.append((reader, writer))

    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            at = begun + number / STEADY
            await asyncio.sleep(max(0, at - time.perf_counter()))
            group.create_task(one(at, request))
    for _, writer in idle:
        writer.close()
    return found


def _embedded(folder: Path, told_of: Report, chosen: Any) -> None:
    """The same on SQLite: for information."""
    folder.mkdir()
    on = Stage("gateway-embedded", folder, f"sqlite:///{folder / 'records.sqlite3'}")
    try:
        secret, key = _furnish(on, chosen.people, "sqlite")
        server = _plane(on)
        outcomes = []
        for number in range(chosen.rounds + 1):
            requests = _requests(chosen.clients, chosen.each // 2 or 1, chosen.people, secret, key)
            outcome = _checked(load.run(server, requests))
            outcomes += [outcome] if number else []
        every = [one * 1000 for outcome in outcomes for one in outcome.latencies]
        told_of.add("embedded (SQLite)", median([one.rate for one in outcomes]), "/s")
        told_of.add("embedded (SQLite): p50", percentile(every, 50), "ms")
        told_of.add("embedded (SQLite): p99", percentile(every, 99), "ms")
    finally:
        on.close_servers()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--publish"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiang.config.settings")
        publish(sys.argv[2])
        sys.exit(0)
    sys.exit(main())
