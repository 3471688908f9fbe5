"""A pytest plugin: what this machine lacks is a reason to skip, except in CI, where it is a failure."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CI = os.environ.get("CI", "").lower() in ("1", "true")


def chromium() -> str | None:
    """The browser of this machine: XIANG_CHROMIUM, else the first known name on the path."""
    return os.environ.get("XIANG_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)


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
