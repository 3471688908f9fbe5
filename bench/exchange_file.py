"""A large CSV file in GB18030 into PostgreSQL, in a process whose memory is limited: seconds, and what it needed at the most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.rig import report
from bench.rig.report import Report, told
from bench.rig.stage import POSTGRES, create, drop

NAME = "xiang_bench_exchange_file"
COLUMNS = "id,name,id_number,sex,born,address,phone,amount,active,updated"
FORMATS = ("1990-01-02", "1990/1/2", "1990.1.2", "19900102", "1990年1月2日")
TABLE = (
    "CREATE TABLE person (id bigint PRIMARY KEY, name text, id_number text, sex integer, born date, address text, phone text,"
    " amount numeric(14,2), active boolean, updated timestamp)"
)
#: What a process may map beyond what it holds when everything is loaded, in MB.
ROOM = 128
CARRIED = """
import resource, sys, time
from pathlib import Path
from xiang.hub.exchange.engine import addresses, running
data, address, room = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) << 20
source, target = addresses.end_of("file:large.csv", "", data, ("id",)), addresses.target_of(address, "person", data)
assert target.schema() is not None  # the driver is loaded
held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + room, held + room))
begun = time.perf_counter()
outcome = running.run(source, target, running.Plan("file", key=("id",)))
assert outcome.agrees
print(outcome.target.rows, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> int:
    parser = report.options("exchange_file", (__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=2048, help="size of the file (2048)")
    chosen = parser.parse_args()
    drop(NAME)
    create(NAME)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measure(Path(folder), chosen.megabytes, as_json=chosen.json)
    finally:
        drop(NAME)


def _measure(folder: Path, megabytes: int, *, as_json: bool) -> int:
    import psycopg

    address = f"{POSTGRES}/{NAME}"
    with psycopg.connect(address) as connection:
        connection.execute(TABLE)
    told(f"{megabytes} MB")
    rows = _written(folder / "sources" / "large.csv", megabytes << 20)
    done = subprocess.run(
        [sys.executable, "-c", CARRIED, str(folder), address, str(ROOM)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": "src"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-1500:])
    carried, seconds, memory = map(float, done.stdout.split())
    if carried != rows:
        raise SystemExit(f"{carried:.0f} of {rows} rows")
    told_of = Report("exchange_file", {"file": f"{megabytes} MB of GB18030, {rows} rows, five formats of dates"})
    told_of.add("carried, read back and compared", seconds, "s")
    told_of.add("the same in rows", rows / seconds, "/s")
    told_of.add("memory at the most", memory, "MB", at_most=256)
    return told_of.close(as_json=as_json)


def _written(file: Path, size: int) -> int:
    file.parent.mkdir()
    rows = 0
    with file.open("w", encoding="gb18030", newline="") as stream:
        stream.write(COLUMNS + "\n")
        while stream.buffer.tell() < size:
            for number in range(rows, rows + 10_000):
                born = FORMATS[number % len(FORMATS)]
                stream.write(
                    f"{number},张三{number},4301021990010{number % 99999:05},{number % 2},{born},"
                    f"湖南省长沙市岳麓区望月湖街道{number % 5000}号,138{number % 99999999:08},{number % 1000000 / 100:.2f},"
                    f"{'是' if number % 3 else '否'},2026-01-01 08:00:{number % 60:02}\n"
                )
            rows += 10_000
    return rows


if __name__ == "__main__":
    sys.exit(main())
