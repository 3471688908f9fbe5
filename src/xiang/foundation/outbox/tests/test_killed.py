"""``kill -9`` at every point of the worker's way: nothing is lost, and no effect happens twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

pytestmark = pytest.mark.records

HERE = Path(__file__).parent
EVENTS = 15


@dataclass
class Stage:
    """Records and an outside of their own, on the engine that the suite runs on."""

    url: str
    folder: Path

    @property
    def outside(self) -> Path:
        return self.folder / "outside.sqlite3"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "XIANG_DATABASE_URL": self.url,
            "XIANG_DATA": str(self.folder),
            "MORTAL_OUTSIDE": str(self.outside),
            "PYTHONPATH": str(settings.ROOT / "src"),
        }
        return subprocess.Popen([sys.executable, str(HERE / "mortal.py"), *arguments], env=environment)

    def rows(self, statement: str) -> list[Any]:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.folder / "records.sqlite3")) as records:
                return records.execute(statement).fetchall()
        with psycopg.connect(self.url) as records:
            return records.execute(statement).fetchall()

    def check(self) -> None:
        """Every event had its effect once, in the order of its lane, and every key arrived outside once."""
        effects = self.rows("SELECT event, lane, n FROM effect ORDER BY id")
        assert Counter(event for event, _, _ in effects) == Counter(
            str(row[0]) if "-" in str(row[0]) else _dashed(row[0]) for row in self.rows("SELECT id FROM outbox_event")
        )
        assert len(effects) == 2 * EVENTS
        for _, lane in groupby(sorted(effects, key=lambda row: row[1]), key=lambda row: row[1]):
            numbers = [n for _, _, n in lane]
            assert numbers == sorted(numbers)
        with closing(sqlite3.connect(self.outside)) as outside:
            arrived = Counter(key for (key,) in outside.execute("SELECT key FROM arrived"))
        assert len(arrived) == EVENTS
        assert set(arrived.values()) == {1}
        assert self.rows("SELECT count(*) FROM outbox_delivery WHERE state <> 'done'") == [(0,)]


def _dashed(plain: str) -> str:
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        yield _made(Stage(f"sqlite:///{tmp_path / 'records.sqlite3'}", tmp_path))
        return
    login = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
    server = f"postgres://{login}@{database['HOST']}:{database['PORT'] or 5432}"
    name = f"xiang_mortal_{uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
        try:
            yield _made(Stage(f"{server}/{name}", tmp_path))
        finally:
            maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _made(stage: Stage) -> Stage:
    assert stage.start("make", str(EVENTS)).wait() == 0
    return stage


@pytest.mark.parametrize(
    "point",
    [
        "handler.begins:3",
        "handler.ends:3",
        "call.leaves:3",
        "call.answers:3",
        "settle.begins:3",
        "settle.ends:3",
        "periodic:1",
    ],
)
def test_a_worker_killed_on_its_way_loses_nothing_and_doubles_nothing(stage: Stage, point: str):
    assert stage.start("work", point).wait() == -signal.SIGKILL
    assert stage.start("work", "never:0").wait() == 0
    stage.check()


def test_a_worker_killed_while_reconciling_reconciles_again(stage: Stage):
    assert stage.start("work", "call.answers:2").wait() == -signal.SIGKILL
    assert stage.start("work", "reconcile:1").wait() == -signal.SIGKILL
    assert stage.start("work", "never:0").wait() == 0
    stage.check()


def test_two_workers_killed_again_and_again_share_the_work_without_doubling_it(stage: Stage):
    dice = random.Random(43)
    points = ["handler.begins", "handler.ends", "call.leaves", "call.answers", "settle.begins", "settle.ends"]
    for _ in range(3):
        pair = [stage.start("work", f"{dice.choice(points)}:{dice.randint(1, 4)}") for _ in range(2)]
        assert {process.wait() for process in pair} <= {0, -signal.SIGKILL}
    assert stage.start("work", "never:0").wait() == 0
    stage.check()


def test_a_worker_told_to_stop_gives_back_what_it_did_not_begin(stage: Stage):
    assert stage.start("stop", "call.leaves:3").wait() == 0
    assert stage.rows("SELECT count(*) FROM outbox_delivery WHERE state = 'ready'") != [(0,)]
    assert stage.rows("SELECT count(*) FROM outbox_turn WHERE owner <> ''") == [(0,)]
    assert stage.rows("SELECT count(*) FROM outbox_delivery WHERE lease_owner <> ''") == [(0,)]
    assert stage.start("work", "never:0").wait() == 0
    stage.check()
