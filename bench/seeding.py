"""Cases by the million: ``./xiang bench seeding 1000000`` adds them to the database of XIANG_DATABASE_URL.

Set-wise, by COPY, in the order of time: items, offices and limits are the profile's, due dates are computed by the legal
clock, every constraint holds. What a list never reads is cheap: sealed fields hold an erased envelope, there are no
ledger entries and no deliveries. Only for PostgreSQL, and for a database that may be thrown away.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from bench.rig.paths import TITLES, WAYS, Way
from bench.rig.report import told

CHUNK = 50_000
ERASED = '{"v":1,"alg":"SM4-GCM","kek":null,"key":null,"data":null}'
NULL = r"\N"
YEARS_BACK = 2
# One office has this part of all cases: the one whose officer is measured.
BUSY_SHARE = 0.01
SURNAMES = (
    "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉梅建国志文辉鹏飞红波宇浩然梓涵欣怡子轩雨桐"


@dataclass(frozen=True)
class Office:
    """An item at an office that handles it."""

    unit_id: str
    division_path: str
    item_key: str
    item_title: str
    item_edition: str
    procedure: str
    regime: str
    promised: str
    rules: str


def offices(busy_unit: str = "") -> tuple[list[Office], list[Office]]:
    """Every pair of item and competent office, and those of the busy office."""
    from xiang.foundation.cases import procedures
    from xiang.foundation.cases.operations.freezing import freeze
    from xiang.foundation.parties.models import Unit
    from xiang.services.applications import filing
    from xiang.services.items.models import Item

    by_kind: dict[tuple[str, str], list[Unit]] = {}
    for unit in Unit.objects.select_related("body", "division").filter(valid_to=None):
        by_kind.setdefault((unit.body.department, unit.kind), []).append(unit)
    found, busy = [], []
    for item in Item.objects.filter(active=True):
        rules = filing.rules_for(item, "43")
        if "promised" not in rules:
            continue
        for unit in by_kind.get((item.department, item.unit_kind), ()):
            office = Office(
                str(unit.id), unit.division.path, item.key, item.short, str(item.edition_id), item.procedure,
                procedures.get(item.procedure).regime, str(rules["promised"].limit()), freeze(rules).digest,
            )  # fmt: skip
            (busy if unit.key == busy_unit else found).append(office)
    return found, busy


@cache
def due_date(start: date, limit: str) -> date:
    from xiang.foundation.statutes import queries as statutes
    from xiang.foundation.statutes.clock import Limit, due

    return due(start, Limit.parse(limit), statutes.calendar()).date or start + timedelta(days=30)


class Filling:
    """One filling: the rows of every table, made in the order of time and written in chunks."""

    def __init__(self, url: str, count: int, seed: int, busy_unit: str, staff_id: str | None) -> None:
        from xiang.foundation.ground import instant

        self.url, self.count, self.staff_id = url, count, staff_id
        self.seed, self.dice = seed, random.Random()
        self.today = instant.today()
        self.everywhere, self.busy = offices(busy_unit)
        self.ways = [way for way in WAYS for _ in range(round(way.share * 1000))]

    def run(self) -> None:
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            # Every reference is to a row that is there; looking each of five million up would double the time.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM cases_casenumber")
            first = int((cursor.fetchone() or [1])[0])
            self.dice.seed(self.seed + first)  # what is added to a filling is not the same again
            serials = itertools.count(first)
            self.parties = self._enrol(cursor)
            for begin in range(0, self.count, CHUNK):
                self._write(cursor, begin, min(CHUNK, self.count - begin), serials)
                connection.commit()
                told(f"{min(begin + CHUNK, self.count)} / {self.count} cases")
            last = next(serials)
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_casenumber', 'id'), %s, false)", [last])

    def _enrol(self, cursor: psycopg.Cursor[Any]) -> list[str]:
        """One person for every four cases."""
        made = [self._id(datetime.now(UTC)) for _ in range(max(100, self.count // 4))]
        columns, defaults = _columns("parties", "Party")
        rows = []
        for one in made:
            name = self._name()
            given = {
                "id": one,
                "kind": "person",
                "name": name,
                "name_key": name,
                "enrolled_at": "2024-01-01 00:00:00+00",
            }
            rows.append("\t".join((defaults | given)[column] for column in columns))
        _copy(cursor, "parties_party", columns, rows)
        return made

    def _write(self, cursor: psycopg.Cursor[Any], begin: int, size: int, serials: Iterator[int]) -> None:
        tables: dict[str, list[str]] = {name: [] for name in TABLES}
        shapes = {name: _columns("cases", model) for name, model in TABLES.items()}
        for at in range(begin, begin + size):
            for table, row in self._case(at, next(serials)):
                columns, defaults = shapes[table]
                tables[table].append("\t".join([row.get(column) or defaults[column] for column in columns]))
        for table, rows in tables.items():
            _copy(cursor, table, shapes[table][0], rows)

    def _case(self, at: int, serial: int) -> Iterator[tuple[str, dict[str, str]]]:
        """The rows of one case."""
        dice = self.dice
        way = dice.choice(self.ways)
        mine = self.busy and dice.random() < BUSY_SHARE
        office = dice.choice(self.busy if mine else self.everywhere)
        received, due = self._days(way, office, at)
        submitted = datetime(received.year, received.month, received.day, 1, tzinfo=UTC) + timedelta(
            seconds=dice.randrange(28_800)
        )
        key, party = self._id(submitted), dice.choice(self.parties)
        late = way.clock == "running" and due < self.today
        yield "cases_case", {
            "id": key, "number": f"XC{received:%Y-%m%d}-{serial:05d}", "procedure": office.procedure,
            "procedure_version": "1", "regime": office.regime, "item_key": office.item_key,
            "item_edition": office.item_edition, "item_title": office.item_title, "title": self._name(),
            "channel": "web", "applicant_id": party, "subject_id": party, "unit_id": office.unit_id,
            "division_path": office.division_path, "state": way.state, "waiting_for": way.waiting_for,
            "open": "t" if way.open else "f", "outcome": way.outcome, "version": str(len(way.steps)), "clock": way.clock,
            "clock_started": NULL if way.clock == "none" else str(received), "kept_rules_id": office.rules,
            "due": str(due) if way.clock in ("running", "ended") else "", "overdue": "t" if late else "f",
            "act_by": str(due) if way.fires or way.clock == "ended" else "", "answers": ERASED,
            "submitted_at": str(submitted), "received_on": str(received),
            "accepted_on": NULL if way.clock == "none" else str(received),
            "concluded_at": NULL if way.open else str(submitted + timedelta(days=3)),
            "assignee_id": self.staff_id if mine and way.clock == "running" and dice.random() < 0.5 else NULL,
        }  # fmt: skip
        yield "cases_casenumber", {"id": str(serial), "case_id": key}
        yield (
            "cases_caseparty",
            {"id": self._id(submitted), "case_id": key, "role": "applicant", "party_id": party, "snapshot": ERASED},
        )
        source = ""
        for number, step in enumerate(way.steps, 1):
            target = way.state if number == len(way.steps) else "submitted"
            yield "cases_caseevent", {
                "id": self._id(submitted), "case_id": key, "sequence": str(number), "transition": step,
                "title": TITLES[step], "source": source, "target": target, "actor_ref": f"party:{party}",
                "actor_name": "张三", "unit_id": office.unit_id, "effective_on": str(received),
                "recorded_at": str(submitted + timedelta(hours=number)),
            }  # fmt: skip
            source = target
        if way.fires:
            yield "cases_casetimer", {
                "id": self._id(submitted), "case_id": key, "slot": way.fires[0], "fires": way.fires[1], "due": str(due),
                "pending": "f" if late else "t", "fired": "t" if late else "f",
            }  # fmt: skip

    def _days(self, way: Way, office: Office, at: int) -> tuple[date, date]:
        """When it came and when it is due: closed cases over two years, open ones within their limits."""
        if not way.open:
            received = self.today - timedelta(days=YEARS_BACK * 365 * (self.count - at) // self.count + 20)
            return received, due_date(received, office.promised)
        limit = office.promised if way.clock != "none" else "5wd"
        received = self.today - timedelta(days=self.dice.randrange(5))
        if self.dice.random() < way.late:
            received -= timedelta(days=60)
        due = due_date(received, limit)
        return received, due if due >= self.today or way.late else self.today

    def _name(self) -> str:
        return self.dice.choice(SURNAMES) + self.dice.choice(GIVEN) + self.dice.choice(GIVEN)

    def _id(self, at: datetime) -> str:
        """A UUIDv7 of that time."""
        rest = self.dice.getrandbits(74)
        text = f"{int(at.timestamp() * 1000):012x}7{rest >> 62:03x}{8 | (rest >> 60) & 3:x}{rest & (1 << 60) - 1:015x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


TABLES = {
    "cases_case": "Case",
    "cases_casenumber": "CaseNumber",
    "cases_caseparty": "CaseParty",
    "cases_caseevent": "CaseEvent",
    "cases_casetimer": "CaseTimer",
}


@cache
def _columns(room: str, model: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The columns of a model, and what each holds when nothing is said."""
    from django.apps import apps

    fields = apps.get_model(room, model)._meta.concrete_fields
    return tuple(field.column for field in fields), {field.column: _default(field) for field in fields}


def _default(field: Any) -> str:
    if field.primary_key:
        return ""
    value = field.get_default()
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _copy(cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...], rows: list[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copy:
        copy.write("\n".join(rows) + "\n")


def fill(url: str, count: int, *, seed: int = 2025, busy_unit: str = "", staff_id: str | None = None) -> float:
    """Add so many cases; answers the seconds it took. ``busy_unit`` is the office that gets one in a hundred, some of
    them in the hands of ``staff_id``."""
    from xiang.foundation.ground.reference import moment

    begun = time.perf_counter()
    with moment():
        Filling(url, count, seed, busy_unit, staff_id).run()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # everything that the stage holds: autovacuum may be off
    return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(prog="xiang bench seeding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, help="how many cases to add")
    parser.add_argument("--seed", type=int, default=2025)
    chosen = parser.parse_args()
    url = os.environ.get("XIANG_DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise SystemExit("XIANG_DATABASE_URL must name a PostgreSQL database")
    import django

    django.setup()
    seconds = fill(url, chosen.count, seed=chosen.seed)
    sys.stdout.write(f"{chosen.count} cases in {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
