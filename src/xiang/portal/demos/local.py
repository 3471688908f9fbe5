"""Playing in this process, through the same operations as pages and REST, and with the same rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from xiang.foundation.cases import operations as case_operations
from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.showing import case_shown
from xiang.foundation.forms import queries as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import Absent, DomainError, Invalid
from xiang.foundation.measures import fold
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Account, Staff
from xiang.hub.sharing import operations as hub
from xiang.hub.sharing import queries as sharing
from xiang.oversight.ratings import operations as ratings
from xiang.portal.demos import records
from xiang.portal.demos.player import Shown, Turned
from xiang.services.applications import drafting, filing, receipt
from xiang.services.applications import operations as applications
from xiang.services.credentials import queries as credentials
from xiang.services.lifeevents import operations as lifeevents
from xiang.services.lifeevents.api import KIND
from xiang.services.lifeevents.models import Confirmation
from xiang.services.payments import operations as payments
from xiang.services.payments import queries as orders
from xiang.services.payments.vendors.demo import operations as institution

PAPER = b"%PDF-1.4\n% a scanned paper of the demonstration\n%%EOF\n"

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def _turned() -> Iterator[None]:
    try:
        yield
    except Invalid as wrong:
        errors = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in wrong.errors]
        raise Turned(wrong.code, wrong.detail, errors) from wrong
    except DomainError as wrong:
        raise Turned(wrong.code, wrong.detail) from wrong


def refusing(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose refusals come as :class:`Turned`."""

    @wraps(method)
    def played(*args: P.args, **named: P.kwargs) -> R:
        with _turned():
            return method(*args, **named)

    return played


class LocalPlayer:
    """Plays all the parts by the accounts of the demonstration."""

    def actor(self, who: str) -> Actor:
        """Somebody by their account, with the rights of this moment."""
        account = Account.objects.filter(username=who).first()
        if account is None:
            raise Turned("no_account", f"演示账号里没有“{who}”。")
        return actors.for_account(account)

    # --- applying ----------------------------------------------------------------------------------------------------

    def _draft(self, who: str, draft: str) -> Draft:
        return drafts.draft_for(self.actor(who), UUID(draft))

    def _shown(self, draft: Draft) -> Shown:
        return drafting.shown(KIND, draft).model_dump(mode="json")

    @refusing
    def begin(self, who: str, event: str) -> Shown:
        return self._shown(lifeevents.start(self.actor(who), event))

    @refusing
    def answer(self, who: str, draft: str, answers: Mapping[str, Any]) -> Shown:
        return self._shown(lifeevents.answer(self._draft(who, draft), answers, self.actor(who)))

    @refusing
    def hand_in(self, who: str, draft: str, material: str) -> Shown:
        found = applications.hand_in(self._draft(who, draft), material, [PAPER], f"{material}.pdf", self.actor(who))
        return self._shown(found)

    @refusing
    def refill(self, who: str, draft: str) -> Shown:
        return self._shown(lifeevents.fill(self._draft(who, draft), self.actor(who)))

    @refusing
    def ask_other(self, who: str, draft: str, name: str = "", phone: str = "") -> None:
        lifeevents.ask_other_party(self._draft(who, draft), self.actor(who), name=name, phone=phone)

    @refusing
    def confirm(self, who: str) -> Shown:
        me = filing.party_of(self.actor(who).party_id)
        rows = Confirmation.objects.filter(party=me, state=Confirmation.State.ASKED).order_by("-id")
        asked = rows.first()
        if asked is None:
            raise Absent
        draft = lifeevents.confirm(asked.id, self.actor(who))
        return {"name": draft.answers.get("child.name", ""), "state": "agreed"}

    @refusing
    def submit(self, who: str, draft: str) -> Shown:
        actor = self.actor(who)
        return self._case(lifeevents.submit(UUID(draft), actor), actor)

    # --- handling ----------------------------------------------------------------------------------------------------

    def _case(self, case: Case, actor: Actor) -> Shown:
        return case_shown(cases.by_id(case.id), actor).model_dump(mode="json")

    @refusing
    def case(self, who: str, number: str) -> Shown:
        actor = self.actor(who)
        return self._case(cases.case_for(actor, number), actor)

    def officer(self, number: str, role: str) -> str:
        """An officer of the demonstration who holds this role in the office that handles the case."""
        case = Case.objects.select_related("unit").get(number=number)
        staff: list[Staff] = list(parties.staff_of(case.unit, role)) if case.unit else []
        found = next((one for one in staff if one.account.demo), None)
        if found is None:
            place = case.unit.name if case.unit else ""
            raise Turned("no_officer", f"{place}没有演示用的“{role}”岗位。")
        return found.account.username

    @refusing
    def step(self, who: str, number: str, name: str, data: Mapping[str, Any] | None = None) -> Shown:
        actor = self.actor(who)
        case = cases.case_for(actor, number)
        return self._case(case_operations.perform(case.id, name, actor, data or {}), actor)

    def work(self) -> None:
        """Let the worker do what is due."""
        worker.drain()
        fold.fold()

    # --- afterwards --------------------------------------------------------------------------------------------------

    @refusing
    def pay(self, who: str, number: str) -> Shown:
        actor = self.actor(who)
        order = orders.order_of_number(actor, number)
        payments.begin(order, actor, f"/cases/{number}/")
        order = orders.order_for(actor, order.id)
        institution.pay(payments.trade_key(order))
        payments.look(order)
        order = orders.order_for(actor, order.id)
        return {"number": order.number, "amount_fen": order.amount_fen, "state": order.state, "payee": order.payee.name}

    @refusing
    def credentials(self, who: str) -> list[Shown]:
        actor = self.actor(who)
        return [records.credential_shown(row, actor) for row in credentials.mine(actor)]

    @refusing
    def rate(self, who: str, number: str, level: str, text: str) -> None:
        ratings.rate(number, self.actor(who), {number: ratings.Word(level, text)})

    @refusing
    def receipt(self, who: str, number: str) -> Shown:
        return receipt.receipt_of(cases.case_for(self.actor(who), number)).to_json()

    @refusing
    def uses(self, who: str) -> list[Shown]:
        return records.uses_of(self.actor(who))

    @refusing
    def refusals(self, who: str) -> list[Shown]:
        """What an auditor sees of look-ups that were refused: whose data it was stays a blind index."""
        return records.refusals(self.actor(who))

    # --- data --------------------------------------------------------------------------------------------------------

    @refusing
    def dispute(self, who: str, draft: str, field: str, claim: str, evidence: str) -> Shown:
        applications.dispute(self._draft(who, draft), field, claim, evidence, self.actor(who))
        return self._shown(self._draft(who, draft))

    @refusing
    def disputes_to_check(self, who: str) -> list[Shown]:
        return [records.dispute_shown(row) for row in sharing.disputes_to_check(self.actor(who))]

    @refusing
    def answer_dispute(self, who: str, dispute: str, *, corrected: bool, answer: str) -> None:
        hub.answer_dispute(UUID(dispute), corrected=corrected, answer=answer, actor=self.actor(who))

    @refusing
    def look_up(self, who: str, person: str, resource: str, fields: Sequence[str], number: str = "") -> Shown:
        """An officer asks for a person's record, for a case or for none."""
        actor = self.actor(who)
        party = filing.party_of(self.actor(person).party_id)
        case = cases.case_for(actor, number) if number else None
        return records.look_up(actor, party, resource, fields, case)

    @refusing
    def unplug(self, who: str, system: str) -> None:
        hub.set_system_state(system, "down", self.actor(who))

    @refusing
    def plug_in(self, who: str, system: str) -> None:
        hub.set_system_state(system, "up", self.actor(who))

    # --- proof -------------------------------------------------------------------------------------------------------

    def figure(self, key: str) -> Shown:
        return records.figure(key)

    def traced(self, key: str) -> list[Shown]:
        return records.traced(key)

    @refusing
    def proof(self, who: str, number: str, kind: str) -> Shown:
        case = cases.case_for(self.actor(who), number)
        return records.proof_of(case.id, kind)

    def keys(self) -> list[Shown]:
        return records.keys()
