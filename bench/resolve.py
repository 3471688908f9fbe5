"""One record against a registry of a million golden records, on PostgreSQL and on SQLite.

A registry is filled, and records come in one by one, each in a transaction of its own: new ones, duplicates of somebody
whom another department knows, changed ones, and some that say what they said. Each engine is measured by a process of
its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.rig import registry, report
from bench.rig.report import Report, percentile, told
from bench.rig.stage import POSTGRES, create, drop

P95 = 20
ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
KINDS = ("new", "duplicate", "changed", "same")
_WARM = 40  # the first ones pay for imports and plans


def main() -> int:
    parser = report.options("resolve", (__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000, help="golden records (1,000,000)")
    parser.add_argument("--real", type=int, default=20_000, help="of them, that can be found and opened (20,000)")
    parser.add_argument("--arrivals", type=int, default=300, help="records of each kind that come in (300)")
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        sys.stdout.write(json.dumps(_measured(chosen.engine, chosen.records, chosen.real, chosen.arrivals)))
        return 0
    settings = {
        "golden records": f"{chosen.records:,}",
        "of them real": f"{chosen.real:,}",
        "of a kind": chosen.arrivals,
    }
    told_of = Report("resolve", settings)
    for engine in [chosen.engine] if chosen.engine else ENGINES:
        told(ENGINES[engine])
        command = [sys.executable, "-m", "bench.resolve", "--part", "--engine", engine]
        command += [f"--{name}={getattr(chosen, name)}" for name in ("records", "real", "arrivals")]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        _add(told_of, ENGINES[engine], json.loads(done.stdout))
    return told_of.close(as_json=chosen.json)


def _add(told_of: Report, engine: str, measured: dict[str, object]) -> None:
    taken: dict[str, list[float]] = measured["taken"]  # type: ignore[assignment]
    for kind in KINDS:
        told_of.add(f"{engine}, {kind}: p50", percentile(taken[kind], 50), "ms")
        told_of.add(f"{engine}, {kind}: p95", percentile(taken[kind], 95), "ms", at_most=P95)
    told_of.add(f"{engine}, new, duplicate or changed: p99", percentile(taken["all"], 99), "ms")
    told_of.notes.append(f"{engine}: {measured['outcomes']}")


def _measured(engine: str, count: int, real: int, each: int) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="xiang-bench-resolve-"))
    database = f"xiang_bench_resolve_{os.getpid()}"
    url = f"{POSTGRES}/{database}" if engine == "postgresql" else f"sqlite:///{folder / 'records.sqlite3'}"
    os.environ |= {"XIANG_DATA": str(folder), "XIANG_DATABASE_URL": url}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiang.config.settings")
    if engine == "postgresql":
        create(database)
    import django
    from django.db import connections

    django.setup()
    try:
        _fill(count, real, workers=2 if engine == "postgresql" else 1)
        return _arrive(real, each)
    finally:
        connections.close_all()
        if engine == "postgresql":
            drop(database)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(count: int, real: int, workers: int) -> None:
    from django.core.management import call_command
    from django.db import connection, connections

    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True, skip_checks=True)
    registry.register()
    connections.close_all()
    registry.fill(real, dict(os.environ), workers)
    if count > real:
        registry.stuff(count - real)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")  # what filling left to write is not the price of a record
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _arrive(real: int, each: int) -> dict[str, object]:
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.hub.bases import operations

    taken: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "all")}
    outcomes: Counter[str] = Counter()
    for number, (kind, source, reference, values) in enumerate(registry.arrivals(real, each)):
        day = "2024-01-01" if kind == "same" else "2026-11-22"
        begun = time.perf_counter()
        found = operations.resolve(source, reference, values, SYSTEM, day=day)
        milliseconds = (time.perf_counter() - begun) * 1000
        outcomes[f"{kind} {found.outcome}"] += 1
        if number >= _WARM:
            taken[kind].append(milliseconds)
            if kind != "same":
                taken["all"].append(milliseconds)
    return {"taken": taken, "outcomes": ", ".join(f"{name} {n}" for name, n in sorted(outcomes.items()))}


if __name__ == "__main__":
    sys.exit(main())
