"""Linkage: tables into golden records beside plain Splink, and single records against a full registry.

Batch: a table of synthetic people in PostgreSQL, three in ten of them twice and with errors, is read, linked and written
back as clusters and golden records; the peer does the same, rounds alternate, models are trained beforehand on both
sides. Then a registry is filled, and records come in one by one, each in a transaction of its own.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from bench.peers.linkage import Peer
from bench.rig import populace, registry, report
from bench.rig.report import Report, median, percentile, told
from bench.rig.stage import POSTGRES, create, drop
from xiang.hub.bases.engine import configuring, tables
from xiang.hub.bases.engine.batch import Linkage

BATCH_RATIO, P95 = 1.25, 20


def main() -> int:
    parser = report.options("linkage", (__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000, help="records of both parts (1,000,000)")
    parser.add_argument("--arrivals", type=int, default=1000, help="single records that come in (1,000)")
    parser.add_argument("--real", type=int, default=100_000, help="of them, that can be found and opened (100,000)")
    parser.add_argument("--skip-batch", action="store_true", help="only single records")
    parser.add_argument("--skip-single", action="store_true", help="only the batch")
    parser.add_argument("--sqlite", action="store_true", help="single records on SQLite instead of PostgreSQL")
    chosen = parser.parse_args()
    told_of = Report("linkage", {"records": f"{chosen.records:,}", "doubled": "30 %", "rounds": chosen.rounds})
    if not chosen.skip_batch:
        _batch(told_of, chosen.records, chosen.rounds)
    if not chosen.skip_single:
        _single(told_of, chosen.records, min(chosen.real, chosen.records), chosen.arrivals, sqlite=chosen.sqlite)
    return told_of.close(as_json=chosen.json)


# Batch -----------------------------------------------------------------------------------------------------------


def _batch(told_of: Report, count: int, rounds: int) -> None:
    with _database("batch") as url:
        _people_in(url, count)
        trained = _trained_peer(url)
        mine, theirs = [], []
        for number in range(rounds):
            sides = [(mine, lambda: _ours(url)), (theirs, lambda: _peer(url, trained))]
            for kept, run in sides if number % 2 else reversed(sides):
                kept.append(_timed(run))
            told(f"round {number + 1}: ours {mine[-1]:.1f} s, peer {theirs[-1]:.1f} s")
        told_of.add("batch, ours", median(mine), "s")
        told_of.add("batch, plain Splink", median(theirs), "s")
        ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
        told_of.add("ours ÷ plain Splink (median of rounds)", median(ratios), at_most=BATCH_RATIO)
        ours, peers = _quality(url, "clusters", "ref", "cluster"), _quality(url, "peer_clusters", "id", "cluster_id")
        for name, one, other in zip(("precision", "recall"), ours, peers, strict=False):
            told_of.add(f"pairwise {name}, ours", one)
            told_of.add(f"pairwise {name}, plain Splink", other)
        told_of.add("pairwise F1, plain Splink", peers[2])
        told_of.add("pairwise F1, ours", ours[2], at_least=peers[2])
        told_of.add("memory of the process at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


@contextmanager
def _database(name: str) -> Iterator[str]:
    database = f"xiang_bench_linkage_{name}_{os.getpid()}"
    create(database)
    try:
        yield f"{POSTGRES}/{database}"
    finally:
        drop(database)


def _people_in(url: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        populace.write(file, populace.records(count))
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE people ({', '.join(f'{name} text' for name in populace.COLUMNS)})")
            with cursor.copy("COPY people FROM STDIN (FORMAT csv, HEADER)") as rows, file.open("rb") as source:
                while block := source.read(1 << 20):
                    rows.write(block)
    told(f"{count:,} records in PostgreSQL")


def _trained_peer(url: str) -> dict[str, Any]:
    peer = Peer(duckdb.connect())
    peer.load(f"{url}#people")
    trained = peer.train()
    peer.connection.close()
    told("the peer is trained")
    return trained


def _timed(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _ours(url: str) -> None:
    said = {"kind": "person", "label": "people", "id": "id", "updated": "gxsj", "fields": populace.FIELDS}
    linkage = Linkage(configuring.config_of(said, Path()))
    _forget(url, "clusters", "golden")
    linkage.load([f"{url}#people"])
    linkage.link()
    linkage.make_golden()
    connection = linkage.connection
    tables.to_postgres(connection, "SELECT ref, cluster FROM clusters", url, "clusters", ["ref", "cluster"])
    names = tables.columns_of(connection, "golden")
    tables.to_postgres(connection, "SELECT * FROM golden", url, "golden", names)
    linkage.close()


def _peer(url: str, trained: dict[str, Any]) -> None:
    peer = Peer(duckdb.connect())
    _forget(url, "peer_clusters", "peer_golden")
    peer.load(f"{url}#people")
    peer.link(trained)
    peer.write(url)
    peer.connection.close()


def _forget(url: str, *names: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {', '.join(names)}")


def _quality(url: str, table: str, key: str, cluster: str) -> tuple[float, float, float]:
    """Pairwise precision, recall and their mean F1, over all pairs of records."""
    pairs = "SELECT coalesce(sum(c * (c - 1) / 2), 0)::float FROM (SELECT count(*) AS c FROM j GROUP BY {}) g"
    joined = (
        f"WITH j AS (SELECT c.{cluster} AS cluster, p.truth FROM {table} c JOIN people p"
        f" ON p.id = regexp_replace(c.{key}, '^.*/', ''))"
    )
    with psycopg.connect(url) as connection:
        both, found, true = (
            connection.execute(f"{joined} {pairs.format(by)}").fetchone()[0]  # type: ignore[index]
            for by in ("cluster, truth", "cluster", "truth")
        )
    precision, recall = both / max(found, 1), both / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


# Single records --------------------------------------------------------------------------------------------------


def _single(told_of: Report, count: int, real: int, each: int, *, sqlite: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="xiang-bench-linkage-"))
    with _database("single") as url:
        place = f"sqlite:///{folder / 'records.sqlite3'}" if sqlite else url
        os.environ |= {"XIANG_DATA": str(folder), "XIANG_DATABASE_URL": place}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiang.config.settings")
        import django

        django.setup()
        try:
            _fill(count, real, sqlite=sqlite)
            told_of.settings["of them real"] = f"{real:,}; the others fill tables and indexes"
            _arrive(told_of, real, each, "SQLite" if sqlite else "PostgreSQL")
        finally:
            from django.db import connections

            connections.close_all()
            shutil.rmtree(folder, ignore_errors=True)


def _fill(count: int, real: int, *, sqlite: bool) -> None:
    from django.core.management import call_command
    from django.db import connection, connections

    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True, skip_checks=True)
    registry.register()
    connections.close_all()
    registry.fill(real, dict(os.environ), 1 if sqlite else 2)
    if count > real:
        registry.stuff(count - real)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if not sqlite:
            cursor.execute("CHECKPOINT")  # what filling left to write is not the price of a record


def _arrive(told_of: Report, count: int, each: int, engine: str) -> None:
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.hub.bases import operations, queries

    came = list(registry.arrivals(count, each))
    taken, right, uncertain, wrong = [], 0, 0, 0
    for number, (truth, values) in enumerate(came):
        begun = time.perf_counter()
        found = operations.resolve("health", f"in-{number}", values, SYSTEM, day="2026-11-22")
        taken.append((time.perf_counter() - begun) * 1000)
        expected = queries.golden_of("police", truth) if truth else None
        if found.outcome == "uncertain":
            uncertain += 1
        elif (expected is None and found.outcome == "new") or found.golden == expected:
            right += 1
        else:
            wrong += 1
    taken = taken[min(50, each // 10) :]  # the first ones pay for imports and plans
    told_of.add(f"one record, {engine}: p50", percentile(taken, 50), "ms")
    told_of.add(f"one record, {engine}: p95", percentile(taken, 95), "ms", at_most=None if engine == "SQLite" else P95)
    told_of.add(f"one record, {engine}: p99", percentile(taken, 99), "ms")
    told_of.add("single records: right", 100 * right / len(came), "%")
    told_of.add("single records: to the steward", 100 * uncertain / len(came), "%")
    told_of.add("single records: wrong (mostly new where somebody was there)", 100 * wrong / len(came), "%")


if __name__ == "__main__":
    sys.exit(main())
