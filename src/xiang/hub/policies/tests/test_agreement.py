"""The compiled plan and the reference evaluator agree, whatever the policies, the request and the state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import Invalid
from xiang.foundation.ground.instant import SHANGHAI, start_of
from xiang.hub.policies import plans
from xiang.hub.policies.asking import Request
from xiang.hub.policies.compiling import compile_policy
from xiang.hub.policies.deciding import Index, Moment
from xiang.hub.policies.evaluation import evaluate
from xiang.hub.policies.model import Action, Asset, Policy, Prohibition
from xiang.hub.policies.plans import Plan, PlanRule, micros
from xiang.hub.policies.report import Report
from xiang.hub.policies.rows import Filter, matches, rendered
from xiang.hub.policies.tests.strategies import POLICIES, REQUESTS, TREES, states
from xiang.hub.sharing import enforcement
from xiang.hub.sharing.enforcement import Ask, Terms
from xiang.hub.sharing.tests.test_enforcement import ASK, GRANTS, NAMES

OFTEN = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
SOME = st.lists(POLICIES, min_size=1, max_size=3, unique_by=lambda policy: policy.uid)


def planned(policies: Iterable[Policy]) -> list[Plan]:
    """The plans of policies as the gateway reads them: through their JSON."""
    return [plans.loads(plans.dumps(compile_policy(policy))) for policy in policies]


def expected(request: Request, reports: list[Report]) -> tuple[bool, frozenset[str], frozenset[str]]:
    """Permitted, granted and forbidden, over all policies: what any grants, less what any takes away."""
    asked = request.columns or frozenset({""})
    taken = frozenset(name for report in reports for name in report.outcome.forbidden)
    granted = frozenset(name for report in reports for name in report.outcome.granted) - taken
    return asked <= granted, granted, taken


@OFTEN
@given(st.data(), SOME, REQUESTS)
def test_plans_give_what_the_reference_evaluator_gives(
    data: st.DataObject, policies: list[Policy], request: Request
) -> None:
    policies = compilable(policies)
    state = data.draw(states(policies))
    reports = [evaluate(policy, request, state) for policy in policies]
    decision = Index(planned(policies), TREES).decide(request, Moment.of(state))
    assert (decision.allowed, decision.granted, decision.forbidden) == expected(request, reports)
    given = {uid for report in reports for rules in report.outcome.granted.values() for uid in rules}
    assert {held.rule.uid for held in decision.used} <= given
    if decision.allowed:
        assert {held.rule.uid for held in decision.excluded} == {u for r in reports for u in r.outcome.excluded}


def compilable(policies: list[Policy]) -> list[Policy]:
    """Those that compile. Generated ones nearly always do: only a quota inside a logic is refused."""
    found = []
    for policy in policies:
        try:
            compile_policy(policy)
        except Invalid as wrong:
            assert {error.code for error in wrong.errors} <= {"rate_units", "mask_twice"}
        else:
            found.append(policy)
    return found


@OFTEN
@given(st.data(), SOME, REQUESTS)
def test_each_item_is_masked_as_the_rule_says_that_it_is_taken_from(
    data: st.DataObject, policies: list[Policy], request: Request
) -> None:
    policies = compilable(policies)
    state = data.draw(states(policies))
    decision = Index(planned(policies), TREES).decide(request, Moment.of(state))
    for column, rule in decision.sources().items():
        assert rule.columns is None or column in rule.columns or not column
        assert decision.masks().get(column) == dict(rule.masks).get(column)


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "sex": st.sampled_from([None, "1", "2"]),
            "age": st.none() | st.integers(0, 5),
            "division": st.sampled_from([None, "430104", "430104001000", "430105001000", "430000", "440101"]),
        }
    ),
    max_size=12,
)


@OFTEN
@given(st.data(), SOME, REQUESTS, PEOPLE)
def test_a_database_shows_the_rows_that_the_filter_lets_through(
    data: st.DataObject, policies: list[Policy], request: Request, people: list[dict[str, Any]]
) -> None:
    policies = compilable(policies)
    state = data.draw(states(policies))
    decision = Index(planned(policies), TREES).decide(request, Moment.of(state))
    for held in (*decision.used, *decision.excluded):
        assert "xp:ownDivision" not in str(decision.rows())
        assert held.rule.target in (request.target, TREES.assets.get(request.target))
    if found := decision.rows():
        assert selected(found, people) == [n for n, row in enumerate(people) if matches(found, row)]


def selected(one: Filter, people: list[dict[str, Any]]) -> list[int]:
    with sqlite3.connect(":memory:") as records:
        records.execute("CREATE TABLE person (n INTEGER, sex TEXT, age INTEGER, division TEXT)")
        rows = [(n, row["sex"], row["age"], row["division"]) for n, row in enumerate(people)]
        records.executemany("INSERT INTO person VALUES (?, ?, ?, ?)", rows)
        where = rendered(one, "sqlite")
        found = records.execute(f"SELECT n FROM person WHERE {where.sql} ORDER BY n", where.parameters)
        return [n for (n,) in found]


@OFTEN
@given(st.data(), SOME, REQUESTS, st.frozensets(st.sampled_from(["name", "sex", "phone"])))
def test_one_more_prohibition_never_gives_anything(
    data: st.DataObject, policies: list[Policy], request: Request, columns: frozenset[str]
) -> None:
    policies = compilable(policies)
    state = data.draw(states(policies))
    before = Index(planned(policies), TREES).decide(request, Moment.of(state))
    rule = Prohibition("stop", (Action("read"),), Asset("person", columns), ("a",), ("*",))
    more = [*policies, Policy("stop-policy", "Set", prohibitions=(rule,))]
    after = Index(planned(more), TREES).decide(request, Moment.of(state))
    assert after.granted <= before.granted
    assert before.allowed or not after.allowed


# The sharing room's own pure function, over grants as it keeps them.


def plan_of(terms: Terms) -> Plan:
    """A grant of the sharing room as a plan."""
    after = terms.valid_to and start_of(terms.valid_to + timedelta(days=1))
    rule = PlanRule(
        uid=terms.key,
        actions=("use",),
        target=terms.resource,
        assignees=(terms.requester,),
        columns=terms.fields,
        purposes=None if "*" in terms.purposes else terms.purposes,
        items=None if "*" in terms.items else terms.items,
        begins=micros(start_of(terms.valid_from)),
        ends=after and micros(after),
    )
    return Plan(terms.key, (rule,), title=terms.title, basis=terms.basis, revoked=terms.revoked)


ASKS = st.builds(
    Ask,
    body=st.sampled_from(["430104.police", "430105.police", "430104.market", "*"]),
    resource=st.sampled_from(["person", "household"]),
    fields=NAMES,
    purpose=st.sampled_from(["service", "statistics", "other"]),
    items=st.frozensets(st.sampled_from(["birth", "marriage", "pension"]), max_size=2),
    on=st.sampled_from([ASK.on, ASK.on - timedelta(400), ASK.on + timedelta(1)]),
)


@OFTEN
@given(st.lists(GRANTS, max_size=6), ASKS)
def test_grants_as_plans_are_decided_as_the_sharing_room_decides_them(grants: list[Terms], ask: Ask) -> None:
    then = enforcement.decide(grants, ask)
    request = Request(ask.body, "read", ask.resource, ask.fields, ask.purpose, ask.items)
    noon = datetime.combine(ask.on, time(12), SHANGHAI)
    now = Index(plans.loads(plans.dumps(plan_of(each))) for each in grants).decide(request, Moment(micros(noon)))
    assert (now.code, now.grants, now.title, now.basis) == (then.code, then.grants, then.title, then.basis)


@pytest.mark.parametrize(("hour", "allowed"), [(0, True), (23, True), (24, False)])
def test_the_last_day_of_a_grant_is_a_whole_day_in_shanghai(hour: int, allowed: bool) -> None:
    terms = Terms("g", "*", "person", frozenset({"name"}), frozenset({"*"}), frozenset({"*"}), "", ASK.on, ASK.on)
    at = start_of(ASK.on) + timedelta(hours=hour)
    decision = Index([plan_of(terms)]).decide(Request("a.b", "read", "person", frozenset({"name"})), Moment(micros(at)))
    assert decision.allowed is allowed
