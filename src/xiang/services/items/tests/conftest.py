"""The Hunan profile, whole for checking and cut to a few counties for pages and queries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from xiang.foundation.publishing.operations.loading import load_profile
from xiang.foundation.search import index

HUNAN = settings.ROOT / "profiles" / "hunan"
PLACES = {
    "430000", "430100", "430102", "430104", "430200", "430211", "431100", "431121", "431181", "433100", "433127",
}  # fmt: skip


@pytest.fixture(scope="session")
def hunan_folder() -> Path:
    return HUNAN


@pytest.fixture(scope="module")
def few_places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile with every rule and item, but eleven places instead of 138: it loads in seconds."""
    folder = tmp_path_factory.mktemp("profiles") / "hunan"
    shutil.copytree(HUNAN, folder)
    table = folder / "divisions.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.partition(",")[0] in PLACES]
    table.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    for people in ("cast.yaml", "demo.yaml"):
        (folder / people).unlink()  # they live in places that are not here
    return folder


@pytest.fixture(scope="module")
def hunan(django_db_setup: None, django_db_blocker, few_places: Path) -> Iterator[None]:
    """The province in the records and in the search index; taken back after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        report = load_profile(few_places)
        assert report.ok, "\n".join(map(str, report.problems))
        index.rebuild()
        yield
        transaction.set_rollback(True)
