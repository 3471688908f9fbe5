"""What the compiler settles, what it carries, and what it refuses because no gateway could keep it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import xiang
from xiang.foundation.ground.errors import Invalid
from xiang.foundation.ground.instant import start_of
from xiang.hub.policies import plans
from xiang.hub.policies.asking import Request
from xiang.hub.policies.compiling import compile_policy
from xiang.hub.policies.deciding import Index, Moment
from xiang.hub.policies.masking import Mask
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
from xiang.hub.policies.plans import Plan, PlanError, PlanRule, Rate, micros
from xiang.hub.policies.rows import Compare
from xiang.hub.policies.tests.strategies import POLICIES

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
RULE = Permission("p", (Action("read"),), Asset("person"), ("430000.police",), ("*.police",))
ANYTIME = Constraint("dateTime", "gteq", (date(2026, 1, 1),))
COUNT = Constraint("count", "lteq", (5,))


def compiled(*conditions: Condition, **changes: Any) -> PlanRule:
    rule = replace(RULE, constraints=conditions, **changes)
    return compile_policy(Policy("g", permissions=(rule,), issued=ISSUED)).rules[0]


def test_constraints_that_hold_together_are_settled_into_fields() -> None:
    rule = compiled(
        Constraint("purpose", "isAnyOf", ("service", "identify")),
        LogicalConstraint("and", (Constraint("purpose", "eq", ("service",)), COUNT, Constraint("count", "lt", (4,)))),
        Constraint("xp:serviceItem", "isAnyOf", ("birth",)),
        ANYTIME,
        Constraint("dateTime", "lteq", (date(2027, 12, 31),)),
        Constraint("elapsedTime", "lt", (timedelta(days=400),)),
        Constraint("xp:rate", "lteq", (50,), "xp:perMinute"),
    )
    assert (rule.purposes, rule.items, rule.quota) == (frozenset({"service"}), frozenset({"birth"}), 3)
    assert rule.rate == Rate(50, 60)
    assert rule.begins == micros(start_of(date(2026, 1, 1)))
    assert rule.ends == micros(ISSUED + timedelta(days=400))
    assert rule.conditions == ()


def test_masks_columns_and_rows_are_told_by_column() -> None:
    terms = (Constraint("xp:maskKind", "eq", ("custom",)), Constraint("xp:keepFirst", "eq", (2,)))
    duty = Duty("m", Action("xp:mask", terms), Asset("person", frozenset({"name"})))
    target = Asset("person", frozenset({"name", "sex"}), (Constraint("column:division", "isPartOf", ("430100",)),))
    rule = compiled(target=target, duties=(duty, Duty("d", Action("inform"))))
    assert rule.columns == frozenset({"name", "sex"})
    assert rule.masks == (("name", Mask("custom", 2, 0)),)
    assert rule.rows == Compare("division", "isPartOf", ("430100",))
    assert rule.before == ("d",)


def mask(*terms: Constraint, **changes: Any) -> Duty:
    kind = Constraint("xp:maskKind", "eq", ("name",))
    return replace(Duty("m", Action("xp:mask", (kind, *terms)), Asset("person", frozenset({"name"}))), **changes)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"target": None}, "target_missing", "/permission/0"),
        ({"constraints": (LogicalConstraint("or", (COUNT, ANYTIME)),)}, "quota_form", "/permission/0/constraint/0"),
        ({"constraints": (Constraint("count", "gt", (5,)),)}, "quota_form", "/permission/0/constraint/0"),
        (
            {"constraints": tuple(Constraint("xp:rate", "lteq", (5,), unit) for unit in ("xp:perDay", "xp:perHour"))},
            "rate_units",
            "/permission/0/constraint/1",
        ),
        (
            {"constraints": (LogicalConstraint("or", (LogicalConstraint("andSequence", (ANYTIME,)),)),)},
            "sequence_not_pushed",
            "/permission/0/constraint/0/or/0",
        ),
        (
            {"target": Asset("person", None, (Constraint("column:name", "lt", ("李",)),))},
            "row_text_order",
            "/permission/0/target/refinement/0",
        ),
        (
            {"actions": (Action("read", (ANYTIME,)), Action("print"))},
            "action_refinement",
            "/permission/0/action/0",
        ),
        ({"duties": (Duty("d", Action("inform"), constraints=(ANYTIME,)),)}, "duty_condition", "/permission/0/duty/0"),
        ({"duties": (mask(constraints=(ANYTIME,)),)}, "mask_condition", "/permission/0/duty/0"),
        ({"duties": (mask(target=Asset("other", frozenset({"name"}))),)}, "mask_target", "/permission/0/duty/0"),
        (
            {
                "duties": (
                    mask(),
                    mask(uid="n", action=Action("xp:mask", (Constraint("xp:maskKind", "eq", ("phone",)),))),
                )
            },
            "mask_twice",
            "/permission/0/duty/1",
        ),
    ],
)
def test_what_no_gateway_could_keep_is_a_compile_error(changes: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        compile_policy(Policy("g", permissions=(replace(RULE, **changes),), issued=ISSUED))
    assert refused.value.code == "policy_not_compilable"
    assert [(error.code, error.pointer) for error in refused.value.errors] == [(code, path)]


def test_every_error_is_told_at_once() -> None:
    rules = (
        replace(RULE, constraints=(Constraint("delayPeriod", "gteq", (timedelta(1),)),)),
        replace(RULE, uid="q", target=None),
    )
    stop = Prohibition("f", (Action("read"),), Asset("person"), ("a",), ("*",), (COUNT,))
    with pytest.raises(Invalid) as refused:
        compile_policy(Policy("g", "Offer", permissions=rules, prohibitions=(stop,)))
    codes = {error.code for error in refused.value.errors}
    assert codes == {"offer_not_enforced", "no_reference_instant", "target_missing", "quota_form"}


def test_obligations_are_told_with_their_time() -> None:
    limit = Constraint("elapsedTime", "lteq", (timedelta(days=30),))
    duty = Duty("o", Action("delete", (limit,)))
    plan = compile_policy(Policy("g", permissions=(RULE,), obligations=(duty,)))
    decision = Index([plan]).decide(Request("430104.police", "read", "person", frozenset({"name"})), Moment(0))
    assert [(note.uid, note.kind, note.within) for note in decision.notes()] == [("o", "obligation", 30 * 86400)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(POLICIES)
def test_a_plan_survives_its_json(policy: Policy) -> None:
    try:
        plan = compile_policy(policy, "digest")
    except Invalid:
        return
    assert plans.loads(plans.dumps(plan)) == plan
    assert plans.dumps(plans.loads(plans.dumps(plan))) == plans.dumps(plan)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"version":1', '"version":2'), "plan_version"),
        (('"quota":null,', ""), "plan_form"),
        (('"conditions":[]', '"conditions":[{"left":"mood","eq":["x"]}]'), "plan_form"),
        (('"masks":{}', '"masks":{"name":["none",0,0]}'), "plan_form"),
        (('"rows":null', '"rows":{"column":"a","like":["x"]}'), "plan_form"),
        (("{", "", 1), "plan_form"),
    ],
)
def test_a_plan_that_is_not_understood_is_refused(change: tuple[Any, ...], code: str) -> None:
    text = plans.dumps(Plan("g", (PlanRule("p", ("read",), "person"),)))
    with pytest.raises(PlanError) as refused:
        plans.loads(text.replace(*change))
    assert refused.value.code == code


def decided(rule: PlanRule, moment: Moment, **request: Any) -> str:
    asked = Request("430104.police", "read", "person", frozenset({"name"}), **request)
    return Index([Plan("g", (rule,))]).decide(asked, moment).code


BASE = PlanRule("p", ("read",), "person")
MET = Constraint("xp:environment", "eq", ("gateway",))


@pytest.mark.parametrize(
    ("rule", "moment", "code"),
    [
        (BASE, Moment(5), ""),
        (BASE, Moment(5, revoked=frozenset({"g"})), "grant_revoked"),
        (replace(BASE, begins=6), Moment(5), "grant_not_begun"),
        (replace(BASE, ends=5), Moment(5), "grant_expired"),
        (replace(BASE, ends=6), Moment(5), ""),
        (replace(BASE, purposes=frozenset({"x"})), Moment(5), "purpose_not_granted"),
        (replace(BASE, items=frozenset({"x"})), Moment(5), "item_not_granted"),
        (replace(BASE, conditions=(MET,)), Moment(5), "condition_unmet"),
        (replace(BASE, rows=Compare("d", "isPartOf", ("xp:ownDivision",))), Moment(5), "division_missing"),
        (replace(BASE, before=("d",)), Moment(5), "duty_open"),
        (replace(BASE, before=("d",)), Moment(5, fulfilled=frozenset({"d"})), ""),
        (replace(BASE, quota=3), Moment(5, counts={"p": 3}), "quota_exhausted"),
        (replace(BASE, rate=Rate(3, 1)), Moment(5, rates={"p": 3}), "rate_exceeded"),
        (replace(BASE, columns=frozenset({"sex"})), Moment(5), "field_not_granted"),
        (replace(BASE, target="household"), Moment(5), "no_grant"),
        (replace(BASE, assignees=("430105.police",)), Moment(5), "no_grant"),
        (replace(BASE, actions=("print",)), Moment(5), "no_grant"),
        (replace(BASE, forbids=True), Moment(5), "no_grant"),
    ],
)
def test_a_refusal_says_what_was_missing(rule: PlanRule, moment: Moment, code: str) -> None:
    assert decided(rule, moment) == code


def test_names_are_remembered_without_filling_the_memory() -> None:
    rule = replace(BASE, conditions=(Constraint("purpose", "isNoneOf", ("trade",)),))
    index = Index([Plan("g", (rule,))])
    for number in range(3000):
        asked = Request("430104.police", "read", "person", purpose=f"purpose {number}")
        assert index.decide(asked, Moment(0)).allowed
    assert not index.decide(Request("430104.police", "read", "person", purpose="trade"), Moment(0)).allowed


def test_the_gateway_needs_neither_django_nor_rdf() -> None:
    asks = "import sys; from xiang.hub.policies import deciding, plans, rows, masking, compiling, evaluation"
    heavy = "print([name for name in ('django', 'rdflib', 'duckdb') if name in sys.modules])"
    source = Path(xiang.__path__[0]).parent
    found = subprocess.run(
        [sys.executable, "-c", f"{asks}; {heavy}"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(source)},
    )
    assert found.stdout.strip() == "[]"
