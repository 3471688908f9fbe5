"""Births that wait to be registered: what a benchmark or a demonstration turns into cases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WaitingBirth:
    """A delivery that no certificate was issued for, with the parents as the registers know them."""

    delivery_no: str
    record_no: str
    hospital: str
    division: str
    mother_number: str
    mother_name: str
    father_number: str
    father_name: str


def waiting_births(data: Path, limit: int | None = None) -> Iterator[WaitingBirth]:
    """Live births without a certificate, by record number, each with the mother's husband if she has one."""
    connection = sqlite3.connect(f"{(data / 'sources' / 'health.sqlite3').as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("ATTACH ? AS civil", [str(data / "sources" / "civil_affairs.sqlite3")])
        rows = connection.execute(
            "SELECT b.delivery_no, b.record_no, b.hospital, b.birth_division, b.mother_id_number, b.mother_name,"
            " coalesce(m.husband_id_number, ''), coalesce(m.husband_name, '')"
            " FROM births b"
            " LEFT JOIN civil.marriage m ON m.wife_id_number = b.mother_id_number AND m.status = 'married'"
            " AND NOT EXISTS (SELECT 1 FROM civil.marriage d WHERE d.wife_id_number = m.wife_id_number"
            " AND d.status = 'divorced' AND d.registered_on >= m.registered_on)"
            " WHERE b.certificate_no = '' AND b.outcome = 'live' ORDER BY b.record_no LIMIT ?",
            [-1 if limit is None else limit],
        )
        for row in rows:
            yield WaitingBirth(*row)
    finally:
        connection.close()


def seed_cases(count: int, data: Path, file: Callable[[WaitingBirth], object]) -> int:
    """Hand ``count`` waiting births to ``file``, which submits them as somebody's application; returns how many.

    The province knows nothing of applications: whoever measures them passes the function that files one.
    """
    filed = 0
    for birth in waiting_births(data, count):
        file(birth)
        filed += 1
    return filed
