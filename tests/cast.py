"""The fixed cast of the tests, each defined by what they may reach.

A small province: one district with a market supervision bureau and its licensing office, a second office of another
body, and people. Officers hold one role each (受审分离): Wu receives, Chen reviews, Li decides, Zhao is the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Account, Party, Staff, Unit
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.statutes.yearly import DayPlan, YearPlan

HOLIDAYS_2025 = {
    "元旦": ["01-01"],
    "春节": [f"01-{d}" for d in (28, 29, 30, 31)] + [f"02-0{d}" for d in range(1, 5)],
    "清明节": ["04-04", "04-05", "04-06"],
    "劳动节": [f"05-0{d}" for d in range(1, 6)],
    "端午节": ["05-31", "06-01", "06-02"],
    "国庆节、中秋节": [f"10-0{d}" for d in range(1, 9)],
}
MAKEUP_2025 = ["01-26", "02-08", "04-27", "09-28", "10-11"]


def publish_2025() -> None:
    """The calendar of 2025, as the State Council's notice has it; 2026 stays unpublished."""
    days = [DayPlan(date.fromisoformat(f"2025-{d}"), False, name) for name, ds in HOLIDAYS_2025.items() for d in ds]
    days += [DayPlan(date.fromisoformat(f"2025-{d}"), True, "调休上班") for d in MAKEUP_2025]
    statutes.publish_year(YearPlan(2025, tuple(sorted(days))), SYSTEM)


def licence_rules(promised: int = 10) -> dict[str, RuleRow]:
    """The limits of the licence regime, as a case keeps them."""

    def wd(key: str, value: int, **more: object) -> RuleRow:
        return RuleRow(key=key, value=value, unit="wd", citation="行政许可法", **more)  # type: ignore[arg-type]

    return {
        "accept": wd("licence.accept", 5),
        "promised": wd("promised", promised),
        "legal": wd("licence.decide", 20, extension=10),
        "deliver": wd("licence.deliver", 10),
        "hearing": wd("licence.hearing", 20),
    }


@dataclass
class Office:
    """An office with an officer for each role."""

    unit: Unit

    def _officer(self, role: str, name: str) -> Staff:
        party = parties.enrol_person(SYSTEM, name=name)
        account = Account.objects.create(username=f"{role}-{new_id().hex[-8:]}", party=party)
        staff = parties.hire(SYSTEM, account=account, body=self.unit.body, party=party, valid_from=date(2024, 1, 1))
        parties.appoint(SYSTEM, staff, self.unit, role, valid_from=date(2024, 1, 1))
        return staff

    def staff(self, role: str, name: str = "") -> Staff:
        """A new officer holding one role here."""
        return self._officer(role, name or f"{role}甲")

    @cached_property
    def wu(self) -> Staff:
        return self._officer("receiver", "吴敏")

    @cached_property
    def chen(self) -> Staff:
        return self._officer("reviewer", "陈建国")

    @cached_property
    def li(self) -> Staff:
        return self._officer("decider", "李岚")

    @cached_property
    def zhao(self) -> Staff:
        return self._officer("head", "赵宏")

    def as_(self, staff: Staff) -> Actor:
        """The officer acting now."""
        return actors.for_staff(staff)

    @property
    def receiver(self) -> Actor:
        return self.as_(self.wu)

    @property
    def reviewer(self) -> Actor:
        return self.as_(self.chen)

    @property
    def decider(self) -> Actor:
        return self.as_(self.li)

    @property
    def head(self) -> Actor:
        return self.as_(self.zhao)


@dataclass
class Province:
    """Two offices of different bodies in two districts."""

    market: Office
    police: Office


def province() -> Province:
    """Build the small province."""
    for code, name, level, parent in (
        ("430000", "湖南省", "province", ""),
        ("430100", "长沙市", "prefecture", "430000"),
        ("430104", "岳麓区", "county", "430100"),
        ("430211", "天元区", "county", "430000"),
    ):
        parties.put_division(SYSTEM, code=code, name=name, level=level, parent=parent)
    parties.put_body(SYSTEM, key="430104.market", name="岳麓区市场监督管理局", division="430104", level="county")
    parties.put_body(SYSTEM, key="430211.police", name="天元区公安局", division="430211", level="county")
    market = parties.put_unit(SYSTEM, key="430104.market.food", body="430104.market", name="食品经营许可股")
    police = parties.put_unit(SYSTEM, key="430211.police.station", body="430211.police", name="嵩山路派出所")
    return Province(Office(market), Office(police))


def person(name: str = "刘芸") -> Party:
    """A resident."""
    return parties.enrol_person(SYSTEM, name=name)


def resident(party: Party) -> Actor:
    """A resident acting for themselves."""
    return actors.for_person(party)
