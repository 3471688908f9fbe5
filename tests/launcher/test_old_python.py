"""What a person with an old Python sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

XIANG = Path(__file__).resolve().parents[2] / "xiang"
NEWEST_TOO_OLD = (3, 10)


def _old() -> dict[str, str]:
    """Pythons on this machine that are too old, by version."""
    homes = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    homes += (Path.home() / ".pyenv" / "versions").glob("*/bin")
    found: dict[str, str] = {}
    for home in homes:
        for name in ("python2.7", *(f"python3.{minor}" for minor in range(5, 11))):
            if os.access(home / name, os.X_OK):
                asked = [str(home / name), "-c", "import sys; print(sys.version.split()[0])"]
                answer = subprocess.run(asked, capture_output=True, text=True, check=False)
                if answer.returncode == 0:
                    found.setdefault(answer.stdout.strip(), str(home / name))
    return found


OLD = _old()
needs_old = pytest.mark.skipif(not OLD, reason="no Python older than 3.11 on this machine")


@needs_old
@pytest.mark.parametrize("version", OLD)
def test_an_old_python_alone_is_told_what_to_install(version: str, tmp_path: Path) -> None:
    ran = subprocess.run([OLD[version], XIANG, "help"], env={"PATH": str(tmp_path)}, capture_output=True, check=False)
    said = ran.stderr.decode()
    assert ran.returncode == 1
    assert f"Python 3.11 or newer is needed; this is {version}" in said
    assert "需要 Python 3.11" in said
    assert "Traceback" not in said


@needs_old
@pytest.mark.parametrize("version", OLD)
def test_an_old_python_hands_over_to_a_newer_one_on_the_path(version: str, tmp_path: Path) -> None:
    # A version manager's stub is there and does not start; the real one stands behind it.
    stubs, real = tmp_path / "stubs", tmp_path / "real"
    for folder in (stubs, real):
        folder.mkdir()
    (stubs / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    (stubs / "python3.13").chmod(0o755)
    (real / "python3.11").symlink_to(sys.executable)
    path = os.pathsep.join([str(stubs), str(real)])
    ran = subprocess.run([OLD[version], XIANG, "help"], env={"PATH": path}, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    assert "./xiang up" in ran.stdout.decode()
