"""A run killed at any moment goes on where it was: no row lost, none doubled, equal digests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xiang.hub.exchange.engine import running
from xiang.hub.exchange.engine.running import Plan
from xiang.hub.exchange.engine.staging import staging_of

from .conftest import Making
from .places import ENGINES, Place, person

ROWS = 3000
SOURCES = Path(__file__).resolve().parents[4]


def kill_when(said: str, source: Place, target: Place, plan: dict[str, Any]) -> str:
    """Run in a process of its own until it says something, and kill it there; the last thing it said."""
    work = {"source": source.address, "target": target.address, "data": str(source.data), "plan": plan, "until": said}
    process = subprocess.Popen(
        [sys.executable, "-m", "xiang.hub.exchange.tests.carrier", json.dumps(work)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        last = line.strip()
        if last == said:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL, f"it ended by itself at {last}"
    return last


# Each engine is killed as a source and as a target; not every pair again.
PAIRS = [*(("postgres", other) for other in (*ENGINES, "zone")), ("mariadb", "postgres"), ("sqlite", "postgres")]


@pytest.mark.parametrize("moment", ["batch 5", "chunk 7", "publishing", "counting"])
@pytest.mark.parametrize(("source", "target"), [*PAIRS, ("mariadb", "mariadb"), ("sqlite", "sqlite")])
def test_a_killed_full_exchange_goes_on_where_it_was(make: Making, source: str, target: str, moment: str) -> None:
    one, other, plan = make(source), make(target), {"run": "k1", "chunk": 256}
    one.fill(range(1, ROWS + 1))
    kill_when(moment, one, other, plan)
    chunks: list[int] = []
    seen = running.Watch(chunk=lambda number, rows, digest: chunks.append(number))
    outcome = running.run(one.end(), other.end(), Plan(**plan), seen)
    assert outcome.agrees and outcome.target.rows == ROWS
    assert other.rows() == [person(number) for number in range(1, ROWS + 1)]
    if moment == "chunk 7":
        assert chunks and chunks[0] >= 8, "what was in before is not carried again"
    other.end().finish("k1")


@pytest.mark.parametrize("moment", ["chunk 2", "publishing", "counting"])
@pytest.mark.parametrize("target", ENGINES)
def test_a_killed_merge_neither_loses_nor_doubles(make: Making, target: str, moment: str) -> None:
    one, other = make("sqlite"), make(target)
    one.fill(range(1, ROWS + 1))
    running.run(one.end(), other.end(), Plan("k0"))
    other.end().finish("k0")
    one.execute("DELETE FROM person WHERE id % 10 = 0")
    one.execute("UPDATE person SET note = '改' WHERE id % 10 = 1")
    plan = {"run": "k1", "mode": "merge", "key": ["id"], "chunk": 256}
    kill_when(moment, one, other, plan)
    assert running.run(one.end(), other.end(), Plan(**plan)).agrees
    assert other.rows() == one.rows()


def test_a_table_that_took_its_place_unnoticed_is_not_loaded_again(make: Making) -> None:
    one, other, plan = make("mariadb"), make("mariadb"), {"run": "k1", "chunk": 256}
    one.fill(range(1, ROWS + 1))
    kill_when("publishing", one, other, plan)
    staged = staging_of("k1")
    other.execute(f"RENAME TABLE person TO {staged}_old, {staged} TO person")
    one.add([ROWS + 1])
    outcome = running.run(one.end(), other.end(), Plan(**plan))
    assert outcome.agrees and outcome.target.rows == ROWS
    assert other.execute("SHOW TABLES LIKE '%old'") == []


def test_killed_again_and_again_it_still_ends(make: Making) -> None:
    one, other, plan = make("postgres"), make("postgres"), {"run": "k1", "chunk": 256}
    one.fill(range(1, ROWS + 1))
    for number in (1, 3, 4, 9):
        kill_when(f"chunk {number}", one, other, plan)
    assert running.run(one.end(), other.end(), Plan(**plan)).agrees
    assert other.rows() == one.rows()


def test_a_killed_file_is_cut_back_and_continued(make: Making, tmp_path: Path) -> None:
    one = make("postgres")
    one.fill(range(1, ROWS + 1))
    (tmp_path / "sources").mkdir()
    file = Place("csv", "file:out.csv", lambda *given: [], tmp_path)
    plan = {"run": "k1", "chunk": 256}
    kill_when("chunk 4", one, file, plan)
    assert not (tmp_path / "sources" / "out.csv").exists()
    with (tmp_path / "sources" / ".out.csv.part").open("a") as stream:
        stream.write("9999,half a line")
    outcome = running.run(one.end(), file.end(), Plan(**plan))
    assert outcome.agrees and outcome.target.rows == ROWS
    file.end().finish("k1")
    assert sorted(one.name for one in (tmp_path / "sources").iterdir()) == ["out.csv"]
