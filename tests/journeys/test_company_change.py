"""企业信息变更: an agent files for a company within what was entrusted; six offices handle it in their order."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.journeys.playing import PAPER
from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms import queries as drafts
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.parties import actors, delegable
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.models import Account, Delegation
from xiang.foundation.parties.tests.cast import sign_in
from xiang.services.applications import operations as applications
from xiang.services.credentials.models import Credential
from xiang.services.lifeevents import operations as lifeevents

pytestmark = pytest.mark.django_db

FOLLOWING = ("tax_info_change", "employer_social_change", "employer_insurance_change", "housing_fund_employer_change")
NEW_NAME, NEW_ADDRESS = "湖南星禾云造科技有限公司", "麓谷大道668号2栋3层"


class Change:
    """A change of the company's registration on its way."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.company = stage.person("xinghe")
        self.agent = self.acting("linyiming")
        self.draft = lifeevents.start(self.agent, "company_change")

    def acting(self, username: str):
        return actors.for_account(Account.objects.get(username=username), self.company.id)

    def answer(self, **given):
        answers = {key.replace("__", "."): value for key, value in given.items()}
        self.draft = lifeevents.answer(self.draft, answers, self.agent)
        return self

    def hand_in(self, *keys):
        for key in keys:
            self.draft = applications.hand_in(self.draft, key, [PAPER], f"{key}.pdf", self.agent)
        return self

    def moves(self):
        self.answer(change__kinds=["address"], change__division="430104", change__address=NEW_ADDRESS)
        return self.answer(change__resolved_on="2026-11-01").hand_in("resolution", "amended_articles", "address_right")

    def submit(self) -> Case:
        self.case = lifeevents.submit(self.draft.id, self.agent)
        return self.case

    def sub(self, item: str) -> Case:
        return self.case.children.select_related("unit__division").get(item_key=item)


@pytest.fixture
def change(stage) -> Change:
    return Change(stage)


def register(system: str, statement: str, *values):
    with sqlite3.connect(Path(settings.DATA) / "sources" / f"{system}.sqlite3") as db:
        return db.execute(statement, values).fetchall()


def test_the_company_is_known_from_its_register_and_the_agent_from_theirs(change):
    answers, origins = change.draft.answers, change.draft.origins
    assert answers["company.name"] == "湖南星禾智造科技有限公司"
    assert origins["company.name"]["kind"] == origins["agent.id_number"]["kind"] == "source"
    assert answers["agent.name"] == "林一鸣"
    from xiang.services.lifeevents.operations.filling import event_of, form_of

    typed = [f.key for f in form_of(event_of(change.draft), change.draft).asked(answers) if f.typed and f.required]
    assert typed == ["change.kinds", "change.resolved_on", "receive.means"]


def test_each_part_goes_to_its_own_office_and_waits_for_the_registration(change):
    change.moves().submit()
    assert sorted(c.item_key for c in change.case.children.all()) == sorted(["company_change", *FOLLOWING])
    assert change.sub("company_change").state == "submitted"
    assert {change.sub(item).state for item in FOLLOWING} == {"waiting"}
    assert change.sub("company_change").unit.key == "430104.market.registry"
    assert change.sub("housing_fund_employer_change").unit.division.code == "430100"
    assert {p.role for p in change.case.parties.all()} >= {"company", "agent"}


def test_the_registration_is_entered_certified_and_followed_by_the_others(change):
    change.moves().submit()
    change.stage.grant(change.sub("company_change"))
    code = change.draft.answers["company.uscc"]
    assert register("market", "SELECT address FROM companies WHERE uscc = ?", code) == [(NEW_ADDRESS,)]
    licence = Credential.objects.get(case_id=change.sub("company_change").id)
    assert (licence.type_id, licence.holder, licence.values["address"]) == (
        "business_licence",
        change.company,
        NEW_ADDRESS,
    )
    for item in FOLLOWING:
        following = change.sub(item)
        assert following.state == "submitted"
        assert NEW_ADDRESS in following.answers["fields"]["change.after"]
    for item in FOLLOWING:
        change.stage.grant(change.sub(item))
    parent = Case.objects.get(id=change.case.id)
    assert (parent.state, parent.open) == ("done", False)


def test_a_new_name_is_a_new_name_everywhere(change):
    change.answer(change__kinds=["name"], change__name=NEW_NAME, change__resolved_on="2026-11-01", seal__kind=["name"])
    change.hand_in("resolution", "amended_articles").submit()
    assert "seal_filing" in {c.item_key for c in change.case.children.all()}
    change.stage.grant(change.sub("company_change"))
    change.company.refresh_from_db()
    assert change.company.name == NEW_NAME
    for item in ("tax_info_change", "employer_social_change", "employer_insurance_change"):
        change.stage.grant(change.sub(item))
    code = change.draft.answers["company.uscc"]
    assert register("tax", "SELECT name FROM taxpayer WHERE uscc = ?", code) == [(NEW_NAME,)]
    assert register(
        "medical_insurance", "SELECT DISTINCT employer_name FROM insured WHERE employer_uscc = ?", code
    ) == [(NEW_NAME,)]


def test_a_new_representative_may_act_at_once_and_the_former_no_longer(change):
    successor = change.stage.person("pan_yue")
    number = party_queries.number_of(successor.id)
    change.answer(change__kinds=["representative"], change__representative="潘岳", change__representative_id=number)
    change.answer(change__resolved_on="2026-11-01").hand_in("resolution").submit()
    change.stage.grant(change.sub("company_change"))
    assert party_queries.right_between(successor.id, change.company.id).ground == "represents"
    assert party_queries.right_between(change.stage.person("zhou_min").id, change.company.id) is None


def test_a_company_that_moves_within_the_province_applies_where_it_goes(change):
    change.answer(change__kinds=["address"], change__division="430211", change__address="珠江北路1号")
    change.answer(change__resolved_on="2026-11-01").hand_in("resolution", "amended_articles", "address_right").submit()
    assert change.sub("company_change").unit.division.code == "430211"
    assert "within" in change.case.scenario


def test_a_company_that_leaves_the_province_is_told_where_to_go(change):
    change.answer(change__kinds=["address"], change__leaves=True, change__resolved_on="2026-11-01")
    with pytest.raises(Refused) as declined:
        change.submit()
    assert declined.value.code == "moves_out"


def test_what_is_missing_is_said_all_at_once(change):
    change.answer(change__kinds=["name", "address"])
    with pytest.raises(Invalid) as wrong:
        change.submit()
    pointers = {e.pointer for e in wrong.value.errors}
    assert {"/change.name", "/change.address", "/change.division", "/change.resolved_on", "/seal.kind"} <= pointers
    assert {"/materials/resolution", "/materials/amended_articles", "/materials/address_right"} <= pointers


# --- the delegation ----------------------------------------------------------------------------------------------


def test_what_was_not_entrusted_cannot_be_begun(change):
    with pytest.raises(Forbidden) as refused:
        applications.start(change.agent, "company_cancel")
    assert refused.value.code == "not_delegated"
    with pytest.raises(Forbidden):
        lifeevents.start(change.agent, "restaurant")


def test_the_agent_sees_only_matters_within_the_delegation(change):
    change.moves().submit()
    owner = change.acting("zhoumin")
    other = applications.start(owner, "company_cancel")
    assert set(cases.mine(change.agent)) == {change.case, *change.case.children.all()}
    assert drafts.draft_for(owner, other.id) == other
    with pytest.raises(Absent):
        drafts.draft_for(change.agent, other.id)
    assert other not in drafts.drafts_of(change.agent)
    alone = change.stage.resident("linyiming")
    assert not cases.mine(alone).exists(), "in their own name an agent has no part in it"


def test_entrusting_one_item_does_not_entrust_the_event(change):
    change.moves().submit()
    owner = change.acting("zhoumin")
    parties.revoke_delegation(owner, Delegation.objects.get(principal=change.company))
    until = instant.today() + timedelta(days=30)
    parties.grant_delegation(
        owner,
        principal=change.company,
        agent=change.stage.person("lin_yiming"),
        items=["company_change"],
        valid_to=until,
    )
    agent = change.acting("linyiming")
    with pytest.raises(Forbidden):
        lifeevents.start(agent, "company_change")
    assert [c.item_key for c in cases.mine(agent)] == ["company_change"]
    assert cases.mine(agent).get().parent == change.case


def test_revoking_works_at_once_also_for_what_is_under_way(change):
    change.moves()
    number = lifeevents.submit(change.draft.id, change.agent).number
    parties.revoke_delegation(change.acting("zhoumin"), Delegation.objects.get(principal=change.company))
    revoked = change.acting("linyiming")
    assert revoked.behalf_id is None
    with pytest.raises(Absent):
        cases.case_for(revoked, number)
    with pytest.raises(Absent):
        drafts.draft_for(revoked, change.draft.id)
    assert cases.case_for(change.acting("zhoumin"), number)


def test_the_delegation_page_offers_life_events_and_items_of_a_company(stage):
    offered = {one.key: one for one in delegable.items_for(stage.person("xinghe"))}
    assert offered["event:company_change"].title == "企业信息变更"
    assert offered["company_cancel"].body
    assert "birth_registration" not in offered
    assert "event:birth" in {one.key for one in delegable.items_for(stage.person("liu_yun"))}


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_agent_signs_in_switches_to_the_company_and_files(stage):
    browser = sign_in(Client(), Account.objects.get(username="linyiming"))
    company = stage.person("xinghe")
    assert "星禾" in browser.get("/me/acting/").content.decode()
    browser.post("/me/acting/", {"party": str(company.id)})
    guide = browser.get("/life-events/company_change/")
    assert guide.status_code == 200
    form = browser.post("/life-events/company_change/start/", follow=True)
    text = form.content.decode()
    assert "湖南星禾智造科技有限公司" in text
    address = form.redirect_chain[-1][0]
    saved = {"change.kinds": ["address"], "change.division": "430104", "change.address": NEW_ADDRESS}
    browser.post(address, {**saved, "change.resolved_on": "2026-11-01"})
    refused = browser.post(address, {**saved, "submit": "1"})
    assert refused.status_code == 422
    assert "变更决议" in refused.content.decode()
    from django.core.files.uploadedfile import SimpleUploadedFile

    papers = {
        key: SimpleUploadedFile(f"{key}.pdf", PAPER, "application/pdf")
        for key in ("resolution", "amended_articles", "address_right")
    }
    review = browser.post(address, {**saved, "submit": "1", **papers})
    done = browser.post(review.headers["Location"], {"submit": "1"})
    case = Case.objects.get(item_key="company_change", parent=None)
    assert done.headers["Location"] == reverse("cases:progress", args=[case.number])
    assert case.applicant == company


def test_the_owner_revokes_on_the_page_and_the_agents_session_ends_there(stage):
    agent = sign_in(Client(), Account.objects.get(username="linyiming"))
    company = stage.person("xinghe")
    agent.post("/me/acting/", {"party": str(company.id)})
    address = agent.post("/life-events/company_change/start/").headers["Location"]
    owner = sign_in(Client(), Account.objects.get(username="zhoumin"))
    owner.post("/me/acting/", {"party": str(company.id)})
    delegation = Delegation.objects.get(principal=company)
    owner.post(reverse("parties:revoke", args=[delegation.id]))
    assert agent.get(address).status_code == 404
