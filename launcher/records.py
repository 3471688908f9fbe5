"""What an installation keeps: the tables, the static files, the profile, the synthetic province, the accounts.

Stamps are kept per database, so that going from SQLite to PostgreSQL and back repeats nothing; they fall when the
database turns out to be new.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from launcher.console import Console
from launcher.messages import Problem, size_in_words, words
from launcher.place import Place
from launcher.stamps import Stamps, digest
from launcher.work import run

BACKUPS_KEPT = 5


class Records:
    """Sets up and answers for what is kept in the data folder and the database."""

    def __init__(self, place: Place, console: Console) -> None:
        self.place, self.console = place, console
        self.stamps = Stamps(place.run / f"stamps-{place.database_key}.json")
        self.log = place.logs / "setup.log"
        self._source: str | None = None

    @property
    def source(self) -> str:
        """The digest of the application: after an upgrade every step looks again, and mostly finds nothing to do."""
        self._source = self._source or digest(self.place.root / "src", self.place.root / "requirements" / "core.txt")
        return self._source

    # -- tables --------------------------------------------------------------------------------------------------

    def is_migrated(self) -> bool:
        return self.stamps.fresh("migrate", self.source) and not self._is_new()

    def _is_new(self) -> bool:
        """Whether the database holds nothing. The stamp is no proof: a database can be dropped behind its back."""
        if self.place.sqlite is None:
            return "[X]" not in self._plan()
        return _rows(self.place.sqlite, "django_migrations") == 0

    def _plan(self) -> str:
        return self._manage("migrate", "showmigrations", "--plan", "--skip-checks")

    def migrate(self) -> None:
        """Bring the tables up to date; SQLite is copied first when anything is pending."""
        plan = self._plan()
        if "[X]" not in plan:
            self.stamps.forget()
        elif "[ ]" in plan and self.place.sqlite:
            self.console.tick(words("backup", file=self.back_up(self.place.sqlite)), force=True)
        self._manage("migrate", "migrate", "--noinput")
        self.stamps.keep("migrate", self.source)

    def back_up(self, file: Path) -> Path:
        """A consistent copy of a live SQLite file; the newest few are kept."""
        folder = self.place.data / "backups"
        size, free = file.stat().st_size, shutil.disk_usage(self.place.data).free
        if free < size * 1.1:
            raise Problem("disk-full", folder=self.place.data, free=size_in_words(free))
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        copy, partial = folder / f"records-{stamp}.sqlite3", folder / "unfinished.sqlite3"
        folder.mkdir(exist_ok=True)
        partial.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(file)) as live, contextlib.closing(sqlite3.connect(partial)) as new:
            live.backup(new, pages=4096, progress=lambda *_: self.console.tick(copy.name))
        partial.replace(copy)
        for old in sorted(folder.glob("records-*.sqlite3"))[:-BACKUPS_KEPT]:
            old.unlink()
        return copy

    # -- static files --------------------------------------------------------------------------------------------

    def has_static(self) -> bool:
        return Stamps(self.place.run / "static.json").fresh("static", self._static_digest())

    def _static_digest(self) -> str:
        folders = sorted((self.place.root / "src").rglob("static"))
        return digest(self.place.root / "package-lock.json", self.place.root / "requirements" / "core.txt", *folders)

    def collect_static(self) -> None:
        self._manage("static", "collectstatic", "--noinput")
        Stamps(self.place.run / "static.json").keep("static", self._static_digest())

    # -- contents ------------------------------------------------------------------------------------------------

    def is_loaded(self) -> bool:
        return self.stamps.fresh("load", self._load_digest())

    def _load_digest(self) -> str:
        return digest(self.source, self.place.profile)

    def load(self) -> None:
        self._manage("load", "load", self.place.environ()["XIANG_PROFILE"])
        self.stamps.keep("load", self._load_digest())

    def has_province(self) -> bool:
        return self.stamps.fresh("province", "seeded")

    def seed(self, people: int | None) -> None:
        """Fill an empty province; the command itself leaves one that has people alone."""
        self._manage("province", "seed_province", *(["--people", str(people)] if people is not None else []))
        self.stamps.keep("province", "seeded")

    @property
    def accounts_file(self) -> Path:
        """The table of demonstration accounts as last printed, for a start that has nothing to set up."""
        return self.place.run / f"accounts-{self.place.database_key}.txt"

    def has_accounts(self) -> bool:
        return self.stamps.fresh("accounts", self._load_digest()) and self.accounts_file.exists()

    def make_accounts(self) -> None:
        self._manage("accounts", "demo_accounts", "--short", answer=self.accounts_file)
        self.stamps.keep("accounts", self._load_digest())

    # -- in common -----------------------------------------------------------------------------------------------

    def _manage(self, step: str, *command: str, answer: Path | None = None) -> str:
        line, env = self.place.manage(*command), self.place.environ()
        return run(line, step=step, console=self.console, log=self.log, env=env, answer=answer)


def _rows(file: Path, table: str) -> int:
    """How many rows a table of a SQLite file has; none when either is missing."""
    if not file.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as records:
        try:
            return int(records.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        except sqlite3.DatabaseError:
            return 0
