"""What may go wrong at an end: full disks, locks, tables that change under the run. Nothing is lost, nothing is doubled."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from xiang.hub.exchange.engine import addresses, running
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.running import Plan, Watch

from .conftest import Making
from .places import ENGINES, person

FULL = """
import resource, signal, sys
from pathlib import Path
from xiang.hub.exchange.engine import addresses, running
from xiang.hub.exchange.engine.errors import Interrupted
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
source, target = (addresses.end_of(one, "person", Path(sys.argv[3])) for one in sys.argv[1:3])
try:
    running.run(source, target, running.Plan("f1", chunk=640))
except Interrupted as stopped:
    print(stopped.code)
"""


@pytest.mark.parametrize("target", ["sqlite", "csv"])
def test_a_disk_that_fills_puts_the_run_off_and_it_goes_on(make: Making, tmp_path: Path, target: str) -> None:
    source = make("postgres")
    source.fill(range(1, 3001))
    (tmp_path / "sources").mkdir()
    address = make("sqlite").address if target == "sqlite" else "file:out.csv"
    limit = "90000"
    done = subprocess.run(
        [sys.executable, "-c", FULL, source.address, address, str(tmp_path), limit],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )  # fmt: skip
    assert done.stdout.split() == ["disk_full"], done.stderr
    outcome = running.run(source.end(), addresses.target_of(address, "person", tmp_path), Plan("f1", chunk=640))
    assert outcome.agrees and outcome.target.rows == 3000


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
def test_a_table_that_changes_while_it_is_read_is_carried_as_it_was_or_told(make: Making, engine: str) -> None:
    source, target = make(engine), make("postgres")
    source.fill(range(1, 1001))
    first = running.run(source.end(), target.end(), Plan("r1"))
    target.end().finish("r1")
    seen: list[int] = []
    stop = Watch(chunk=lambda number, rows, digest: seen.append(number), stopping=lambda: len(seen) == 2)
    with pytest.raises(Stopped, match="cancelled"):
        running.run(source.end(), target.end(), Plan("r2", chunk=128, known=first.source_schema), stop)
    source.execute("ALTER TABLE person DROP COLUMN note")
    with pytest.raises(Stopped, match="schema_drift"):
        running.run(source.end(), target.end(), Plan("r2", chunk=128, known=first.source_schema))
    assert target.rows() == [person(number) for number in range(1, 1001)], "what was there is there"


def test_a_locked_source_is_waited_for_and_then_put_off(make: Making) -> None:
    import psycopg

    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 101))
    with psycopg.connect(source.address) as holder:
        holder.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
        freed = threading.Timer(1, holder.rollback)
        freed.start()
        outcome = running.run(source.end(), target.end(), Plan("r1"))
        freed.join()
    assert outcome.agrees and outcome.target.rows == 100


def test_a_target_that_is_locked_for_long_is_put_off(make: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    source, target = make("sqlite"), make("postgres")
    source.fill(range(1, 11))
    running.run(source.end(), target.end(), Plan("r1"))
    source.add([11])
    monkeypatch.setattr("xiang.hub.exchange.engine.postgres.LOCK_WAIT", "200ms")
    with psycopg.connect(target.address) as holder:
        holder.execute("LOCK TABLE person IN ACCESS SHARE MODE")
        with pytest.raises(Interrupted, match="locked"):
            running.run(source.end(), target.end(), Plan("r2"))
    assert running.run(source.end(), target.end(), Plan("r2")).target.rows == 11


@pytest.mark.parametrize("target", [*ENGINES])
def test_a_connection_cut_in_the_middle_goes_on(make: Making, target: str) -> None:
    source, other = make("postgres"), make(target)
    source.fill(range(1, 3001))
    cut: list[int] = []

    def chunk(number: int, rows: int, digest: str) -> None:
        if number == 3 and not cut:
            cut.append(number)
            source.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    source.execute("ALTER TABLE person ALTER note SET STORAGE EXTERNAL")
    source.execute("UPDATE person SET note = repeat('长', 3000)")
    with pytest.raises(Interrupted, match="not_reached"):
        running.run(source.end(), other.end(), Plan("r1", chunk=320), Watch(chunk=chunk))
    outcome = running.run(source.end(), other.end(), Plan("r1", chunk=320))
    assert outcome.agrees and outcome.target.rows == 3000


@contextlib.contextmanager
def stalling(address: str, after: int) -> Iterator[tuple[str, threading.Event]]:
    """The same server, through a line on which nothing more comes after so many bytes, until the event is set."""
    place, freed = urlsplit(address), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def passed_on(one: socket.socket, other: socket.socket, left: int) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 14):
                left -= len(data)
                if left < 0:
                    freed.wait()
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def served() -> None:
        with contextlib.suppress(OSError):
            while True:
                client = listener.accept()[0]
                server = socket.create_connection((place.hostname or "127.0.0.1", place.port or 5432))
                for one, other, most in ((client, server, 1 << 40), (server, client, after)):
                    threading.Thread(target=passed_on, args=(one, other, most), daemon=True).start()

    threading.Thread(target=served, daemon=True).start()
    try:
        yield place._replace(netloc=f"{place.username}@127.0.0.1:{listener.getsockname()[1]}").geturl(), freed
    finally:
        freed.set()
        listener.close()


def test_a_source_that_falls_silent_is_put_off_and_goes_on_from_its_last_chunk(
    make: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 3001))
    monkeypatch.setattr("xiang.hub.exchange.engine.copying.SILENCE", 1)
    chunks: list[int] = []
    seen = Watch(chunk=lambda number, rows, digest: chunks.append(number))
    with stalling(source.address, 120_000) as (address, freed):
        slow = addresses.end_of(address, "person", source.data)
        with pytest.raises(Interrupted, match="too_slow"):
            running.run(slow, target.end(), Plan("r1", chunk=256), seen)
        came = len(chunks)
        assert 0 < came < 12
        freed.set()
        outcome = running.run(slow, target.end(), Plan("r1", chunk=256), seen)
    assert outcome.agrees and target.rows() == [person(number) for number in range(1, 3001)]
    assert chunks == list(range(1, 13)), "what was in before is not carried again"


def test_a_target_that_is_altered_meanwhile_keeps_what_was_altered(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 1001))
    target.fill([])

    def chunk(number: int, rows: int, digest: str) -> None:
        if number == 2:
            target.execute("ALTER TABLE person ADD COLUMN checked boolean NOT NULL DEFAULT false")

    outcome = running.run(source.end(), target.end(), Plan("r1", chunk=256), Watch(chunk=chunk))
    assert outcome.agrees and outcome.target.rows == 1000
    assert target.execute("SELECT count(*) FROM person WHERE NOT checked") == [(1000,)]


SMALL = """
import resource, sys
from pathlib import Path
from xiang.hub.exchange.engine import addresses, running, sqlite
data = Path(sys.argv[1])
with (data / "sources" / "warm.csv").open("w") as warm:
    warm.write("id,note\\n1,x\\n")
def carried(name):
    target = addresses.target_of(f"sqlite:{data / name}.sqlite3", "person", data)
    return running.run(addresses.end_of(f"file:{name}.csv", "", data), target, running.Plan("r1"))
carried("warm")  # what is loaded when first used is not what is measured
held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + (32 << 20),) * 2)
outcome = carried("large")
print(outcome.agrees, outcome.target.rows)
"""


def test_a_file_larger_than_the_memory_is_carried(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    file, rows = tmp_path / "sources" / "large.csv", 40_000
    with file.open("w", encoding="gb18030") as stream:
        stream.write("id,note\n")
        stream.writelines(f"{number},{'湘' * 1000}\n" for number in range(rows))
    assert file.stat().st_size > 2 * (32 << 20)
    done = subprocess.run(
        [sys.executable, "-c", SMALL, str(tmp_path)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )  # fmt: skip
    assert done.stdout.split() == ["True", str(rows)], done.stderr[-800:]
