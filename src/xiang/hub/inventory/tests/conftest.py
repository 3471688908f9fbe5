"""A province of two departments and a hub: whoever writes, signs and reviews, and the inventory's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Body, Staff, Unit
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.publishing.profile import Context, Row
from xiang.foundation.publishing.profile.reading import read
from xiang.foundation.publishing.profile.sections import sections
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.hub.inventory import operations
from xiang.hub.inventory.models import CatalogueEntry

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with instant.frozen_at(TODAY):
        yield


@dataclass
class Bureau:
    """A body with somebody who writes, the sharing office and the head."""

    body: Body
    office: Unit
    writer: Staff
    sharing: Staff
    head: Staff

    def as_writer(self) -> Actor:
        return actors.for_staff(self.writer)

    def as_office(self) -> Actor:
        return actors.for_staff(self.sharing)

    def as_head(self) -> Actor:
        return actors.for_staff(self.head)


@dataclass
class World:
    police: Bureau
    market: Bureau
    hub: Bureau
    receiver: Staff

    def publish(self, bureau: Bureau | None = None, **changes: Any) -> CatalogueEntry:
        """Bring an entry all the way."""
        home = bureau or self.police
        made = operations.draft(entry(home, **changes), home.as_writer(), reason="职责调整")
        operations.sign_office(made.id, home.as_office())
        operations.sign_head(made.id, home.as_head(), secrecy_cleared=True)
        operations.publish(made.id, self.hub.as_writer())
        return CatalogueEntry.objects.get(key=made.key)


def entry(bureau: Bureau, **changes: Any) -> dict[str, Any]:
    """A content that holds."""
    said: dict[str, Any] = {
        "key": "person",
        "body_key": bureau.body.key,
        "title": "人口基本信息",
        "summary": "常住人口的基本登记信息",
        "category": "基础信息资源/人口",
        "format": "数据库",
        "cycle": "每日",
        "share": "conditional",
        "conditions": "限办理事项所必需，逐项授权",
        "mode": "api",
        "grade": 1,
        "items": [
            {"name": "name", "title": "姓名", "type": "C", "length": 60},
            {"name": "birth_date", "title": "出生日期", "type": "D"},
        ],
    }
    return said | changes


def bureau(key: str, name: str) -> Bureau:
    body = parties.put_body(SYSTEM, key=key, name=name, division=key[:6], level="county")
    unit = parties.put_unit(SYSTEM, key=f"{key}.data", body=key, name=f"{name}数据科", kind="steward")
    short = key.partition(".")[2]
    return Bureau(
        body,
        unit,
        casting.officer("甘露", f"{short}_writer", body, unit, "steward", second_factor=True),
        casting.officer("文清", f"{short}_office", body, unit, "steward", second_factor=True),
        casting.officer("邵宁", f"{short}_head", body, unit, "head", second_factor=True),
    )


@pytest.fixture
def world(bare: World) -> World:
    put_standard()
    return bare


@pytest.fixture
def bare(db: None) -> World:
    """The same people before the inventory's terms are loaded."""
    casting.divisions()
    police, market = bureau("430104.police", "岳麓公安分局"), bureau("430104.market", "岳麓区市场监管局")
    hub = bureau("430000.data", "湖南省数据局")
    receiver = casting.officer("张立", "receiver", police.body, police.office, "receiver", second_factor=True)
    return World(police, market, hub, receiver)


def put_standard() -> None:
    """The inventory's own terms and the limits, as the profile of Hunan says them."""
    context = Context("hunan", settings.PROFILE_DIR, SYSTEM)
    ((data, line, lines),) = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "inventory.yaml")
    section = next(one for one in sections() if one.kind == "inventory")
    row = Row("inventory", "standard", "inventory.yaml", line, data, lines)
    assert not list(section.validate(row, context))
    assert section.apply is not None
    section.apply(row, context)
    for key, value in (("data.catalogue.update", 10), ("data.catalogue.review", 2)):
        statutes.put_rule(
            RuleRow(
                key=key, value=value, unit="wd", title=key, citation="政务数据共享条例",
                valid_from=date(2025, 8, 1), confirmed=False,
            ),
            SYSTEM,
        )  # fmt: skip
