"""Look-ups in a department's real PostgreSQL and MariaDB by a connection that the hub keeps: opened by the plane itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
from django.conf import settings

from xiang.foundation.trust import envelopes
from xiang.hub.gateway.tests.stage import ITEMS, LI, PEOPLE, Stage, plan, resource
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.rows import Compare
from xiang.hub.sources.places import Place
from xiang.hub.sources.tests.conftest import MARIADB, POSTGRES, SECRET, Department, mariadb, postgres  # noqa: F401

pytestmark = pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
BOUND = "sources.connection.address:0190"


@pytest.fixture(params=["postgres", "mariadb"])
def department(request: pytest.FixtureRequest) -> Department:
    """With a table ``people`` in which 李 stands twice, once in another district and once in small letters."""
    found: Department = request.getfixturevalue(request.param)
    name, columns = found.said["database"], ", ".join(f"{one} varchar(60)" for one, _ in ITEMS)
    rows = [*PEOPLE, (LI, "李小明", "13800138000", "430102", "1990-01-01", "别处")]
    insert = "INSERT INTO people VALUES (%s, %s, %s, %s, %s, %s)"
    if request.param == "postgres":
        with psycopg.connect(urlsplit(POSTGRES)._replace(path=f"/{name}").geturl(), autocommit=True) as own:
            own.execute(f"CREATE TABLE people ({columns})")
            own.cursor().executemany(insert, rows)
            own.execute(f"GRANT SELECT ON people TO {name}")
        return found
    at = urlsplit(MARIADB)
    with pymysql.connect(
        host=at.hostname or "", port=at.port or 3306, user="root", database=name, autocommit=True
    ) as own:
        own.cursor().execute(f"CREATE TABLE people ({columns})")
        own.cursor().executemany(insert, rows)
    return found


def kept(bare: Stage, department: Department, secret: str = SECRET) -> dict[str, Any]:
    """The source as the Django side publishes it; its key files where the plane looks for them."""
    names = ("engine", "host", "port", "database", "user", "tls")
    address = Place(**{name: department.said[name] for name in names}).address(secret)
    envelope = envelopes.seal(address, BOUND)
    for file in (Path(settings.DATA) / "secrets" / "keys").glob("envelope-*.json"):
        shutil.copy(file, bare.data / "secrets" / "keys")
    sealed = json.dumps(envelope)
    said = {"kind": department.said["engine"], "address": "kept:430104.police__people", "table": "people"}
    return {**said, "sealed": sealed, "bound": BOUND}


def test_rows_are_found_filtered_and_masked_and_the_secret_is_in_no_log(bare: Stage, department: Department) -> None:
    bare.publish_all(plan(rows=Compare("division", "eq", ("430104",)), masks=(("name", Mask("name")),)))
    bare.publish(("resource", "people", resource(source=kept(bare, department), limit=9)))
    bare.start()
    assert bare.ask().said["rows"] == [{"name": "李*明"}]
    answers = bare.ask({"subjects": [LI, PEOPLE[1][0], "x"], "fields": ["name"], "purpose": "service"}, "batch")
    assert [len(one["rows"]) for one in answers.said["answers"]] == [1, 0, 0]
    published = str(bare.sql("SELECT content FROM gateway_document")) + (bare.data / "plane.log").read_text()
    assert SECRET not in published and "Canary" not in published


def test_another_secret_counts_as_soon_as_it_is_published(bare: Stage, department: Department) -> None:
    bare.publish_all()
    gone = department.but(database="gone_away")
    wrong = Department(gone)
    bare.publish(("resource", "people", resource(source=kept(bare, wrong))))
    bare.start()
    assert bare.ask().code == "source_unreachable"
    bare.publish(("resource", "people", resource(source=kept(bare, department))))
    bare.until(lambda: bare.ask().status == 200)


@pytest.mark.parametrize("changes", [{"sealed": "{}"}, {"sealed": "half"}, {"bound": "sources.connection.address:1"}])
def test_what_does_not_open_reads_nothing(bare: Stage, department: Department, changes: dict[str, str]) -> None:
    bare.publish_all()
    bare.publish(("resource", "people", resource(source=kept(bare, department) | changes)))
    bare.start()
    assert bare.ask().code == "source_unreachable"
