"""Playing journeys through the public operations, as people and officers of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Invalid
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Account, Party, Role, Staff, Unit
from xiang.services.lifeevents import operations as lifeevents

PAPER = b"%PDF-1.4\n% a scanned paper of the demonstration\n%%EOF\n"
"""The least that counts as a PDF."""


@dataclass
class Birth:
    """A birth on its way: the draft, then the parent case."""

    stage: Stage
    mother: Actor
    draft: Draft
    case: Case | None = None

    def answer(self, **given: Any) -> Birth:
        """Answer fields; ``child__name`` means ``child.name``."""
        answers = {key.replace("__", "."): value for key, value in given.items()}
        self.draft = lifeevents.answer(self.draft, answers, self.mother)
        return self

    def father_agrees(self, who: Actor, **named: str) -> Birth:
        asked = lifeevents.ask_other_party(self.draft, self.mother, **named)
        self.draft = lifeevents.confirm(asked.id, who)
        return self

    def without_father(self, how: str = "absent") -> Birth:
        self.draft = lifeevents.go_on_without(self.draft, self.mother, how)
        return self

    def submit(self) -> Case:
        """Submit; what is to be mended stands in the failure."""
        try:
            self.case = lifeevents.submit(self.draft.id, self.mother)
        except Invalid as wrong:
            wrong.args = (f"{wrong} {[(e.pointer, e.code) for e in wrong.errors]}",)
            raise
        return self.case

    def sub(self, item: str, child: int = 1) -> Case:
        """A sub-case as it stands now."""
        assert self.case is not None
        return next(c for c in self.case.children.filter(item_key=item) if c.facts.get("child", 1) == child)

    def items(self) -> list[str]:
        assert self.case is not None
        return sorted(c.item_key for c in self.case.children.all())


@dataclass
class Stage:
    """Who there is: residents by account, officers by unit and role (hired when a unit has none)."""

    officers: dict[tuple[str, str], Staff] = field(default_factory=dict)

    def resident(self, username: str) -> Actor:
        return actors.for_account(Account.objects.get(username=username))

    def person(self, demo_key: str) -> Party:
        return Party.objects.get(demo_key=demo_key)

    def officer(self, unit: Unit, role: str) -> Actor:
        """An officer holding this role in this unit and no other there."""
        key = (unit.key, role)
        if key not in self.officers:
            party = parties.enrol_person(SYSTEM, name=f"{Role(role).label}员")
            account = Account.objects.create(username=f"t-{unit.key}-{role}"[:64], party=party)
            staff = parties.hire(SYSTEM, account=account, body=unit.body, party=party)
            parties.appoint(SYSTEM, staff, unit, role)
            self.officers[key] = staff
        return actors.for_staff(self.officers[key])

    def birth(self, username: str, **answers: Any) -> Birth:
        mother = self.resident(username)
        birth = Birth(self, mother, lifeevents.start(mother, "birth"))
        given = {"card__bank": "bank.changsha", "household__follow": "mother", "result__means": "post"}
        return birth.answer(**{**given, **answers})

    def perform(self, case: Case, edge: str, role: str, **data: Any) -> Case:
        case = Case.objects.select_related("unit__body").get(id=case.id)
        return cases.perform(case.id, edge, self.officer(case.unit, role), data)

    def grant(self, case: Case) -> None:
        """The whole way through an office."""
        for edge, role in (("accept", "receiver"), ("recommend_grant", "reviewer"), ("grant", "decider")):
            self.perform(case, edge, role)
        self.work()

    def work(self) -> None:
        """Let the worker do everything that is due."""
        worker.drain()
