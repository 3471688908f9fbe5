"""Whole journeys on the real profile and a small synthetic province.

The profile is loaded once, in a transaction that is rolled back after the last journey; each test plays in a savepoint
and on fresh copies of the departments' databases.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from tests.journeys.playing import Stage
from xiang.foundation.ground.instant import frozen_at
from xiang.portal.province import enrolment, seeding

PEOPLE, SEED = 1500, 7
LOADED = date(2026, 8, 31)
"""The profile was loaded on a day before everything that happens here."""


@pytest.fixture(scope="session")
def pristine_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The departments' databases of a small province, made once."""
    folder = tmp_path_factory.mktemp("province")
    seeding.seed(PEOPLE, SEED, data=folder, profile=settings.PROFILE_DIR)
    return folder / "sources"


@pytest.fixture(scope="package")
def _hunan(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock(), rolled_back():
        with frozen_at(LOADED):
            call_command("load", "hunan", verbosity=0)
            enrolment.enrol_cast(settings.PROFILE_DIR)
            call_command("demo_accounts", "--json", stdout=io.StringIO())
        yield


@pytest.fixture
def stage(_hunan: None, db: None, pristine_sources: Path) -> Stage:
    """The province, its officers and its people, as this test finds them; what it does is rolled back."""
    target = Path(settings.DATA) / "sources"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(pristine_sources, target)
    return Stage()


@contextmanager
def rolled_back() -> Iterator[None]:
    """A block that is undone; the hub, which refuses to be asked inside a transaction, takes it for a test case's.

    A request through WSGI would close the connection, and the transaction with it: as Django's own test client does,
    that is switched off meanwhile.
    """
    silenced = [end for end in (request_started, request_finished) if end.disconnect(close_old_connections)]
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    try:
        with block:
            yield
            transaction.set_rollback(True)
    finally:
        for end in silenced:
            end.connect(close_old_connections)
