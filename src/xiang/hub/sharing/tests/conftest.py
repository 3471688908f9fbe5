"""A small hub: two departments with databases of their own, one grant each, and people to ask about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from xiang.foundation.cases.models import Case
from xiang.foundation.cases.operations.freezing import freeze
from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import actors, queries
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Party
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.inventory import operations as inventory
from xiang.hub.sharing import operations

BASIS = "《国务院关于在线政务服务的若干规定》第七条"
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with instant.frozen_at(TODAY):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return casting.make()


@dataclass
class Hub:
    """The hub, its cast, and shorthands for asking."""

    cast: Cast
    folder: Path

    def number(self, party: Party) -> str:
        return queries.number_of(party.id) or ""

    def subject(self, party: Party, role: str = "mother") -> Subject:
        return Subject(role, party.id, {"resident_id": self.number(party)})

    def parent(self) -> Actor:
        return actors.for_person(self.cast.mother)

    def officer(self) -> Actor:
        return actors.for_staff(self.cast.receiver)

    def case(self, applicant: Party) -> UUID:
        """A case of the police station."""
        return Case.objects.create(
            number=f"43{new_id().hex[:20]}",
            procedure="confirmation",
            procedure_version=1,
            regime="confirmation",
            item_key="birth_registration",
            item_title="出生登记",
            title="出生登记",
            channel="web",
            applicant=applicant,
            unit=self.cast.station,
            division_path=queries.division_path("430104"),
            state="reviewing",
            submitted_at=instant.now(),
            received_on=instant.today(),
            kept_rules=freeze({}),
        ).id

    def ask(self, party: Party | None = None, **changes: Any) -> Any:
        """``fetch`` as the usual officer would, except for what is changed."""
        party = party or self.cast.mother
        given: dict[str, Any] = {
            "resource_key": "police_person",
            "subject": self.subject(party),
            "fields": ["name", "household_address"],
            "purpose": "service",
            "item_key": "birth_registration",
            "actor": self.officer(),
            "body_key": "430104.police",
            "case_number": "",
        } | changes
        if "case_id" not in given:
            given["case_id"] = self.case(party)
        return operations.fetch(**given)

    def source(self, name: str, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Look into a department's own database."""
        with closing(sqlite3.connect(self.folder / f"{name}.sqlite3")) as connection:
            connection.row_factory = sqlite3.Row
            found = [dict(row) for row in connection.execute(statement, values)]
            connection.commit()
            return found


def _table(folder: Path, name: str, *statements: str) -> str:
    with closing(sqlite3.connect(folder / f"{name}.sqlite3")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute(
            "CREATE TABLE history (reference TEXT PRIMARY KEY, at TEXT, table_name TEXT, row_key TEXT,"
            " column_name TEXT, old_value, new_value, basis TEXT)"
        )
        connection.commit()
    return f"sqlite:{folder / f'{name}.sqlite3'}"


def _field(name: str, kind: str = "text") -> dict[str, Any]:
    return {"name": name, "title": name, "type": kind, "column": name}


def _mount(key: str, body: str, connection: str, resource: str, table: str, **values: Any) -> None:
    inventory.put_system(
        key, {"body_key": body, "title": f"{key}系统", "short": f"{key}系统", "connection": connection}, SYSTEM
    )
    entry = {"body_key": body, "title": resource, "format": "数据库", "cycle": "每日", "share": "unconditional"}
    inventory.put_entry(resource, entry | {"mode": "api", "grade": 4}, SYSTEM)
    inventory.mount(resource, resource, key, {"title": resource, "table": table, **values}, SYSTEM)


def grant(key: str, **changes: Any) -> None:
    """A grant to the police for births, except for what is changed."""
    values: dict[str, Any] = {
        "resource_key": "police_person",
        "requester": "*.police",
        "fields": ["name", "household_address", "military"],
        "purposes": ["service"],
        "items": ["birth_registration"],
        "basis": BASIS,
        "title": "办理出生登记",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2027, 12, 31),
    } | changes
    operations.put_grant(key, values.pop("resource_key"), values, SYSTEM)


@pytest.fixture
def hub(cast: Cast, tmp_path: Path) -> Hub:
    made = Hub(cast, tmp_path)
    mother, stranger = made.number(cast.mother), made.number(cast.stranger)
    police = _table(
        tmp_path,
        "police",
        "CREATE TABLE person (id_number TEXT, name TEXT, household_address TEXT, military INTEGER)",
        f"INSERT INTO person VALUES ('{mother}', '刘芸', '望月湖街道3栋402', 0)",
        f"INSERT INTO person VALUES ('{stranger}', '康乐', '东山街120号', 1)",
    )
    health = _table(
        tmp_path,
        "health",
        "CREATE TABLE births (mother_id_number TEXT, record_no TEXT, sex TEXT, birth_time TEXT, hospital_name TEXT)",
        f"INSERT INTO births VALUES ('{mother}', 'D1-1', '2', '2026-11-16T23:42:00+00:00', '长沙市妇幼保健院'),"
        f" ('{mother}', 'D1-2', '1', '2026-11-16T23:53:00+00:00', '长沙市妇幼保健院')",
    )
    _mount(
        "police",
        "430000.police",
        police,
        "police_person",
        "person",
        lookup_spec={"subject": "person", "scheme": "id_number", "columns": ["id_number"]},
        field_specs=[_field("name"), _field("household_address"), _field("military", "yesno")],
    )
    _mount(
        "health",
        "430000.health",
        health,
        "health_birth",
        "births",
        lookup_spec={
            "subject": "child",
            "scheme": "id_number",
            "columns": ["mother_id_number"],
            "of": "mother",
            "many": True,
            "order": "-birth_time",
            "narrow": {"birth_record": "record_no"},
        },
        field_specs=[_field("record_no"), _field("sex", "code"), _field("birth_time", "datetime")],
        provider_column="hospital_name",
    )
    grant("police")
    grant("health", resource_key="health_birth", fields=["record_no", "sex", "birth_time"])
    return made


Granting = Callable[..., None]
