"""What is installed later is said to be missing, with what to do about it."""

from __future__ import annotations

import sys

import pytest

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.ground.extras import need_analytics


def test_a_machine_without_the_libraries_for_large_data_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    need_analytics()
    for name in [one for one in sys.modules if one.partition(".")[0] in ("duckdb", "deltalake")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    sys.path_importer_cache.clear()
    with pytest.raises(Unavailable, match="analytics_absent"):
        need_analytics()
