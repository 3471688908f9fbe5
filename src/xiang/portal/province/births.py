"""Deliveries in the hospitals' system, marriages in civil affairs': what joins people into families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from xiang.foundation.ground.instant import SHANGHAI
from xiang.portal.province import numbers
from xiang.portal.province.people import Calendar, Person
from xiang.portal.province.places import County, Hospital
from xiang.portal.province.writing import Sources


@dataclass(frozen=True, slots=True)
class Birth:
    """One child of a delivery, as the midwife writes it down."""

    sex: str
    time: str = ""
    weight: int = 3250
    length: int = 50
    outcome: str = "live"
    health: str = "良好"
    name: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery with all its children."""

    mother: Person
    day: int
    county: County
    births: tuple[Birth, ...]
    weeks: int = 39
    parity: int = 1
    mode: str = "natural"
    place_kind: str = "hospital"
    hospital: Hospital | None = None
    place: str = ""
    number: str = ""
    midwife: str = ""


_NOWHERE = Hospital("", "", "")


class Maternity:
    """Writes deliveries and their settlements, marriages and divorces."""

    def __init__(self, out: Sources, calendar: Calendar, chance: Random) -> None:
        self._calendar = calendar
        self._draw = chance.random
        self._births = out.rows("health", "births")
        self._settlements = out.rows("medical_insurance", "settlement")
        self._marriages = out.rows("civil_affairs", "marriage")
        self._serial = self._certificates = self._married = 0

    def next_certificate(self, year: int) -> str:
        self._certificates += 1
        return numbers.birth_certificate(year, self._certificates)

    def deliver(self, delivery: Delivery) -> str:
        """One row a child; returns the delivery's number."""
        self._serial += 1
        calendar, county, mother = self._calendar, delivery.county, delivery.mother
        number = delivery.number or f"D{calendar.text(delivery.day)[:4]}{self._serial:08d}"
        home_birth = delivery.place_kind != "hospital"
        hospital = _NOWHERE if home_birth else delivery.hospital or county.hospital
        for order, birth in enumerate(delivery.births, 1):
            instant = self._instant(delivery.day, birth.time, order)
            alive = birth.outcome == "live"
            self._births(
                (f"{number}-{order}", number, mother.number, mother.name, hospital.key, hospital.name,
                 hospital.uscc, delivery.place_kind, instant, county.code,
                 delivery.place or county.full, birth.sex, birth.weight, birth.length, delivery.weeks, order,
                 len(delivery.births), delivery.parity, birth.health, delivery.mode, delivery.midwife or "值班助产士",
                 birth.outcome, 1 if alive and not home_birth else 0, 1 if alive and not home_birth else 0,
                 birth.certificate, birth.name, calendar.stamp)
            )  # fmt: skip
        return number

    def settle(self, delivery: Delivery, number: str) -> None:
        """The hospital bill of a delivery, settled on the spot or still to be claimed."""
        calendar, mother = self._calendar, delivery.mother
        total = 480000 + int(self._draw() * 60) * 10000 + (400000 if delivery.mode == "caesarean" else 0)
        own = total * 35 // 100
        self._settlements(
            (f"S{number[1:]}", mother.number, number, (delivery.hospital or delivery.county.hospital).name,
             f"A{number[-8:]}", calendar.text(delivery.day - 1), calendar.text(min(delivery.day + 3, calendar.today)),
             "单胎顺产" if len(delivery.births) == 1 else "双胎分娩", total, own, f"99{number[1:]}",
             0, calendar.stamp)
        )  # fmt: skip

    def _instant(self, day: int, at: str, order: int) -> str:
        """The minute of birth as an instant; a twin comes eleven minutes later."""
        hour, minute = (int(part) for part in at.split(":")) if at else (int(self._draw() * 23), int(self._draw() * 60))
        local = datetime.combine(date.fromordinal(day), time(hour, minute), SHANGHAI) + timedelta(
            minutes=11 * (order - 1)
        )
        return local.astimezone(UTC).isoformat(timespec="seconds")

    def marry(
        self, husband: Person, wife: Person, day: int, county: County, recorded: Mapping[str, str] | None = None
    ) -> None:
        """A marriage; ``recorded`` says what the register holds instead of the truth."""
        self._enter("marriage", "married", husband, wife, day, county, recorded or {})

    def divorce(self, husband: Person, wife: Person, day: int, county: County) -> None:
        """A divorce, as a later row about the same two."""
        self._enter("divorce", "divorced", husband, wife, day, county, {})

    def _enter(
        self,
        kind: str,
        status: str,
        husband: Person,
        wife: Person,
        day: int,
        county: County,
        recorded: Mapping[str, str],
    ) -> None:
        self._married += 1
        text = self._calendar.text(day)
        number = numbers.marriage_certificate(county.code, int(text[:4]), self._married)
        number = number if kind == "marriage" else "L" + number[1:]
        self._marriages(
            (number, kind, recorded.get("husband_name", husband.name), husband.number,
             recorded.get("wife_name", wife.name), wife.number, text, county.marriage_office, status,
             self._calendar.stamp)
        )  # fmt: skip
