"""食品经营许可 of a rice noodle shop on the profile as it stands: the licence procedure with its clock, day by day.

September 2026: the 20th is a Sunday on which people work, the 25th to 27th are a holiday, as are 1 to 7 October.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.journeys.conftest import LOADED
from tests.journeys.playing import PAPER, Stage
from xiang.foundation.cases import clocks
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case, ClockState
from xiang.foundation.documents.models import Document
from xiang.foundation.forms import operations as drafts
from xiang.foundation.ground.errors import Forbidden, Invalid, Refused
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.parties import actors
from xiang.foundation.parties.models import Account
from xiang.services.applications import operations as applications
from xiang.services.credentials.models import Credential

pytestmark = pytest.mark.django_db

FILED = date(2026, 9, 16)  # a Wednesday
ITEM = "food_business_licence"


@pytest.fixture(autouse=True)
def _before() -> Iterator[None]:
    """A day before everything that happens here."""
    with frozen_at(LOADED):
        yield


class Licence:
    """An application of the rice noodle shop, by its owner."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        with frozen_at(FILED):
            self.owner = self._owner()
            self.case = self._file()

    def _owner(self) -> actors.Actor:
        return actors.for_account(Account.objects.get(username="tanguifang"), self.stage.person("rice_noodles").id)

    def _file(self) -> Case:
        draft = applications.start(self.owner, ITEM)
        form = applications.form_for(draft)
        given = {
            "food.business": "catering", "food.items": ["hot"], "food.area": "78", "food.staff": "3",
            "food.manager": "谭桂芳", "food.online": "true",
        }  # fmt: skip
        draft = drafts.save_answers(draft, form, given)
        for key in ("layout_plan", "safety_rules"):
            draft = applications.hand_in(draft, key, [PAPER], f"{key}.pdf", self.owner)
        return applications.submit(draft.id, self.owner)

    def on(self, day: date, edge: str, role: str, **data) -> Case:
        with frozen_at(day):
            self.case = self.stage.perform(self.case, edge, role, **data)
        return self.case

    def by_owner(self, day: date, edge: str, **data) -> Case:
        with frozen_at(day):
            self.case = cases.perform(self.case.id, edge, self.owner, data)
        return self.case

    def seen_on(self, day: date) -> Case:
        with frozen_at(day):
            self.case = cases.settle(self.case.id)
        return self.case


@pytest.fixture
def licence(stage: Stage) -> Licence:
    return Licence(stage)


def test_only_what_government_does_not_know_is_asked_and_only_two_papers(licence):
    origins = licence.case.answers["origins"]
    typed = [k for k, o in origins.items() if o["kind"] in ("typed", "changed")]
    assert sorted(typed) == sorted(
        ["food.business", "food.items", "food.area", "food.staff", "food.manager", "food.online"]
    )
    papers = {k: m["how"] for k, m in licence.case.answers["materials"].items()}
    assert papers["business_licence"] == papers["manager_health"] == papers["premises_right"] == "waived"
    assert licence.case.unit.key == "430104.market.food"
    assert licence.case.regime == "许可"


def test_five_working_days_of_silence_are_acceptance_from_the_day_of_receipt(licence):
    # 17th, 18th, the make-up Sunday, 21st, 22nd: five.
    assert licence.seen_on(date(2026, 9, 22)).state == "submitted"
    case = licence.seen_on(date(2026, 9, 23))
    assert (case.state, case.accepted_on, case.clock_started) == ("accepted", FILED, FILED)
    assert Document.objects.filter(case_id=case.id, kind="acceptance_notice").exists()


def test_two_inspectors_a_hearing_an_extension_and_the_licence(licence):
    licence.on(date(2026, 9, 17), "accept", "receiver")
    assert licence.case.clock == ClockState.RUNNING
    first_due = licence.case.due
    with pytest.raises(Invalid) as wrong:
        licence.on(
            date(2026, 9, 18), "inspect", "reviewer", inspectors=["郭靖怡", "郭靖怡"], on="2026-09-18", findings="合格"
        )
    assert wrong.value.errors[0].code == "two_inspectors"
    licence.on(
        date(2026, 9, 18),
        "inspect",
        "reviewer",
        inspectors=["郭靖怡", "毛毅"],
        on="2026-09-18",
        findings="后厨布局合理",
    )

    licence.on(date(2026, 9, 18), "tell_hearing", "reviewer", reason="邻居对油烟有异议，有权申请听证")
    licence.by_owner(date(2026, 9, 21), "request_hearing")
    assert licence.case.clock == ClockState.STOPPED
    licence.on(date(2026, 10, 9), "hold_hearing", "reviewer", record="双方陈述了意见")
    assert licence.case.clock == ClockState.RUNNING
    assert licence.case.due > first_due

    with pytest.raises(Refused, match="nothing_to_approve"):
        licence.on(date(2026, 10, 9), "extend", "head", reason="同意")
    licence.on(date(2026, 10, 9), "ask_extension", "reviewer", reason="要复核油烟检测")
    with pytest.raises(Forbidden):
        licence.on(date(2026, 10, 9), "extend", "reviewer", reason="自己批")
    before = licence.case.due
    licence.on(date(2026, 10, 9), "extend", "head", reason="同意延期")
    with frozen_at(date(2026, 10, 9)):
        reading = clocks.reading(licence.case)
    assert licence.case.due > before
    assert sum(s.counted is not None for s in reading.legal.derivation) == 30, "20 and 10 working days"

    licence.on(date(2026, 10, 12), "recommend_grant", "reviewer", opinion="符合条件")
    licence.on(date(2026, 10, 13), "grant", "decider", opinion="准予许可")
    with frozen_at(date(2026, 10, 13)):
        licence.stage.work()
    issued = Credential.objects.get(case_id=licence.case.id)
    with sqlite3.connect(Path(settings.DATA) / "sources" / "market.sqlite3") as db:
        rows = db.execute("SELECT licence_no FROM food_licences WHERE name = '长沙市谭记米粉店'").fetchall()
    assert rows == [(issued.values["licence_no"],)]
    licence.on(date(2026, 10, 13), "deliver", "issuer", means="electronic")
    assert (licence.case.state, licence.case.outcome, licence.case.overdue) == ("delivered", "granted", False)
    kinds = set(Document.objects.filter(case_id=licence.case.id).values_list("kind", flat=True))
    assert {
        "acceptance_notice",
        "hearing_right_notice",
        "extension_notice",
        "grant_decision",
        "delivery_receipt",
    } <= kinds


def test_an_overdue_decision_is_never_a_grant(licence):
    licence.on(date(2026, 9, 17), "accept", "receiver")
    case = licence.seen_on(date(2026, 12, 1))
    assert (case.state, case.overdue, case.outcome) == ("accepted", True, "")


def test_a_refusal_says_why_and_where_to_turn(licence):
    licence.on(date(2026, 9, 17), "accept", "receiver")
    licence.on(date(2026, 9, 18), "recommend_refusal", "reviewer", reason="场所面积不够")
    case = licence.on(date(2026, 9, 21), "refuse", "decider", reason="场所面积不够")
    assert case.outcome == "refused"
    document = Document.objects.get(case_id=case.id, kind="refusal_decision")
    assert "行政复议" in str(document.text)


def test_a_stranger_and_another_office_find_nothing(licence):
    from xiang.foundation.cases import queries
    from xiang.foundation.ground.errors import Absent

    for who in ("kangle", "police.receiver"):
        with pytest.raises(Absent):
            queries.case_for(licence.stage.resident(who), licence.case.number)
