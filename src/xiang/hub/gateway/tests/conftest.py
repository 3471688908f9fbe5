"""Every test of the plane plays on both engines, with a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.gateway import operations
from xiang.hub.gateway.tests.records import VALUES, Hub, Served, furnished
from xiang.hub.gateway.tests.stage import Stage, staged


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: object) -> Iterator[Stage]:
    """Tables and people; nothing published, no process."""
    with django_db_blocker.unblock(), staged(request.param, tmp_path) as stage:  # type: ignore[attr-defined]
        yield stage


@pytest.fixture
def stage(bare: Stage) -> Stage:
    """The usual publication, served."""
    bare.publish_all()
    bare.start()
    return bare


@pytest.fixture
def hub(transactional_db: None, tmp_path: Path) -> Iterator[Hub]:
    with furnished(tmp_path) as made:
        yield made


@pytest.fixture
def served(hub: Hub) -> Iterator[Served]:
    if ":memory:" in str(connection.settings_dict["NAME"]) or "mode=memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("another process cannot reach records in memory")
    operations.register("hall", VALUES, SYSTEM)
    made = operations.new_key("hall", SYSTEM)
    operations.sync()
    stage = Served(made.secret, made.key.id)
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()
