"""Issuing, ending and replacing: one credential for a case, a number of its own, a seal that covers it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, connections

from xiang.foundation.documents import checking, files, marks
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Invalid, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.measures import queries as measures
from xiang.foundation.measures.fold import fold
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.identity import check_credential
from xiang.services.credentials import face, faces, operations, queries
from xiang.services.credentials.identifiers import identifier
from xiang.services.credentials.measures import ISSUED
from xiang.services.credentials.models import Credential, State
from xiang.services.credentials.sealing import PURPOSE

from . import house

GOLDEN = [  # in public use, with their check characters
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]


@pytest.fixture
def home(db) -> house.House:
    return house.build()


def test_the_identifier_reads_back_whole_with_its_check_character(home):
    credential = home.issue()
    checked = check_credential(credential.identifier)
    assert checked.valid, checked.errors
    assert checked.parts["type"] == house.TYPE_CODE
    assert checked.parts["issuer"] == home.issuer.uscc
    assert checked.parts["version"] == "001"


@pytest.mark.parametrize("golden", GOLDEN)
def test_identifiers_in_public_use_come_out_as_they_are(golden):
    kind, issuer, serial, version, _ = golden.removeprefix("1.2.156.3005.2.").split(".")
    assert identifier(kind, issuer, serial, int(version)) == golden
    assert check_credential(golden).valid
    wrong = golden[:-1] + ("0" if golden[-1] != "0" else "1")
    assert [code for code, _ in check_credential(wrong).errors] == ["credential_check"]


def test_an_issuer_without_a_code_issues_nothing(home):
    with pytest.raises(DomainError, match="issuer_without_code"):
        operations.issue("birth_certificate", home.cast.child, home.cast.police, house.VALUES, SYSTEM)
    assert not Credential.objects.exists()


def test_a_case_has_one_credential_of_a_kind_however_often_its_result_is_settled(home):
    case_id = new_id()
    assert home.issue(case_id=case_id) == home.issue(case_id=case_id)
    assert Credential.objects.count() == 1


def test_twins_get_different_serials(home):
    serials = [home.issue().serial for _ in range(2)]
    assert len(set(serials)) == 2
    assert int(serials[1]) == int(serials[0]) + 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_get_different_serials_and_a_case_still_only_one():
    home = house.build()
    case_id, gate, made, failed = new_id(), threading.Barrier(4), [], []

    def issue(case):
        gate.wait()
        try:
            made.append(home.issue(case_id=case))
        except Exception as wrong:
            failed.append(wrong)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue, args=(case,)) for case in (None, None, case_id, case_id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Credential.objects.filter(case_id=case_id).count() == 1
    assert len(set(Credential.objects.values_list("serial", flat=True))) == Credential.objects.count() == 3
    connection.close()


def test_the_face_says_codes_and_instants_in_words(home):
    credential = home.sealed()
    words = {field.key: field.words for field in faces.shown(credential)}
    assert words["sex"] == "女"
    assert words["birth_time"] == "2025年9月16日 08:30"
    assert words["certificate_no"] == credential.serial
    assert faces.summary(credential) == "周沐言·女·2025年9月16日"


def test_the_file_bears_the_issuers_seal_and_the_mark_covers_every_value(home):
    credential = home.sealed()
    examined = checking.examine(files.read(credential.file))
    assert (examined.seal, examined.trust) == ("whole", "trusted")
    assert examined.signer == "岳麓区卫生健康局电子印章"
    mark = marks.Mark.from_json(credential.signature)
    assert marks.holds(mark, PURPOSE, face.content(credential))
    credential.values["name"] = "周沐严"
    assert not marks.holds(mark, PURPOSE, face.content(credential))


def test_rare_characters_are_kept_as_they_are_and_an_impossible_one_is_refused(home):
    for name in ("周䶮㐂", "买买提·吐尔逊"):
        assert home.sealed(values={**house.VALUES, "name": name}).values["name"] == name
    with pytest.raises(DomainError) as refused:
        home.issue(values={**house.VALUES, "name": "𠮷乙"})
    assert refused.value.code == "no_glyph"
    assert "𠮷" in refused.value.detail


def test_a_correction_is_the_next_version_and_the_old_one_says_so(home):
    old = home.sealed()
    new = operations.replace(old, {**old.values, "name": "周牧言"}, home.officer, "姓名书写有误")
    old.refresh_from_db()
    assert (old.state, old.ended_reason) == (State.SUPERSEDED, "姓名书写有误")
    assert (new.version, new.serial, new.previous_id) == (2, old.serial, old.id)
    assert check_credential(new.identifier).parts["version"] == "002"
    assert new.keeper_id == old.keeper_id
    worker.drain(raising=True)
    new.refresh_from_db()
    assert new.sealed_at is not None
    with pytest.raises(Refused, match="not_valid"):
        operations.replace(old, old.values, home.officer, "再改")


@pytest.mark.parametrize("state", [State.REVOKED, State.CANCELLED, State.INVALIDATED])
def test_the_ends_are_the_issuers_and_each_needs_its_reason(home, state):
    credential = home.issue()
    for actor in (home.mother, home.stranger, actors.for_staff(home.cast.receiver)):
        with pytest.raises(Forbidden):
            operations.end(credential, state, "理由", actor)
    with pytest.raises(Invalid):
        operations.end(credential, state, "  ", home.officer)
    with pytest.raises(Invalid):
        operations.end(credential, State.SUPERSEDED, "理由", home.officer)
    assert operations.end(credential, state, "发证依据被撤销", home.officer).state == state
    with pytest.raises(Refused):
        operations.end(credential, state, "再来", home.officer)


def test_a_period_runs_out_by_itself(home):
    credential = home.issue(valid_until=date(2026, 1, 31), valid_from=date(2025, 2, 1))
    with instant.frozen_at(date(2026, 1, 31)):
        assert queries.standing(credential) == (True, "有效")
    with instant.frozen_at(date(2026, 2, 1)):
        assert queries.standing(credential) == (False, "已过有效期")
    with instant.frozen_at(date(2025, 1, 31)):
        assert queries.standing(credential) == (False, "还没有生效")
    with instant.frozen_at(date(2026, 2, 1)):
        assert queries.valid_of(home.cast.child.id, "birth_certificate") is None


def test_a_credential_is_its_holders_its_keepers_and_its_issuers(home):
    credential = home.issue()
    assert queries.credential_for(home.mother, credential.code) == credential
    assert queries.credential_for(actors.for_person(home.cast.child), credential.code) == credential
    assert queries.credential_for(home.officer, credential.code) == credential
    for actor in (home.stranger, actors.for_person(home.cast.father), actors.for_staff(home.cast.receiver)):
        with pytest.raises(Absent):
            queries.credential_for(actor, credential.code)


def test_the_figure_agrees_with_a_recount(home):
    home.issue()
    operations.replace(home.issue(), house.VALUES, SYSTEM, "更正")
    fold()
    counted = measures.recount(ISSUED)
    assert counted.agrees, counted
    assert measures.figure(ISSUED).numerator == 3
