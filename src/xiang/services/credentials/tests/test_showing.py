"""Showing and checking: only what was chosen, for a while, counted, and never more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from xiang.foundation.documents import checking, files, verifying
from xiang.foundation.documents.verifying import Verdict
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Invalid, Refused
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties import actors
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import ANONYMOUS, SYSTEM
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.tests.cast import sign_in
from xiang.services.credentials import operations, queries
from xiang.services.credentials.models import Credential, Showing, State

from . import house


@pytest.fixture
def home(db) -> house.House:
    return house.build()


@pytest.fixture
def credential(home) -> Credential:
    return home.sealed()


@pytest.fixture
def showing(home, credential) -> Showing:
    return operations.show(credential, home.mother, ["name", "sex"], "办理入园")


def looked(code: str, actor=ANONYMOUS) -> Verdict:
    verdict = verifying.by_code(code, actor)
    assert verdict is not None
    return verdict


def test_a_checker_sees_what_was_chosen_and_that_the_rest_was_not_shown(showing):
    verdict = looked(showing.code)
    assert (verdict.kind, verdict.title, verdict.what) == ("good", "有效", "出生医学证明")
    facts = dict(verdict.facts)
    assert facts["新生儿姓名"] == "周沐言"
    assert facts["性别"] == "女"
    assert facts["母亲证件号码"] is None
    assert facts["母亲姓名"] is None
    assert all(check.holds for check in verdict.checks)
    assert "2025" not in "".join(str(value) for value in facts.values() if value)


def test_every_check_is_counted_and_is_a_use_of_the_holders_data(home, showing):
    for _ in range(3):
        looked(showing.code)
    showing.refresh_from_db()
    assert showing.checked == 3
    assert showing.checked_at is not None
    uses = DataUse.objects.filter(subject__in=parties.subject_indexes(home.cast.mother.id))
    assert uses.count() == 3, "a child without a number: under its keeper's"
    use = uses.first()
    assert use is not None
    assert (use.fields, use.purpose) == (["name", "sex"], "核验证照：办理入园")


def test_the_holder_who_looks_at_their_own_code_is_not_counted(home, showing):
    looked(showing.code, home.mother)
    showing.refresh_from_db()
    assert showing.checked == 0


def test_the_number_can_be_typed_instead_of_scanned(showing):
    verdict = verifying.by_text(f"{showing.number[:4]} {showing.number[4:]}", ANONYMOUS)
    assert verdict is not None
    assert verdict.kind == "good"


def test_a_code_that_has_run_out_shows_nothing_of_the_face(showing):
    with instant.frozen_at(instant.now() + timedelta(minutes=11)):
        verdict = looked(showing.code)
        assert verifying.by_text(showing.number, ANONYMOUS) is None
    assert (verdict.kind, verdict.facts) == ("gone", ())
    showing.refresh_from_db()
    assert showing.checked == 0


def test_a_showing_taken_back_ends_at_once(home, showing):
    operations.stop_showing(showing, home.mother)
    assert looked(showing.code).title == "已停止出示"
    with pytest.raises(Absent):
        operations.stop_showing(showing, home.stranger)


def test_showing_again_takes_the_earlier_code_back(home, credential, showing):
    again = operations.show(credential, home.mother, ["name"], "就医")
    assert looked(showing.code).kind == "gone"
    assert looked(again.code).kind == "good"


@pytest.mark.parametrize(
    ("state", "title"),
    [(State.REVOKED, "已撤销"), (State.CANCELLED, "已注销"), (State.INVALIDATED, "已宣布无效")],
)
def test_a_credential_that_ended_is_told_as_ended_even_while_it_is_shown(home, credential, showing, state, title):
    operations.end(credential, state, "理由在决定书里", home.officer)
    verdict = looked(showing.code)
    assert (verdict.kind, verdict.title, verdict.facts) == ("bad", title, ())
    assert "理由在决定书里" not in verdict.words, "the reason is between the authority and the holder"
    paper = looked(credential.code)
    assert (paper.kind, paper.title) == ("bad", title)
    with pytest.raises(Refused):
        operations.show(credential, home.mother, ["name"], "再来")


def test_the_paper_of_an_old_version_says_that_there_is_a_new_one(home, credential):
    operations.replace(credential, credential.values, SYSTEM, "更正")
    verdict = looked(credential.code)
    assert (verdict.kind, verdict.title) == ("bad", "已换发")
    assert "新版" in verdict.words


def test_an_expired_credential_is_told_as_expired(home):
    credential = home.sealed(valid_until=instant.today())
    with instant.frozen_at(instant.now() + timedelta(days=2)):
        verdict = looked(credential.code)
    assert (verdict.kind, verdict.title) == ("bad", "已过有效期")


def test_a_record_that_somebody_changed_in_the_database_fails(credential, showing):
    forged = Credential.objects.get(id=credential.id)
    forged.values = {**forged.values, "name": "冒名"}
    forged.save(update_fields=["values"])
    verdict = looked(showing.code)
    assert (verdict.kind, verdict.title) == ("bad", "核验不通过")
    assert verdict.checks[0].holds is False


def test_the_file_itself_is_checked_by_its_bytes(credential):
    content = files.read(credential.file)
    verdict = verifying.by_file(checking.examine(content))
    assert (verdict.kind, verdict.what) == ("good", "出生医学证明")
    assert "周沐言" not in "".join(str(value) for _, value in verdict.facts)
    forged = content.replace(b"/Producer", b"/Produces")
    assert verifying.by_file(checking.examine(forged)).kind == "bad"
    credential.refresh_from_db()
    assert credential.checked == 1


def test_by_its_identifier_a_credential_tells_only_how_it_stands(credential):
    verdict = verifying.by_text(credential.identifier.lower(), ANONYMOUS)
    assert verdict is not None
    assert verdict.kind == "good"
    assert "周沐言" not in "".join(str(value) for _, value in verdict.facts)


def test_only_holder_and_keeper_show_it(home, credential):
    for actor in (home.stranger, home.officer, actors.for_person(home.cast.father)):
        with pytest.raises(Absent):
            operations.show(credential, actor, ["name"], "办事")


def test_something_must_be_chosen_and_a_purpose_said(home, credential):
    with pytest.raises(Invalid) as wrong:
        operations.show(credential, home.mother, ["nothing"], " ")
    assert {error.code for error in wrong.value.errors} == {"nothing_chosen", "required"}


def test_two_codes_of_one_number_answer_nobody(home, credential, showing):
    with transaction.atomic():
        Showing.objects.create(
            credential=credential, number=showing.number, fields=["name"], purpose="x", by="party:x",
            created_at=showing.created_at, until=showing.until,
        )  # fmt: skip
    assert queries.showing_by_number(showing.number) is None


# Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mother(home, client):
    return sign_in(client, Account.objects.get(party=home.cast.mother))


def test_the_list_has_mine_and_my_childs_and_an_empty_state(home, mother):
    assert "还没有电子证照" in mother.get("/credentials/").content.decode()
    home.sealed()
    home.sealed(holder=home.cast.mother, keeper=None, values={**house.VALUES, "name": "刘芸"})
    page = mother.get("/credentials/").content.decode()
    assert "我替孩子保管的" in page
    assert page.count('class="x-cred"') == 2


def test_choosing_showing_and_stopping_by_page(home, mother, credential, client):
    address = f"/credentials/{credential.code}/"
    assert "生成二维码" in mother.get(address).content.decode()
    refused = mother.post(address, {"fields": ["name"], "purpose": ""})
    assert refused.status_code == 422
    assert "请写明给谁看" in refused.content.decode()
    mother.post(address, {"fields": ["name"], "purpose": "就医"})
    page = mother.get(address).content.decode()
    showing = Showing.objects.get()
    assert showing.number[:4] in page
    assert "停止出示" in page
    checked = type(client)().get(f"/verify/{showing.code}/").content.decode()
    assert "周沐言" in checked
    assert "持有人未出示" in checked
    assert "已被查验 1 次" in mother.get(address).content.decode()
    mother.post(f"{address}stop/")
    assert "已停止出示" in type(client)().get(f"/verify/{showing.code}/").content.decode()


def test_somebody_elses_credential_is_not_there(home, credential, client):
    stranger = sign_in(client, Account.objects.get(party=home.cast.stranger))
    for address in ("", "pdf/"):
        assert stranger.get(f"/credentials/{credential.code}/{address}").status_code == 404
    assert stranger.post(f"/credentials/{credential.code}/stop/").status_code == 404


def test_the_sealed_file_downloads_under_its_name(mother, credential):
    answer = mother.get(f"/credentials/{credential.code}/pdf/")
    assert answer.content == files.read(credential.file)
    assert "%E5%87%BA%E7%94%9F" in answer["Content-Disposition"]


@pytest.mark.parametrize("address", ["/credentials/", "/credentials/{code}/"])
def test_a_page_asks_the_database_little(mother, credential, django_assert_max_num_queries, address):
    with django_assert_max_num_queries(15):
        mother.get(address.format(code=credential.code))
