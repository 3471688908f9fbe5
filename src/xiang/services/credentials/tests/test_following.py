"""What a case's later steps do to the credentials it issued, and the kinds as the profile says."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.db import transaction

from tests import cast
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import CaseEvent
from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.outbox import worker
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.operations import load_profile
from xiang.services.credentials import loading, operations
from xiang.services.credentials.models import Credential, CredentialType, State

from . import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> house.House:
    return house.build()


def matter(home: house.House):
    """A case of the clinic whose answers the face is taken from."""
    cast.publish_2025()
    answers = {
        "child.name": "周沐言",
        "child.sex": "2",
        "mother.name": "刘芸",
        "mother.id_number": "43999019960319002X",
    }
    with instant.frozen_at(date(2025, 9, 22)):
        return cases.open_case(
            cases.Opening(
                id=new_id(), procedure="licence", item_key="birth_certificate", item_title="出生医学证明", title="x",
                channel="web", applicant=home.cast.mother, subject=home.cast.child, unit=home.cast.clinic,
                rules=cast.licence_rules(), answers={"fields": answers},
            ),
            home.mother,
        )  # fmt: skip


def happens(case, step: str, reason: str) -> None:
    """As the engine says it: an event row, and the outbox event that names it."""
    with transaction.atomic():
        event = CaseEvent.objects.create(
            case=case, sequence=2, transition=step, title=step, source="delivered", target=step, actor_ref="staff:x",
            actor_name="李岚", data={"reason": reason}, effective_on=instant.today(), recorded_at=instant.now(),
        )  # fmt: skip
        outbox.emit(f"case.{step}", str(case.id), {"case_id": str(case.id), "event_id": str(event.id)})
    worker.drain(raising=True)


def test_a_case_issues_from_its_answers_and_its_childs_credential_is_kept_by_the_applicant(home):
    case = matter(home)
    issued = operations.issue_from_case("birth_certificate", case, home.cast.child, home.issuer, SYSTEM)
    assert (issued.values["name"], issued.keeper_id) == ("周沐言", home.cast.mother.id)
    assert issued.values["certificate_no"] == issued.serial


@pytest.mark.parametrize(
    ("step", "state"),
    [("revoke", State.REVOKED), ("cancel", State.CANCELLED), ("invalidate", State.INVALIDATED)],
)
def test_what_the_authority_does_to_the_case_it_does_to_the_credential(home, step, state):
    case = matter(home)
    issued = operations.issue_from_case("birth_certificate", case, home.cast.child, home.issuer, SYSTEM)
    happens(case, step, "材料不实")
    issued.refresh_from_db()
    assert (issued.state, issued.ended_reason) == (state, "材料不实")


def test_a_corrected_case_has_the_next_version_with_what_its_answers_say_now(home):
    case = matter(home)
    issued = operations.issue_from_case("birth_certificate", case, home.cast.child, home.issuer, SYSTEM)
    with transaction.atomic():
        cases.amend_answers(case, {"child.name": "周牧言"}, SYSTEM)
    happens(case, "correct", "姓名书写有误")
    issued.refresh_from_db()
    assert issued.state == State.SUPERSEDED
    new = Credential.objects.get(previous=issued)
    assert (new.values["name"], new.values["certificate_no"], new.version) == ("周牧言", issued.serial, 2)


def test_the_hunan_kinds_load_and_an_unchanged_profile_changes_nothing():
    with profile.isolated(_section()):
        report = load_profile(settings.ROOT / "profiles" / "hunan")
        assert report.ok, report.problems
        assert load_profile(settings.ROOT / "profiles" / "hunan", force=True).touched == 0
    assert CredentialType.objects.filter(retired=False).count() >= 15


def _section() -> profile.Section:
    return next(section for section in profile.sections() if section.kind == loading.KIND)


KIND = """
- key: pass
  title: 通行证
  code: "114399000000001157001"
  code_confirmed: false
  definer: 某部
  issuer: "*.police"
  holder: person
  fields:
    - {key: pass_no, title: 证号, type: text, serial: true}
    - {key: id_number, title: 公民身份号码, type: id_number, sensitive: true}
  validity: {kind: permanent}
  basis: {law: 某法, confirmed: false}
"""


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ("114399000000001157001", "114399000000001156001", "type_code_uscc_check"),
        ("{kind: permanent}", "{kind: period}", "rule_missing"),
        (", sensitive: true", "", "sensitive_unmarked"),
        ("key: pass_no", "key: id_number", "field_twice"),
        ("type: text", "type: picture", "field_value"),
    ],
)
def test_a_kind_that_does_not_hold_together_is_refused_with_its_line(tmp_path, was, now, code):
    assert was in KIND
    (tmp_path / "profile.yaml").write_text("key: x\ntitle: x\n")
    (tmp_path / "credential_types.yaml").write_text(KIND.replace(was, now))
    with profile.isolated(_section()):
        problems = load_profile(tmp_path).problems
    assert code in [problem.code for problem in problems], problems
    assert all(problem.line for problem in problems)
    assert not CredentialType.objects.exists()
