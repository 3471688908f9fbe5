"""Requests for shared data: handed in once, checked, reviewed in time, granted or refused with the law, ended at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import NO_DUE, Case
from xiang.foundation.documents.models import Document
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.measures import queries as measures
from xiang.foundation.measures.operations import fold_batch
from xiang.foundation.notices.models import Notice
from xiang.foundation.outbox import worker
from xiang.foundation.statutes.queries import RuleMissingError
from xiang.hub.policies import plans
from xiang.hub.sharing import operations
from xiang.hub.sharing.models import Agreement, Disagreement, Grant, ShareRequest

from . import bureaus
from .bureaus import LAW, Sharing, asking_for, rows

State = ShareRequest.State


@pytest.fixture
def world(db: None) -> Sharing:
    return bureaus.make()


def codes(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {error.pointer: error.code for error in caught.value.errors}


def test_a_draft_is_kept_incomplete_and_says_all_that_is_missing_when_it_is_handed_in(world: Sharing) -> None:
    actor = world.civil.steward()
    draft = operations.save_draft({"law": "户口登记条例"}, actor)
    with pytest.raises(Invalid) as caught:
        operations.hand_in(draft.pk, actor)
    missing = {"/article", "/business_item", "/entries", "/mode", "/valid_from", "/commitment", "/protection"}
    assert missing <= set(codes(caught)) and "/law" not in codes(caught)
    draft.refresh_from_db()
    assert draft.handed_in_at is None and draft.content == {"law": "户口登记条例"}


def test_handing_in_twice_makes_one_request_with_one_case(world: Sharing) -> None:
    actor = world.civil.steward()
    draft = operations.save_draft(world.draft(), actor)
    (first,) = operations.hand_in(draft.pk, actor)
    (second,) = operations.hand_in(draft.pk, actor)
    assert first.pk == second.pk and Case.objects.filter(item_key="hub.sharing").count() == 1
    with pytest.raises(Refused) as caught:
        operations.save_draft({}, actor, draft.pk)
    assert caught.value.code == "handed_in"


def test_each_entry_of_a_draft_goes_to_its_own_provider(world: Sharing) -> None:
    actor = world.civil.steward()
    company = {"entry": "company", "items": ["name"]}
    draft = operations.save_draft(world.draft(entries=[*world.draft()["entries"], company]), actor)
    made = operations.hand_in(draft.pk, actor)
    assert [one.provider for one in made] == ["430000.police", "430000.market"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        (asking_for(items=[]), "/entries/0/items", "items_missing"),
        (asking_for(items=["salary"]), "/entries/0/items", "item_unknown"),
        (asking_for(entry="nothing"), "/entries/0/entry", "entry_absent"),
        (asking_for(rows=rows("salary", "eq", 1)), "/entries/0/rows/0/field", "item_unknown"),
        (asking_for(rows=rows("name", "like", "刘%")), "/entries/0/rows/0/operator", "operator_unknown"),
        ({"commitment": False}, "/commitment", "commitment_missing"),
        ({"valid_to": "2026-11-01"}, "/valid_to", "period_reversed"),
        ({"article": "  "}, "/article", "article_missing"),
        ({"kind": "return_flow"}, "/entries/0/rows", "division_missing"),
        ({"renews": "XC2026-1123-99999"}, "/renews", "not_in_use"),
    ],
)
def test_what_does_not_hold_is_said_with_its_place(world: Sharing, changes: dict, pointer: str, code: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Invalid) as caught:
        world.hand_in(**changes)
    assert codes(caught)[pointer] == code


def test_nobody_asks_for_the_data_of_the_own_body_nor_writes_the_draft_of_another(world: Sharing) -> None:
    with pytest.raises(Invalid) as caught:
        world.hand_in(world.police)
    assert codes(caught) == {"/entries/0/entry": "own_data"}
    draft = operations.save_draft(world.draft(), world.civil.steward())
    with pytest.raises(Absent):
        operations.hand_in(draft.pk, world.market.steward())
    with pytest.raises(Absent):
        operations.save_draft({}, world.market.steward(), draft.pk)


def test_a_conditional_request_is_checked_by_the_hub_and_answered_by_the_provider(world: Sharing) -> None:
    made = world.hand_in()
    case = Case.objects.get(pk=made.pk)
    assert (case.unit_id, case.act_by) == (world.hub.office.id, date(2026, 11, 25)), "two working days from Monday"
    world.step(made, "forward", world.hub.steward())
    case.refresh_from_db()
    assert (case.unit_id, case.due) == (world.police.office.id, date(2026, 12, 7)), "ten working days"
    world.step(made, "approve", world.police.steward(), conditions=["逐项授权"])
    assert (made.state, made.answered_in_time) == (State.PROVISIONING, True)
    worker.drain(raising=True)
    made.refresh_from_db()
    assert made.state == State.DELIVERED, "the gateway serves a mounted resource at once"
    operations.act_as_requester(made, "confirm", world.civil.steward())
    made.refresh_from_db()
    assert made.state == State.IN_USE and not Case.objects.get(pk=made.pk).open


def test_an_unconditional_request_is_the_hub_s_alone_within_one_working_day(world: Sharing) -> None:
    made = world.hand_in(**asking_for(entry="company", items=["name"]))
    assert Case.objects.get(pk=made.pk).act_by == date(2026, 11, 24)
    with pytest.raises(Refused) as caught:
        world.step(made, "forward", world.hub.steward())
    assert caught.value.code == "unconditional"
    assert world.step(made, "authorise", world.hub.steward()).state == State.PROVISIONING
    with pytest.raises(Refused):
        world.step(world.hand_in(), "authorise", world.hub.steward())


def test_nobody_answers_the_own_request_and_nobody_of_another_body_sees_it(world: Sharing) -> None:
    own = world.hand_in(world.hub)
    with pytest.raises(Forbidden) as caught:
        world.step(own, "forward", world.hub.steward())
    assert caught.value.code == "own_request"
    world.step(own, "forward", world.hub.colleague())
    with pytest.raises(Absent):
        world.step(own, "approve", world.market.steward())
    with pytest.raises(Absent):
        world.step(own, "approve", world.hub.colleague())


def test_the_provider_adds_no_condition_that_the_catalogue_does_not_have(world: Sharing) -> None:
    made = world.forwarded()
    with pytest.raises(Invalid) as caught:
        world.step(made, "approve", world.police.steward(), conditions=["须另行缴费"])
    assert codes(caught) == {"/conditions": "condition_not_in_catalogue"}
    assert not Grant.objects.filter(request=made).exists()


@pytest.mark.parametrize("missing", ["reason", "law", "article"])
def test_a_refusal_cites_the_law(world: Sharing, missing: str) -> None:
    made = world.forwarded()
    said = {"reason": "超出必要范围", **LAW}
    with pytest.raises(Invalid):
        world.step(made, "reject", world.police.steward(), **{k: v for k, v in said.items() if k != missing})
    world.step(made, "reject", world.police.steward(), **said)
    assert made.state == State.REFUSED and "第四条" in made.ended_reason
    assert Document.objects.filter(case_id=made.pk, kind="share_refusal").count() == 1
    worker.drain(raising=True)
    assert Notice.objects.filter(recipient_id=world.civil.first.party_id, kind="share.reject").exists()


def test_a_filter_that_cannot_be_enforced_is_refused_at_review(world: Sharing) -> None:
    made = world.hand_in(**asking_for(rows=rows("name", "lt", "刘")))
    with pytest.raises(Refused) as caught:
        world.step(made, "forward", world.hub.steward())
    assert caught.value.code == "filter_not_enforceable" and "行的条件" in caught.value.detail
    world.step(made, "send_back", world.hub.steward(), reason="改成相等比较")
    content = operations.content_of(made) | {"commitment": True} | asking_for(rows=rows("name", "eq", "刘芸"))
    operations.resubmit(made, content, world.civil.steward())
    made.refresh_from_db()
    assert made.state == State.HUB_CHECK and made.rows[0]["operator"] == "eq"
    world.step(made, "forward", world.hub.steward())


def test_an_answer_may_be_put_off_once_and_then_is_late_but_never_given_by_silence(world: Sharing) -> None:
    made = world.forwarded()
    world.step(made, "prolong", world.police.steward(), reason="要会商数源处室")
    case = Case.objects.get(pk=made.pk)
    assert case.due == date(2026, 12, 21)
    with pytest.raises(Refused) as caught:
        world.step(made, "prolong", world.police.steward(), reason="再延")
    assert caught.value.code == "extended_already"
    with instant.frozen_at(date(2026, 12, 22)):
        world.step(made, "approve", world.police.steward())
    case.refresh_from_db()
    assert case.overdue and made.answered_in_time is False
    fold_batch(1000)
    assert measures.figure("hub.share_on_time").value == 0


def test_the_requester_takes_a_request_back_while_it_is_in_other_hands(world: Sharing) -> None:
    made = world.forwarded()
    cases.claim(made.pk, world.police.steward())
    with pytest.raises(Forbidden):
        operations.act_as_requester(made, "take_back", world.police.steward())
    operations.act_as_requester(made, "take_back", world.civil.colleague())
    made.refresh_from_db()
    case = Case.objects.get(pk=made.pk)
    assert made.state == State.WITHDRAWN and not case.open and case.act_by == NO_DUE


def test_a_limit_that_nobody_registered_stops_the_handing_in(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(bureaus.LIMITS, "hub.share.deliver")
    with pytest.raises(RuleMissingError):
        bureaus.make().hand_in()
    assert not ShareRequest.objects.exists() and not Case.objects.exists()


def test_revoking_works_at_once_and_the_requester_is_told_why(world: Sharing) -> None:
    made = world.in_use()
    with pytest.raises(Forbidden):
        operations.revoke_request(made, "无关的机关", world.market.steward())
    with pytest.raises(Invalid):
        operations.revoke_request(made, " ", world.police.steward())
    operations.revoke_request(made, "发现超范围使用", world.police.steward())
    made.refresh_from_db()
    grant = Grant.objects.get(request=made)
    last = Agreement.objects.filter(grant=grant).latest("version")
    assert made.state == State.REVOKED and grant.revoked_at and last.version == 2 and plans.loads(last.plan).revoked
    worker.drain(raising=True)
    told = Notice.objects.get(recipient_id=world.civil.first.party_id, kind="share.revoked")
    assert "发现超范围使用" in told.body


def test_what_was_provided_but_not_yet_confirmed_can_be_recalled(world: Sharing) -> None:
    made = world.step(world.forwarded(), "approve", world.police.steward())
    operations.revoke_request(made, "接收系统未通过测评", world.police.steward())
    made.refresh_from_db()
    assert made.state == State.REVOKED and Grant.objects.get(request=made).revoked_at
    worker.drain(raising=True)
    made.refresh_from_db()
    assert made.state == State.REVOKED, "the gateway does not provide what was recalled meanwhile"


def test_a_renewal_is_a_new_request_and_the_old_one_ends_when_it_is_approved(world: Sharing) -> None:
    old = world.in_use()
    draft = operations.renew(old, world.civil.steward())
    content = draft.content | {"valid_from": "2027-11-23", "valid_to": "2028-11-22", "commitment": True}
    operations.save_draft(content, world.civil.steward(), draft.pk)
    (new,) = operations.hand_in(draft.pk, world.civil.steward())
    world.step(world.step(new, "forward", world.hub.steward()), "approve", world.police.steward())
    old.refresh_from_db()
    assert (old.state, new.renews_id) == (State.RENEWED, old.pk)
    assert Grant.objects.get(request=old).revoked_at is None, "the old period is served to its end"


def test_what_has_run_out_is_written_down_and_closing_needs_the_requester(world: Sharing) -> None:
    made, other = world.in_use(), world.in_use(purpose="other_check")
    with pytest.raises(Forbidden):
        operations.close_request(other, "不再需要", world.police.steward())
    operations.close_request(other, "不再需要", world.civil.steward())
    assert operations.expire_due() == 0
    with instant.frozen_at(made.valid_to + timedelta(days=1)):
        assert operations.expire_due() == 1
    made.refresh_from_db(), other.refresh_from_db()
    assert (made.state, other.state) == (State.EXPIRED, State.CLOSED)


def test_return_flow_comes_from_the_level_above_and_for_the_own_division_alone(world: Sharing) -> None:
    for values in (["430200"], ["430100", "430200"], ["430000"]):
        with pytest.raises(Invalid) as caught:
            world.hand_in(kind="return_flow", **asking_for(rows=rows("household_division", "isPartOf", *values)))
        assert codes(caught) == {"/entries/0/rows": "division_missing"}
    made = world.in_use(kind="return_flow", **asking_for(rows=rows("household_division", "isPartOf", "430100")))
    plan = plans.loads(Agreement.objects.get(grant__request=made).plan)
    permission = next(rule for rule in plan.rules if not rule.forbids)
    assert permission.rows is not None and "xp:returnFlow" in permission.actions
    assert made.grant.rows == rows("household_division", "isPartOf", "430100")


def test_a_refusal_is_disputed_step_by_step_and_what_is_settled_is_not_refused_again(world: Sharing) -> None:
    made = world.step(world.forwarded(), "reject", world.police.steward(), reason="不同意", **LAW)
    with pytest.raises(Forbidden):
        operations.disagree(made, "依法应当共享", world.police.steward())
    found = operations.disagree(made, "依法应当共享", world.civil.steward())
    with pytest.raises(Forbidden):
        operations.settle(found, "share", "枢纽插手协商", world.hub.steward())
    operations.take_further(found, world.civil.steward())
    assert found.stage == Disagreement.Stage.DEPARTMENT
    operations.settle(found, "share", "属于履职所必需，应当共享", world.hub.steward())
    with pytest.raises(Refused):
        operations.settle(found, "upheld", "改主意", world.hub.steward())
    again = world.forwarded()
    with pytest.raises(Refused) as caught:
        world.step(again, "reject", world.police.steward(), reason="还是不同意", **LAW)
    assert caught.value.code == "settled_to_share"


def test_figures_recount_to_what_was_folded(world: Sharing) -> None:
    world.in_use()
    world.step(world.forwarded(), "reject", world.police.steward(), reason="不同意", **LAW)
    fold_batch(1000)
    for key, value in (("hub.share_satisfied", 50), ("hub.share_on_time", 100)):
        assert measures.figure(key).value == value
        assert measures.recount(key).agrees
