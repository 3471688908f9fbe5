"""The pages on which one item is applied for: the guide's button, the form, the review; and what follows an outage."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.journeys.playing import Stage
from tests.journeys.test_application_pages import picture
from xiang.foundation.cases.models import Case
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.outbox import worker
from xiang.foundation.parties.models import Account
from xiang.hub.sharing import operations as hub
from xiang.services.lifeevents import operations as lifeevents

pytestmark = pytest.mark.django_db
LICENCE = "food_business_licence"


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def begun(username: str, item: str, division: str = "430104") -> tuple[Client, str]:
    client = client_of(username)
    answer = client.post(f"/items/{item}/apply/", {"division": division})
    assert answer.status_code == 302, answer.content.decode()
    return client, answer["Location"]


def typed(client: Client, address: str) -> dict[str, Any]:
    """Plausible answers for everything that the form still asks and does not leave to choice."""
    plausible = {"date": "2026-12-01", "tel": "15400001111", "number": "3", "datetime-local": "2026-12-01T09:00"}
    asked = [one for one in client.get(address).context["view"].fields if one.required]
    return {o.name: o.options[-1].value if o.options else plausible.get(o.control, "演示") for o in asked}


def test_the_guide_begins_an_application_where_the_person_lives(stage: Stage) -> None:
    client = client_of("tanguifang")
    page = client.get(f"/items/{LICENCE}/", {"division": "430104"}).content.decode()
    assert f'method="post" action="/items/{LICENCE}/apply/"' in page and 'name="division" value="430104"' in page
    address = client.post(f"/items/{LICENCE}/apply/", {"division": "430104"})["Location"]
    assert Draft.objects.get(id=address.strip("/").rpartition("/")[2]).division == "430104"
    assert client.get(f"/items/{LICENCE}/apply/").status_code == 405, "nothing begins by following a link"


def test_one_item_is_filled_in_read_through_and_submitted(stage: Stage, django_assert_max_num_queries: Any) -> None:
    client, address = begun("tanguifang", LICENCE)
    with django_assert_max_num_queries(15):
        page = client.get(address)
    assert page.context["step"] == 1
    empty = client.post(address, {})
    assert empty.status_code == 422
    text = html.unescape(empty.content.decode())
    for anchor, _ in empty.context["wrong"]:
        assert f'id="{anchor}"' in text, anchor
    client.post(address, typed(client, address))
    for paper in client.get(address).context["view"].papers.uploads:
        client.post(address, {paper.name: picture(), **typed(client, address)})
    answer = client.post(address, typed(client, address))
    assert answer.status_code == 302, answer.context["wrong"]
    with django_assert_max_num_queries(15):
        review = client.get(answer["Location"])
    assert not review.context["errors"] and "食品" in review.context["handled"][0].office
    number = client.post(answer["Location"])["Location"].strip("/").rpartition("/")[2]
    assert Case.objects.get(number=number).item_key == LICENCE


def test_where_it_is_handled_is_asked_when_nothing_says_so(stage: Stage) -> None:
    client, address = begun("kangle", "passport", division="")
    page = client.get(address)
    assert "在哪里办" in html.unescape(page.content.decode())
    client.post(address, {"division": "430104"})
    assert Draft.objects.get(id=address.strip("/").rpartition("/")[2]).division == "430104"


def test_what_was_out_of_reach_is_filled_in_when_the_system_is_back(stage: Stage) -> None:
    steward = stage.resident("steward")
    hub.set_system_state("medical_insurance", "down", steward)
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    birth.answer(mother__insured_kind="resident")
    case = birth.submit()
    assert "mother.insured_no" not in case.answers["fields"]
    hub.set_system_state("medical_insurance", "up", steward)
    with instant.frozen_at(instant.now() + timedelta(hours=2)):
        worker.drain()
    case.refresh_from_db()
    claim = birth.sub("maternity_reimbursement")
    for kept in (case.answers, claim.answers):
        assert kept["fields"]["mother.insured_no"], "what was left empty is filled in"
        assert kept["origins"]["mother.insured_no"]["kind"] == "source"
        differs = kept["origins"]["mother.insured_kind"]
        assert (kept["fields"]["mother.insured_kind"], differs["said"]) == ("resident", "employee")


def test_a_paper_of_somebody_else_never_stands_for_ones_own(stage: Stage) -> None:
    birth = stage.birth("liuyun", child__name="周沐言", household__follow="father")
    assert birth.draft.materials["mother_identity"]["how"] == "waived"
    assert not birth.draft.materials.get("father_identity", {}).get("how")
    birth.father_agrees(stage.resident("zhouziheng"))
    assert birth.draft.materials["father_identity"]["how"] == "waived"


def test_a_click_that_comes_too_late_finds_the_case_of_the_first(stage: Stage) -> None:
    """Between the look at the draft and the closing of it, another click has submitted."""
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    stale = Draft.objects.get(id=birth.draft.id)
    first = birth.submit()
    assert lifeevents.submit(birth.draft.id, birth.mother, stale).id == first.id
    assert not drafts.close_submitted(stale)
    assert Case.objects.filter(parent=first).count() == 7
