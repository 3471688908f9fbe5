"""Another program as a step: its output goes to a log, its progress to the console, its failure into a sentence."""

from __future__ import annotations

import contextlib
import errno
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from launcher.console import Console
from launcher.messages import Problem, size_in_words, title

# What pip, uv and npm write when the other end cannot be reached; words before codes, because the first match is shown.
UNREACHABLE = (
    re.compile(
        r"Temporary failure in name resolution|Name or service not known|Network is unreachable|No route to host"
        r"|Connection (?:refused|reset|timed out)|[Rr]ead timed out|operation timed out|certificate verify failed"
        r"|failed to lookup address"
    ),
    re.compile(
        r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT"
        r"|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERTIFICATE_VERIFY_FAILED|UnknownIssuer|ProxyError"
        r"|NewConnectionError|ConnectTimeout|ReadTimeout|tcp connect error|dns error|error sending request"
    ),
)
# Steps that reach out of the machine: a refused connection of another step is the database's.
REACHING_OUT = ("uv", "packages", "analytics", "node", "pages", "lock")
FULL = re.compile(r"No space left on device|ENOSPC|os error 28|database or disk is full|Disk quota exceeded")
UNKNOWN_COMMAND = 127  # what ``xiang.config.manage`` exits with for a command that no room provides
ADDRESS = re.compile(r"\b[a-z]+://\S+")


class NotHere(Problem):
    """No room of this build provides the command."""

    outcome = "not-here"


def run(
    command: Sequence[str],
    *,
    step: str,
    console: Console,
    log: Path,
    env: dict[str, str],
    cwd: Path | None = None,
    answer: Path | None = None,
) -> str:
    """Run to the end, show that it works, and answer what it wrote to the log; a failure is a ``Problem``.

    With ``answer`` its output stream goes to that file, which is replaced only when it succeeds.
    """
    with log.open("ab") as errors, _answer_to(answer) or log.open("ab") as output:
        begin = errors.tell()
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=env, cwd=cwd)
        try:
            _watch(program, console, log)
        except BaseException:
            _end(program)
            raise
    written = read_from(log, begin)
    if program.returncode == UNKNOWN_COMMAND:
        raise NotHere("no-such-command", command=command[-1], nearest="")
    if program.returncode:
        raise diagnose(written, step=step, log=log, folder=cwd or log.parent)
    if answer:
        _unfinished(answer).replace(answer)
    return written


def _unfinished(answer: Path) -> Path:
    return answer.with_suffix(".new")


def _answer_to(answer: Path | None) -> BinaryIO | None:
    return _unfinished(answer).open("wb") if answer else None


def _watch(program: subprocess.Popen[bytes], console: Console, log: Path) -> None:
    pause = 0.02
    while program.poll() is None:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
        console.tick(last_line(log))


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def diagnose(output: str, *, step: str, log: Path, folder: Path) -> Problem:
    """The sentence for a failure: what a person can mend is named, the rest is shown."""
    if FULL.search(output):
        return Problem("disk-full", folder=folder, free=size_in_words(shutil.disk_usage(folder).free))
    if step in REACHING_OUT and (found := _first(UNREACHABLE, output)):
        return Problem("registry-unreachable", detail=found)
    return Problem("step-failed", title=title(step), tail=tail(output), log=log)


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    return next((found.group() for pattern in patterns if (found := pattern.search(text))), "")


@contextlib.contextmanager
def disk_told(folder: Path) -> Iterator[None]:
    """A full disk met by the launcher itself is told like one that a program met."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Problem("disk-full", folder=folder, free=size_in_words(shutil.disk_usage(folder).free)) from error


def last_line(log: Path) -> str:
    """The last whole line of a growing log."""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 2000))
        lines = [line for line in stream.read().splitlines() if line.strip()]
    return ADDRESS.sub("…", lines[-1].decode(errors="replace")) if lines else ""


def read_from(log: Path, begin: int) -> str:
    with log.open("rb") as stream:
        stream.seek(begin)
        return stream.read().decode(errors="replace")


def tail(output: str, lines: int = 12) -> str:
    kept = [line for line in output.splitlines() if line.strip()][-lines:]
    return "\n".join(f"  {line}" for line in kept)
