"""Small tables in files of every form, and running rules on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory.tests.conftest import World, bare, world
from xiang.hub.quality.engine import addresses, rules, running
from xiang.hub.quality.engine.running import Outcome

__all__ = ["bare", "world"]

Check = Callable[..., Outcome]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """``check(text of a CSV or address, *rules)``: the outcome of those rules, each a dictionary."""

    def run(
        source: str | bytes, *each: dict[str, Any], failures: Path | None = None, keep: int = 100, **more: Any
    ) -> Outcome:
        address = source
        if isinstance(source, bytes) or "\n" in source:
            file = tmp_path / "table.csv"
            file.write_bytes(source if isinstance(source, bytes) else source.encode())
            address = str(file)
        listed = [{"key": f"r{n}", **one} for n, one in enumerate(each)]
        made = rules.build({"rules": listed, **more})
        return running.run(
            running.Job(addresses.parse(str(address)), made, folder=tmp_path, keep=keep, failures=failures)
        )

    return run


def failing(outcome: Outcome, rule: str = "r0") -> list[int]:
    """The numbers of the rows that fail."""
    return [one["row"] for one in outcome.samples.get(rule, [])]


def reasons(outcome: Outcome, rule: str = "r0") -> list[str]:
    return [one["reason"] for one in outcome.samples.get(rule, [])]


TODAY = date(2026, 11, 23)  # a Monday
GOOD, BAD = "11010519491231002X", "110105194912310021"


@pytest.fixture
def _today() -> Iterator[None]:
    with instant.frozen_at(TODAY):
        yield


@pytest.fixture
def source(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The police's own database, catalogued and mounted, with two faults; and the limit for mending."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    file = tmp_path / "sources" / "police.sqlite3"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as records:
        records.execute("CREATE TABLE person (id_number TEXT, name TEXT, birth_date TEXT)")
        rows = [(GOOD, "张三", "1949-12-31"), (BAD, "李四", "1949-12-31"), ("440524188001010014", "王五", "不详")]
        records.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)
        records.commit()
    world.publish(title="常住人口登记信息")
    told = {"body_key": world.police.body.key, "title": "人口系统", "connection": "sqlite:police"}
    inventory.put_system("police", told, SYSTEM)
    fields = [("id_number", "身份证号", "text"), ("name", "姓名", "text"), ("birth_date", "出生日期", "date")]
    values = {
        "title": "常住人口",
        "table": "person",
        "lookup_spec": {"subject": "self", "scheme": "id_number", "columns": ["id_number"]},
        "field_specs": [
            {"name": n, "title": t, "type": k, "column": n, "sensitive": False, "codes": {}} for n, t, k in fields
        ],
    }
    inventory.mount("police_person", "person", "police", values, SYSTEM)
    limit = RuleRow(
        key="quality.rectify", value=10, unit="wd", title="质检问题整改", citation="测试", valid_from=date(2025, 8, 1)
    )
    statutes.put_rule(limit, SYSTEM)
    return file
