"""The licence procedure, edge by edge, with its legal clock."""

from __future__ import annotations

from datetime import date

import pytest

from tests import cast
from xiang.foundation.cases import clocks, operations, queries
from xiang.foundation.cases.models import NO_DUE, Case, ClockState
from xiang.foundation.documents import operations as documents
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ground.instant import frozen_at
from xiang.services.applications.procedures import licence

pytestmark = pytest.mark.django_db

KINDS = [
    "acceptance_notice",
    "supplement_notice",
    "not_needed_notice",
    "decline_decision",
    "withdrawal_notice",
    "special_procedure_notice",
    "hearing_right_notice",
    "extension_notice",
    "grant_decision",
    "refusal_decision",
    "delivery_receipt",
    "revocation_decision",
    "cancellation_decision",
]


@pytest.fixture
def world():
    cast.publish_2025()
    for kind in KINDS:
        documents.put_template(kind, kind, "{body}〔{year}〕" + kind + "{serial:05d}号", ["{item}：{number}"])
    return cast.province()


def filed(world, on=date(2025, 9, 22), applicant=None, promised=10) -> Case:
    applicant = applicant or cast.person()
    with frozen_at(on):
        return operations.open_case(
            operations.Opening(
                id=new_id(),
                procedure="licence",
                item_key="food_licence",
                item_title="食品经营许可（新办）",
                title="芸记米粉店",
                channel="web",
                applicant=applicant,
                unit=world.market.unit,
                rules=cast.licence_rules(promised),
                answers={"shop": "芸记米粉店"},
                parties=[operations.PartyRole("applicant", applicant, {"name": applicant.name})],
            ),
            cast.resident(applicant),
        )


def perform(case, name, actor, when, /, **data) -> Case:
    with frozen_at(when):
        return operations.perform(case.id, name, actor, data)


def accepted(world, on=date(2025, 9, 22), **more) -> Case:
    return perform(filed(world, on, **more), "accept", world.market.receiver, on)


def test_accepting_starts_the_promised_clock_and_issues_a_notice(world):
    case = accepted(world)
    assert (case.state, case.clock, case.clock_started) == ("accepted", ClockState.RUNNING, date(2025, 9, 22))
    # Ten working days from Monday 22 September over the make-up Sunday and the national holiday.
    assert case.due == date(2025, 10, 11)
    assert case.legal_due == date(2025, 10, 24)
    assert case.events.get(transition="accept").document_id is not None


def test_five_working_days_of_silence_are_acceptance_from_the_day_of_receipt(world):
    case = filed(world, date(2025, 9, 22))
    with frozen_at(date(2025, 9, 28)):
        assert operations.settle(case.id).state == "submitted"  # the make-up Sunday is the fifth day, not past it
    with frozen_at(date(2025, 9, 29)):
        case = operations.settle(case.id)
    event = case.events.get(transition="deem_accepted")
    assert case.state == "accepted"
    assert case.accepted_on == event.effective_on == date(2025, 9, 22)
    assert event.recorded_at.date() == date(2025, 9, 29)
    assert case.clock_started == date(2025, 9, 22)


def test_a_worker_that_slept_for_weeks_changes_nothing_in_law(world):
    case = filed(world, date(2025, 9, 22))
    with frozen_at(date(2025, 11, 20)):
        case = operations.settle(case.id)
    assert case.accepted_on == date(2025, 9, 22)
    assert case.overdue
    assert case.state == "accepted", "an overdue decision is never a grant"
    assert [e.transition for e in queries.events(case)] == [
        "submit", "deem_accepted", "mark_overdue", "mark_legal_overdue",
    ]  # fmt: skip


def test_a_supplement_is_asked_for_once_and_restarts_the_limit_to_accept(world):
    applicant = cast.person()
    case = filed(world, date(2025, 9, 22), applicant)
    case = perform(case, "ask_supplement", world.market.receiver, date(2025, 9, 23), missing=["房屋租赁合同"])
    assert (case.state, case.waiting_for) == ("supplementing", "applicant")
    with frozen_at(date(2025, 10, 9)):
        assert operations.settle(case.id).state == "supplementing", "waiting for the applicant is not our silence"
    case = perform(case, "supplement", cast.resident(applicant), date(2025, 10, 9))
    with pytest.raises(Refused) as refused:
        perform(case, "ask_supplement", world.market.receiver, date(2025, 10, 10), missing=["别的"])
    assert refused.value.code == "asked_already"
    with frozen_at(date(2025, 10, 17)):
        case = operations.settle(case.id)
    assert case.accepted_on == date(2025, 10, 9)


def test_testing_stops_the_clock_and_an_extension_adds_to_it(world):
    case = accepted(world)
    case = perform(case, "stop", world.market.reviewer, date(2025, 9, 24), reason="testing", days=2)
    assert (case.state, case.clock, case.due) == ("stopped", ClockState.STOPPED, NO_DUE)
    case = perform(case, "resume", world.market.reviewer, date(2025, 9, 26), result="检测合格")
    assert case.due == date(2025, 10, 14)  # two working days later than 11 October
    perform(case, "ask_extension", world.market.reviewer, date(2025, 9, 29), reason="核查量大")
    case = perform(case, "extend", world.market.head, date(2025, 9, 29), reason="同意")
    assert case.due == date(2025, 10, 28)
    reading = clocks.reading(case)
    assert sum(step.counted is not None for step in reading.promised.derivation) == 20


def test_only_the_closed_list_of_reasons_stops_the_clock(world):
    case = accepted(world)
    with pytest.raises(Invalid) as wrong:
        perform(case, "stop", world.market.reviewer, date(2025, 9, 24), reason="busy", days=2)
    assert wrong.value.errors[0].code == "not_a_legal_reason"
    assert set(licence.STOP_REASONS) == {
        "hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review",
    }  # fmt: skip


def test_an_extension_nobody_asked_for_is_refused_and_a_second_one_too(world):
    case = accepted(world)
    with pytest.raises(Refused, match="nothing_to_approve"):
        perform(case, "extend", world.market.head, date(2025, 9, 29), reason="同意")
    perform(case, "ask_extension", world.market.reviewer, date(2025, 9, 29), reason="核查量大")
    perform(case, "extend", world.market.head, date(2025, 9, 29), reason="同意")
    with pytest.raises(Refused, match="extended_already"):
        perform(case, "extend", world.market.head, date(2025, 9, 30), reason="再延")


def test_inspection_on_site_takes_two_officers(world):
    case = accepted(world)
    with pytest.raises(Invalid) as wrong:
        perform(case, "inspect", world.market.reviewer, date(2025, 9, 24), inspectors=["王敏", "王敏"],
                on="2025-09-24", findings="合格")  # fmt: skip
    assert wrong.value.errors[0].code == "two_inspectors"
    case = perform(case, "inspect", world.market.reviewer, date(2025, 9, 24), inspectors=["王敏", "李旭"],
                   on="2025-09-24", findings="合格")  # fmt: skip
    assert case.state == "accepted"


def test_receiving_reviewing_and_deciding_are_three_people(world):
    office = world.market
    everything = office.staff("receiver", "全能")
    from xiang.foundation.parties import operations as parties
    from xiang.foundation.parties.actors import SYSTEM

    for role in ("reviewer", "decider"):
        parties.appoint(SYSTEM, everything, office.unit, role, valid_from=date(2024, 1, 1))
    case = filed(world)
    perform(case, "accept", office.as_(everything), date(2025, 9, 22))
    with pytest.raises(Forbidden) as refused:
        perform(case, "recommend_grant", office.as_(everything), date(2025, 9, 23))
    assert refused.value.code == "same_person"
    perform(case, "recommend_grant", office.reviewer, date(2025, 9, 23))
    with pytest.raises(Forbidden):
        perform(case, "grant", office.as_(everything), date(2025, 9, 24))


def test_the_whole_way_to_delivery(world):
    office = world.market
    case = accepted(world)
    perform(case, "recommend_grant", office.reviewer, date(2025, 9, 25), opinion="符合条件")
    case = perform(case, "grant", office.decider, date(2025, 9, 26), opinion="同意")
    assert (case.state, case.open, case.decided_on, case.clock) == (
        "granted", True, date(2025, 9, 26), ClockState.ENDED,
    )  # fmt: skip
    case = perform(case, "deliver", office.receiver, date(2025, 9, 29), means="post", tracking="EMS123")
    assert (case.state, case.open, case.outcome) == ("delivered", False, "granted")
    kinds = [e.document_id is not None for e in queries.events(case) if e.transition in ("accept", "grant", "deliver")]
    assert kinds == [True, True, True]


def test_a_refusal_names_its_reason(world):
    office = world.market
    case = accepted(world)
    perform(case, "recommend_refusal", office.reviewer, date(2025, 9, 25), reason="面积不足")
    with pytest.raises(Invalid) as wrong:
        perform(case, "refuse", office.decider, date(2025, 9, 26))
    assert wrong.value.errors[0].detail == "请填写理由。"
    case = perform(case, "refuse", office.decider, date(2025, 9, 26), reason="面积不足")
    assert (case.state, case.outcome, case.open) == ("refused", "refused", False)


def test_the_applicant_withdraws_before_the_decision_and_not_after(world):
    applicant = cast.person()
    case = accepted(world, applicant=applicant)
    case = perform(case, "withdraw", cast.resident(applicant), date(2025, 9, 23))
    assert case.outcome == "withdrawn"
    with pytest.raises(Refused, match="not_now"):
        perform(case, "withdraw", cast.resident(applicant), date(2025, 9, 24))


def test_a_hearing_is_asked_for_by_the_applicant_and_does_not_count(world):
    applicant = cast.person()
    case = accepted(world, applicant=applicant)
    case = perform(case, "request_hearing", cast.resident(applicant), date(2025, 9, 23))
    assert (case.state, case.clock) == ("hearing", ClockState.STOPPED)
    case = perform(case, "hold_hearing", world.market.reviewer, date(2025, 10, 15), record="听取了意见")
    assert case.clock == ClockState.RUNNING
    assert case.spans.get().ends == date(2025, 10, 14)


def test_an_officer_of_another_body_and_a_stranger_find_nothing(world):
    case = filed(world)
    for stranger in (world.police.receiver, cast.resident(cast.person("陌生人"))):
        with pytest.raises(Absent):
            perform(case, "accept", stranger, date(2025, 9, 22))
        with pytest.raises(Absent):
            queries.case_for(stranger, case.number)


def test_two_officers_at_once_move_a_case_once(world):
    case = filed(world)
    with frozen_at(date(2025, 9, 22)):
        operations.perform(case.id, "accept", world.market.receiver, {}, expected_version=1)
        with pytest.raises(Refused) as refused:
            operations.perform(case.id, "accept", world.market.receiver, {}, expected_version=1)
    assert refused.value.code == "changed_meanwhile"


def test_a_deadline_that_reaches_an_unpublished_year_is_provisional_until_it_is_published(world):
    case = accepted(world, date(2025, 12, 25))
    assert case.due_provisional
    from xiang.foundation.parties.actors import SYSTEM
    from xiang.foundation.statutes import operations as statutes
    from xiang.foundation.statutes.yearly import DayPlan, YearPlan

    new_year = (
        *tuple(DayPlan(date(2026, 1, d), False, "元旦") for d in (1, 2, 3)),
        DayPlan(date(2026, 1, 4), True, "元旦调休上班"),
    )
    statutes.publish_year(YearPlan(2026, new_year), SYSTEM)
    with frozen_at(date(2025, 12, 26)):
        operations.recompute()
    case.refresh_from_db()
    assert not case.due_provisional
    assert case.due == date(2026, 1, 9)
    assert case.events.filter(transition="recompute").exists()


def test_submitting_a_draft_again_answers_the_first_case(world):
    applicant = cast.person()
    opening = operations.Opening(
        id=new_id(), procedure="licence", item_key="x", item_title="x", title="x", channel="web",
        applicant=applicant, unit=world.market.unit, rules=cast.licence_rules(),
    )  # fmt: skip
    first = operations.open_case(opening, cast.resident(applicant))
    second = operations.open_case(opening, cast.resident(applicant))
    assert first.number == second.number
    assert Case.objects.count() == 1
