"""Places to exchange between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .places import Place, place

Making = Callable[[str], Place]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Making]:
    """Places by engine, removed afterwards."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(place(engine, tmp_path))
