"""Figures with their limits: printed for people, or as one JSON document."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bench.rig import machine


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` per cent of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part / 100))]


@dataclass(frozen=True)
class Figure:
    """One figure. ``at_least`` and ``at_most`` are what was promised; a figure without them is for information."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool | None:
        if self.at_least is None and self.at_most is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def limit(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""


@dataclass
class Report:
    """What one measurement says."""

    bench: str
    settings: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: dict[str, str] = field(default_factory=machine.facts)

    def add(
        self, name: str, value: float, unit: str = "", *, at_least: float | None = None, at_most: float | None = None
    ) -> None:
        self.figures.append(Figure(name, value, unit, at_least, at_most))

    @property
    def holds(self) -> bool:
        return all(figure.holds is not False for figure in self.figures)

    def document(self) -> dict[str, Any]:
        return {
            "bench": self.bench,
            "date": date.today().isoformat(),  # noqa: DTZ011 - the machine's own day: when it was measured
            "machine": self.machine,
            "settings": self.settings,
            "figures": [
                {"name": f.name, "value": round(f.value, 4), "unit": f.unit, "limit": f.limit, "holds": f.holds}
                for f in self.figures
            ],
            "notes": self.notes,
            "holds": self.holds,
        }

    def text(self) -> str:
        width = max((len(figure.name) for figure in self.figures), default=0)
        lines = [f"\n{self.bench}  {date.today().isoformat()}"]  # noqa: DTZ011
        lines += [f"  {name}: {value}" for name, value in (self.machine | self.settings).items()]
        lines.append("")
        for f in self.figures:
            verdict = "" if f.holds is None else ("  ok" if f.holds else "  FAILS")
            lines.append(f"  {f.name:<{width}}  {_rounded(f.value):>10} {f.unit:<6}{f.limit:<8}{verdict}".rstrip())
        lines += ["", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"

    def close(self, *, as_json: bool) -> int:
        """Print; the exit code says whether everything promised holds."""
        if as_json:
            sys.stdout.write(json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n")
        else:
            sys.stdout.write(self.text())
        return 0 if self.holds else 1


def _rounded(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def told(line: str) -> None:
    """Progress, beside the report."""
    sys.stderr.write(f"  {line}\n")
    sys.stderr.flush()


def options(name: str, description: str, *, rounds: int = 5) -> argparse.ArgumentParser:
    """The options that every measurement has."""
    parser = argparse.ArgumentParser(prog=f"xiang bench {name}", description=description)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    parser.add_argument("--rounds", type=int, default=rounds, help=f"rounds of each side ({rounds})")
    parser.add_argument("--keep", metavar="DIR", help="keep the data folder and database there, and use them again")
    return parser
