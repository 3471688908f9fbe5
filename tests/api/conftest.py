"""A province for the whole folder, and callers with tokens."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.api.calling import Caller, caller
from tests.journeys.conftest import pristine_sources, rolled_back  # noqa: F401
from tests.journeys.playing import Stage
from xiang.portal.province import enrolment


@pytest.fixture(scope="package")
def _province(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The profile, its people and their accounts: loaded once, rolled back after the last test of this folder."""
    with django_db_blocker.unblock(), rolled_back():
        call_command("load", "hunan", verbosity=0)
        enrolment.enrol_cast(settings.PROFILE_DIR)
        call_command("demo_accounts", "--json", stdout=io.StringIO())
        call_command("search", "rebuild", stdout=io.StringIO())
        yield


@pytest.fixture
def stage(_province: None, db: None, pristine_sources: Path) -> Stage:  # noqa: F811
    """The province as this test finds it; what it does is rolled back."""
    put_sources(pristine_sources)
    return Stage()


def put_sources(pristine: Path) -> None:
    """Fresh copies of the departments' databases."""
    target = Path(settings.DATA) / "sources"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(pristine, target)


@pytest.fixture
def mother(stage: Stage) -> Caller:
    return caller("liuyun")


@pytest.fixture
def father(stage: Stage) -> Caller:
    return caller("zhouziheng")


@pytest.fixture
def stranger(stage: Stage) -> Caller:
    return caller("kangle")


@pytest.fixture
def nobody(stage: Stage) -> Caller:
    return Caller("")
