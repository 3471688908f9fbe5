"""A supervisor of the province, one of a city, and the bodies that plans name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests import cast
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor, for_staff
from xiang.foundation.parties.models import Staff

BODIES = (
    ("430000.data", "湖南省数据局", "省数据局"),
    ("430000.reform", "湖南省发展和改革委员会", "省发展改革委"),
    ("430000.finance", "湖南省财政厅", "省财政厅"),
)


@dataclass
class World:
    supervisor: Staff
    other: Staff
    clerk: Staff

    @property
    def actor(self) -> Actor:
        return for_staff(self.supervisor)


def make() -> World:
    """The small province with its bodies; 颜正 supervises it, somebody else one district."""
    province = cast.province()
    for key, name, short in BODIES:
        parties.put_body(SYSTEM, key=key, name=name, short=short, division="430000", level="province")
    unit = parties.put_unit(SYSTEM, key="430000.data.supervision", body="430000.data", name="效能监督处")
    office = cast.Office(unit)
    return World(
        office.staff("supervisor", "颜正"),
        province.police.staff("supervisor", "石岩"),
        office.staff("receiver", "吴敏"),
    )


def signed_in(staff: Staff) -> object:
    from django.test import Client

    from xiang.foundation.parties.tests.cast import sign_in

    return sign_in(Client(), staff.account)


THIS_YEAR = date(2025, 12, 31)
