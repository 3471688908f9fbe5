"""Looks after the processes: starts them, starts a dead one again, stops all of them in order.

One loop, woken by signals and by the next thing that is due; it uses no time at rest.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher.console import Console
from launcher.messages import Problem, words
from launcher.work import read_from, tail

LOG_LIMIT = 20_000_000
TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Backoff:
    """How long to wait before a dead process starts again: doubling, forgotten after a calm while."""

    first: float = 1.0
    most: float = 30.0
    calm: float = 60.0

    def after(self, failures: int) -> float:
        return min(self.first * 2.0 ** max(failures - 1, 0), self.most)


@dataclass(frozen=True)
class Child:
    """A process to keep alive. ``answers`` says, when asked, whether it serves; a child without it is up at once."""

    key: str
    command: Sequence[str]
    env: dict[str, str]
    log: Path
    answers: Callable[[], bool] | None = None
    url: str = ""
    patience: float = 60.0
    grace: float = 10.0


@dataclass
class Watched:
    """A child as it runs now."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    log_begin: int = 0
    failures: int = 0
    due: float = 0.0
    answered: threading.Event = field(default_factory=threading.Event)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def serves(self) -> bool:
        """Whether it answered once; a child that nobody asks counts as serving."""
        return self.child.answers is None or self.answered.is_set()


class Supervisor:
    """Keeps ``children`` alive until a signal asks to stop.

    They start in the order given, each when those before it answer: people wait for the web server, not for what works
    behind it, and starting together all would be slow. They stop in the same order: first what takes in new work.
    """

    def __init__(self, children: Sequence[Child], console: Console, backoff: Backoff | None = None) -> None:
        self.watched = [Watched(child) for child in children]
        self.console, self.backoff = console, backoff or Backoff()
        self.asked_to_stop = 0
        self._wake, self._woken = socket.socketpair()

    def run(self, started: Callable[[], None]) -> None:
        """Start all, call ``started`` when every child that answers does, keep them alive, stop them."""
        with self._signals():
            try:
                told = False
                while not self.asked_to_stop:
                    self._start_next()
                    self._look_after()
                    if not told and self._all_answer():
                        started()
                        told = True
                    self._sleep()
            finally:
                self._stop_all()

    # -- starting ------------------------------------------------------------------------------------------------

    def _start_next(self) -> None:
        for each in self.watched:
            if each.process is None:
                self._start(each)
            if not each.serves:
                return

    def _start(self, each: Watched) -> None:
        child = each.child
        _rotate(child.log)
        with child.log.open("ab") as log:
            each.log_begin = log.tell()
            # A session of its own: Ctrl-C reaches the launcher alone, which then stops the children in order.
            tethered = [sys.executable, "-IS", str(TETHER), str(os.getpid()), *child.command]
            each.process = subprocess.Popen(
                tethered, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=child.env, start_new_session=True
            )
        each.begun, each.due = time.monotonic(), 0.0
        if not each.serves:
            threading.Thread(target=self._ask, args=(each, each.process), daemon=True).start()

    def _ask(self, each: Watched, process: subprocess.Popen[bytes]) -> None:
        """In a thread of its own, so that a slow first answer never delays a signal."""
        answers = each.child.answers
        while answers and process.poll() is None and not self.asked_to_stop:
            if answers():
                each.answered.set()
                with contextlib.suppress(OSError):
                    self._wake.send(b"\0")
                return
            time.sleep(0.05)

    def _all_answer(self) -> bool:
        return all(each.process and each.serves for each in self.watched)

    # -- keeping alive -------------------------------------------------------------------------------------------

    def _look_after(self) -> None:
        now = time.monotonic()
        for each in self.watched:
            if each.process is None:
                continue
            if each.due and now >= each.due:
                self._start(each)
            elif not each.due and not each.alive:
                self._lost(each, now)
            elif self._overdue(each, now):
                raise Problem(
                    "no-answer",
                    title=words(each.child.key),
                    url=each.child.url,
                    seconds=int(each.child.patience),
                    log=each.child.log,
                )

    def _overdue(self, each: Watched, now: float) -> bool:
        return not each.serves and now - each.begun > each.child.patience

    def _lost(self, each: Watched, now: float) -> None:
        """A child died: what it left behind is swept, and it is due again after a while.

        One that dies before it ever answered is a fault that starting again does not mend: that is said at once.
        """
        assert each.process is not None
        how = _how(each.process.returncode)
        _sweep(each.process)
        if not each.serves:
            written = tail(read_from(each.child.log, each.log_begin))
            raise Problem("child-fails", title=words(each.child.key), how=how, tail=written, log=each.child.log)
        each.failures = 1 if now - each.begun > self.backoff.calm else each.failures + 1
        wait = self.backoff.after(each.failures)
        each.due = now + wait
        facts = {"title": words(each.child.key), "how": how, "seconds": f"{wait:g}", "log": each.child.log}
        self.console.say(words("child-restarts", **facts))

    def _sleep(self) -> None:
        """Until a signal, a child's end or the next restart."""
        now = time.monotonic()
        dues = [each.due for each in self.watched if each.due]
        dues += [each.begun + each.child.patience for each in self.watched if each.process and not each.serves]
        wait = max(0.0, min(dues) - now) if dues else None
        if select.select([self._woken], [], [], wait)[0]:
            self._woken.recv(4096)

    # -- stopping ------------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """One after the other; a second signal hurries."""
        for each in self.watched:
            if each.process is None:
                continue
            if each.alive:
                each.process.terminate()
                self._wait(each)
            _sweep(each.process)
            each.process.wait()

    def _wait(self, each: Watched) -> None:
        assert each.process is not None
        until = time.monotonic() + each.child.grace
        while each.alive and time.monotonic() < until and self.asked_to_stop < 2:
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.process.wait(0.05)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, TERM and a closed terminal ask to stop; every signal, a child's death too, wakes the loop."""
        self._wake.setblocking(False)
        asking = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it is, and stays so
            asking.append(signal.SIGHUP)
        before = {name: signal.signal(name, self._ask_to_stop) for name in asking}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        wakeup = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for name, handler in before.items():
                signal.signal(name, handler)

    def _ask_to_stop(self, *_: object) -> None:
        if not self.asked_to_stop:
            self.console.say("\n" + words("stopping"))
        self.asked_to_stop += 1


def _sweep(process: subprocess.Popen[bytes]) -> None:
    """End whatever the process left in its group: a server's own workers outlive it when it is killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
