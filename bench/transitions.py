"""What it costs to move a case by the law, beside a plain update and an insert into a history table.

``perform`` locks, settles what has lapsed, checks the right and the form, moves the clock, numbers the document, writes
the event, ledger and outbox. The peer updates one row and inserts one, in one transaction, through the same ORM into the
same tables. Both alternate, step by step, in one process on one connection; every commit is durable.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.rig import report
from bench.rig.report import Report, median, told
from bench.rig.stage import stage

if TYPE_CHECKING:
    from uuid import UUID

    from xiang.foundation.cases.models import Case
    from xiang.foundation.parties.actors import Actor

ITEM, DIVISION = "housing_fund_withdrawal", "430104"
TYPED = {"fund.account": "430104001122", "fund.ground": "rent", "fund.amount_fen": "12000"}


@dataclass(frozen=True)
class Step:
    """A step of the way to a result, and by whom."""

    edge: str
    role: str
    data: dict[str, Any]


WAY = (
    Step("accept", "receiver", {}),
    Step("recommend_grant", "reviewer", {}),
    Step("grant", "decider", {}),
    Step("deliver", "receiver", {"means": "window"}),
)


def main() -> int:
    parser = report.options("transitions", (__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=25, help="cases a round, four steps each (25)")
    chosen = parser.parse_args()
    with stage("transitions", keep=chosen.keep, static=False) as on:
        on.enter_django()
        told_of = Report("transitions", on.settings())
        told_of.settings |= {"rounds": f"{chosen.rounds} of {chosen.each} cases, {len(WAY)} steps each, alternating"}
        cases = _submitted(chosen.each * chosen.rounds + 3)
        officers = {step.role: _officer(cases[0], step.role) for step in WAY}
        for case in cases[:3]:  # warm
            _walk(case, officers, defaultdict(list))
        rounds = []
        for number in range(chosen.rounds):
            took: dict[str, list[float]] = defaultdict(list)
            begin = 3 + number * chosen.each
            for case in cases[begin : begin + chosen.each]:
                _walk(case, officers, took)
            rounds.append({what: median(times) * 1000 for what, times in took.items()})
            told(f"round {number + 1}: {sum(rounds[-1][s.edge] for s in WAY) / len(WAY):.2f} ms a step")
        _tell(told_of, rounds, _statements(cases[-1].id))
        return told_of.close(as_json=chosen.json)


def _submitted(count: int) -> list[Case]:
    """Cases that wait to be accepted."""
    from bench.rig import filing
    from xiang.services.applications import operations as applications

    for _, actor in filing.residents():
        copies = filing.prepared(actor, ITEM, DIVISION, TYPED, count)
        if copies:
            told(f"{count} cases to submit")
            return [applications.submit(one, actor) for one in copies]
    raise SystemExit("nobody can apply")


def _officer(case: Case, role: str) -> Actor:
    """Somebody who holds this role in the case's office."""
    from xiang.foundation.parties import actors, operations
    from xiang.foundation.parties.models import Account, Unit

    unit = Unit.objects.select_related("body").get(id=case.unit_id)
    party = operations.enrol_person(actors.SYSTEM, name="测速员")
    account = Account.objects.create(username=f"bench.{role}.{time.time_ns()}", party=party)
    staff = operations.hire(actors.SYSTEM, account=account, body=unit.body, party=party)
    operations.appoint(actors.SYSTEM, staff, unit, role)
    return actors.for_staff(staff)


def _walk(case: Case, officers: dict[str, Actor], took: dict[str, list[float]]) -> None:
    """The whole way of one case; before or after each step, in turn, the plain one beside it."""
    from xiang.foundation.cases import operations
    from xiang.foundation.ground.reference import moment

    for number, step in enumerate(WAY):

        def perform(step: Step = step) -> None:
            with moment():  # as a request is one
                operations.perform(case.id, step.edge, officers[step.role], step.data)

        def plain(step: Step = step, number: int = number) -> None:
            _plain(case, step.edge, number)

        pair: list[tuple[str, Callable[[], None]]] = [(step.edge, perform), ("plain", plain)]
        for what, do in pair if number % 2 else reversed(pair):
            begun = time.perf_counter()
            do()
            took[what].append(time.perf_counter() - begun)


def _plain(case: Case, edge: str, number: int) -> None:
    """What somebody writes who knows of no law: the state, and that it changed."""
    from django.db import transaction

    from xiang.foundation.cases.models import Case as Cases
    from xiang.foundation.cases.models import CaseEvent
    from xiang.foundation.ground import instant

    with transaction.atomic():
        Cases.objects.filter(id=case.id).update(title=f"{case.title} {number}")
        CaseEvent.objects.create(
            case_id=case.id, sequence=1000 + number, transition=edge, title=edge, source="a", target="b",
            actor_ref="staff:bench", actor_name="测速员", unit_id=case.unit_id, opinion="同意",
            effective_on=instant.today(), recorded_at=instant.now(),
        )  # fmt: skip


def _statements(case_id: UUID) -> dict[str, int]:
    """How many rows and statements there were is told by the trail of the last case."""
    from xiang.foundation.cases.models import CaseEvent
    from xiang.foundation.documents.models import Document

    mine = CaseEvent.objects.filter(case_id=case_id, sequence__lt=1000)
    return {"events": mine.count(), "documents": Document.objects.filter(case_id=case_id).count()}


def _tell(told_of: Report, rounds: list[dict[str, float]], trail: dict[str, int]) -> None:
    plain = median([one["plain"] for one in rounds])
    for step in WAY:
        told_of.add(f"perform {step.edge}", median([one[step.edge] for one in rounds]), "ms")
    told_of.add("plain update and history insert", plain, "ms")
    ratios = [sum(one[step.edge] for step in WAY) / len(WAY) / one["plain"] for one in rounds]
    told_of.add("perform ÷ plain (mean of the steps, median of rounds)", median(ratios), at_most=3)
    told_of.notes.append(f"A case of this way leaves {trail['events']} events and {trail['documents']} documents.")


if __name__ == "__main__":
    sys.exit(main())
