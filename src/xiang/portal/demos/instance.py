"""A temporary instance: a data folder of its own with tables, profile, a small province and the accounts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PEOPLE = 2000
SOURCE = Path(__file__).resolve().parents[3]


class NotMade(Exception):
    """A step of setting up failed; ``tail`` is the end of what it said."""

    def __init__(self, title: str, tail: str) -> None:
        super().__init__(title)
        self.title = title
        self.tail = tail


def _steps(people: int) -> Sequence[tuple[str, Sequence[str]]]:
    return (
        ("建数据表", ("migrate", "--run-syncdb", "--verbosity", "0")),
        ("装载湖南的配置", ("load", str(settings.PROFILE_DIR))),
        (f"建虚拟省（{people} 人）", ("seed_province", "--people", str(people))),
        ("开演示账号", ("demo_accounts", "--json")),
    )


def environ(folder: Path) -> dict[str, str]:
    """The environment of an instance in this folder: SQLite, a demonstration, nothing of the installation around it."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("XIANG_") or k in ("XIANG_PROFILE", "XIANG_PLUGINS")
    }
    paths = [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {**kept, "XIANG_DATA": str(folder), "XIANG_DEMO": "1", "PYTHONPATH": os.pathsep.join(paths)}


def manage(*words: str) -> list[str]:
    """The command line of a management command in a fresh process."""
    return [sys.executable, "-m", "xiang.config.manage", *words]


@contextmanager
def temporary(people: int, progress: Callable[[str], None]) -> Iterator[Mapping[str, str]]:
    """Set up an instance, hand out its environment, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="xiang-demo-") as name:
        environment = environ(Path(name))
        steps = _steps(people)
        for number, (title, words) in enumerate(steps, 1):
            progress(f"[{number}/{len(steps)}] {title} …")
            _run(title, words, environment)
        yield environment


def _run(title: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
    line = manage(*words)
    done = subprocess.run(line, env=dict(environment), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotMade(title, (done.stdout + done.stderr)[-2000:])


def play_in(environment: Mapping[str, str], words: Sequence[str]) -> int:
    """Play a story in a process of that instance; its exit code."""
    return subprocess.run(manage("demo", "--here", *words), env=dict(environment), check=False).returncode  # noqa: S603
