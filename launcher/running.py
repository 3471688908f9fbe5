"""One start per data folder: a lock that the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator

from launcher.messages import Problem
from launcher.place import Place


@contextlib.contextmanager
def only_one(place: Place, url: str) -> Iterator[None]:
    """Hold the data folder inside the block; a second start is told where the first one serves."""
    with (place.run / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _told(place) from None
        _note(place, {"pid": os.getpid(), "url": url, "serving": False})
        try:
            yield
        finally:
            (place.run / "up.json").unlink(missing_ok=True)


def serving(place: Place, url: str) -> None:
    """Note that the address answers now."""
    _note(place, {"pid": os.getpid(), "url": url, "serving": True})


def _note(place: Place, facts: dict[str, object]) -> None:
    partial = place.run / "up.new"
    partial.write_text(json.dumps(facts))
    partial.replace(place.run / "up.json")


def _told(place: Place) -> Problem:
    try:
        facts = json.loads((place.run / "up.json").read_text())
    except (FileNotFoundError, ValueError):  # between taking the lock and noting, or while ending
        facts = {"pid": "?", "url": "?", "serving": False}
    code = "already-running" if facts["serving"] else "already-starting"
    return Problem(code, pid=facts["pid"], url=facts["url"])
