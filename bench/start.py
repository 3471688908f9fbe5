"""From a fresh clone to the first page, from a restart to the first page, and the memory of everything at rest.

The clone lies in a folder of its own with its own environment, packages and records (SQLite), with the default province.
What the network gives is in the cold figure: packages come from the registries that the machine uses, or their caches.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from bench.rig import machine, report
from bench.rig.report import Report, median, told
from launcher import ports
from launcher.place import ROOT

COLD_WITHIN, WARM_WITHIN, MEMORY = 90, 5, 500
GIVE_UP = 600


def main() -> int:
    parser = report.options("start", (__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=20_000, help="people in the synthetic province (20,000)")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="xiang-bench-start-"))
    told_of = Report("start", {"people": f"{chosen.people:,}", "records": "SQLite"})
    told_of.settings |= {"warm starts": str(chosen.rounds), "registry caches": _caches()}
    try:
        clone = folder / "xiang"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        cold, memory = _start(clone, chosen.people)
        told(f"cold {cold:.1f} s")
        warm = []
        for number in range(chosen.rounds):
            seconds, memory = _start(clone, chosen.people)
            warm.append(seconds)
            told(f"warm {number + 1}: {seconds:.1f} s, {memory:.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    told_of.add("cold, to the first page", cold, "s", at_most=COLD_WITHIN)
    told_of.add("warm, to the first page (median)", median(warm), "s", at_most=WARM_WITHIN)
    told_of.add("warm, the slowest", max(warm), "s")
    told_of.add("memory at rest: launcher, web, gateway, worker (PSS)", memory, "MB", at_most=MEMORY)
    return told_of.close(as_json=chosen.json)


def _start(clone: Path, people: int) -> tuple[float, float]:
    """Seconds from the command to the first page, and the memory some seconds later; then it is stopped by Ctrl-C."""
    port = ports.next_free("127.0.0.1", 0)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XIANG_", "VIRTUAL_ENV"))}
    command = [str(clone / "xiang"), "up", "--port", str(port), "--people", str(people)]
    begun = time.monotonic()
    with (clone.parent / "up.log").open("w+") as log:
        started = subprocess.Popen(command, cwd=clone, env=kept, stdout=log, stderr=log, start_new_session=True)
        try:
            while not _first_page(port):
                if started.poll() is not None or time.monotonic() - begun > GIVE_UP:
                    log.seek(0)
                    raise SystemExit(f"it does not start:\n{log.read()[-2000:]}")
                time.sleep(0.05)
            seconds = time.monotonic() - begun
            return seconds, _at_rest(started.pid)
        finally:
            with suppress(ProcessLookupError):
                started.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                started.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


def _first_page(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            return answer.status == 200 and b"<h1" in answer.read()
    except OSError:
        return False


def _at_rest(launcher: int) -> float:
    """Memory once nothing has used a processor for a while."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        before = machine.seconds_of(launcher)
        time.sleep(2)
        if machine.seconds_of(launcher) - before < 0.1:
            break
    return machine.resident_mb(one.number for one in machine.family(launcher))


def _caches() -> str:
    """Whether packages may have come from this machine instead of the network."""
    found = [name for name in (".cache/uv", ".cache/pip", ".npm") if (Path.home() / name).exists()]
    return ", ".join(found) or "none"


if __name__ == "__main__":
    sys.exit(main())
