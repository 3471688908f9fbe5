"""The real profile and a small province behind the live server, for journeys in a browser.

    def test_a_mother_applies(hunan, open_page): ...

Loading takes some ten seconds and each browser test leaves an empty database behind, so it is loaded once a run and put
back whole: as a copy of the file on SQLite, by COPY on PostgreSQL. Ids stay the same, and with them what processes keep
in memory. The departments' own databases are copied afresh for each test.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection

from tests.journeys.playing import Stage
from xiang.portal.province import enrolment, seeding

PEOPLE, SEED = 1500, 7


class Kept:
    """The records as they were after loading."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "records.sqlite3"
        self.tables: dict[str, bytes] = {}
        self.made = False

    def keep(self) -> None:
        if connection.vendor == "sqlite":
            self._backup(to_file=True)
        else:
            self.tables = {table: _copied_out(table) for table in connection.introspection.table_names()}
        self.made = True

    def put_back(self) -> None:
        if connection.vendor == "sqlite":
            self._backup(to_file=False)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in self.tables:
                cursor.execute(f'TRUNCATE "{table}" CASCADE')
            for table, rows in self.tables.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(rows)
            cursor.execute("SET session_replication_role = DEFAULT")
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(statement)

    def _backup(self, *, to_file: bool) -> None:
        connection.ensure_connection()
        kept = sqlite3.connect(self.file)
        source, target = (connection.connection, kept) if to_file else (kept, connection.connection)
        source.backup(target)
        kept.close()


def _copied_out(table: str) -> bytes:
    rows = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        for part in copy:
            rows.write(part)
    return rows.getvalue()


@pytest.fixture(scope="session")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def _sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The departments' databases of a small province, made once."""
    folder = tmp_path_factory.mktemp("province")
    seeding.seed(PEOPLE, SEED, data=folder, profile=settings.PROFILE_DIR)
    return folder / "sources"


@pytest.fixture
def hunan(live: Any, _kept: Kept, _sources: Path) -> Iterator[Stage]:
    """The province, its officers and its people, as each test finds them."""
    target = Path(settings.DATA) / "sources"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(_sources, target)
    if _kept.made:
        _kept.put_back()
    else:
        call_command("load", "hunan", verbosity=0, stdout=io.StringIO())
        enrolment.enrol_cast(settings.PROFILE_DIR)
        call_command("demo_accounts", "--json", stdout=io.StringIO())
        _kept.keep()
    call_command("search", "rebuild", stdout=io.StringIO())
    yield Stage()
    shutil.rmtree(target, ignore_errors=True)


@pytest.fixture
def signed_in(live: Any) -> Callable[[str], tuple[dict[str, Any], ...]]:
    """``signed_in("liuyun")``: the cookies of a demonstration account."""

    def cookies(username: str) -> tuple[dict[str, Any], ...]:
        from django.test import Client

        from xiang.foundation.parties.models import Account
        from xiang.foundation.parties.tests.cast import sign_in

        client = Client()
        sign_in(client, Account.objects.get(username=username))
        return ({"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live)},)

    return cookies
