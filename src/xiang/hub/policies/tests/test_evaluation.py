"""The reference evaluator, state by state, beside the words of the ODRL Formal Semantics."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from xiang.foundation.ground.errors import Invalid
from xiang.hub.policies.asking import Request, State, Trees, request_of, state_of
from xiang.hub.policies.evaluation import evaluate
from xiang.hub.policies.model import (
    Action,
    Asset,
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
)
from xiang.hub.policies.report import Report

NOW = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight on the 23rd, in Shanghai
ISSUED = NOW - timedelta(days=3)
TREES = Trees(purposes={"identify": "service"})
ASK = Request(
    "430104.police",
    "read",
    "person",
    frozenset({"name"}),
    "identify",
    frozenset({"birth"}),
    "430104",
    "430104.data",
    "gateway",
)
STATE = State(NOW, trees=TREES)
RULE = Permission("p", (Action("read"),), Asset("person"), ("430000.police",), ("*.police",))


def report(*rules: Permission | Prohibition, ask: Request = ASK, state: State = STATE, **policy: Any) -> Report:
    permissions = tuple(rule for rule in rules if isinstance(rule, Permission))
    prohibitions = tuple(rule for rule in rules if isinstance(rule, Prohibition))
    made = Policy("g", permissions=permissions, prohibitions=prohibitions, issued=ISSUED, **policy)
    return evaluate(made, ask, state)


def permits(*conditions: Condition, ask: Request = ASK, state: State = STATE) -> bool:
    return report(replace(RULE, constraints=conditions), ask=ask, state=state).outcome.permitted


@pytest.mark.parametrize(
    ("left", "operator", "right", "holds"),
    [
        ("purpose", "eq", ("identify",), True),
        ("purpose", "eq", ("service",), False),
        ("purpose", "isA", ("service",), True),
        ("purpose", "isPartOf", ("identify",), True),
        ("purpose", "hasPart", ("service",), False),
        ("purpose", "isAnyOf", ("service", "identify"), True),
        ("purpose", "isNoneOf", ("service", "trade"), True),
        ("purpose", "neq", ("identify",), False),
        ("xp:serviceItem", "isAllOf", ("birth",), True),
        ("xp:serviceItem", "isAllOf", ("birth", "marriage"), False),
        ("xp:environment", "eq", ("sandbox",), False),
        ("spatial", "eq", ("430104000000",), True),
        ("spatial", "isPartOf", ("430100",), True),
        ("spatial", "isPartOf", ("430000",), True),
        ("spatial", "isPartOf", ("430105",), False),
        ("spatial", "hasPart", ("430104001",), True),
        ("recipient", "isPartOf", ("*.data",), True),
        ("recipient", "isPartOf", ("*.police",), False),
        ("dateTime", "lt", (NOW,), False),
        ("dateTime", "lteq", (NOW,), True),
        ("dateTime", "gt", (NOW - timedelta(microseconds=1),), True),
        ("dateTime", "eq", (date(2026, 11, 23),), True),
        ("dateTime", "lteq", (date(2026, 11, 22),), False),
        ("dateTime", "neq", (date(2026, 11, 22),), True),
        ("delayPeriod", "gteq", (timedelta(days=3),), True),
        ("elapsedTime", "lt", (timedelta(days=3),), False),
        ("count", "lteq", (1,), True),
        ("count", "lt", (1,), False),
        ("count", "lteq", (Decimal("0.5"),), False),
    ],
)
def test_a_constraint_compares(left: str, operator: str, right: tuple[Any, ...], holds: bool) -> None:
    assert permits(Constraint(left, operator, right)) is holds


@pytest.mark.parametrize(("operator", "holds"), [("isNoneOf", True), ("neq", True), ("isAnyOf", False), ("eq", False)])
def test_where_nothing_is_said_only_a_denial_holds(operator: str, holds: bool) -> None:
    assert permits(Constraint("purpose", operator, ("service",)), ask=replace(ASK, purpose="")) is holds


YES, NO = Constraint("purpose", "eq", ("identify",)), Constraint("purpose", "eq", ("trade",))


@pytest.mark.parametrize(
    ("operand", "parts", "holds"),
    [
        ("and", (YES, NO), False),
        ("and", (YES, YES), True),
        ("or", (YES, NO), True),
        ("or", (NO, NO), False),
        ("xone", (YES, NO), True),
        ("xone", (YES, YES), False),
        ("andSequence", (YES, YES), True),
        ("andSequence", (NO, YES), False),
        ("or", (NO, LogicalConstraint("xone", (YES, NO))), True),
    ],
)
def test_logic(operand: str, parts: tuple[Condition, ...], holds: bool) -> None:
    assert permits(LogicalConstraint(operand, parts)) is holds


def test_so_many_executions_are_allowed_as_the_count_says() -> None:
    def allowed(done: int, amount: int) -> bool:
        state = replace(STATE, counters={"p": done})
        return permits(Constraint("count", "lteq", (10,)), ask=replace(ASK, amount=amount), state=state)

    assert allowed(9, 1) and not allowed(10, 1)
    assert allowed(0, 10) and not allowed(5, 6)


def test_a_wider_action_permits_a_narrower_one_and_not_the_other_way() -> None:
    assert report(replace(RULE, actions=(Action("use"),))).outcome.permitted
    assert report(RULE, ask=replace(ASK, action="xp:verify")).outcome.permitted
    assert not report(replace(RULE, actions=(Action("xp:verify"),))).outcome.permitted
    assert not report(RULE, ask=replace(ASK, action="xp:batch")).outcome.permitted


def test_default_is_deny_and_an_offer_gives_nothing() -> None:
    assert report().outcome.code == "not_permitted"
    assert report(RULE, kind="Offer").outcome.code == "offer_only"
    assert report(RULE, state=replace(STATE, revoked=frozenset({"g"}))).outcome.code == "policy_revoked"


STOP = Prohibition("f", (Action("use"),), Asset("person", frozenset({"name"})), ("430000.police",), ("*",))


@pytest.mark.parametrize(
    ("conflict", "code"), [("", "prohibited"), ("prohibit", "prohibited"), ("perm", ""), ("invalid", "policy_void")]
)
def test_the_conflict_strategy_of_the_policy_is_kept(conflict: str, code: str) -> None:
    assert report(RULE, STOP, conflict=conflict).outcome.code == code
    without = replace(ASK, columns=frozenset({"sex"}))
    assert report(RULE, STOP, conflict=conflict, ask=without).outcome.code == ""


@pytest.mark.parametrize("conflict", ["", "prohibit", "perm", "invalid"])
def test_a_revoked_policy_takes_as_little_as_it_gives(conflict: str) -> None:
    revoked = replace(STATE, revoked=frozenset({"g"}))
    outcome = report(RULE, STOP, conflict=conflict, state=revoked).outcome
    assert (outcome.granted, outcome.forbidden, outcome.excluded) == ({}, frozenset(), ())


def test_a_prohibition_of_some_rows_takes_those_rows_away() -> None:
    rows = (Constraint("column:secret", "eq", (1,)),)
    some = replace(STOP, target=Asset("person", None, rows))
    outcome = report(RULE, some).outcome
    assert outcome.permitted and outcome.excluded == ("f",)


INFORM = Duty("d", Action("inform"))


@pytest.mark.parametrize(
    ("state", "deontic", "performance", "active"),
    [
        (STATE, "NonSet", "Unknown", False),
        (replace(STATE, performed={"d": (NOW,)}), "Fulfilled", "Performed", True),
        (replace(STATE, performed={"d": (NOW + timedelta(seconds=1),)}), "NonSet", "Unknown", False),
        (replace(STATE, impossible=frozenset({"d"})), "Violated", "Unperformed", False),
    ],
)
def test_a_permission_waits_for_its_duty(state: State, deontic: str, performance: str, active: bool) -> None:
    rule = report(replace(RULE, duties=(INFORM,)), state=state).rules[0]
    assert (rule.conditions[0].deontic, rule.conditions[0].performance) == (deontic, performance)
    assert rule.active is active


def test_an_inactive_duty_is_not_waited_for() -> None:
    idle = replace(INFORM, constraints=(NO,))
    told = report(replace(RULE, duties=(idle,)))
    assert told.outcome.permitted and told.rules[0].conditions[0].activation == "Inactive"


DELETE = Duty("o", Action("delete", (Constraint("elapsedTime", "lteq", (timedelta(days=2),)),)))


@pytest.mark.parametrize(
    ("performed", "consequence", "deontic"),
    [
        ((), (), "Violated"),
        ((ISSUED + timedelta(days=1),), (), "Fulfilled"),
        ((NOW,), (), "Violated"),
        ((NOW,), (NOW,), "Fulfilled"),
        ((), (NOW,), "Violated"),
    ],
)
def test_a_missed_obligation_is_mended_by_doing_it_late_and_bearing_the_consequence(
    performed: tuple[datetime, ...], consequence: tuple[datetime, ...], deontic: str
) -> None:
    duty = replace(DELETE, consequences=(Duty("c", Action("compensate")),))
    told = report(RULE, obligations=(duty,), state=replace(STATE, performed={"o": performed, "c": consequence}))
    assert told.rules[-1].deontic == deontic
    assert told.outcome.permitted and bool(told.violations) is (deontic == "Violated")


def test_an_obligation_runs_from_its_own_beginning() -> None:
    told = report(RULE, obligations=(DELETE,), state=replace(STATE, since={"o": NOW - timedelta(days=1)}))
    assert told.rules[-1].deontic == "NonSet"


@pytest.mark.parametrize(("remedied", "deontic"), [((), "Violated"), ((NOW,), "Fulfilled")])
def test_a_violated_prohibition_is_mended_by_its_remedy(remedied: tuple[datetime, ...], deontic: str) -> None:
    rule = replace(STOP, remedies=(Duty("r", Action("anonymize")),))
    state = replace(STATE, performed={"f": (NOW,), "r": remedied})
    assert report(rule, state=state).rules[0].deontic == deontic
    assert report(rule).rules[0].deontic == "NonSet"


def test_a_rule_about_something_else_is_not_attempted() -> None:
    told = report(RULE, ask=replace(ASK, assignee="430104.market")).rules[0]
    assert (told.attempt, told.activation) == ("NotAttempted", "Inactive")
    assert [premise.kind for premise in told.premises if not premise.satisfied] == ["Party"]


def test_return_flow_asks_whose_rows_they_are() -> None:
    own = Asset("person", None, (Constraint("column:division", "isPartOf", ("xp:ownDivision",)),))
    assert report(replace(RULE, target=own)).outcome.permitted
    assert not report(replace(RULE, target=own), ask=replace(ASK, division="")).outcome.permitted


def test_a_prohibition_cannot_depend_on_a_division_that_may_be_left_out() -> None:
    own = Asset("person", None, (Constraint("column:division", "neq", ("xp:ownDivision",)),))
    with pytest.raises(Invalid) as refused:
        report(RULE, replace(STOP, target=own))
    assert [error.code for error in refused.value.errors] == ["own_division_forbids"]


def test_a_policy_that_makes_no_sense_is_not_evaluated() -> None:
    with pytest.raises(Invalid) as refused:
        report(replace(RULE, constraints=(Constraint("mood", "eq", ("good",)),)))
    assert [(e.code, e.pointer) for e in refused.value.errors] == [
        ("unknown_left_operand", "/permission/0/constraint/0")
    ]


@pytest.mark.parametrize(
    ("document", "code", "pointer"),
    [
        ({"assignee": "a", "action": "read", "target": "t", "purpos": "x"}, "unknown_key", "/purpos"),
        ({"action": "read", "target": "t"}, "missing", "/assignee"),
        ({"assignee": 1, "action": "read", "target": "t"}, "wrong_type", "/assignee"),
        ({"assignee": "a", "action": "read", "target": "t", "columns": ["a", 1]}, "wrong_type", "/columns/1"),
        ({"assignee": "a", "action": "read", "target": "t", "amount": 0}, "wrong_value", "/amount"),
        ({"assignee": "a", "action": "read", "target": "t", "amount": True}, "wrong_type", "/amount"),
        ([], "wrong_type", ""),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(document: Any, code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        request_of(document)
    assert (code, pointer) in {(error.code, error.pointer) for error in refused.value.errors}


@pytest.mark.parametrize(
    ("document", "code", "pointer"),
    [
        ({"now": "2026-11-22T09:00:00"}, "wrong_instant", "/now"),
        ({"performed": {"d": ["yesterday"]}}, "wrong_instant", "/performed/d/0"),
        ({"counters": {"p": "1"}}, "wrong_type", "/counters/p"),
        ({"counter": {}}, "unknown_key", "/counter"),
    ],
)
def test_a_state_that_cannot_be_read_is_refused(document: Any, code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        state_of(document, NOW)
    assert (code, pointer) in {(error.code, error.pointer) for error in refused.value.errors}
