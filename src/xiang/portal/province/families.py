"""The invented families: couples, their children and parents, people alone, and collective households."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

from xiang.portal.province import numbers
from xiang.portal.province.births import Birth, Delivery, Maternity
from xiang.portal.province.companies import Market
from xiang.portal.province.names import Namer
from xiang.portal.province.people import FIRST_BIRTH, Calendar, Household, Person, Registrar
from xiang.portal.province.places import County, Home, Places
from xiang.portal.province.writing import Sources

YEAR = 365
#: Deliveries of these last days are not registered yet: their families are the ones who will apply.
WAITING_DAYS = 45
#: No family has more people: below this room only single ones are made, so that the province fills exactly.
LARGEST = 12
_COLLECTIVES = ("湘中大学", "星沙职业技术学院", "麓山重工集团", "沅江建设工程公司")


class Population:
    """Makes families until the province is full. Everything follows from one stream of chance."""

    def __init__(self, out: Sources, profile: Path, today: date, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - a repeatable province, not a secret
        self._draw = self.chance.random
        self.calendar = Calendar(today)
        self.places = Places(profile, self.chance)
        self.namer = Namer(self.chance)
        self.registrar = Registrar(out, self.calendar, self.chance)
        self.maternity = Maternity(out, self.calendar, self.chance)
        self.market = Market(out, self.calendar, self.chance)
        self._ids = numbers.ResidentIds(FIRST_BIRTH, today)
        self._phones = self._households = self._foreign = 0
        self._out = out

    def family(self, room: int) -> None:
        """One more family of at most ``room`` people."""
        kind = self._draw()
        county = self.places.county()
        if room < LARGEST:
            self._alone(county)
        elif kind < 0.62:
            self._couple(county)
        elif kind < 0.80:
            self._three_generations(county)
        elif kind < 0.86:
            self._separated(county)
        elif kind < 0.985:
            self._alone(county)
        else:
            self._collective(county)

    # people

    def adult(self, sex: str, age_days: int, surname: str, people: str) -> Person:
        born = self.calendar.today - age_days
        self._phones += 1
        person = Person(
            self._ids.next(born, sex == "1"),
            self._named(sex, born, surname),
            sex,
            born,
            people,
            phone=numbers.phone(self._phones),
        )
        age = age_days // YEAR
        if 20 < age < 60 and self._draw() < 0.55:
            person.employed, person.employer = True, self.market.employer()
        elif age > 74 and self._draw() < 0.12:
            person.status = "deceased"
        return person

    def _named(self, sex: str, born: int, surname: str) -> str:
        return surname + self.namer.given("男" if sex == "1" else "女", self.calendar.year_of(born))

    def _child(self, sex: str, born: int, mother: Person, father: Person, surname: str, people: str) -> Person:
        return Person(
            self._ids.next(born, sex == "1"), self._named(sex, born, surname), sex, born, people,
            mother=mother.number, father=father.number,
        )  # fmt: skip

    def _foreigner(self, sex: str, age_days: int) -> Person:
        self._foreign += 1
        name = self.namer.latin("男" if sex == "1" else "女")
        return Person(f"ZZ9{self._foreign:06d}", name, sex, self.calendar.today - age_days, "", registered=False)

    def _household(self, home: Home, members: list[tuple[Person, str]], kind: str = "family", unit: str = "") -> None:
        self._households += 1
        number = f"4399{home.county.code[4:]}{self._households:08d}"
        self.registrar.household(Household(number, members[0][0], home, kind, unit), members)

    # families

    def _couple(self, county: County) -> None:
        self._nuclear(
            county, self.places.home(county), [], int((22 + 60 * self._draw() ** 1.3) * YEAR + self._draw() * YEAR)
        )

    def _three_generations(self, county: County) -> None:
        home, draw = self.places.home(county), self._draw
        wife_days = int((22 + 24 * draw()) * YEAR + draw() * YEAR)
        surname, people = self.namer.surname(), self.namer.people(county.code)
        elder_days = wife_days + int((22 + 10 * draw()) * YEAR)
        grandfather = self.adult("1", min(elder_days + int(draw() * 3 * YEAR), 96 * YEAR), surname, people)
        grandmother = self.adult("2", elder_days, self.namer.surname(), people)
        self.maternity.marry(grandfather, grandmother, self._wedding(grandmother), county)
        self._nuclear(county, home, [(grandfather, "户主"), (grandmother, "配偶")], wife_days, surname, people)

    def _nuclear(
        self,
        county: County,
        home: Home,
        elders: list[tuple[Person, str]],
        wife_days: int,
        surname: str = "",
        people: str = "",
    ) -> None:
        draw, maternity = self._draw, self.maternity
        surname, people = surname or self.namer.surname(), people or self.namer.people(county.code)
        husband_days = wife_days + int(draw() * 4 * YEAR)
        wife = self.adult("2", wife_days, self.namer.surname(), self.namer.people(county.code))
        foreign = draw() < 0.002
        husband = self._foreigner("1", husband_days) if foreign else self.adult("1", husband_days, surname, people)
        if elders:
            husband.father, husband.mother = elders[0][0].number, elders[1][0].number
        surname, people = (wife.name[:1], wife.ethnicity) if foreign else (surname, people)
        if draw() < 0.97 or foreign:
            maternity.marry(husband, wife, self._wedding(wife), county)
        children = self._children(husband, wife, county, surname, people)
        members = list(elders) or ([(wife, "户主")] if foreign else [(husband, "户主")])
        if elders and not foreign:
            members.append((husband, "子"))
        if elders or not foreign:
            members.append((wife, "儿媳" if elders else "配偶"))
        members += [(c, self._relation(c, bool(elders))) for c in children]
        self._household(home, members)
        self._possessions(wife if foreign else husband, home)

    @staticmethod
    def _relation(child: Person, with_elders: bool) -> str:
        if with_elders:
            return "孙子" if child.sex == "1" else "孙女"
        return "子" if child.sex == "1" else "女"

    def _wedding(self, wife: Person) -> int:
        """Women marry at twenty or later; the day lies before today."""
        earliest = wife.born + 20 * YEAR + 6
        return min(earliest + int(self._draw() * 6 * YEAR), self.calendar.today - 1)

    def _children(self, husband: Person, wife: Person, county: County, surname: str, people: str) -> list[Person]:
        """Children from the mother's twentieth year on, two or more years apart; the grown ones have left."""
        draw, today = self._draw, self.calendar.today
        chance = draw()
        wanted = 0 if chance < 0.16 else 1 if chance < 0.58 else 2 if chance < 0.93 else 3
        born = wife.born + int((21 + 13 * draw()) * YEAR)
        children: list[Person] = []
        for parity in range(1, wanted + 1):
            if born >= today - WAITING_DAYS or born > wife.born + 43 * YEAR:
                break
            twins = draw() < 0.014
            if today - born < 24 * YEAR:
                children += self._born(wife, husband, born, county, surname, people, parity, 2 if twins else 1)
            born += int((2 + 4 * draw()) * YEAR)
        fertile = 21 * YEAR < today - wife.born < 42 * YEAR
        youngest = children[-1].born if children else 0
        if fertile and draw() < 0.012 and today - youngest > 300:
            self._waiting_birth(wife, county, len(children) + 1)
        return children

    def _born(
        self,
        mother: Person,
        father: Person,
        born: int,
        county: County,
        surname: str,
        people: str,
        parity: int,
        count: int,
    ) -> list[Person]:
        children, draw = [], self._draw
        for _ in range(count):
            sex = "1" if draw() < 0.512 else "2"
            chosen = mother.name[:1] if draw() < 0.07 else surname
            children.append(self._child(sex, born, mother, father, chosen, people))
        if self.calendar.today - born < 6 * YEAR:
            year = self.calendar.year_of(born)
            births = tuple(
                Birth(c.sex, weight=2500 + int(draw() * 1500), length=47 + int(draw() * 6), name=c.name,
                      certificate=self.maternity.next_certificate(year))
                for c in children
            )  # fmt: skip
            delivery = Delivery(mother, born, county, births, 37 + int(draw() * 4), parity, self._mode())
            number = self.maternity.deliver(delivery)
            if self.calendar.today - born < YEAR:
                self.maternity.settle(delivery, number)
        return children

    def _waiting_birth(self, mother: Person, county: County, parity: int) -> None:
        """A child born in the last weeks, known to the hospital alone."""
        draw = self._draw
        births = tuple(
            Birth("1" if draw() < 0.512 else "2", weight=2500 + int(draw() * 1500), length=47 + int(draw() * 6))
            for _ in range(2 if draw() < 0.014 else 1)
        )
        day = self.calendar.today - 1 - int(draw() * WAITING_DAYS)
        delivery = Delivery(mother, day, county, births, 37 + int(draw() * 4), parity, self._mode())
        self.maternity.settle(delivery, self.maternity.deliver(delivery))

    def _mode(self) -> str:
        return "caesarean" if self._draw() < 0.42 else "natural"

    def _separated(self, county: County) -> None:
        """A divorced couple in two households, the children with one of them."""
        draw, home = self._draw, self.places.home(county)
        surname, people = self.namer.surname(), self.namer.people(county.code)
        wife_days = int((30 + 25 * draw()) * YEAR)
        wife = self.adult("2", wife_days, self.namer.surname(), people)
        husband = self.adult("1", wife_days + int(draw() * 3 * YEAR), surname, people)
        wedding = min(self._wedding(wife), self.calendar.today - 2 * YEAR)
        self.maternity.marry(husband, wife, wedding, county)
        self.maternity.divorce(
            husband, wife, min(wedding + int((2 + 5 * draw()) * YEAR), self.calendar.today - 3), county
        )
        child_born = wedding + 400
        children = []
        if child_born < self.calendar.today - WAITING_DAYS and self.calendar.today - child_born < 24 * YEAR:
            children = self._born(wife, husband, child_born, county, surname, people, 1, 1)
        self._household(home, [(wife, "户主"), *((c, self._relation(c, False)) for c in children)])
        self._household(self.places.home(self.places.county()), [(husband, "户主")])

    def _alone(self, county: County) -> None:
        draw, home = self._draw, self.places.home(county)
        sex = "1" if draw() < 0.52 else "2"
        days = int((18 + 72 * draw() ** 1.6) * YEAR + draw() * YEAR)
        person = self.adult(sex, days, self.namer.surname(), self.namer.people(county.code))
        self._household(home, [(person, "户主")])
        if days > 28 * YEAR:
            self._possessions(person, home)

    def _collective(self, county: County) -> None:
        """Students or workers registered with their unit; some from far away."""
        draw, home = self._draw, self.places.home(county)
        members = []
        for _ in range(8):
            sex = "1" if draw() < 0.5 else "2"
            days = int((18 + 8 * draw()) * YEAR)
            person = self.adult(sex, days, self.namer.surname(), self.namer.people(county.code))
            if draw() < 0.06:
                person.name, person.ethnicity = self.namer.dotted("男" if sex == "1" else "女"), "维吾尔族"
            members.append((person, "集体户成员"))
        self._household(home, members, "collective", _COLLECTIVES[int(draw() * 4)])

    def _possessions(self, owner: Person, home: Home) -> None:
        chance = self._draw()
        if owner.status != "normal" or not owner.registered:
            return
        if chance < 0.55:
            self.registrar.owns_home(owner, home)
        if 0.3 < chance < 0.75:
            self.registrar.owns_vehicle(owner)
        age = (self.calendar.today - owner.born) // YEAR
        if chance > 0.87 and 20 < age < 66:
            self.market.found(owner, home)
