"""The other life events of the profile: their guides open, they begin with what government knows, and they can be filed."""

from __future__ import annotations

import pytest

from tests.journeys.playing import PAPER
from xiang.foundation.cases.models import Case
from xiang.foundation.ground.errors import Invalid, Refused
from xiang.foundation.parties import actors
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.models import Account
from xiang.services.applications import operations as applications
from xiang.services.lifeevents import definitions, presenting
from xiang.services.lifeevents import operations as lifeevents
from xiang.services.lifeevents.operations.filling import event_of, form_of

pytestmark = pytest.mark.django_db

KEYS = ("company_change", "restaurant", "retire", "enrolment")


def complete(draft, actor, **given):
    """Answer what is still asked, and hand in what is missing, until nothing is."""
    draft = lifeevents.answer(draft, {k.replace("__", "."): v for k, v in given.items()}, actor)
    plausible = {"date": "2026-12-01", "phone": "15400000001", "division": "430104", "integer": 3, "number": 86.5,
                 "money": 1000000, "yesno": True, "id_number": "11010519491231002X"}  # fmt: skip
    for _ in range(6):
        try:
            return lifeevents.submit(draft.id, actor)
        except Invalid as wrong:
            form = form_of(event_of(draft), draft)
            for error in wrong.errors:
                if error.pointer.startswith("/materials/"):
                    draft = applications.hand_in(draft, error.pointer.rpartition("/")[2], [PAPER], "scan.pdf", actor)
                    continue
                field = form.by_key[error.pointer[1:]]
                value = plausible.get(field.type, "演示")
                if field.choices:
                    value = [field.choices[0].value] if field.type == "choices" else field.choices[0].value
                draft = lifeevents.answer(draft, {field.key: value}, actor)
    raise AssertionError("it is never complete")


def items_of(case: Case) -> dict[str, Case]:
    return {c.item_key: c for c in case.children.select_related("unit__division")}


@pytest.mark.parametrize("key", KEYS)
def test_its_guide_is_counted_from_its_forms(stage, key):
    guide = presenting.guide(definitions.current(key))
    assert guide.rows
    assert guide.fields >= guide.typed > 0


@pytest.mark.parametrize("key", KEYS)
def test_its_guide_opens(stage, client, key):
    answer = client.get(f"/life-events/{key}/")
    assert answer.status_code == 200
    assert definitions.current(key).title in answer.content.decode()


def test_the_zone_shows_every_event(stage, client):
    page = client.get("/life-events/").content.decode()
    assert all(event.title in page for event in definitions.all_current())


def test_a_retirement_begins_with_the_years_that_were_paid(stage):
    worker = stage.resident("yuanguoqing")
    draft = lifeevents.start(worker, "retire")
    assert draft.answers["pension.months_paid"] == 402
    case = complete(draft, worker, retire__fund=True, fund__ground="retire")
    assert set(items_of(case)) == {"retirement", "pension_claim", "retiree_insurance", "housing_fund_withdrawal"}
    assert items_of(case)["retirement"].unit.division.code == "430408"
    assert items_of(case)["pension_claim"].state == "waiting"


def test_too_few_years_take_the_pension_out_and_nothing_else(stage):
    worker = stage.resident("yuanguoqing")
    draft = lifeevents.start(worker, "retire")
    case = complete(draft, worker, pension__months_paid=60, pension__months_deemed=0)
    assert "pension_claim" not in items_of(case)
    assert "short_years" in case.scenario


def test_somebody_insured_in_another_province_is_told_where_to_go(stage):
    worker = stage.resident("yuanguoqing")
    draft = lifeevents.start(worker, "retire")
    draft = lifeevents.answer(draft, {"pension.division": "360102"}, worker)
    with pytest.raises(Refused) as declined:
        lifeevents.submit(draft.id, worker)
    assert declined.value.code == "insured_elsewhere"


def test_a_child_is_enrolled_where_it_lives_with_what_the_departments_know(stage):
    father = stage.resident("chenglang")
    draft = lifeevents.start(father, "enrolment")
    assert draft.answers["pupil.name"] == "程安然"
    assert draft.answers["property.certificate_no"]
    case = complete(draft, father, school__choice="zone")
    assert list(items_of(case)) == ["school_enrolment"]
    assert case.subject == stage.person("cheng_anran")
    assert parties.guardians_of(case.subject_id)


def test_a_child_registered_elsewhere_goes_the_other_way(stage):
    father = stage.resident("chenglang")
    draft = lifeevents.start(father, "enrolment")
    draft = lifeevents.answer(draft, {"pupil.household_division": "430503"}, father)
    case = complete(draft, father, school__choice="zone")
    assert list(items_of(case)) == ["school_enrolment_migrant"]


def test_a_child_too_young_is_told_to_wait(stage):
    father = stage.resident("chenglang")
    draft = lifeevents.start(father, "enrolment")
    draft = lifeevents.answer(draft, {"pupil.birth_date": "2023-01-01"}, father)
    with pytest.raises(Refused) as declined:
        lifeevents.submit(draft.id, father)
    assert declined.value.code == "too_young"


def test_a_new_shop_gets_its_registration_first_and_is_somebody_afterwards(stage):
    owner = stage.resident("tanguifang")
    draft = lifeevents.start(owner, "restaurant")
    case = complete(
        draft, owner, shop__form="individual", shop__large=False, shop__food="catering", stall__name="谭记二店",
        stall__division="430104", stall__address="银盆南路1号", stall__scope="餐饮服务",
    )  # fmt: skip
    found = items_of(case)
    assert set(found) == {"individual_establish", "food_business_licence", "drainage_licence", "health_certificate"}
    assert found["individual_establish"].state == found["health_certificate"].state == "submitted"
    assert found["food_business_licence"].state == "waiting"
    assert found["food_business_licence"].unit.key == "430104.market.food"
    stage.grant(found["individual_establish"])
    licence = Case.objects.get(id=found["food_business_licence"].id)
    code = licence.answers["fields"]["company.uscc"]
    assert licence.state == "submitted"
    assert licence.answers["fields"]["company.name"] == "谭记二店"
    company = parties.legal_person_by_uscc(code)
    assert parties.right_between(owner.party_id, company.id).ground == "represents"


def test_a_shop_that_exists_begins_with_the_food_licence(stage):
    company = stage.person("rice_noodles")
    owner = actors.for_account(Account.objects.get(username="tanguifang"), company.id)
    draft = lifeevents.start(owner, "restaurant")
    draft = lifeevents.answer(draft, {"shop.form": "existing", "shop.food": "catering"}, owner)
    assert draft.answers["company.name"] == company.name, "what an answer brings in is asked of government too"
    case = complete(draft, owner)
    found = items_of(case)
    assert found["food_business_licence"].state == "submitted"
    assert "individual_establish" not in found


def test_prepackaged_food_needs_a_filing_only(stage):
    company = stage.person("rice_noodles")
    owner = actors.for_account(Account.objects.get(username="tanguifang"), company.id)
    draft = lifeevents.start(owner, "restaurant")
    case = complete(draft, owner, shop__form="existing", shop__food="packaged")
    assert "food_filing" in items_of(case)
    assert not {"food_business_licence", "drainage_licence"} & set(items_of(case))
