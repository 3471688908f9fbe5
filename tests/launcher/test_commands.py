"""What a person types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def xiang(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "xiang"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "XIANG_LANG": "en", **env})


@pytest.mark.parametrize("asked", [[], ["help"], ["--help"]])
def test_help_names_every_command(asked: list[str]) -> None:
    said = xiang(*asked)
    assert said.returncode == 0
    assert all(f"./xiang {name}" in said.stdout for name in COMMANDS)


def test_help_speaks_chinese_on_a_chinese_terminal() -> None:
    assert "补齐环境并启动全部服务" in xiang("help", XIANG_LANG="zh_CN.UTF-8").stdout


def test_a_mistyped_command_is_met_with_the_nearest_one() -> None:
    said = xiang("lnit")
    assert said.returncode == 1
    assert "./xiang lint?" in said.stderr
    assert "[no-such-command]" in said.stderr


def test_an_unknown_profile_is_said_before_anything_is_set_up(tmp_path: Path) -> None:
    said = xiang("up", "--profile", "hunna", "--data", str(tmp_path / "data"))
    assert said.returncode == 1
    assert "[no-such-profile]" in said.stderr
    assert "hunan" in said.stderr


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['ensurepip'] = None;"  # as Debian ships it
        f"sys.path.insert(0, {str(ROOT)!r});"
        "from pathlib import Path; from launcher.console import Console; from launcher.place import Place;"
        "from launcher.environment import Environment;"
        f"Environment(Place(Path({str(tmp_path / 'data')!r}), root=Path({str(tmp_path)!r})), Console()).make_venv()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"XIANG_LANG": "en"})
    assert "came without venv" in said.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_is_full_for_the_launcher_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "data" / "run").mkdir(parents=True)
    (tmp_path / "data" / "run" / "up.new").symlink_to("/dev/full")
    said = xiang("up", "--port", "0", "--data", str(tmp_path / "data"))
    assert said.returncode == 1
    assert "[disk-full]" in said.stderr
