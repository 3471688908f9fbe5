"""A registry of persons filled to a scale, and single records that come in afterwards.

Run as a program it fills a part: ``python -m bench.rig.registry FIRST COUNT OF``; several parts are filled side by side.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice

from bench.rig.populace import COLUMNS, FIELDS, noisy, people
from bench.rig.report import told

SOURCES = ("police", "health")
_PLACES = {field: COLUMNS.index(column) for field, column in FIELDS.items()}


def values_of(row: list[str]) -> dict[str, str]:
    return {field: row[place] for field, place in _PLACES.items() if row[place]}


def register() -> None:
    """The registry and its sources."""
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.hub.bases import operations

    said = {"kind": "person", "title": "人口库", "owner_key": "430000.police", "rules": {"phone": "recent"}}
    operations.put_registry("person", said, SYSTEM)
    for rank, key in enumerate(SOURCES, 1):
        operations.put_source(key, "person", {"title": key, "body_key": f"430000.{key}", "rank": rank}, SYSTEM)


def fill(count: int, environ: dict[str, str], workers: int) -> None:
    """Everybody once, each a golden record of their own, by as many processes as the records allow to write at once."""
    begun = time.monotonic()
    commands = [
        [sys.executable, "-m", "bench.rig.registry", str(part), str(count), str(workers)] for part in range(workers)
    ]
    running = [subprocess.Popen(command, env=environ) for command in commands]
    if any(one.wait() for one in running):
        raise SystemExit("filling the registry failed")
    told(f"{count:,} golden records in {time.monotonic() - begun:.0f} s")


def fill_part(part: int, count: int, parts: int) -> None:
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.hub.bases import operations
    from xiang.hub.bases.operations import Resolving

    rows = (row for n, row in enumerate(people(count)) if n % parts == part)
    operations.build("person", ([Resolving("police", row[0], values_of(row), row[-1])] for row in rows), SYSTEM)


def stuff(count: int) -> None:
    """So many more golden records, records and keys that only make tables and indexes deep: nobody asks for their keys,
    nobody opens their envelopes (which are copies of one)."""
    from django.db import connection

    from xiang.hub.bases.models import Key

    begun = time.monotonic()
    here = connection.vendor == "postgresql"
    new = "gen_random_uuid()" if here else "lower(hex(randomblob(16)))"
    digits = "md5(random()::text)" if here else "lower(hex(randomblob(16)))"
    key_id = Key.objects.values_list("value", flat=True)[0].partition(":")[0]
    steps = (
        'INSERT INTO bases_golden (id, registry_id, "values", made_at, changed_at)'
        " WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s)"
        f' SELECT {new}, g.registry_id, g."values", g.made_at, g.changed_at FROM series, (SELECT * FROM bases_golden LIMIT 1) g',
        'INSERT INTO bases_record (id, source_id, reference, golden_id, "values", day, changed_at)'
        f" SELECT {new}, r.source_id, 'x:' || {digits}, g.id, r.\"values\", r.day, r.changed_at"
        " FROM bases_golden g, (SELECT * FROM bases_record LIMIT 1) r"
        " WHERE NOT EXISTS (SELECT 1 FROM bases_record o WHERE o.golden_id = g.id)",
        "INSERT INTO bases_key (record_id, value, decisive)"
        f" SELECT r.id, '{key_id}:' || {digits}, k.column1 = 1 FROM bases_record r, (VALUES (1), (2), (3), (4), (5)) AS k"
        " WHERE r.reference LIKE 'x:%'",
    )
    with connection.cursor() as cursor:
        for step in steps:
            cursor.execute(step, [count] if "%s" in step else None)
    told(f"{count:,} more that only fill tables and indexes in {time.monotonic() - begun:.0f} s")


def arrivals(count: int, each: int, seed: int = 7) -> Iterator[tuple[str, dict[str, str]]]:
    """``(truth, values)`` of records that come in: noisy ones of people who are there, every fifth of somebody new."""
    chance = random.Random(seed)
    chosen = set(chance.sample(range(count), each))
    known = {n: row for n, row in enumerate(people(count)) if n in chosen}
    strangers = islice(people(each, seed=seed), each)
    for (n, row), stranger in zip(known.items(), strangers, strict=False):
        if n % 5 == 0:
            yield "", values_of(stranger)
        else:
            yield row[0], values_of(noisy(row, f"n{n}", chance))


if __name__ == "__main__":
    import django

    django.setup()
    fill_part(*(int(one) for one in sys.argv[1:4]))
