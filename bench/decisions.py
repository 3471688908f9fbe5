"""Decisions a second on one core: 10,000 grants of 50 constraints each, from the compiled plans in memory.

Beside it, in the same rounds, the reference evaluator (told which one policy to look at), and a dictionary written by hand
that knows body, resource, fields, purpose, items and period alone: what Python costs at the least. Nine requests in ten are
allowed, after all 50 constraints; the others ask for another purpose, a field too many, or come from somebody unknown.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from bench.rig import report
from bench.rig.report import Report, median, told
from xiang.hub.policies import plans
from xiang.hub.policies.asking import Request, State
from xiang.hub.policies.compiling import compile_policy
from xiang.hub.policies.deciding import Index, Moment
from xiang.hub.policies.evaluation import evaluate
from xiang.hub.policies.model import Action, Asset, Condition, Constraint, Duty, Permission, Policy

RESOURCES, LINES, AT_LEAST = 200, 50, 50_000
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
FIELDS = frozenset({"name", "id_number", "phone", "address"})
Hand = dict[tuple[str, str], tuple[frozenset[str], frozenset[str], frozenset[str], float, float]]


def main() -> int:
    parser = report.options("decisions", (__doc__ or "").splitlines()[0])
    parser.add_argument("--grants", type=int, default=10_000, help="grants (10,000)")
    parser.add_argument("--constraints", type=int, default=50, help="constraints of each grant (50)")
    parser.add_argument("--decisions", type=int, default=100_000, help="decisions a round (100,000)")
    chosen = parser.parse_args()
    told_of = Report("decisions", {"grants": f"{chosen.grants:,}", "constraints": str(chosen.constraints)})
    told_of.settings |= {
        "rounds": f"{chosen.rounds} a side, alternating; {chosen.decisions:,} decisions each, one core"
    }
    policies = [grant(number, chosen.constraints) for number in range(chosen.grants)]
    begun = time.perf_counter()
    compiled = [plans.loads(plans.dumps(compile_policy(policy))) for policy in policies]
    told_of.add("compile, write and read all plans", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    index = Index(compiled)
    told_of.add("build the index", time.perf_counter() - begun, "s")
    asked = requests(chosen.grants, chosen.decisions)
    _play(told_of, policies, index, asked, chosen.rounds)
    return told_of.close(as_json=chosen.json)


def _play(told_of: Report, policies: list[Policy], index: Index, asked: list[tuple[int, Request]], rounds: int) -> None:
    moment, state = Moment(int(NOW.timestamp() * 1_000_000)), State(NOW)
    by_hand = hand(policies)
    few = asked[: max(1, len(asked) // 200)]
    sides: list[tuple[str, list[tuple[int, Request]], Callable[[int, Request], bool]]] = [
        ("plans", asked, lambda _, request: index.decide(request, moment).allowed),
        ("reference", few, lambda number, request: evaluate(policies[number], request, state).outcome.permitted),
        ("hand", asked, lambda _, request: _by_hand(by_hand, request)),
    ]
    rates: dict[str, list[float]] = {name: [] for name, _, _ in sides}
    for number in range(rounds + 1):  # the first warms up
        for name, some, decide in sides if number % 2 else reversed(sides):
            begun = time.process_time()
            allowed = sum(decide(which, request) for which, request in some)
            rate = len(some) / (time.process_time() - begun)
            if not 0.85 < allowed / len(some) < 0.95:
                raise SystemExit(f"{name} allows {allowed} of {len(some)}: it does not decide what it should")
            if number:
                rates[name].append(rate)
        told(", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items() if values) or "warm")
    every = [index.decide(request, moment) for _, request in few]
    wrong = sum(
        d.allowed != evaluate(policies[n], r, state).outcome.permitted for d, (n, r) in zip(every, few, strict=True)
    )
    told_of.add("decisions, compiled plans (median)", median(rates["plans"]), "/s", at_least=AT_LEAST)
    told_of.add("the slowest round", min(rates["plans"]), "/s")
    told_of.add("decisions, reference evaluator", median(rates["reference"]), "/s")
    told_of.add("decisions, dictionary by hand", median(rates["hand"]), "/s")
    told_of.add("plans ÷ reference", median(rates["plans"]) / median(rates["reference"]))
    told_of.add("plans ÷ by hand", median(rates["plans"]) / median(rates["hand"]))
    told_of.add(f"decisions that differ from the reference, of {len(few)}", wrong, at_most=0)
    told_of.notes.append(
        "codes: " + ", ".join(f"{code or 'allowed'} {n}" for code, n in Counter(d.code for d in every).items())
    )
    told_of.notes.append("PASS" if told_of.holds else "FAIL")


def grant(number: int, constraints: int) -> Policy:
    """One grant with so many constraints, all of which a good request satisfies."""
    body, resource = f"4301{number % LINES:02d}.police", f"resource_{number // LINES % RESOURCES}"
    target = Asset(resource, FIELDS, (Constraint("column:division", "isPartOf", (f"4301{number % LINES:02d}",)),))
    mask = Duty(
        f"m{number}",
        Action("xp:mask", (Constraint("xp:maskKind", "eq", ("name",)),)),
        Asset(resource, FIELDS - {"phone"}),
    )
    said: list[Condition] = [
        Constraint("dateTime", "gteq", (date(2026, 1, 1),)),
        Constraint("dateTime", "lteq", (date(2027, 12, 31),)),
        Constraint("purpose", "isAnyOf", ("service", f"purpose_{number}")),
        Constraint("xp:serviceItem", "isAnyOf", ("birth", "marriage")),
        Constraint("count", "lteq", (1_000_000,)),
        Constraint("xp:rate", "lteq", (1_000,), "xp:perSecond"),
        Constraint("spatial", "isPartOf", ("430000",)),
        Constraint("recipient", "isPartOf", ("*.police",)),
        Constraint("xp:environment", "isAnyOf", ("gateway", "sandbox")),
    ]
    kinds = ("purpose", "spatial", "xp:environment", "recipient")
    said += [Constraint(kinds[n % 4], "isNoneOf", (f"no_{n}", f"never_{n}")) for n in range(constraints - len(said))]
    rule = Permission(
        f"p{number}", (Action("read"),), target, ("430000.police",), (body,), tuple(said[:constraints]), (mask,)
    )
    return Policy(f"grant-{number}", permissions=(rule,), title="办理事项", basis=("《某法》第一条",))


def requests(grants: int, many: int) -> list[tuple[int, Request]]:
    """Requests with the number of the grant that they are about; one in ten is to be refused."""
    chance = random.Random(20261123)
    found = []
    for _ in range(many):
        number = chance.randrange(grants)
        body, resource = f"4301{number % LINES:02d}.police", f"resource_{number // LINES % RESOURCES}"
        fields = frozenset(chance.sample(sorted(FIELDS), 2))
        one = Request(body, "read", resource, fields, "service", frozenset({"birth"}), body[:6], body, "gateway")
        fault = chance.randrange(30)
        changes = {0: {"purpose": "trade"}, 1: {"columns": fields | {"income"}}, 2: {"assignee": "430199.market"}}
        found.append((number, replace(one, **changes.get(fault, {}))))  # type: ignore[arg-type]
    return found


def hand(policies: list[Policy]) -> Hand:
    begins, ends = datetime(2026, 1, 1, tzinfo=UTC).timestamp(), datetime(2028, 1, 1, tzinfo=UTC).timestamp()
    items = frozenset({"birth", "marriage"})
    return {
        (rule.assignees[0], rule.target.uid): (FIELDS, frozenset({"service", policy.uid}), items, begins, ends)
        for policy in policies
        for rule in policy.permissions
        if rule.target
    }


def _by_hand(kept: Hand, request: Request) -> bool:
    found = kept.get((request.assignee, request.target))
    if found is None:
        return False
    fields, purposes, items, begins, ends = found
    fits = request.purpose in purposes and not items.isdisjoint(request.items)
    return fits and begins <= NOW.timestamp() < ends and request.columns <= fields


if __name__ == "__main__":
    sys.exit(main())
