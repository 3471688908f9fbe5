"""Linkage: tables into golden records beside plain Splink.

A table of synthetic people in PostgreSQL, three in ten of them twice and with errors, is read, linked and written back as
clusters and golden records; the peer does the same, rounds alternate, models are trained beforehand on both sides.
Single records against a full registry: ``bench resolve``.
"""

from __future__ import annotations

import os
import resource
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
from bench.rig import populace, report
from bench.rig.report import Report, median, told
from bench.rig.stage import POSTGRES, create, drop
from xiang.hub.bases.engine import configuring, tables
from xiang.hub.bases.engine.batch import Linkage

BATCH_RATIO = 1.25


def main() -> int:
    parser = report.options("linkage", (__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000, help="records (1,000,000)")
    chosen = parser.parse_args()
    told_of = Report("linkage", {"records": f"{chosen.records:,}", "doubled": "30 %", "rounds": chosen.rounds})
    _batch(told_of, chosen.records, chosen.rounds)
    return told_of.close(as_json=chosen.json)


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


if __name__ == "__main__":
    sys.exit(main())
