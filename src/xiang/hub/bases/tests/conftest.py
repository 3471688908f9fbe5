"""Two registries with their departments; a steward who leads one, one who leads none, and the hub's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.bases import operations
from xiang.hub.bases.operations import Resolved
from xiang.hub.bases.terms import ATTACH, CANDIDATES, REVIEW
from xiang.hub.inventory.tests.conftest import bureau, put_standard

LEAD = "430104.police"


@pytest.fixture
def cast(db: None) -> Cast:
    return casting.make()


def put_terms(attach: str = "0.99", review: str = "0.5", candidates: int = 200) -> None:
    """The parameters of matching."""
    for key, value, unit in ((ATTACH, attach, "ratio"), (REVIEW, review, "ratio"), (CANDIDATES, candidates, "count")):
        row = RuleRow(key, value, unit, title=key, citation="运行参数（演示）", valid_from=date(2025, 1, 1))
        statutes.put_rule(row, SYSTEM)


@pytest.fixture
def bases(db: None) -> None:
    put_terms()
    operations.put_registry(
        "person",
        {"kind": "person", "title": "人口库", "owner_key": LEAD, "rules": {"phone": "recent", "address": "longest"}},
        SYSTEM,
    )
    operations.put_registry("legal", {"kind": "legal", "title": "法人库", "owner_key": "430000.market"}, SYSTEM)
    for registry, rank, key in (
        ("person", 1, "police"),
        ("person", 2, "health"),
        ("person", 3, "insurance"),
        ("legal", 1, "market"),
        ("legal", 2, "tax"),
    ):
        values = {"title": f"{key}表", "body_key": f"430000.{key}", "rank": rank}
        operations.put_source(key, registry, values, SYSTEM)


@pytest.fixture
def steward(bases: None, cast: Cast) -> Actor:
    """Of the body that leads the registry of persons."""
    staff = casting.officer("祝凡", "steward", cast.police, cast.station, "steward", second_factor=True)
    return actors.for_staff(staff)


@pytest.fixture
def neighbour(bases: None, cast: Cast) -> Actor:
    """A steward like the other, of a body that leads nothing."""
    staff = casting.officer("苗青", "neighbour", cast.health, cast.clinic, "steward", second_factor=True)
    return actors.for_staff(staff)


@pytest.fixture
def hub(bases: None, cast: Cast) -> Actor:
    """A steward of the body in charge of sharing."""
    put_standard()
    return bureau("430000.data", "湖南省数据局").as_writer()


Resolve = Callable[..., Resolved]


@pytest.fixture
def say(bases: None) -> Resolve:
    """``say("police", "1", name="刘芸", …)`` resolves a record."""

    def said(source: str, reference: str, day: str = "", **values: Any) -> Resolved:
        return operations.resolve(source, reference, values, SYSTEM, day=day)

    return said
