"""A pytest plugin, loaded before settings: every run keeps its files in a folder of its own and removes it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

_folder = tempfile.mkdtemp(prefix="xiang-test-")
os.environ["XIANG_DATA"] = _folder
os.environ["XIANG_DEMO"] = "1"
(Path(_folder) / "static").mkdir()
# How fast examples are made says something of the machine alone.
hypothesis.settings.register_profile("xiang", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
hypothesis.settings.load_profile("xiang")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    """Guessers are counted by address, and all tests come from one."""
    from django.core.cache import cache

    cache.clear()
