"""After the birth: the receipt, the rating, who used my data, and the figures on the board."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground.errors import Forbidden
from xiang.foundation.ledger import exports, sealer
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.measures import operations as measuring
from xiang.foundation.measures import queries as measures
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account, Staff
from xiang.foundation.parties.tests.cast import sign_in
from xiang.hub.sharing import operations as hub
from xiang.oversight.ratings.models import Invitation
from xiang.services.applications import receipt
from xiang.services.lifeevents import operations as lifeevents

pytestmark = pytest.mark.django_db
MEASURES = ("applications.prefilled", "applications.waived", "cases.filed", "cases.on_time")


def as_account(username: str) -> Client:
    return sign_in(Client(), Account.objects.get(username=username))


def fold() -> None:
    while measuring.fold_batch(500):
        pass


def submitted(stage) -> Case:
    birth = stage.birth("liuyun", child__name="周沐言").father_agrees(stage.resident("zhouziheng"))
    return birth.submit()


def concluded(stage) -> Case:
    """The whole birth, to its last delivery."""
    parent = submitted(stage)
    for _ in range(4):
        for part in parent.children.filter(state="submitted"):
            stage.grant(part)
        for part in parent.children.filter(state="paying"):
            cases.perform(part.id, "paid", SYSTEM)
        stage.work()
    for part in parent.children.filter(state="granted"):
        stage.perform(part, "deliver", "issuer", means="electronic")
    stage.work()
    parent.refresh_from_db()
    assert not parent.open, [(c.item_key, c.state) for c in parent.children.all()]
    return parent


def test_the_parents_see_what_it_saved_and_may_say_how_it_went(stage):
    parent = concluded(stage)
    found = receipt.receipt_of(parent)
    assert found.tally.given_count >= 60
    assert len(found.tally.typed) <= 8
    saved = found.to_json()["saved"]
    assert saved["counters"]["after"] == saved["materials"]["after"] == saved["visits"]["after"] == 0
    assert saved["counters"]["before"] >= 5
    assert found.tally.given_count == parent.facts["filed"]["given"]
    assert found.tally.needed == parent.facts["filed"]["answered"]

    page = as_account("liuyun").get(reverse("applications:receipt", args=[parent.number]))
    body = page.content.decode()
    assert f"{found.tally.needed} 项需要" in body
    assert "您觉得办得怎样" in body and "checked" not in body
    assert {i.rater.name for i in Invitation.objects.filter(case=parent)} == {"刘芸", "周子衡"}

    # Somebody else's receipt and rating read like nothing at all; a part leads to its whole.
    for name in ("applications:receipt", "ratings:rate"):
        assert as_account("kangle").get(reverse(name, args=[parent.number])).status_code == 404
    part = parent.children.first()
    assert as_account("liuyun").get(reverse("applications:receipt", args=[part.number])).status_code == 302

    given = {f"level:{parent.number}": "very_satisfied", f"level:{part.number}": "dissatisfied"}
    client = as_account("zhouziheng")
    assert client.post(reverse("ratings:rate", args=[parent.number]), given).status_code == 302
    assert "谢谢您的评价" in client.get(reverse("ratings:rate", args=[parent.number])).content.decode()
    officer = Client()
    officer_page = sign_in(officer, Staff.objects.get(account__username="hospital")).get(reverse("ratings:office"))
    assert "周子衡" not in officer_page.content.decode() and parent.number not in officer_page.content.decode()
    fold()
    for key in ("ratings.good", "ratings.answered", "ratings.mended", *MEASURES):
        assert measures.recount(key).agrees, (key, measures.recount(key).differences)


def test_after_a_death_there_is_no_receipt_and_no_rating(stage):
    birth = stage.birth("tanghui").without_father()
    parent = birth.submit()
    assert parent.facts["solemn"]
    stage.grant(birth.sub("maternity_reimbursement"))
    part = birth.sub("maternity_reimbursement")
    if part.state == "granted":
        stage.perform(part, "deliver", "issuer", means="electronic")
    stage.work()
    parent.refresh_from_db()
    assert not parent.open
    assert not Invitation.objects.filter(case=parent).exists()
    client = as_account("tanghui")
    for name in ("applications:receipt", "ratings:rate"):
        assert client.get(reverse(name, args=[parent.number])).status_code == 404


def test_every_use_is_shown_with_its_case_and_basis_and_proves_itself_offline(stage, tmp_path: Path):
    parent = submitted(stage)
    client = as_account("liuyun")
    page = client.get(reverse("portal:data_use"))
    body = page.content.decode()
    assert "周沐言的新生儿出生" in body and reverse("cases:progress", args=[parent.number]) in body
    assert "婚姻登记信息" in body and "国务院关于在线政务服务的若干规定" in body
    mine = set(parties.subject_indexes(parent.applicant_id))
    use = DataUse.objects.filter(subject__in=mine).order_by("id").first()
    assert client.get(reverse("portal:data_use"), {"case": parent.number}).status_code == 200

    sealer.seal_and_checkpoint()
    proof, keys = tmp_path / "proof.json", tmp_path / "keys.json"
    proof.write_bytes(client.get(reverse("portal:use_proof", args=[use.id])).content)
    keys.write_text(json.dumps(exports.public_keys()))
    tool = Path(settings.ROOT) / "tools" / "verify_proof.py"
    done = subprocess.run([sys.executable, tool, proof, "--key", keys], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    # Nobody else's page shows it, and nobody else's case narrows it.
    stranger = as_account("kangle")
    assert str(use.id) not in stranger.get(reverse("portal:data_use")).content.decode()
    assert stranger.get(reverse("portal:use_proof", args=[use.id])).status_code == 404
    assert stranger.get(reverse("portal:data_use"), {"case": parent.number}).status_code == 404
    assert stranger.get(reverse("portal:data_use"), {"who": str(parent.applicant_id)}).status_code == 404


def test_a_curious_officer_is_refused_and_seen_by_the_person_and_the_auditor(stage):
    mother = stage.person("liu_yun")
    officer = stage.officer(parties.unit("430104.police.wangyuehu"), "receiver")
    number = parties.number_of(mother.id)
    with pytest.raises(Forbidden):
        hub.fetch(
            "police_residence", Subject("person", mother.id, {"resident_id": number}, mother.name), ("address",),
            purpose="service", actor=officer, body_key=officer.body_key, case_id=None,
        )  # fmt: skip
    shown = as_account("liuyun").get(reverse("portal:data_use"), {"outcome": "refused"}).content.decode()
    assert "一次查询被拒绝" in shown and "没有给出任何数据" in shown
    audited = as_account("auditor").get(reverse("portal:refused")).content.decode()
    assert "名下没有办件" in audited and mother.name not in audited and str(number) not in audited


def test_an_objection_reaches_the_auditor_and_the_answer_the_person(stage):
    submitted(stage)
    client = as_account("liuyun")
    mine = set(parties.subject_indexes(stage.person("liu_yun").id))
    use = DataUse.objects.filter(subject__in=mine).order_by("id").first()
    address = reverse("portal:objection", args=[use.id])
    assert client.post(address, {"reason": ""}).status_code == 422
    for _ in range(2):  # a second click finds the first
        assert client.post(address, {"reason": "这一项和办的事没关系"}).status_code == 302
    assert "已经交给审计" in client.get(address).content.decode()
    assert as_account("kangle").get(address).status_code == 404

    auditor = as_account("auditor")
    listed = auditor.get(reverse("portal:objections")).content.decode()
    assert listed.count("这一项和办的事没关系") == 1
    entry = re.search(r"/audit/objections/([0-9a-f-]{36})/", listed)[1]
    answer = reverse("portal:answer_objection", args=[entry])
    assert as_account("supervisor").get(answer).status_code == 404
    assert auditor.post(answer, {"finding": "justified", "text": "办出生登记依法要核对"}).status_code == 302
    assert "办出生登记依法要核对" in client.get(address).content.decode()
    told = client.get(reverse("notices:inbox")).content.decode()
    assert "您对数据使用的异议有答复了" in told


def test_a_figure_on_the_board_leads_to_a_masked_case_and_its_proof(stage):
    parent = submitted(stage)
    sealer.seal_and_checkpoint()
    fold()
    client = as_account("supervisor")
    for key in MEASURES[:3]:
        page = client.get(reverse("portal:figure", args=[key]), {"period": "7"})
        assert page.status_code == 200
        found = measures.figure(key)
        traced = client.get(reverse("portal:figure_cases", args=[key]), {"period": "7"})
        assert traced.context["traced"].numerator == found.numerator
        assert traced.context["traced"].denominator == found.denominator
        assert "对得上" in client.get(reverse("portal:recount", args=[key])).content.decode()
    listed = client.get(reverse("portal:figure_cases", args=["applications.prefilled"])).content.decode()
    assert parent.number in listed and "刘芸" not in listed and "长沙市" in listed
    case = client.get(reverse("portal:figure_case", args=["applications.prefilled", parent.number]))
    body = case.content.decode()
    assert "刘芸" not in body and "周沐言" not in body and "case.submit" in body
    proof = re.search(r"/audit/entries/([0-9a-f-]{36})/proof/", body)[1]
    assert client.get(reverse("portal:proof", args=[proof])).json()["format"].startswith("xiang-ledger")
    elsewhere = Entry.objects.filter(case_id=None).first()
    assert client.get(reverse("portal:proof", args=[elsewhere.id])).status_code == 404
    # The city on the map narrows the same list.
    filed = reverse("portal:figure_cases", args=["cases.filed"])
    assert client.get(filed, {"city": "4301"}).context["traced"].numerator == 7
    assert client.get(filed, {"city": "4302"}).context["traced"].numerator == 0


@pytest.mark.parametrize("account", ["liuyun", "police.receiver", "steward", "auditor"])
def test_the_board_is_for_supervisors_and_configurators(stage, account):
    client = as_account(account)
    for name, args in (("portal:board", ()), ("portal:figure", ("cases.filed",)), ("portal:board_export", ())):
        assert client.get(reverse(name, args=args)).status_code == 404


@pytest.mark.parametrize("account", ["liuyun", "police.receiver", "supervisor", "configurator"])
def test_the_ledgers_pages_are_for_auditors_alone(stage, account):
    client = as_account(account)
    for name in ("audit", "entries", "refused", "objections", "verify", "keys"):
        assert client.get(reverse(f"portal:{name}")).status_code == 404, name


def test_the_auditor_checks_everything_and_sees_how_far_it_is(stage):
    shutil.rmtree(exports.folder(), ignore_errors=True)  # what an earlier test exported of a log that was rolled back
    submitted(stage)
    sealer.seal_and_checkpoint()
    client = as_account("auditor")
    assert client.post(reverse("portal:verify")).status_code == 302
    assert client.post(reverse("portal:verify")).status_code == 302  # one check at a time
    assert "排队中" in client.get(reverse("portal:verify"), HTTP_HX_REQUEST="true").content.decode()
    stage.work()
    done = client.get(reverse("portal:verify"), HTTP_HX_REQUEST="true").content.decode()
    assert "账本完整，没有被改动" in done and "every 1s" not in done


def test_home_shows_what_waits_and_where_everything_stands(stage, django_assert_max_num_queries):
    submitted(stage)
    client = as_account("liuyun")
    client.get("/")
    with django_assert_max_num_queries(15):
        page = client.get("/")
    body = page.content.decode()
    assert "刘芸，" in body and "周沐言的新生儿出生" in body
    assert "7 项中 1 项在办，6 项未开始" in body
    assert "受理" in body  # the limit to accept is the clock that runs
    client.cookies["x-elder"] = "1"
    elder = client.get("/").content.decode()
    assert "打 12345，有人帮您" in elder and "看办到哪了" in elder


def test_the_other_parent_finds_the_question_on_their_own_home(stage):
    birth = stage.birth("liuyun", child__name="周沐言")
    asked = lifeevents.ask_other_party(birth.draft, birth.mother)
    body = as_account("zhouziheng").get("/").content.decode()
    assert "今天 1 件事等您" in body and reverse("lifeevents:confirmation", args=[asked.id]) in body


@pytest.mark.parametrize(
    ("account", "where"), [("auditor", "/audit/"), ("configurator", "/config-home/"), ("supervisor", "/board/")]
)
def test_officers_begin_at_their_own_door(stage, account, where):
    assert as_account(account).get("/").url == where


def test_heavy_pages_keep_their_budget(stage, django_assert_max_num_queries):
    parent = submitted(stage)
    fold()
    for account, address in (
        ("liuyun", reverse("portal:data_use")),
        ("liuyun", reverse("applications:receipt", args=[parent.number])),
        ("supervisor", reverse("portal:board")),
        ("supervisor", reverse("portal:figure", args=["cases.filed"])),
        ("auditor", reverse("portal:audit")),
        ("auditor", reverse("portal:entries")),
        ("configurator", reverse("portal:config")),
    ):
        client = as_account(account)
        client.get(address)
        with django_assert_max_num_queries(15, info=address):
            assert client.get(address).status_code == 200


def test_without_signing_in_there_is_a_first_page(stage):
    body = Client().get("/").content.decode()
    assert "登录以后可以" in body and "新生儿出生" in body and "市州专区" in body
    assert "长沙专区" in Client().get(reverse("portal:zone", args=["430100"])).content.decode()
    assert Client().get(reverse("portal:zone", args=["999999"])).status_code == 404
