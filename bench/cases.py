"""Submissions a second through HTTP, beside a bare Django view that writes the same rows.

Eight residents, each with a session of their own, press "submit" on drafts that were filled in before. Our rounds and
the peer’s alternate. Afterwards everything is counted: each draft has one case, event and entry of the ledger. Then
double clicks: five posts of the same draft at the same time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

from bench.rig import load, report
from bench.rig.load import Outcome
from bench.rig.report import Report, median, percentile, told
from bench.rig.stage import Server, Stage, create, drop, stage

if TYPE_CHECKING:
    from bench.rig.filing import Ready

CLIENTS, WARM = 8, 12
ITEM, DIVISION = "housing_fund_withdrawal", "430104"
TYPED = {"fund.account": "430104001122", "fund.ground": "rent", "fund.amount_fen": "1200000"}
BIRTH = {"child.name": "周沐言", "household.follow": "mother", "card.bank": "bank.changsha", "result.means": "post"}


def main() -> int:
    parser = report.options("cases", (__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=80, help="submissions a client and round (80)")
    parser.add_argument("--births", type=int, default=12, help="births a client and round; 0: none (12)")
    chosen = parser.parse_args()
    with stage("cases", static=False) as on:
        on.enter_django()
        told_of = Report("cases", on.settings())
        told_of.settings |= {"server": " ".join(on.web_command(0)[2:-1]), "clients": CLIENTS, "item": ITEM}
        told_of.settings |= {"rounds": f"{chosen.rounds} a side, {CLIENTS * chosen.each} submissions each, alternating"}
        _singles(on, told_of, chosen.rounds, chosen.each)
        if chosen.births:
            _births(on, told_of, chosen.rounds, chosen.births)
        return told_of.close(as_json=chosen.json)


def _singles(on: Stage, told_of: Report, rounds: int, each: int) -> None:
    """One item, against the peer."""
    from bench.rig import filing

    ready = filing.single(on, ITEM, DIVISION, TYPED, CLIENTS, each * rounds + WARM)
    own = on.url.rsplit("/", 1)[1]
    filing.leave_database(on)
    create(own + "_peer", template=own)
    try:
        ours = on.serve("ours", "xiang.config.wsgi:application")
        peer = on.serve("peer", "bench.peers.plain.wsgi:application", filing.peer_environment(on, own + "_peer"))
        mine, theirs = _play(ours, peer, ready, rounds, each)
        _tell(told_of, mine, theirs)
        _count(told_of, ready.drafts, "none lost, none double")
        clicked = load.run(ours, ready.twice)
        told_of.add("double clicks: answers that are errors", clicked.failures, at_most=0)
        _count(told_of, ready.twice_drafts, "double clicks")
    finally:
        on.close_servers()
        drop(own + "_peer")


def _play(ours: Server, peer: Server, ready: Ready, rounds: int, each: int) -> tuple[list[Outcome], list[Outcome]]:
    """Warm up, then the rounds, each side first in turn."""
    for server, requests in ((ours, ready.ours), (peer, ready.peer)):
        _checked(load.run(server, [one[:WARM] for one in requests]), server)
    mine: list[Outcome] = []
    theirs: list[Outcome] = []
    for number in range(rounds):
        begin = WARM + number * each
        sides = [(ours, ready.ours, mine), (peer, ready.peer, theirs)]
        for server, requests, kept in sides if number % 2 else reversed(sides):
            kept.append(_checked(load.run(server, [one[begin : begin + each] for one in requests]), server))
        told(f"round {number + 1}: ours {mine[-1].rate:.0f}/s, peer {theirs[-1].rate:.0f}/s")
    return mine, theirs


def _checked(outcome: Outcome, server: Server) -> Outcome:
    if set(outcome.statuses) - {302}:
        told(f"{server.name} answered {dict(outcome.statuses)}; the last: {outcome.answers[0][:600]!r}")
        raise SystemExit(2)
    return outcome


def _tell(told_of: Report, mine: list[Outcome], theirs: list[Outcome]) -> None:
    ratios = [one.rate / other.rate for one, other in zip(mine, theirs, strict=True)]
    told_of.add("submissions, ours", median([one.rate for one in mine]), "/s", at_least=100)
    told_of.add("submissions, peer", median([one.rate for one in theirs]), "/s")
    told_of.add("ours ÷ peer (median of rounds)", median(ratios), at_least=0.6)
    told_of.add("the same in processor time (peer ÷ ours)", _cost(theirs) / _cost(mine))
    for side, outcomes in (("ours", mine), ("peer", theirs)):
        every = [one * 1000 for outcome in outcomes for one in outcome.latencies]
        limit = 200 if side == "ours" else None
        told_of.add(f"{side}: p50", percentile(every, 50), "ms")
        told_of.add(f"{side}: p99", percentile(every, 99), "ms", at_most=limit)
        told_of.add(f"{side}: processor time a submission, server and database", _cost(outcomes), "ms")
        told_of.add(f"{side}: load generator's share of the processors", 100 * median([o.share for o in outcomes]), "%")


def _cost(outcomes: list[Outcome]) -> float:
    return median([one.cost for one in outcomes]) * 1000


def _count(told_of: Report, drafts: list[UUID], what: str) -> None:
    """Each draft has become exactly one case, with one event, number and entry of the ledger."""
    from xiang.foundation.cases.models import Case, CaseEvent, CaseNumber
    from xiang.foundation.forms.models import Draft
    from xiang.foundation.ledger.models import Entry

    of_cases = {"case_id__in": drafts}
    counted = {
        "drafts": Draft.objects.filter(id__in=drafts, state=Draft.State.SUBMITTED).count(),
        "cases": Case.objects.filter(id__in=drafts).count(),
        "numbers": CaseNumber.objects.filter(**of_cases).count(),
        "events": CaseEvent.objects.filter(**of_cases).count(),
        "entries": Entry.objects.filter(**of_cases, kind="case.submit").count(),
    }
    wrong = sum(abs(found - len(drafts)) for found in counted.values())
    told_of.add(f"{what}: rows too many or missing for {len(drafts)} drafts", wrong, at_most=0)


def _births(on: Stage, told_of: Report, rounds: int, each: int) -> None:
    """The birth life event: one parent and seven sub-cases a submission."""
    from bench.rig import filing
    from xiang.foundation.cases.models import Case

    ready = filing.births(CLIENTS, each * rounds + 2, BIRTH)
    filing.leave_database(on)
    ours = on.serve("ours", "xiang.config.wsgi:application")
    _checked(load.run(ours, [one[:2] for one in ready.ours]), ours)
    outcomes = []
    for number in range(rounds):
        begin = 2 + number * each
        outcomes.append(_checked(load.run(ours, [one[begin : begin + each] for one in ready.ours]), ours))
        told(f"round {number + 1}: {outcomes[-1].rate:.1f} births/s")
    every = [one * 1000 for outcome in outcomes for one in outcome.latencies]
    told_of.add("births (parent and children)", median([one.rate for one in outcomes]), "/s", at_least=15)
    told_of.add("births: p50", percentile(every, 50), "ms")
    told_of.add("births: p99", percentile(every, 99), "ms")
    told_of.add("births: load generator's share", 100 * median([o.share for o in outcomes]), "%")
    parents = Case.objects.filter(id__in=ready.drafts).count()
    children = Case.objects.filter(parent_id__in=ready.drafts).count()
    told_of.add("births: parents missing", len(ready.drafts) - parents, at_most=0)
    told_of.add("births: sub-cases a parent", children / max(parents, 1), at_least=7)


if __name__ == "__main__":
    sys.exit(main())
