"""Real processes on real databases: sealers that race, and sealers that are killed."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

SOURCE = Path(__file__).parents[4]
SERVER = os.environ.get("XIANG_DATABASE_URL", "")


@pytest.fixture
def sqlite(tmp_path):
    return f"sqlite:///{tmp_path / 'records.sqlite3'}"


@pytest.fixture
def postgres():
    base, _, _ = SERVER.rpartition("/")
    server = psycopg.connect(f"{base}/postgres", autocommit=True)
    name = f"xiang_ledger_{secrets.token_hex(4)}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{base}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def play(request, tmp_path):
    """Run an act of the harness on one engine; its answer."""
    url = request.getfixturevalue(request.param)

    def run(act: str) -> dict:
        done = subprocess.run(
            [sys.executable, "-m", "xiang.foundation.ledger.tests.harness", act],
            env={
                **os.environ,
                "XIANG_DATABASE_URL": url,
                "XIANG_DATA": str(tmp_path / "data"),
                "PYTHONPATH": str(SOURCE),
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_sealers_that_race_with_recorders_and_each_other_give_one_contiguous_log(play):
    found = play("race")
    assert set(found["statuses"]) == {0}
    assert found["contiguous"] and found["findings"] == []
    assert found["unsealed"] == 0
    assert found["size"] == found["sealed"] == found["entries"] == found["expected"]


def test_a_sealer_killed_at_any_line_leaves_a_log_that_verifies_and_goes_on(play):
    found = play("massacre")
    assert found["deaths"] > 20
    assert found["bad"] == []
    assert found["unsealed"] == 0
    assert found["contiguous"] and found["findings"] == []
    assert found["size"] == found["entries"]
