"""Who gets which file and document of a case, and what an officer's look leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests import cast
from xiang.foundation.cases import operations
from xiang.foundation.cases.models import Case
from xiang.foundation.documents import operations as documents
from xiang.foundation.documents.models import Document
from xiang.foundation.documents.tests import house
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.ledger.models import Entry
from xiang.foundation.outbox import worker
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account, Party, Staff
from xiang.foundation.parties.tests.cast import sign_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


class Matter:
    """A case with a paper handed in and a document sent; the other parent is a party of it."""

    def __init__(self) -> None:
        self.world = cast.province()
        self.applicant, self.other, self.stranger = (cast.person(name) for name in ("刘芸", "周子衡", "陌生人"))
        self.paper = documents.store([PDF], "房屋租赁合同.pdf", cast.resident(self.applicant).ref)
        self.case = self._case()
        house.template()
        self.document = house.order(self.world.market.unit, self.applicant, case_id=self.case.id)

    def _case(self) -> Case:
        cast.publish_2025()
        materials = {"lease": {"how": "file", "title": "租赁合同", "reference": str(self.paper.id)}}
        with frozen_at(date(2025, 9, 22)):
            return operations.open_case(
                operations.Opening(
                    id=new_id(),
                    procedure="licence",
                    item_key="food_licence",
                    item_title="食品经营许可",
                    title="芸记米粉店",
                    channel="web",
                    applicant=self.applicant,
                    unit=self.world.market.unit,
                    rules=cast.licence_rules(),
                    answers={"fields": {}, "materials": materials},
                    parties=[operations.PartyRole("father", self.other, {"name": "周子衡"})],
                ),
                cast.resident(self.applicant),
            )

    def get(self, who: Party | Staff | None, address: str):
        browser = Client()
        if isinstance(who, Party) and not Account.objects.filter(party=who).exists():
            Account.objects.create(party=who, username=new_id().hex)
        if isinstance(who, Staff):
            parties.set_second_factor(SYSTEM, who.account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        if who is not None:
            sign_in(browser, who)
        with frozen_at(date(2025, 9, 22)):
            return browser.get(address)

    @property
    def paper_url(self) -> str:
        return f"/cases/{self.case.number}/files/{self.paper.id}/"

    @property
    def document_url(self) -> str:
        return f"/documents/{self.document.id}/"


@pytest.fixture
def matter() -> Matter:
    return Matter()


@pytest.fixture
def sealed(matter: Matter) -> Matter:
    worker.drain(raising=True)
    return matter


def test_the_applicant_and_the_officer_of_the_unit_get_what_was_handed_in(matter):
    for who in (matter.applicant, matter.world.market.wu):
        answer = matter.get(who, matter.paper_url)
        assert answer.status_code == 200
        assert answer.content == PDF
        assert "filename*=utf-8''" in answer["Content-Disposition"]
    assert Entry.objects.filter(kind="file.opened", case_id=matter.case.id).count() == 1, "only the officer's look"


def test_everybody_else_finds_nothing_there(matter):
    for who in (matter.other, matter.stranger, matter.world.police.wu):
        assert matter.get(who, matter.paper_url).status_code == 404
    assert matter.get(None, matter.paper_url).status_code == 302
    assert matter.get(matter.stranger, f"/files/{matter.paper.id}/").status_code == 404
    assert matter.get(matter.applicant, f"/files/{matter.paper.id}/").status_code == 200


def test_a_file_that_the_case_does_not_name_is_not_its_officers_to_open(matter):
    other = documents.store([PDF], "别的.pdf", cast.resident(matter.applicant).ref)
    address = f"/cases/{matter.case.number}/files/{other.id}/"
    assert matter.get(matter.world.market.wu, address).status_code == 404


def test_a_document_is_for_its_recipient_and_the_officers_of_its_case(sealed):
    for who in (sealed.applicant, sealed.world.market.wu):
        answer = sealed.get(who, sealed.document_url)
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")
    for who in (sealed.other, sealed.stranger, sealed.world.police.wu):
        assert sealed.get(who, sealed.document_url).status_code == 404


def test_a_document_that_is_not_sealed_yet_says_so(matter):
    assert matter.get(matter.applicant, matter.document_url).status_code == 503
    assert Document.objects.get(id=matter.document.id).state == Document.State.PENDING
