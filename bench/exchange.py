"""A table from one PostgreSQL database to another with digest and signed receipt, beside a bare binary COPY pipe.

The pipe is ``psql`` into ``psql``: nothing is counted, staged or proven. Our side is the engine as a run uses it: staged
in chunks that survive a kill, published, read back from the target after its commit, both digests compared, the receipt
signed by both ends. Rounds alternate, each into a table that is empty before. Then 1 % of the rows change and an
incremental run carries them. dlt copies the same table in the same rounds, at its best: Arrow batches, CSV files, COPY
(connectorx, and Parquet through ADBC, took a quarter to a third longer). ``--sides pipe,ours`` leaves the others out.
"""

from __future__ import annotations

import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.rig import report
from bench.rig.report import Report, median, told
from bench.rig.stage import POSTGRES, TOLD, create, drop

COLUMNS = (
    "id bigint PRIMARY KEY, name text NOT NULL, id_number varchar(18), sex integer, born date, address text, phone text,"
    " amount numeric(14,2), active boolean, updated timestamptz NOT NULL"
)
FILL = """INSERT INTO person SELECT i, '张三' || i, '4301021990010' || lpad((i % 99999)::text, 5, '0'), i % 2,
 date '1950-01-01' + (i % 25000), '湖南省长沙市岳麓区望月湖街道' || i % 5000 || '号', '138' || lpad((i % 99999999)::text, 8, '0'),
 (i % 1000000) / 100.0, i % 3 = 0, timestamptz '2026-01-01' + i * interval '1 second' FROM generate_series(1, %s) i"""
CHANGE = "UPDATE person SET address = address || '改', updated = timestamptz '2030-01-01' + id * interval '1 second' WHERE id % 100 = %s"
DLT = Path(__file__).with_name("peers") / "dlt_copy.py"


def main() -> int:
    parser = report.options("exchange", (__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of ten columns (1000000)")
    parser.add_argument("--sides", default="pipe,ours,bare,dlt", help="what is measured (pipe,ours,bare,dlt)")
    chosen = parser.parse_args()
    names = "xiang_bench_exchange_from", "xiang_bench_exchange_to"
    for name in names:
        drop(name)
        create(name)
    source, target = (f"{POSTGRES}/{name}" for name in names)
    try:
        told_of = Report(
            "exchange", {**_settings(source), "rows": f"{chosen.rows} × 10 columns, rounds {chosen.rounds}"}
        )
        _fill(source, target, chosen.rows)
        _measure(told_of, source, target, chosen.sides.split(","), (chosen.rows, chosen.rounds))
        return told_of.close(as_json=chosen.json)
    finally:
        for name in names:
            drop(name)


def _settings(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in TOLD}
    return {"PostgreSQL": ", ".join(f"{name} {value[0]}" for name, value in shown.items() if value)}


def _fill(source: str, target: str, rows: int) -> None:
    told(f"{rows} rows")
    with psycopg.connect(source) as connection:
        connection.execute(f"CREATE TABLE person ({COLUMNS})")
        psycopg.ClientCursor(connection).execute(FILL.replace(" % ", " %% "), [rows])
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE person")
    with psycopg.connect(target) as connection:
        connection.execute(f"CREATE TABLE piped ({COLUMNS})")
        connection.execute("CREATE TABLE bare (LIKE piped)")


def _measure(told_of: Report, source: str, target: str, wanted: list[str], size: tuple[int, int]) -> None:
    rows, rounds = size
    known: dict[str, Callable[[int], float]] = {
        "pipe": lambda number: _timed(_pipe, source, target, "piped"),
        "ours": lambda number: _exchange(source, target, rows, number),
        "bare": lambda number: _timed(_pipe_then_key, source, target),
        "dlt": lambda number: _dlt(source, target),
    }
    sides = {name: known[name] for name in wanted}
    for side in sides.values() if rounds > 1 else ():  # warm up each
        side(-1)
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        # Each begins in turn: what one leaves to the disk is not always paid by the same other.
        names = list(sides)[number % len(sides) :] + list(sides)[: number % len(sides)]
        for name in names:
            spent[name].append(sides[name](number))
        told(f"round {number + 1}: " + ", ".join(f"{name} {spent[name][-1]:.2f} s" for name in sides))
    deltas = [_delta(source, target, number, rows) for number in range(rounds)]
    told_of.add("binary COPY pipe", median(spent["pipe"]), "s")
    told_of.add("exchange with digests and receipt", median(spent["ours"]), "s")
    told_of.add("the same in rows", rows / median(spent["ours"]), "/s")
    told_of.add("pipe ÷ ours (median of rounds)", _ratio(spent["pipe"], spent["ours"]), at_least=0.7)
    told_of.add("our memory, at the most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    if "bare" in sides:
        told_of.add("the pipe, its key built afterwards", median(spent["bare"]), "s")
        told_of.add("the same ÷ ours", _ratio(spent["bare"], spent["ours"]))
    told_of.add("1 % delta", median(deltas), "s")
    told_of.add("1 % delta ÷ full", median(deltas) / median(spent["ours"]), at_most=0.1)
    if "dlt" in sides:
        told_of.add("dlt, Arrow batches and CSV", median(spent["dlt"]), "s")
        told_of.add("dlt ÷ ours (median of rounds)", _ratio(spent["dlt"], spent["ours"]), at_least=4)


def _ratio(ones: list[float], others: list[float]) -> float:
    return median([one / other for one, other in zip(ones, others, strict=True)])


def _timed(side: Callable[..., None], *given: str) -> float:
    begun = time.perf_counter()
    side(*given)
    return time.perf_counter() - begun


def _pipe(source: str, target: str, table: str) -> None:
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {table}")  # type: ignore[arg-type]
    out = ["psql", "-qXc", "COPY person TO STDOUT (FORMAT binary)", source]
    into = ["psql", "-qXc", f"COPY {table} FROM STDIN (FORMAT binary)", target]
    with subprocess.Popen(out, stdout=subprocess.PIPE) as giving:
        subprocess.run(into, stdin=giving.stdout, check=True)


def _pipe_then_key(source: str, target: str) -> None:
    """A cleverer pipe, for information: the table has no key until the rows are in."""
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("ALTER TABLE bare DROP CONSTRAINT IF EXISTS bare_pkey")
    _pipe(source, target, "bare")
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("ALTER TABLE bare ADD CONSTRAINT bare_pkey PRIMARY KEY (id)")


def _exchange(source: str, target: str, rows: int, number: int) -> float:
    """One full run and its receipt, signed with SM2 by two keys made for it."""
    from xiang.hub.exchange.engine import running
    from xiang.hub.exchange.engine.postgres import PostgresTable

    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS person")
    begun = time.perf_counter()
    end, plan = PostgresTable(target, "person"), running.Plan(f"full{number}", salt=secrets.token_bytes(64))
    outcome = running.run(PostgresTable(source, "person"), end, plan)
    _sign(outcome)
    end.finish(plan.run)
    spent = time.perf_counter() - begun
    if not outcome.agrees or outcome.target.rows != rows:
        raise SystemExit(f"the ends differ: {outcome.source} {outcome.target}")
    return spent


def _sign(outcome: object) -> None:
    from xiang.foundation.trust.providers.software import sm2

    for _ in ("source", "target"):
        sm2.engine().sign(sm2.new_private(), repr(outcome).encode())


def _delta(source: str, target: str, number: int, rows: int) -> float:
    from xiang.hub.exchange.engine import running
    from xiang.hub.exchange.engine.postgres import PostgresTable

    one, other = PostgresTable(source, "person"), PostgresTable(target, "person")
    since = one.highest("updated")
    with psycopg.connect(source, autocommit=True) as connection:
        shift = f"interval '{number} years'"
        statement = CHANGE.replace(" % ", " %% ").replace(
            "timestamptz '2030-01-01'", f"timestamptz '2030-01-01' + {shift}"
        )
        connection.execute(statement, [number])  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE person")
    begun = time.perf_counter()
    plan = running.Plan(f"delta{number}", "incremental", watermark="updated", since=since, salt=secrets.token_bytes(64))
    outcome = running.run(one, other, plan)
    _sign(outcome)
    spent = time.perf_counter() - begun
    other.finish(plan.run)
    if not outcome.agrees or outcome.source.rows != rows // 100:
        raise SystemExit(f"the delta differs: {outcome.source} {outcome.target}")
    return spent


def _dlt(source: str, target: str) -> float:
    done = subprocess.run([sys.executable, str(DLT), source, target], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"dlt failed:\n{done.stderr[-1500:]}")
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    sys.exit(main())
