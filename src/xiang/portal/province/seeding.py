"""Seeding: the same people and seed give the same province; anything else replaces it, whole or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from xiang.foundation.ground import instant
from xiang.portal.province import cast as casting
from xiang.portal.province import tables
from xiang.portal.province.families import Population
from xiang.portal.province.writing import Sources

#: Raise when the same seed would give another province.
GENERATOR = 1
CHUNK = 20_000
MANIFEST = "province.json"


@dataclass(frozen=True, slots=True)
class Province:
    """What was made, or found unchanged."""

    people: int
    seed: int
    today: str
    digest: str
    counts: Mapping[str, int]
    seconds: float = 0.0
    changed: bool = False


def seed(
    people: int, seed: int, *, data: Path, profile: Path, progress: Callable[[str], None] = lambda line: None
) -> Province:
    """Make the source systems of a province with this many registered people.

    1. The same people, seed, profile and generator: leave everything as it is.
    2. Otherwise write new files beside the old ones; the cast first, then families until the province is full.
    3. Remove the manifest, rename every file into place, write the manifest: a crash in between is seen and redone.
    """
    folder = data / "sources"
    digest = _digest(people, seed, profile)
    known = manifest(data)
    if known and known.digest == digest:
        progress(f"虚拟省已在：{known.people} 人，种子 {known.seed}，未改动")
        return known
    if lacking := tables.unfilled(tables.declared_columns(profile)):
        progress(f"资源声明了、虚拟省没有填的列：{'、'.join(lacking)}")
    began = time.monotonic()
    out = Sources(folder, profile)
    try:
        _fill(out, people, seed, profile, progress)
        out.finish(progress)
        counts = out.counts()
    except BaseException:
        out.abandon()
        raise
    made = Province(people, seed, instant.today().isoformat(), digest, counts, round(time.monotonic() - began, 1), True)
    (folder / MANIFEST).unlink(missing_ok=True)
    out.put_in_place()
    partial = folder / f"{MANIFEST}.new"
    partial.write_text(json.dumps(asdict(made) | {"changed": False}, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(folder / MANIFEST)
    progress(f"虚拟省已建成：{people} 人，{sum(counts.values())} 行，{made.seconds} 秒")
    return made


def _fill(out: Sources, people: int, seed: int, profile: Path, progress: Callable[[str], None]) -> None:
    population = Population(out, profile, instant.today(), seed)
    casting.write(casting.load(profile), population)
    registrar = population.registrar
    reported = flushed = 0
    while registrar.written < people:
        population.family(people - registrar.written)
        if registrar.written - flushed >= CHUNK:
            out.flush()
            flushed = registrar.written
            if flushed - reported >= max(CHUNK, people // 20):
                reported = flushed
                progress(f"已建 {reported} / {people} 人")


def smallest(profile: Path) -> int:
    """The fewest people that hold the whole cast."""
    return sum(1 for family in casting.load(profile).families for _ in family.members)


def manifest(data: Path) -> Province | None:
    """What stands in the data folder now, or ``None``."""
    file = data / "sources" / MANIFEST
    if not file.exists():
        return None
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Province(**content)


def _digest(people: int, seed: int, profile: Path) -> str:
    """Of everything that decides what the province looks like, except the day on which it was made."""
    hasher = sha256(f"{GENERATOR}:{people}:{seed}".encode())
    for name in ("cast.yaml", "resources.yaml", "divisions.csv", "units.yaml"):
        file = profile / name
        hasher.update(name.encode() + (file.read_bytes() if file.exists() else b""))
    return hasher.hexdigest()
