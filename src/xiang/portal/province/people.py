"""One person's rows in the departments' systems.

Called a million times: dates are looked up, not formatted; chance is drawn with ``random()`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from xiang.portal.province import numbers
from xiang.portal.province.places import BANKS, County, Home
from xiang.portal.province.writing import Sources

#: Diagnoses and the like never go beyond an ordinary birth: an invented province needs nobody's illness.
FIRST_BIRTH = date(1928, 1, 1)
_STUDY = ("小学", "初中", "高中", "中专", "大学专科", "大学本科", "硕士研究生")
_WORK = ("生产制造人员", "商业服务人员", "专业技术人员", "办事人员", "农业生产人员", "教师", "驾驶员", "医务人员")
_MODELS = ("小型轿车", "小型普通客车", "普通二轮摩托车", "轻型栏板货车")


class Calendar:
    """Every day from the first birth to today, written once."""

    def __init__(self, today: date) -> None:
        self.today = today.toordinal()
        self.year = today.year
        self.first = FIRST_BIRTH.toordinal()
        self._texts = [date.fromordinal(n).isoformat() for n in range(self.first, self.today + 5000)]
        self.stamp = f"{today.isoformat()}T01:00:00+00:00"

    def text(self, ordinal: int) -> str:
        return self._texts[ordinal - self.first] if ordinal >= self.first else ""

    def year_of(self, ordinal: int) -> int:
        return int(self._texts[ordinal - self.first][:4])


@dataclass(slots=True)
class Person:
    """Somebody of the invented province. A foreigner's ``number`` is a passport's."""

    number: str
    name: str
    sex: str
    born: int
    ethnicity: str = "汉族"
    home: Home | None = None
    phone: str = ""
    employed: bool = False
    employer: tuple[str, str] = ("", "")
    military: bool = False
    status: str = "normal"
    former_name: str = ""
    mother: str = ""
    father: str = ""
    registered: bool = True
    insured: str = ""
    insured_county: County | None = None
    bank: int = -1
    months_paid: int | None = None
    months_deemed: int = 0


@dataclass(slots=True)
class Household:
    """A household register (户口簿), or a unit's collective one."""

    number: str
    head: Person
    home: Home
    kind: str = "family"
    unit: str = ""


class Registrar:
    """Writes people into the systems of police, insurance, tax, and human resources."""

    def __init__(self, out: Sources, calendar: Calendar, chance: Random) -> None:
        self.calendar = calendar
        self._draw = chance.random
        self._person = out.rows("police", "person")
        self._household = out.rows("police", "household")
        self._residence = out.rows("police", "residence")
        self._kinship = out.rows("police", "kinship")
        self._vehicle = out.rows("police", "vehicle")
        self._insured = out.rows("medical_insurance", "insured")
        self._premium = out.rows("tax", "premium")
        self._card = out.rows("human_resources", "social_card")
        self._pension = out.rows("human_resources", "pension")
        self._employment = out.rows("human_resources", "employment")
        self._relief = out.rows("civil_affairs", "relief")
        self._immunization = out.rows("health", "immunization")
        self._health = out.rows("health", "health_certificate")
        self._property = out.rows("natural_resources", "property")
        self.written = 0
        self._vehicles = self._properties = 0

    def household(self, household: Household, members: Sequence[tuple[Person, str]]) -> None:
        """One register with its members and their relation to the head."""
        county, head, size = household.home.county, household.head, len(members)
        station, station_name = household.home.town.station, household.home.town.station_name
        address, stamp = household.home.address, self.calendar.stamp
        for person, relation in members:
            self._register(person, relation, household, station, station_name)
            self._household(
                (person.number, household.number, household.kind, head.name, head.number, address, county.code,
                 station, station_name, size, household.unit, stamp)
            )  # fmt: skip
            if person.status == "normal":
                self.living(person, household.home)

    def _register(self, p: Person, relation: str, household: Household, station: str, station_name: str) -> None:
        self.written += 1
        home, draw = household.home, self._draw
        age = (self.calendar.today - p.born) // 365
        study = _STUDY[min(6, int(draw() * 5) + (2 if p.employed else 0))] if age > 17 else "小学" if age > 11 else ""
        work = (
            "学生"
            if 6 < age < 18
            else _WORK[int(draw() * 8)]
            if p.employed
            else "退（离）休人员"
            if age > 60
            else "无职业"
            if age > 17
            else ""
        )
        self._person(
            (p.number, p.name, p.former_name, p.sex, p.ethnicity, self.calendar.text(p.born), home.county.code,
             home.county.full, "中国", study, work, household.number, relation, household.kind, home.address,
             home.county.code, station, station_name, 1 if p.military else 0, p.phone, p.status, self.calendar.stamp)
        )  # fmt: skip
        if p.mother or p.father:
            self._kinship((p.number, p.mother, p.father))

    def guest(self, p: Person, home: Home) -> None:
        """Somebody who lives here and is registered elsewhere: a foreigner, or a person of another province."""
        self._reside(p, home, "99" + p.number[-8:])

    def _reside(self, p: Person, home: Home, permit: str) -> None:
        since = max(p.born, self.calendar.today - int(self._draw() * 6000))
        self._residence(
            (p.number, home.address, home.county.code, home.town.name, home.community, self.calendar.text(since),
             permit, self.calendar.stamp)
        )  # fmt: skip

    def living(self, p: Person, registered: Home) -> None:
        """Everything a living person has besides the household register."""
        home = p.home or registered
        age = (self.calendar.today - p.born) // 365
        self._reside(p, home, "" if home is registered else f"99{home.county.code}{self.written:08d}")
        self._insure(p, p.insured_county or home.county, age)
        if age > 15:
            self._work(p, home.county, age)
        elif 0 < age < 8:
            self._immunize(p, home)
        if age > 5 or self._draw() < 0.5:
            self._bank(p, age)
        if self._draw() < 0.015:
            self._relieve(p, age)

    def _insure(self, p: Person, county: County, age: int) -> None:
        calendar, chance = self.calendar, self._draw()
        kind = p.insured or ("employee" if p.employed else "resident" if chance < 0.93 else "")
        if not kind or kind == "none":
            return
        employee = kind == "employee"
        since = calendar.text(max(p.born, calendar.today - 365 * max(1, int(chance * max(1, age - 20)) + 1)))
        paused = 0.90 < chance < 0.91 and not p.insured
        employer = p.employer if employee else ("", "")
        self._insured(
            (p.number, p.name, f"4399{self.written:011d}", kind, "paused" if paused else "active",
             1 if employee else 0, county.code, county.agency, county.agency_name, *employer, since,
             f"{calendar.year}-12-31", calendar.stamp)
        )  # fmt: skip
        if not employee:
            paid = f"{calendar.year - 1}-1{int(chance * 2)}-{int(chance * 27) + 1:02d}"
            if calendar.text(p.born) <= paid:
                self._premium((p.number, calendar.year, 40000, paid, county.code, calendar.stamp))

    def _bank(self, p: Person, age: int) -> None:
        calendar, draw = self.calendar, self._draw
        bank = BANKS[p.bank if p.bank >= 0 else int(draw() * len(BANKS))]
        issued = min(calendar.today, max(p.born + 20, calendar.today - int(draw() * 3600) - 10))
        serial = self.written
        self._card(
            (p.number, numbers.security_card(serial), *bank, numbers.bank_account(serial), calendar.text(issued),
             "active" if draw() < 0.97 or p.bank >= 0 else "inactive", calendar.stamp)
        )  # fmt: skip

    def _work(self, p: Person, county: County, age: int) -> None:
        calendar, draw = self.calendar, self._draw
        stamp = calendar.stamp
        if p.employed:
            months = p.months_paid or max(1, min(age - 20, 38) * 12 - int(draw() * 60))
            start = max(p.born + 16 * 365, calendar.today - months * 30)
            since = calendar.text(start)
            self._employment((p.number, *p.employer, county.code, since, calendar.text(calendar.today + 400), stamp))
            self._pension(
                (
                    p.number,
                    "employee",
                    county.code,
                    since,
                    months,
                    p.months_deemed,
                    months * 38000,
                    *p.employer,
                    "paying",
                    stamp,
                )
            )
            if draw() < 0.03:
                self.certify_health(p, county)
        elif draw() < 0.55:
            since = calendar.text(max(p.born + 16 * 365, calendar.today - 5000))
            self._pension(
                (p.number, "resident", county.code, since, min((age - 16) * 12, 166), 0, (age - 16) * 20000, "", "",
                 "retired" if age > 60 else "paying", stamp)
            )  # fmt: skip

    def certify_health(self, p: Person, county: County) -> None:
        """The health certificate of somebody who handles food."""
        calendar = self.calendar
        issued = calendar.today - int(self._draw() * 360)
        self._health(
            (p.number, f"99{issued}{self.written:08d}", calendar.text(issued), calendar.text(issued + 364),
             f"{county.name}疾病预防控制中心", calendar.stamp)
        )  # fmt: skip

    def _immunize(self, p: Person, home: Home) -> None:
        complete = self._draw() < 0.94
        self._immunization(
            (p.number, f"99{self.written:010d}", home.town.name + "预防接种门诊", 1 if complete else 0,
             "" if complete else "麻腮风疫苗第二剂", self.calendar.text(self.calendar.today - 30), self.calendar.stamp)
        )  # fmt: skip

    def _relieve(self, p: Person, age: int) -> None:
        calendar = self.calendar
        kind = "destitute" if age > 60 and not p.employed else "orphan" if age < 1 else "subsistence"
        if p.employed or kind == "orphan":
            return
        since = calendar.text(max(p.born, calendar.today - 700))
        self._relief((p.number, kind, since, calendar.text(calendar.today + 300), calendar.stamp))

    def owns_home(self, p: Person, home: Home, share: str = "单独所有") -> None:
        """A flat with its registration."""
        calendar, county = self.calendar, home.county
        self._properties += 1
        serial = self._properties
        registered = max(p.born + 20 * 365, calendar.today - int(self._draw() * 6500) - 30)
        certificate = f"湘（{calendar.text(registered)[:4]}）{county.name}不动产权第Y{serial:07d}号"
        area = f"{62 + serial % 97}.{serial % 89:02d}"
        self._property(
            (certificate, f"4399{county.code[4:]}{serial:022d}", p.name, p.number, share, home.address, county.code,
             area, "住宅", calendar.text(registered), 1 if serial % 3 == 0 else 0, 0, calendar.stamp)
        )  # fmt: skip

    def owns_vehicle(self, p: Person) -> None:
        """A vehicle."""
        calendar = self.calendar
        self._vehicles += 1
        registered = max(p.born + 18 * 365, calendar.today - int(self._draw() * 4000))
        self._vehicle(
            (numbers.plate(self._vehicles), p.number, p.name, _MODELS[self._vehicles % 4], calendar.text(registered),
             calendar.text(calendar.today + self._vehicles % 700), calendar.stamp)
        )  # fmt: skip
