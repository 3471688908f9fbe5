"""A pytest plugin: what this machine lacks is a reason to skip, except in CI, where it is a failure."""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CI = os.environ.get("CI", "").lower() in ("1", "true")


def chromium() -> str | None:
    """The browser of this machine: XIANG_CHROMIUM, else the first known name on the path."""
    return os.environ.get("XIANG_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--records", action="store_true", help="only what keeps records: all else says the same on every engine"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("records"):
        config.hook.pytest_deselected(items=[each for each in items if not keeps_records(each)])
        items[:] = [each for each in items if keeps_records(each)]


def keeps_records(item: pytest.Item) -> bool:
    """Whether a test reaches the database of the settings: through a fixture, or as its marker says, on its own."""
    if any(item.get_closest_marker(name) for name in ("django_db", "postgres", "records", "browser")):
        return True
    found: Any = item._fixtureinfo  # type: ignore[attr-defined]  # pytest tells fixtures' own needs nowhere else
    own = [each for name, each in found.name2fixturedefs.items() if not name.startswith(("_django", "django_"))]
    needs = [found.argnames, found.initialnames, *(one.argnames for each in own for one in each)]
    return any(_RECORDS & set(each) for each in needs)


_RECORDS = {"db", "transactional_db", "live_server", "django_db_blocker", "django_db_setup"}


def lacking(item: pytest.Item) -> str | None:
    """Why a test cannot run here, if so."""
    if item.get_closest_marker("browser"):
        if importlib.util.find_spec("playwright") is None:
            return "playwright is not installed: ./xiang test installs it"
        if chromium() is None:
            return "no Chromium on the path: apt install chromium, or name one in XIANG_CHROMIUM"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgres"):
        from django.db import connection  # settings are loaded by now

        if connection.vendor != "postgresql":
            pytest.skip("the records are not in PostgreSQL: name one in XIANG_DATABASE_URL (CI runs both)")
    if reason := lacking(item):
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
