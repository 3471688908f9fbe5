"""Ten rules with two checksums and a key on 1 M and 10 M rows of Parquet, failing rows kept, beside DuckDB SQL by hand.

Each run is a process of its own, so that its memory is its own; ours and the peer's alternate, and both must find the
same failing rows. At 1 M Great Expectations, too, with the same ten rules, when it can be installed into the bench's own
folder; the seconds of all sides count importing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.rig import report
from bench.rig.report import Report, median, told
from launcher.place import ROOT

SMALL, LARGE, MEMORY_MB, KEEP = 1_000_000, 10_000_000, 900, 50_000
CSV_ROWS = 2_000_000
EXPECTATIONS = "great-expectations~=1.6"
RULES = """
name: 参保人员
key: [id]
rules:
  - {key: name, kind: required, column: name}
  - {key: id, kind: identity, column: id, fifteen: false}
  - {key: employer, kind: credit_code, column: employer}
  - {key: sex, kind: dictionary, column: sex, values: ["0", "1", "2", "9"]}
  - {key: phone, kind: format, column: phone, pattern: "1[3-9][0-9]{9}"}
  - {key: amount, kind: range, column: amount, min: 0, max: 5000000}
  - {key: address, kind: length, column: address, min: 4, max: 60}
  - {key: born, kind: type, column: born, type: date}
  - {key: dates, kind: compare, left: since, operator: "<=", right: until, as: date}
  - {key: unique, kind: unique, columns: [id]}
"""
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Run:
    """One run: its seconds, those of the processors, the most memory it held, and what it found a rule."""

    seconds: float
    cpu: float
    peak_mb: float
    failed: dict[str, int]


def main() -> int:
    parser = report.options("quality", (__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=LARGE, help="rows of the large table (10,000,000)")
    parser.add_argument("--without-expectations", action="store_true", help="leave Great Expectations out")
    parser.add_argument("--ours", nargs=2, metavar=("FILE", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--only-expectations", action="store_true", help="Great Expectations alone, at 1 M")
    parser.add_argument("--only-csv", action="store_true", help="the memory that a CSV file takes, alone")
    chosen = parser.parse_args()
    if chosen.ours:
        return _ours(*map(Path, chosen.ours))
    told_of = Report("quality", {"rules": 10, "rounds": f"{chosen.rounds} a side, alternating"})
    told_of.settings |= {"memory limit of DuckDB, both sides": f"{MEMORY_MB} MB"}
    with tempfile.TemporaryDirectory(prefix="xiang-bench-quality-") as made:
        folder = Path(chosen.keep or made).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if not chosen.only_expectations:
            _csv(told_of, folder)
        if not chosen.only_expectations and not chosen.only_csv:
            small = _sides(told_of, folder, SMALL, chosen.rounds)
            large = _sides(told_of, folder, chosen.rows, chosen.rounds)
            limit = 1.1 * chosen.rows / SMALL
            told_of.add(f"ours, {chosen.rows:,} rows ÷ {SMALL:,} rows", large / small, at_most=limit)
        if not chosen.without_expectations and not chosen.only_csv:
            _expectations(told_of, folder, chosen.rounds)
    return told_of.close(as_json=chosen.json)


def _sides(told_of: Report, folder: Path, rows: int, rounds: int) -> float:
    """The rounds at one size; the median seconds of ours."""
    file = _table(folder, rows)
    ours_line = ["bench.quality", "--ours", str(file)]
    peer_line = ["bench.peers.quality.sql", str(file)]
    mine: list[Run] = []
    theirs: list[Run] = []
    for number in range(rounds):
        sides = [(ours_line, [], mine), (peer_line, [str(MEMORY_MB)], theirs)]
        for line, rest, kept in sides if number % 2 else reversed(sides):
            with tempfile.TemporaryDirectory(dir=folder) as work:
                kept.append(_run([sys.executable, "-m", *line, work, *rest]))
        told(f"{rows:,} rows, round {number + 1}: ours {mine[-1].seconds:.2f} s, by hand {theirs[-1].seconds:.2f} s")
    ours = median([run.seconds for run in mine])
    told_of.add(f"{rows:,} rows: ours", ours, "s")
    told_of.add(f"{rows:,} rows: SQL by hand", median([run.seconds for run in theirs]), "s")
    ratios = [one.seconds / other.seconds for one, other in zip(mine, theirs, strict=True)]
    told_of.add(f"{rows:,} rows: ours ÷ by hand (median of rounds)", median(ratios), at_most=1.25)
    told_of.add(f"{rows:,} rows: memory, ours (most)", max(run.peak_mb for run in mine), "MB", at_most=1500)
    told_of.add(f"{rows:,} rows: memory, by hand (most)", max(run.peak_mb for run in theirs), "MB")
    wrong = sum(abs(mine[0].failed[rule] - count) for rule, count in theirs[0].failed.items())
    told_of.add(f"{rows:,} rows: failing rows found by one side only", wrong, at_most=0)
    told_of.add(f"{rows:,} rows: failing rows", sum(mine[0].failed.values()))
    return ours


def _run(line: list[str], path: str = "") -> Run:
    """Run to the end; the kernel says the most memory that it held."""
    env = dict(os.environ) | {"PYTHONPATH": os.pathsep.join([path, str(ROOT / "src"), str(ROOT)])}
    # An environment that keeps no compiled modules would have ours compiled anew in every run, and not the peer's.
    env["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "xiang-bench-compiled")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(line, stdout=out, stderr=subprocess.PIPE, env=env, cwd=ROOT)
        error = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(line)} failed:\n{error.decode(errors='replace')[-3000:]}")
        out.seek(0)
        answer = json.loads(out.read().splitlines()[-1])
    return Run(answer["seconds"], used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, answer["failed"])


def _ours(file: Path, folder: Path) -> int:
    """In a process of its own: the engine as the command runs it."""
    import time

    begun = time.perf_counter()
    from xiang.hub.quality.engine import addresses, rules, running

    job = running.Job(
        addresses.parse(str(file)), rules.parse(RULES), keep=KEEP, failures=folder / "kept.parquet", memory_mb=MEMORY_MB
    )
    outcome = running.run(job)
    failed = {result.rule.key: result.failed for result in outcome.results}
    print(json.dumps({"seconds": time.perf_counter() - begun, "failed": failed}))
    return 0


def _expectations(told_of: Report, folder: Path, rounds: int) -> None:
    """Great Expectations at the small size, in its own packages alone, alternating with ours."""
    packages = folder / "great-expectations"
    if not packages.exists():
        told("installing Great Expectations into the bench's folder")
        line = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages), EXPECTATIONS, "pyarrow"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["?"])[-1]
            told_of.notes.append(f"Great Expectations was left out: it cannot be installed here ({why})")
            return
    file = _table(folder, SMALL)
    # Without the environment's own packages: it would import PySpark where that is installed.
    theirs_line = [sys.executable, "-S", "-m", "bench.peers.quality.expectations", str(file)]
    mine: list[Run] = []
    theirs: list[Run] = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(dir=folder) as work:
            ours_line = [sys.executable, "-m", "bench.quality", "--ours", str(file), work]
            sides = [(ours_line, "", mine), (theirs_line, str(packages), theirs)]
            for line, path, kept in sides if number % 2 else reversed(sides):
                kept.append(_run(line, path))
        told(f"round {number + 1}: ours {mine[-1].seconds:.2f} s, Great Expectations {theirs[-1].seconds:.2f} s")
    rows = f"{SMALL:,} rows: Great Expectations"
    told_of.add(rows, median([run.seconds for run in theirs]), "s")
    ratios = [other.seconds / one.seconds for one, other in zip(mine, theirs, strict=True)]
    told_of.add(f"{rows} ÷ ours (median of rounds)", median(ratios), at_least=5)
    spent = [other.cpu / one.cpu for one, other in zip(mine, theirs, strict=True)]
    told_of.add(f"{rows} ÷ ours, processor time of the whole process", median(spent))
    told_of.add(f"{rows}: memory (most)", max(run.peak_mb for run in theirs), "MB")
    wrong = sum(abs(mine[0].failed[rule] - count) for rule, count in theirs[0].failed.items())
    told_of.add(f"{rows}: failing rows found by one side only", wrong, at_most=0)


def _csv(told_of: Report, folder: Path) -> None:
    """The same rules on a CSV file in GB 18030 that is larger than what the engine may hold of it."""
    import duckdb

    file = folder / "persons.csv"
    if not file.exists():
        rows = _table(folder, CSV_ROWS)
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM '{rows}') TO '{file}.utf8' (FORMAT csv, HEADER)").fetchall()
        with Path(f"{file}.utf8").open(encoding="utf-8") as text, file.open("w", encoding="gb18030") as out:
            while part := text.read(1 << 22):
                out.write(part)
        Path(f"{file}.utf8").unlink()
    with tempfile.TemporaryDirectory(dir=folder) as work:
        run = _run([sys.executable, "-m", "bench.quality", "--ours", str(file), work])
    size = file.stat().st_size >> 20
    told_of.add(f"CSV in GB 18030, {size} MB: ours", run.seconds, "s")
    told_of.add(f"CSV in GB 18030, {size} MB: memory", run.peak_mb, "MB", at_most=1500)


def _table(folder: Path, rows: int) -> Path:
    """People with their employers; one row in a thousand has a fault, of each rule its own."""
    file = folder / f"persons-{rows}.parquet"
    if file.exists():
        return file
    import duckdb

    told(f"making {rows:,} rows")
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = " + ".join(f"{weight} * (ord(head[{n}]) - 48)" for n, weight in enumerate(weights, 1))
    code = " + ".join(f"{pow(3, n, 31)} * (instr('{ALPHABET}', body[{n + 1}]) - 1)" for n in range(17))
    plain = (
        "SELECT i, hash(i) AS h, '43' || lpad((i // 3650000 % 10000)::VARCHAR, 4, '0') || "
        "strftime(DATE '1950-01-01' + (i // 100 % 25000)::INT, '%Y%m%d') || lpad((i % 100 + 100 * (i // 2500000 % 10))::VARCHAR, 3, '0')"
        f" AS head, '914301' || upper(lpad(hex(h % 268435456), 8, '0'))[1:8] || '2MA' AS body FROM range({rows}) t(i)"
    )
    sound = (
        f"SELECT *, head || substr('10X98765432', (({check}) % 11 + 1)::INT, 1) AS id, body || "
        f"substr('{ALPHABET}', ((31 - ({code}) % 31) % 31 + 1)::INT, 1) AS employer FROM ({plain})"
    )
    sql = (
        "SELECT CASE WHEN h % 1000 = 1 THEN NULL ELSE '张' || chr((19968 + h % 2000)::INT) END AS name, "
        "CASE WHEN h % 1000 = 2 THEN id[1:16] || '9' || id[18] WHEN h % 1000 = 3 THEN '430101199001010019' ELSE id END AS id, "
        "CASE WHEN h % 1000 = 4 THEN employer[1:17] || 'I' ELSE employer END AS employer, "
        "CASE WHEN h % 1000 = 5 THEN '男' ELSE (1 + i % 2)::VARCHAR END AS sex, "
        "CASE WHEN h % 1000 = 6 THEN '0731-8' ELSE '13' || lpad((h % 1000000000)::VARCHAR, 9, '0') END AS phone, "
        "CASE WHEN h % 1000 = 7 THEN -1 ELSE (h % 2000000)::DOUBLE / 100 END AS amount, "
        "CASE WHEN h % 1000 = 8 THEN '无' ELSE '湖南省长沙市岳麓区某某路' || (h % 900) || '号' END AS address, "
        "CASE WHEN h % 1000 = 9 THEN '1990-02-30' ELSE strftime(DATE '1950-01-01' + (i // 100 % 25000)::INT, '%Y-%m-%d') END AS born, "
        "DATE '2020-01-01' + (h % 900)::INT AS since, "
        "CASE WHEN h % 1000 = 10 THEN DATE '2001-01-01' ELSE DATE '2023-01-01' + (h % 900)::INT END AS until "
        f"FROM ({sound})"
    )
    partial = file.with_suffix(".part")
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spill")}) as connection:
        connection.execute(f"COPY ({sql}) TO '{partial}' (FORMAT parquet)").fetchall()
    partial.rename(file)
    return file


if __name__ == "__main__":
    sys.exit(main())
