"""A registry of persons filled to a scale, and single records that come in afterwards.

Run as a program it fills a part: ``python -m bench.rig.registry FIRST COUNT OF``; several parts are filled side by side.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice

from bench.rig.populace import COLUMNS, FIELDS, noisy, people
from bench.rig.report import told

SOURCES = ("police", "health")
_PLACES = {field: COLUMNS.index(column) for field, column in FIELDS.items()}


def values_of(row: list[str]) -> dict[str, str]:
    return {field: row[place] for field, place in _PLACES.items() if row[place]}


def register() -> None:
    """The registry, its sources and the parameters of matching."""
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.foundation.statutes import operations as statutes
    from xiang.foundation.statutes.rules import RuleRow
    from xiang.hub.bases import operations
    from xiang.hub.bases.terms import ATTACH, CANDIDATES, REVIEW

    for key, value, unit in ((ATTACH, "0.99", "ratio"), (REVIEW, "0.5", "ratio"), (CANDIDATES, 200, "count")):
        row = RuleRow(key, value, unit, title=key, citation="bench", valid_from=date(2025, 1, 1))
        statutes.put_rule(row, SYSTEM)

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
    """So many more golden records, records and keys that make tables and indexes deep: nobody asks for their keys, nobody
    opens their envelopes (which are copies of one). Of people made up, hardly two share a key by chance, so those who
    come meet as many candidates as among a million real ones."""
    from django.db import connection

    from xiang.hub.bases.models import Key

    begun = time.monotonic()
    here = connection.vendor == "postgresql"
    random_digits = "md5(random()::text)" if here else "lower(hex(randomblob(16)))"
    # Ids grow, as real ones do: else filling pays for an order that no registry has.
    counted = "lpad(to_hex(n), 8, '0')" if here else "printf('%%08x', n)"
    new = f"({counted} || substr({random_digits}, 9))" + ("::uuid" if here else "")
    key_id = Key.objects.values_list("value", flat=True)[0].partition(":")[0]
    series = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s)"
    steps = (
        'INSERT INTO bases_golden (id, registry_id, "values", made_at, changed_at)'
        f' {series} SELECT {new}, g.registry_id, g."values", g.made_at, g.changed_at'
        " FROM series, (SELECT * FROM bases_golden ORDER BY id DESC LIMIT 1) g",
        'INSERT INTO bases_record (id, source_id, reference, golden_id, "values", day, digest, changed_at)'
        f" SELECT g.id, r.source_id, 'x:' || {random_digits}, g.id, r.\"values\", r.day, 'x:' || {random_digits}, r.changed_at"
        " FROM bases_golden g, (SELECT * FROM bases_record ORDER BY id DESC LIMIT 1) r"
        " WHERE NOT EXISTS (SELECT 1 FROM bases_record o WHERE o.golden_id = g.id)",
        "INSERT INTO bases_key (record_id, value, decisive)"
        f" SELECT r.id, '{key_id}:' || {random_digits}, k.column1 = 1 FROM bases_record r, (VALUES (1), (2), (3), (4), (5)) AS k"
        " WHERE r.reference LIKE 'x:%%'",
    )
    with _without_indexes(), connection.cursor() as cursor:
        if here:
            cursor.execute("SET session_replication_role = replica")  # what is copied refers to what is there
        for step in steps:
            cursor.execute(step, [count] if "series" in step else [])
        if here:
            cursor.execute("RESET session_replication_role")
    told(f"{count:,} more that only fill tables and indexes in {time.monotonic() - begun:.0f} s")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Indexes of keys are made once, at the end, and not row by row."""
    from django.db import connection

    listed = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'bases_key' AND indexname NOT LIKE '%_pkey'"
        if connection.vendor == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'bases_key' AND sql IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(listed)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)


def arrivals(count: int, each: int, seed: int = 7) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """``(kind, source, reference, values)`` of ``each`` records of every kind that come in, mixed: ``new`` somebody whom
    nobody knows, ``duplicate`` somebody whom another department knows, with the errors of real registers, ``changed`` a
    record that moved house, ``same`` one that says what it said."""
    chance = random.Random(seed)
    chosen = chance.sample(range(count), 3 * each)
    known = {n: row for n, row in enumerate(people(count)) if n in set(chosen)}
    parts = [chosen[place::3] for place in range(3)]
    came = [("new", "health", f"s{row[0]}", values_of(row)) for row in islice(people(each, seed=seed), each)]
    came += [("duplicate", "health", f"n{n}", values_of(noisy(known[n], f"n{n}", chance))) for n in parts[0]]
    moved = {"address": "湖南省长沙市岳麓区麓山南路932号1栋101室"}
    came += [("changed", "police", str(n), values_of(known[n]) | moved) for n in parts[1]]
    came += [("same", "police", str(n), values_of(known[n])) for n in parts[2]]
    chance.shuffle(came)
    yield from came


if __name__ == "__main__":
    import django

    django.setup()
    fill_part(*(int(one) for one in sys.argv[1:4]))
