"""Every scenario of the birth life event, through the public operations."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from xiang.foundation.cases.models import Case, ClockState
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Invalid, Refused
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.notices.models import Notice
from xiang.foundation.parties import queries as parties
from xiang.hub.sharing import operations as hub
from xiang.services.lifeevents import operations as lifeevents
from xiang.services.lifeevents.operations.submitting import check_draft

pytestmark = pytest.mark.django_db

ALL = sorted(
    [
        "birth_certificate",
        "vaccination_certificate",
        "birth_registration",
        "resident_insurance",
        "resident_premium",
        "maternity_reimbursement",
        "social_security_card",
    ]
)


def codes(wrong: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {e.pointer: e.code for e in wrong.value.errors}


def test_the_usual_birth_asks_eight_things_at_most_and_no_paper(stage):
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    case = birth.submit()
    typed = [k for k, o in birth.draft.origins.items() if o["kind"] in ("typed", "changed") and not k.startswith("@")]
    assert len(typed) <= 8
    assert birth.items() == ALL
    assert case.scenario == "usual"
    assert case.facts["filed"]["given"] >= 60
    assert not [m for m in birth.draft.materials.values() if m["how"] == "file"]
    assert birth.sub("birth_certificate").state == "submitted"
    assert {birth.sub(i).state for i in ALL if i != "birth_certificate"} == {"waiting"}


def test_a_result_starts_what_needs_it_and_is_used_by_it(stage):
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    birth.submit()
    stage.grant(birth.sub("birth_certificate"))
    started = {i for i in ALL if birth.sub(i).state == "submitted"}
    assert started == {"vaccination_certificate", "birth_registration", "resident_insurance", "maternity_reimbursement"}
    number = birth.sub("birth_certificate").answers["fields"]["child.certificate_no"]
    assert birth.sub("resident_insurance").answers["fields"]["child.certificate_no"] == number

    stage.grant(birth.sub("resident_insurance"))
    premium = birth.sub("resident_premium")
    assert premium.state == "paying"
    born = instant.legal_date(datetime.fromisoformat(birth.draft.answers["child.birth_time"]))
    assert premium.timers.get(slot="payment").due == born + timedelta(days=90), "counted from birth, not from the bill"
    stage.grant(birth.sub("birth_registration"))
    identity = birth.sub("birth_registration").answers["fields"]["child.id_number"]
    assert parties.person_by_id_number(identity) == birth.case.subject
    assert birth.sub("social_security_card").state == "submitted"
    with sqlite3.connect(Path(settings.DATA) / "sources" / "medical_insurance.sqlite3") as db:
        keys = [r[0] for r in db.execute("SELECT id_number FROM insured WHERE name = '周沐言'")]
    assert keys == [identity], "the insurance is re-keyed, not opened again"


def test_the_event_ends_when_its_last_part_does(stage):
    birth = stage.birth("liuyun", child__name="周沐言", result__means="collect")
    birth.father_agrees(stage.resident("zhouziheng")).submit()
    for item in ("birth_certificate", "vaccination_certificate", "birth_registration", "resident_insurance",
                 "maternity_reimbursement", "social_security_card"):  # fmt: skip
        stage.grant(birth.sub(item))
    from xiang.services.payments.models import Order

    order = Order.objects.get(case_id=birth.sub("resident_premium").id)
    assert order.amount_fen > 0
    from xiang.services.payments import operations as payments

    payments.settle_paid(order.id)
    stage.work()
    assert birth.sub("resident_premium").outcome == "granted"
    for item in ALL:
        case = birth.sub(item)
        if case.open:
            stage.perform(case, "deliver", "receiver", means="window")
    stage.work()
    parent = Case.objects.get(id=birth.case.id)
    assert (parent.state, parent.open) == ("done", False)


def test_the_other_parent_is_not_read_before_agreeing(stage):
    birth = stage.birth("liuyun", child__name="周沐言")
    father = stage.resident("zhouziheng")
    lifeevents.ask_other_party(birth.draft, birth.mother)
    indexes = parties.subject_indexes(father.party_id)
    resources = set(DataUse.objects.filter(subject__in=indexes).values_list("resource_key", flat=True))
    assert not resources
    assert "father.id_number" not in birth.draft.answers
    with pytest.raises(Invalid) as wrong:
        birth.submit()
    assert codes(wrong)["/father"] == "not_confirmed"


def test_a_refusal_of_the_other_parent_leaves_the_legal_path_open(stage):
    birth = stage.birth("zoumin", child__name="邹一")
    named = {"name": "任强", "phone": _phone(stage, "ren_qiang")}
    asked = lifeevents.ask_other_party(birth.draft, birth.mother, **named)
    lifeevents.refuse(asked.id, stage.resident("renqiang"))
    birth.draft.refresh_from_db()
    _fill_required(birth)
    case = birth.submit()
    assert "birth_registration" in birth.items()
    assert not case.parties.filter(role="father").exists()


def test_an_unmarried_mother_needs_no_paper_but_a_sentence(stage):
    birth = stage.birth("chensimin", child__name="陈安", parents__marriage="unmarried").without_father()
    with pytest.raises(Invalid) as wrong:
        birth.submit()
    assert set(codes(wrong)) == {"/materials/non_marital_statement"}
    from xiang.services.applications import operations as applications

    birth.draft = applications.state_online(birth.draft, "non_marital_statement", "我未婚，孩子随我登记。")
    assert "unmarried_mother" in birth.submit().scenario


def test_a_kinship_test_stops_that_clock_and_no_other(stage):
    birth = stage.birth("hewenjing", child__name="彭安", parents__marriage="unmarried", household__follow="father")
    birth.father_agrees(stage.resident("pengzhiyuan"), name="彭志远", phone=_phone(stage, "peng_zhiyuan"))
    _hand_in(birth, "kinship_report", "non_marital_statement")
    birth.submit()
    stage.grant(birth.sub("birth_certificate"))
    case = birth.sub("birth_registration")
    assert case.unit.division.code == "430304", "registered where the father is"
    stage.perform(case, "accept", "receiver")
    stage.perform(case, "stop", "reviewer", reason="kinship_test", days=20)
    assert birth.sub("birth_registration").clock == ClockState.STOPPED
    stage.perform(birth.sub("vaccination_certificate"), "accept", "receiver")
    assert birth.sub("vaccination_certificate").clock == ClockState.RUNNING


def test_two_foreign_parents_get_certificate_and_vaccination_but_no_registration(stage):
    birth = stage.birth("linh", child__name="NGUYEN AN", parents__nationality="both_foreign").without_father()
    birth.answer(mother__passport_name="NGUYEN LINH", mother__passport_no="ZZ9B00002", mother__passport_country="越南")
    _fill_required(birth)
    birth.submit()
    assert "birth_registration" not in birth.items()
    assert "birth_certificate" in birth.items()


def test_a_birth_abroad_is_declined_with_the_place_to_go(stage):
    birth = stage.birth("huangkexin", child__name="蒋安", birth__place="abroad")
    with pytest.raises(Refused) as declined:
        birth.submit()
    assert declined.value.code == "born_abroad"
    assert "派出所" in declined.value.detail


def test_twins_are_two_children_and_one_claim(stage):
    birth = stage.birth("dengyaqi", child__name="谢一", child2__name="谢二")
    birth.father_agrees(stage.resident("xieyuxiang")).submit()
    counts = {item: birth.items().count(item) for item in set(birth.items())}
    assert counts["birth_certificate"] == counts["birth_registration"] == 2
    assert counts["maternity_reimbursement"] == 1
    assert birth.sub("birth_certificate", 1).answers["fields"]["child.name"] == "谢一"
    assert birth.sub("birth_certificate", 2).answers["fields"]["child.name"] == "谢二"
    assert birth.sub("birth_certificate", 1).subject != birth.sub("birth_certificate", 2).subject


def test_after_a_death_nobody_is_congratulated_and_birth_and_death_go_together(stage):
    birth = stage.birth("yijing", child__name="廖安").father_agrees(stage.resident("liaochao"))
    _fill_required(birth)
    case = birth.submit()
    assert case.facts["solemn"]
    assert {"birth_registration", "death_registration", "birth_certificate"} <= set(birth.items())
    assert not {"vaccination_certificate", "social_security_card"} & set(birth.items())
    stage.grant(birth.sub("birth_certificate"))
    kinds = set(Notice.objects.filter(recipient_id=birth.mother.party_id).values_list("kind", flat=True))
    assert "case.grant" not in kinds
    assert not birth.case.offers.exists()


def test_a_stillbirth_leaves_only_the_mothers_claim(stage):
    birth = stage.birth("tanghui").without_father()
    birth.submit()
    assert birth.items() == ["maternity_reimbursement"]
    assert birth.sub("maternity_reimbursement").state == "submitted"


def test_a_name_that_cannot_be_printed_is_shown_and_not_granted(stage):
    birth = stage.birth("liuyun", child__name="周\U000323b0").father_agrees(stage.resident("zhouziheng"))
    case = birth.submit()
    assert "rare_characters" in case.scenario
    certificate = birth.sub("birth_certificate")
    stage.perform(certificate, "accept", "receiver")
    stage.perform(certificate, "recommend_grant", "reviewer")
    with pytest.raises(Refused) as refused:
        stage.perform(certificate, "grant", "decider")
    assert refused.value.code == "no_glyph"
    assert "\U000323b0" in refused.value.detail


def test_a_source_that_is_down_is_said_and_the_form_goes_on_by_hand(stage):
    steward = stage.resident("steward")
    hub.set_system_state("medical_insurance", "down", steward)
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    assert birth.draft.origins["mother.insured_kind"]["kind"] == "outage"
    assert "医保系统" in birth.draft.origins["mother.insured_kind"]["note"]
    _fill_required(birth)
    assert birth.submit().number


def test_the_same_submission_again_answers_the_first(stage):
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    assert birth.submit().number == birth.submit().number
    assert Case.objects.filter(parent=birth.case).count() == len(ALL)


def _phone(stage, demo_key: str) -> str:
    number = parties.contact_value(stage.person(demo_key).id, "phone")
    assert number
    return number


def _hand_in(birth, *materials: str) -> None:
    from xiang.services.applications import operations as applications

    for key in materials:
        birth.draft = applications.hand_in(birth.draft, key, [_picture()], f"{key}.png", birth.mother)


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def _fill_required(birth) -> None:
    """Type what the form still asks for: any plausible value."""
    try:
        check_draft(birth.draft)
    except Invalid as wrong:
        errors = wrong.errors
    else:
        return
    from xiang.services.lifeevents.operations.filling import event_of, form_of

    form = form_of(event_of(birth.draft), birth.draft)
    for error in errors:
        if error.pointer.startswith("/materials/"):
            _hand_in(birth, error.pointer.rpartition("/")[2])
            continue
        asked = form.by_key[error.pointer[1:]]
        plausible = {"date": "1994-02-14", "phone": "15400000001", "division": "430104", "id_number": "11010519491231002X",
                     "integer": 1, "money": 100, "datetime": "2026-11-16T07:42:00+08:00", "yesno": True}  # fmt: skip
        value = asked.choices[0].value if asked.choices else plausible.get(asked.type, "演示")
        birth.draft = lifeevents.answer(birth.draft, {asked.key: value}, birth.mother)
