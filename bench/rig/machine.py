"""What it ran on, and who used its processors."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def facts() -> dict[str, str]:
    """The machine in a few words; the load before we began says how far absolute figures can be trusted."""
    return {
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{_memory_kb('MemTotal') / 2**20:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load before": " ".join(f"{one:.1f}" for one in os.getloadavg()),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_kb(name: str) -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def busy_seconds() -> float:
    """Processor seconds that anybody has used since the machine started."""
    fields = [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    idle, waiting = fields[3], fields[4]
    return (sum(fields[:8]) - idle - waiting) / TICKS


@dataclass(frozen=True)
class Process:
    """What ``/proc`` says of a process."""

    number: int
    parent: int
    seconds: float


def processes() -> dict[int, Process]:
    """Every process of the machine."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            rest = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        number = int(entry.name)
        found[number] = Process(number, int(rest[1]), (int(rest[11]) + int(rest[12])) / TICKS)
    return found


def family(root: int) -> list[Process]:
    """A process and all that descend from it."""
    everything = processes()
    kin = {root}
    while True:
        more = {one.number for one in everything.values() if one.parent in kin} - kin
        if not more:
            return [everything[number] for number in kin if number in everything]
        kin |= more


def seconds_of(root: int) -> float:
    """Processor seconds of a process and of those of its descendants that live."""
    return sum(one.seconds for one in family(root))


def seconds_for(database: str) -> float:
    """Processor seconds of the PostgreSQL processes that serve a database now."""
    everything = processes()
    return sum(everything[number].seconds for number in backends(database) if number in everything)


def resident_mb(numbers: Iterable[int]) -> float:
    """Memory of processes, what they share counted once (proportional set size)."""
    return sum(_pss_kb(number) for number in numbers) / 1024


def _pss_kb(number: int) -> int:
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def backends(database: str) -> list[int]:
    """PostgreSQL's processes that serve a database on this machine; none when it runs elsewhere."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and f" {database} ".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found
