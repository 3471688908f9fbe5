"""Where things are: the project, its environment, and the data folder of this installation."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from launcher.messages import Problem

ROOT = Path(__file__).resolve().parent.parent
# What would lead our Python to another's modules; and the wish, common in container images, not to keep bytecode:
# without it every process compiles a thousand modules anew, which takes longer than everything else at its start.
NOT_INHERITED = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Place:
    """One installation: a project folder, a data folder, and the choices that the processes inherit."""

    data: Path
    root: Path = ROOT
    choices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def chosen(cls, data: str | None = None, profile: str | None = None) -> Place:
        """The place that the options name, else the environment, else ``var`` in the project."""
        folder = Path(data or os.environ.get("XIANG_DATA") or ROOT / "var").expanduser().absolute()
        if profile and os.sep in profile:  # a path; a bare name stands under ``profiles``
            profile = str(Path(profile).expanduser().absolute())
        return cls(folder, choices={"XIANG_PROFILE": profile} if profile else {})

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def run(self) -> Path:
        """What is true only of this machine at this time: locks, stamps."""
        return self.data / "run"

    @property
    def profile(self) -> Path:
        """The folder of the chosen profile; a bare name stands under ``profiles``."""
        name = self.environ()["XIANG_PROFILE"]
        folder = Path(name) if Path(name).is_absolute() else self.root / "profiles" / name
        if not folder.is_dir():
            known = sorted(each.name for each in (self.root / "profiles").glob("*") if each.is_dir())
            raise Problem("no-such-profile", profile=name, known=", ".join(known))
        return folder

    @property
    def database_url(self) -> str:
        return os.environ.get("XIANG_DATABASE_URL") or f"sqlite:///{self.data / 'records.sqlite3'}"

    @property
    def sqlite(self) -> Path | None:
        """The file of the records, when they are SQLite."""
        scheme, _, rest = self.database_url.partition(":///")
        return Path(rest.partition("?")[0]).absolute() if scheme == "sqlite" else None

    @property
    def database_key(self) -> str:
        """A short name for the database that tells nothing of its address or password."""
        return sha256(self.database_url.encode()).hexdigest()[:12]

    def environ(self) -> dict[str, str]:
        """The environment of every process that the launcher starts."""
        kept = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        return {
            "XIANG_DEMO": "1",
            "XIANG_PROFILE": "hunan",
            **kept,
            **self.choices,
            "XIANG_DATA": str(self.data),
            "VIRTUAL_ENV": str(self.venv),
            "PYTHONPATH": str(self.root / "src"),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "xiang.config.settings",
        }

    def manage(self, *arguments: str) -> list[str]:
        """The command line of a management command."""
        return [str(self.python), "-m", "xiang.config.manage", *arguments]

    def prepare(self) -> None:
        """Make the data folder, and prove by writing that it can be used."""
        try:
            for folder in (self.data, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            self.run.chmod(0o700)  # it keeps the demonstration's passwords
            with tempfile.TemporaryFile(dir=self.run) as probe:
                probe.write(b"\0" * 4096)
        except OSError as error:
            raise Problem("data-unusable", folder=self.data, detail=error.strerror) from error

    def free(self) -> int:
        """Bytes free where the project lies."""
        return shutil.disk_usage(self.root).free
