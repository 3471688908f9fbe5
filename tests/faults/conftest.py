"""One installation is filled a test run; each module plays on a copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.installing import Installation, furnish, once_a_run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that all processes of a parallel run see, and the name of this one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    base = tmp_path_factory.getbasetemp()
    return (base.parent if worker else base) / "faults", worker or "alone"


@pytest.fixture(scope="session")
def source(shared: tuple[Path, str]) -> Iterator[Installation]:
    """The filled installation that others are copied from."""
    folder, me = shared
    with once_a_run(folder / "source", me, furnish) as made:
        yield made
