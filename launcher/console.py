"""Progress for people: one line a step, with its number, its time and what it is doing.

On a terminal the line of the running step is redrawn in place; elsewhere a step says when it begins, now and then
that it still works, and how it ended. Everything goes to the error stream: the output stream is for answers.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import TextIO

from launcher.messages import title, words

REDRAW = 0.25
HEARTBEAT = 15.0
PLAIN_WIDTH = 120


def width(text: str) -> int:
    """Columns that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def cut(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    while width(text) >= max(columns, 1):
        text = text[:-1]
    return text + "…"


class Console:
    """The terminal, or a file that stands in for it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.total = 0
        self.number = 0
        self._begun = self._said = 0.0
        self._label = ""

    def expect(self, steps: int) -> None:
        """So many steps follow."""
        self.total, self.number = steps, 0

    def say(self, text: str = "") -> None:
        self.stream.write(text + "\n")
        self.stream.flush()

    def skip(self, key: str, outcome: str) -> None:
        """A step that need not run."""
        self.number += 1
        self._label = title(key)
        self._end(words(outcome), 0.0)

    @contextmanager
    def step(self, key: str) -> Iterator[None]:
        """A step that runs inside the block; ``tick`` shows that it does."""
        self.number += 1
        self._label, self._begun = title(key), time.monotonic()
        self._said = self._begun
        if not self.live:
            self.say(f"{self._head()} …")
        self.tick(force=True)
        try:
            yield
        except BaseException as error:
            self._end(words(getattr(error, "outcome", "failed")), time.monotonic() - self._begun)
            raise
        self._end(words("done"), time.monotonic() - self._begun)

    def tick(self, doing: str = "", *, force: bool = False) -> None:
        """Show that the running step works on; cheap enough to call often."""
        now = time.monotonic()
        if not force and now - self._said < (REDRAW if self.live else HEARTBEAT):
            return
        self._said = now
        line = f"{self._head()}  {words('working', seconds=int(now - self._begun))}  {doing.strip()}"
        if self.live:
            self.stream.write("\r\033[K" + cut(line, get_terminal_size().columns - 1))
            self.stream.flush()
        elif not force:
            self.say(cut(line, PLAIN_WIDTH))

    def _head(self) -> str:
        count = f"{self.number}/{self.total}" if self.total else ""
        return f"  {count:>5}  {pad(self._label, 24)}"

    def _end(self, outcome: str, seconds: float) -> None:
        took = f"  {seconds:.1f} s" if seconds >= 0.05 else ""
        self.say(f"{chr(13) + chr(27) + '[K' if self.live else ''}{self._head()}  {outcome}{took}")
