"""The web application, and a death in the middle of a submission. Served by ``test_killed.py`` in place of the real one.

The next submission dies where the file ``dies`` in the folder of logs says: ``POINT WHO``. Points are ``write:N`` (the
N-th statement that writes, from the one that closes the draft, is done), ``commit.begins`` and ``commit.ends``; who dies
is ``worker`` (the process that answers) or ``server`` (all its processes at once). A submission that nobody kills writes
down how many such statements it has.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection

from xiang.config.wsgi import application as living

LOGS = Path(os.environ["XIANG_DATA"]).parent / "logs"
CLOSING = 'UPDATE "forms_draft" SET "state"'


class Submission:
    """One submission on its way: what it wrote, and where it dies."""

    def __init__(self) -> None:
        self.point, self.who = "", ""
        self.writes, self.open = 0, False
        with suppress(FileNotFoundError):
            taken = (LOGS / "dies").rename(LOGS / "died")
            self.point, self.who = taken.read_text().split()

    def passes(self, point: str) -> None:
        if point != self.point:
            return
        if self.who == "server":
            # The group is the server's own: its first process leads it.
            assert os.getpgrp() == os.getppid()
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def executes(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        self.open = self.open or CLOSING in sql
        if self.open and sql.startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
            self.writes += 1
            self.passes(f"write:{self.writes}")
        return done

    def commits(self, commit: Callable[[], None]) -> Callable[[], None]:
        def committing() -> None:
            was_open, self.open = self.open, False
            if was_open:
                self.passes("commit.begins")
            commit()
            if was_open:
                self.passes("commit.ends")

        return committing


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith("/submit"):
        return living(environ, start_response)
    submission, commit = Submission(), connection._commit
    connection._commit = submission.commits(commit)  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(submission.executes):
            return living(environ, start_response)
    finally:
        connection._commit = commit  # type: ignore[method-assign]
        if submission.writes:
            (LOGS / "writes").write_text(str(submission.writes))
