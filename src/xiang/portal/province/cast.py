"""The named cast (演示人物): one family for each situation, read from the profile and written before anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from xiang.portal.province import numbers
from xiang.portal.province.births import Birth, Delivery
from xiang.portal.province.companies import Company
from xiang.portal.province.families import Population
from xiang.portal.province.people import Household, Person
from xiang.portal.province.places import BANKS, Home, Town

SEXES = {"男": "1", "女": "2"}
_CAST_PHONES = 99_000_000
_CAST_COMPANIES = 700_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the cast as the profile tells it."""

    key: str
    name: str
    sex: str
    serial: int
    said: Mapping[str, Any]

    @property
    def born(self) -> date:
        born: date = self.said["born"]
        return born

    @property
    def account(self) -> str:
        return str(self.said.get("account", ""))

    @property
    def passport(self) -> str:
        return str(self.said.get("passport", ""))

    @property
    def phone(self) -> str:
        return numbers.phone(_CAST_PHONES + self.serial)

    @property
    def number(self) -> str:
        """The identity number, or a foreigner's passport number."""
        return self.passport or numbers.resident_id(numbers.CAST_PREFIX, self.born, int(self.said["sequence"]))


@dataclass(frozen=True, slots=True)
class Family:
    """One situation and the people in it."""

    key: str
    title: str
    story: str
    members: tuple[Member, ...]
    homes: Mapping[str, Mapping[str, Any]]
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Employer:
    """A company of the cast with its code."""

    key: str
    name: str
    uscc: str
    family: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cast:
    """All situations of a profile."""

    families: tuple[Family, ...] = ()
    companies: Mapping[str, Employer] = field(default_factory=dict)

    def member(self, key: str) -> Member:
        return next(m for f in self.families for m in f.members if m.key == key)


def load(profile: Path) -> Cast:
    """The cast of a profile; an empty one when it has none."""
    file = profile / "cast.yaml"
    if not file.exists():
        return Cast()
    content: Mapping[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    families: list[Family] = []
    companies: dict[str, Employer] = {}
    serial = 0
    for said in content["families"]:
        members = []
        for key, person in said["people"].items():
            serial += 1
            members.append(Member(key, person["name"], SEXES[person["sex"]], serial, person))
        families.append(Family(said["key"], said["title"], said["story"], tuple(members), said.get("homes", {}), said))
        for key, company in said.get("companies", {}).items():
            code = numbers.uscc(_CAST_COMPANIES + len(companies), kind=str(company.get("category", "91")))
            companies[key] = Employer(key, company["name"], code, said["key"], company)
    return Cast(tuple(families), companies)


class Staging:
    """Writes the cast into the sources of a population that is being made."""

    def __init__(self, cast: Cast, population: Population) -> None:
        self._cast = cast
        self._population = population
        self._people: dict[str, Person] = {}
        self._households = 0

    def write_all(self) -> None:
        for family in self._cast.families:
            self._people |= {m.key: self._person(m) for m in family.members}
        for family in self._cast.families:
            homes = {key: self._home(home) for key, home in family.homes.items()}
            self._live(family, homes)
            self._marry(family)
            self._deliver(family)
            self._trade(family, homes)

    def _person(self, member: Member) -> Person:
        said = member.said
        employer = self._cast.companies.get(str(said.get("employer", "")))
        mother, father = said.get("mother"), said.get("father")
        insured_in = said.get("insured_in")
        return Person(
            number=member.number,
            name=member.name,
            sex=member.sex,
            born=member.born.toordinal(),
            ethnicity=said.get("ethnicity", "" if member.passport else "汉族"),
            phone=member.phone if member.account else "",
            employed=employer is not None,
            employer=(employer.name, employer.uscc) if employer else ("", ""),
            military=bool(said.get("military")),
            status=said.get("status", "normal"),
            mother=self._number_of(mother),
            father=self._number_of(father),
            registered=not (member.passport or said.get("outside")),
            insured=said.get("insured", "none" if member.passport or said.get("outside") else "resident"),
            insured_county=self._population.places.by_code[str(insured_in)] if insured_in else None,
            bank=[key for key, _ in BANKS].index(said.get("bank", "bank.ccb")),
            months_paid=said.get("months_paid"),
            months_deemed=said.get("months_deemed", 0),
        )

    def _number_of(self, key: str | None) -> str:
        return self._cast.member(key).number if key else ""

    def _home(self, said: Mapping[str, Any]) -> Home:
        county = self._population.places.by_code[str(said["division"])]
        name = str(said["town"])
        town = next((t for t in county.towns if t.name == name), None) or Town(
            name, county.towns[0].station, county.towns[0].station_name
        )
        return Home(county, f"{county.full}{name}{said['address']}", town, str(said["community"]))

    def _live(self, family: Family, homes: Mapping[str, Home]) -> None:
        """Registers, one a home; foreigners and people of other provinces are only known to live there."""
        registrar = self._population.registrar
        for key, home in homes.items():
            living = [m for m in family.members if m.said.get("home") == key]
            inside: list[tuple[Person, str]] = []
            headed = any(m.said.get("relation") == "户主" for m in living)
            for member in living:
                person = self._people[member.key]
                person.home = homes.get(str(member.said.get("lives", "")))
                if not person.registered:
                    registrar.guest(person, home)
                    continue
                default = "非亲属" if headed or inside else "户主"
                inside.append((person, str(member.said.get("relation", default))))
            if inside:
                inside.sort(key=lambda pair: pair[1] != "户主")
                self._households += 1
                kind = str(family.homes[key].get("kind", "family"))
                number = f"4399{home.county.code[4:]}C{self._households:07d}"
                registrar.household(
                    Household(number, inside[0][0], home, kind, str(family.homes[key].get("unit", ""))), inside
                )
        for member in family.members:
            if "property" in member.said:
                registrar.owns_home(self._people[member.key], homes[member.said["property"]])

    def _marry(self, family: Family) -> None:
        said = family.said.get("marriage")
        if not said:
            return
        county = self._population.places.by_code[str(said["division"])]
        husband, wife = self._people[said["husband"]], self._people[said["wife"]]
        self._population.maternity.marry(husband, wife, said["on"].toordinal(), county, said.get("recorded"))

    def _deliver(self, family: Family) -> None:
        said = family.said.get("delivery")
        if not said:
            return
        places, maternity = self._population.places, self._population.maternity
        births = tuple(Birth(**{**birth, "sex": SEXES[birth["sex"]]}) for birth in said["births"])
        delivery = Delivery(
            mother=self._people[said["mother"]],
            day=self._population.calendar.today - int(said["days_ago"]),
            county=places.by_code[str(said["division"])],
            births=births,
            weeks=int(said.get("weeks", 39)),
            parity=int(said.get("parity", 1)),
            mode=said.get("mode", "natural"),
            place_kind=said.get("place_kind", "hospital"),
            hospital=places.hospital(said["hospital"]) if "hospital" in said else None,
            place=said.get("place", ""),
            midwife=said.get("midwife", ""),
        )
        number = maternity.deliver(delivery)
        if delivery.hospital:
            maternity.settle(delivery, number)

    def _trade(self, family: Family, homes: Mapping[str, Home]) -> None:
        market, today = self._population.market, self._population.calendar.today
        for employer in self._cast.companies.values():
            if employer.family != family.key:
                continue
            said = employer.said
            owner = self._people[said["owner"]]
            company = Company(
                uscc=employer.uscc,
                name=employer.name,
                owner=owner,
                home=homes[said["home"]],
                kind=said.get("kind", "有限责任公司（自然人投资或控股）"),
                capital_fen=int(said["capital_fen"]),
                established=said["established"].toordinal()
                if "established" in said
                else today - int(said["established_days_ago"]),
                scope=said["scope"],
                industry=said["industry"],
                employees=int(said["employees"]),
            )
            partners = said.get("partners") or {said["owner"]: company.capital_fen}
            market.enter(company, tuple((self._people[key], int(share)) for key, share in partners.items()))
            for agent, scope in said.get("agents", {}).items():
                market.appoint_agent(company, self._people[agent], scope)
        for key in family.said.get("health_certificates", ()):
            self._population.registrar.certify_health(self._people[key], homes["home"].county)


def write(cast: Cast, population: Population) -> None:
    """Put the whole cast into the sources."""
    Staging(cast, population).write_all()
