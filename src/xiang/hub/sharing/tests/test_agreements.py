"""What is approved is an agreement that machines and people read alike, and a plan that says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from xiang.foundation.ground import instant
from xiang.hub.policies import evaluation, exchange, plans
from xiang.hub.policies.asking import Request, State
from xiang.hub.sharing import operations
from xiang.hub.sharing.models import Agreement, Environment, Grant
from xiang.hub.sharing.operations.fetching import terms_of

from . import bureaus
from .bureaus import Sharing, asking_for, rows


@pytest.fixture
def world(db: None) -> Sharing:
    return bureaus.make()


@pytest.fixture
def agreement(world: Sharing) -> Agreement:
    made = world.in_use(**asking_for(rows=rows("household_division", "isPartOf", "430100")))
    return Agreement.objects.get(grant__request=made)


def asked() -> Request:
    return Request(
        assignee="430100.civil_affairs",
        action="read",
        target="person_table",
        columns=frozenset({"name"}),
        purpose="relief_check",
        environment="gateway",
    )


def permitted(agreement: Agreement, request: Request, later: int = 0) -> bool:
    policy = exchange.parse(agreement.document, "jsonld")
    return evaluation.evaluate(policy, request, State(instant.now() + timedelta(days=later))).outcome.permitted


def test_the_agreement_reads_back_as_the_same_policy_in_both_forms(agreement: Agreement) -> None:
    said = exchange.parse(operations.exported(agreement, "jsonld"), "jsonld")
    assert exchange.parse(operations.exported(agreement, "turtle"), "turtle") == said
    assert said.kind == "Agreement" and said.basis == ("《中华人民共和国户口登记条例》第四条",)
    assert said.permissions[0].assigners == ("430000.police",)


def test_it_allows_what_was_approved_and_nothing_beside(agreement: Agreement) -> None:
    request = asked()
    assert permitted(agreement, request)
    beside = (
        replace(request, columns=frozenset({"name", "birth_date"})),
        replace(request, purpose="credit_scoring"),
        replace(request, environment="sandbox"),
        replace(request, assignee="430200.civil_affairs"),
        replace(request, action="distribute"),
        replace(request, amount=1001),
    )
    assert not any(permitted(agreement, one) for one in beside)
    assert permitted(agreement, request, 364) and not permitted(agreement, request, 365)


def test_the_plan_holds_columns_rows_period_and_quota(agreement: Agreement) -> None:
    plan = plans.loads(agreement.plan)
    assert plan.digest == agreement.digest and not plan.revoked
    (use,) = (rule for rule in plan.rules if not rule.forbids)
    assert use.columns == {"name", "household_division"} and use.quota == 1000
    assert use.rows is not None and use.begins is not None and use.ends is not None


def test_forms_do_not_read_past_the_gateway_by_a_grant_that_holds_only_there(world: Sharing) -> None:
    limited = world.in_use(**asking_for(rows=rows("household_division", "isPartOf", "430100")))
    plain = world.in_use(quota=None)
    sandboxed = world.in_use(quota=None, environment=Environment.SANDBOX)
    resource = Grant.objects.get(request=plain).resource
    keys = {terms.key for terms in terms_of([resource])}
    assert keys == {f"share.{plain.number}"}
    assert {limited.state, sandboxed.state} == {"in_use"}


def test_what_is_exchanged_as_tables_is_not_read_one_by_one(world: Sharing) -> None:
    made = world.step(world.forwarded(mode="table"), "approve", world.police.steward())
    agreement = Agreement.objects.get(grant__request=made)
    assert permitted(agreement, replace(asked(), action="reproduce"))
    assert not permitted(agreement, asked())
