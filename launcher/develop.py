"""``test``, ``lint``, ``bench`` and ``lock``: what people who work on Xiang run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO

from launcher.console import Console
from launcher.environment import Environment
from launcher.messages import Problem, words
from launcher.place import Place
from launcher.steps import carry_out, environment_steps, page_steps
from launcher.work import run

AT_ONCE = 2
# Each lock and what it is made from; what developers add must agree with the core.
LOCKED = {
    "requirements/launcher.txt": ["requirements/launcher.in"],
    "requirements/node.txt": ["requirements/node.in"],
    "requirements/core.txt": ["pyproject.toml"],
    "requirements/analytics.txt": ["pyproject.toml", "--extra", "analytics", "--constraint", "requirements/core.txt"],
    "requirements/dev.txt": [
        *("pyproject.toml", "--extra", "analytics", "--group", "dev"),
        *("--constraint", "requirements/core.txt", "--constraint", "requirements/analytics.txt"),
    ],
}


def ready(place: Place, console: Console) -> None:
    """Everything that tests and checks need."""
    steps = [*environment_steps(place, console, development=True), *page_steps(place, console)]
    carry_out(steps, place, console)


def test(arguments: Sequence[str], place: Place, console: Console) -> int:
    """Set up, then become pytest with the arguments as given."""
    ready(place, console)
    env = place.environ()
    os.chdir(place.root)
    os.execve(place.python, [str(place.python), "-m", "pytest", *arguments], env)


def checks(place: Place, *, mend: bool) -> dict[str, list[str]]:
    """The checks of ``lint`` by name. ``mend`` lets those that can put things right do so."""
    python = str(place.python)
    imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return {
        "ruff": [python, "-m", "ruff", "check", *(["--fix"] if mend else []), "."],
        "format": [python, "-m", "ruff", "format", *([] if mend else ["--check"]), "."],
        "house rules": [python, "-m", "tools.lint"],
        "floors": [python, "-c", imports],
        "types": [python, "-m", "mypy"],
        "migrations": place.manage("makemigrations", "--check", "--dry-run"),
    }


def lint(arguments: Sequence[str], place: Place, console: Console) -> int:
    """Run every check, two at a time; show the output of those that complain, and name them at the end."""
    ready(place, console)
    env = place.environ()
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(place.root)])
    waiting = list(checks(place, mend="--fix" in arguments).items())
    running: list[tuple[str, subprocess.Popen[bytes], IO[bytes], float]] = []
    failed: list[str] = []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            name, command = waiting.pop(0)
            output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was told
            program = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=place.root)
            running.append((name, program, output, time.monotonic()))
        for each in [each for each in running if each[1].poll() is not None]:
            running.remove(each)
            failed += _told(*each)
        time.sleep(0.05)
    if failed:
        raise Problem("lint-fails", checks=", ".join(failed))
    console.say(words("lint-clean"))
    return 0


def _told(name: str, program: subprocess.Popen[bytes], output: IO[bytes], begun: float) -> list[str]:
    clean = program.returncode == 0
    sys.stdout.write(f"  {name:<12} {'ok' if clean else 'FAILS':<6} {time.monotonic() - begun:.1f} s\n")
    with output:
        if not clean:
            output.seek(0)
            sys.stdout.write(output.read().decode(errors="replace") + "\n")
    sys.stdout.flush()
    return [] if clean else [name]


def bench(arguments: Sequence[str], place: Place, console: Console) -> int:
    """Become one of the measurements in ``bench/``."""
    folder = place.root / "bench"
    known = sorted(
        {file.stem for file in folder.glob("[a-z]*.py")} | {file.parent.name for file in folder.glob("*/__main__.py")}
    )
    name = arguments[0] if arguments else ""
    if name not in known:
        raise Problem("no-such-bench", bench=name, known=", ".join(known) or "-")
    ready(place, console)
    env = place.environ()
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(place.root)])
    os.chdir(place.root)
    os.execve(place.python, [str(place.python), "-m", f"bench.{name}", *arguments[1:]], env)


def lock(arguments: Sequence[str], place: Place, console: Console) -> int:
    """Resolve ``pyproject.toml``, ``requirements/*.in`` and ``package.json`` anew into the lock files.

    Versions that still fit stay as they are; ``--upgrade`` takes the newest. The locks hold hashes and no addresses.
    """
    ready(place, console)
    upgrade = [option for option in arguments if option == "--upgrade"]
    uv = [str(place.venv / "bin" / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
    uv += ["--generate-hashes", "--no-header", "--no-emit-index-url", *upgrade]
    for file, sources in LOCKED.items():
        _locking([*uv, *sources, "-o", file], place, console)
    npm = [*Environment(place, console).npm(), "update" if upgrade else "install", "--package-lock-only"]
    _locking([*npm, "--omit-lockfile-registry-resolved", "--ignore-scripts", "--no-audit"], place, console)
    return 0


def _locking(command: Sequence[str], place: Place, console: Console) -> None:
    log, env = place.logs / "setup.log", place.environ()
    with console.step("lock"):
        run(command, step="lock", console=console, log=log, env=env, cwd=place.root)
