"""``kill -9`` while a document is being made: exactly one sealed document, nothing lost, no half file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.records

HERE = Path(__file__).parent


class Stage:
    """Records, files and keys of their own, worked on by processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "XIANG_DATABASE_URL": f"sqlite:///{self.folder / 'records.sqlite3'}",
            "XIANG_DATA": str(self.folder),
            "XIANG_DEMO": "1",
            "PYTHONPATH": os.pathsep.join(str(HERE.parents[4 - up]) for up in (1, 0)),
        }
        command = [sys.executable, str(HERE / "mortal_sealer.py"), *arguments]
        return subprocess.run(command, env=environment, timeout=100, capture_output=True, text=True, check=False)

    def files(self) -> list[Path]:
        return [file for file in (self.folder / "files").rglob("*") if file.is_file()]


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Stage:
    made = Stage(tmp_path_factory.mktemp("mortal-sealer"))
    result = made.run("make")
    assert result.returncode == 0, result.stderr
    return made


@pytest.mark.parametrize("point", ["rendered", "written", "settled"])
def test_a_worker_killed_while_issuing_makes_one_document_and_loses_none(stage, point):
    killed = stage.run("die", point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = stage.run("finish")
    assert done.returncode == 0, done.stderr
    assert not [file for file in stage.files() if file.suffix == ".part"], "no half file"
