"""Disputes: the person says what is right, the department checks, its record is mended once, the person is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xiang.foundation.forms.sources import Subject
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.notices.models import Notice
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.sharing import operations, queries
from xiang.hub.sharing.models import Dispute

from .conftest import Hub

CLAIM = "望月湖街道3栋401"


def raise_one(hub: Hub) -> Dispute:
    return operations.dispute(
        "police_person",
        hub.subject(hub.cast.mother),
        "household_address",
        CLAIM,
        actor=hub.parent(),
        reason="门牌写错了",
        case_number="4301",
    )


def address(hub: Hub) -> str:
    found = hub.source("police", "SELECT household_address FROM person WHERE name = '刘芸'")
    return str(found[0]["household_address"])


def test_while_a_record_is_disputed_the_person_is_served_as_normal(hub: Hub) -> None:
    made = raise_one(hub)
    assert made.state == Dispute.State.RAISED
    answer = hub.ask()
    assert answer.values["household_address"] == "望月湖街道3栋402" and answer.provenance.disputed
    assert not hub.ask(fields=["name"]).provenance.disputed


def test_raising_the_same_again_finds_the_first(hub: Hub) -> None:
    assert raise_one(hub).pk == raise_one(hub).pk


def test_a_correction_mends_the_source_once_with_history_and_tells_the_person(hub: Hub) -> None:
    made, officer = raise_one(hub), hub.officer()
    operations.take_up_dispute(made.pk, officer)
    operations.answer_dispute(made.pk, corrected=True, answer="已按不动产登记改正", actor=officer)
    assert address(hub) == "望月湖街道3栋402", "the department's database is mended outside our transaction"
    worker.drain()
    assert address(hub) == CLAIM
    made.refresh_from_db()
    assert made.state == Dispute.State.CLOSED and made.applied_at and made.closed_at
    (kept,) = hub.source("police", "SELECT * FROM history")
    assert (kept["old_value"], kept["new_value"], kept["reference"]) == ("望月湖街道3栋402", CLAIM, str(made.pk))
    assert Notice.objects.filter(recipient_id=hub.cast.mother.id, kind="dispute.answered").count() == 1
    assert not hub.ask().provenance.disputed
    worker.drain()
    assert len(hub.source("police", "SELECT * FROM history")) == 1


def test_a_correction_waits_for_a_source_that_is_down(hub: Hub) -> None:
    made, officer = raise_one(hub), hub.officer()
    kept = (hub.folder / "police.sqlite3").read_bytes()
    (hub.folder / "police.sqlite3").unlink()
    operations.answer_dispute(made.pk, corrected=True, answer="改正", actor=officer)
    worker.drain()
    made.refresh_from_db()
    assert made.state == Dispute.State.CORRECTED
    (hub.folder / "police.sqlite3").write_bytes(kept)
    with instant.frozen_at(instant.now() + timedelta(hours=2)):
        worker.drain()
    made.refresh_from_db()
    assert made.state == Dispute.State.CLOSED and address(hub) == CLAIM


def test_a_record_that_is_right_stays_and_the_reason_is_given(hub: Hub) -> None:
    made = raise_one(hub)
    operations.answer_dispute(made.pk, corrected=False, answer="与户口簿一致", actor=hub.officer())
    worker.drain()
    made.refresh_from_db()
    assert (made.state, made.outcome) == (Dispute.State.CLOSED, Dispute.State.REJECTED)
    assert address(hub) == "望月湖街道3栋402"
    assert "与户口簿一致" in Notice.objects.get(kind="dispute.answered").body
    again = raise_one(hub)
    assert again.pk != made.pk


def test_nobody_disputes_the_record_of_another(hub: Hub) -> None:
    with pytest.raises(Absent):
        operations.dispute("police_person", hub.subject(hub.cast.stranger), "name", "别人", actor=hub.parent())


def test_only_the_line_of_work_that_keeps_a_record_answers(hub: Hub) -> None:
    made, nurse = raise_one(hub), actors.for_staff(hub.cast.nurse)
    with pytest.raises(Forbidden) as caught:
        operations.take_up_dispute(made.pk, nurse)
    assert caught.value.code == "not_keeper"
    assert not queries.disputes_to_check(nurse) and queries.disputes_to_check(hub.officer()).count() == 1


def test_an_answered_dispute_is_not_answered_again(hub: Hub) -> None:
    made = raise_one(hub)
    operations.answer_dispute(made.pk, corrected=False, answer="一致", actor=SYSTEM)
    with pytest.raises(Refused) as caught:
        operations.answer_dispute(made.pk, corrected=True, answer="改", actor=SYSTEM)
    assert caught.value.code == "dispute_moved"


def test_the_person_may_take_it_back_before_it_is_answered(hub: Hub) -> None:
    made = raise_one(hub)
    assert operations.close_dispute(made.pk, hub.parent()).state == Dispute.State.CLOSED
    with pytest.raises(Absent):
        operations.close_dispute(raise_one(hub).pk, actors.for_person(hub.cast.stranger))


def test_the_ledger_names_each_step_and_holds_no_value(hub: Hub) -> None:
    made = raise_one(hub)
    operations.answer_dispute(made.pk, corrected=True, answer="改正", actor=hub.officer())
    worker.drain()
    kinds = list(Entry.objects.filter(kind__startswith="hub.dispute").order_by("id").values_list("kind", flat=True))
    assert kinds == ["hub.dispute.raised", "hub.dispute.corrected", "hub.dispute.closed"]
    text = " ".join(str(entry.refs) for entry in Entry.objects.all())
    assert CLAIM not in text and hub.number(hub.cast.mother) not in text


def test_of_twins_only_the_disputed_child_is_mended(hub: Hub) -> None:
    identifiers = {"mother:resident_id": hub.number(hub.cast.mother), "birth_record": "D1-1"}
    made = operations.dispute(
        "health_birth", Subject("child", hub.cast.mother.id, identifiers), "sex", "1", actor=hub.parent()
    )
    operations.answer_dispute(made.pk, corrected=True, answer="已核对病历", actor=SYSTEM)
    worker.drain()
    found = hub.source("health", "SELECT record_no, sex FROM births ORDER BY record_no")
    assert [row["sex"] for row in found] == ["1", "1"]
    assert hub.source("health", "SELECT row_key, old_value FROM history")[0]["old_value"] == "2"


def test_where_nothing_can_be_written_the_department_mends_it_and_the_source_is_looked_at(hub: Hub) -> None:
    hub.ask()
    made, officer = raise_one(hub), hub.officer()
    hub.source("police", "DROP TABLE history")
    operations.answer_dispute(made.pk, corrected=True, answer="改正", actor=officer)
    worker.drain(raising=True)
    made.refresh_from_db()
    assert made.state == Dispute.State.CORRECTED and made.awaited_since and made.applied_at is None
    assert list(queries.disputes_to_check(officer)) == [made]
    with pytest.raises(Refused) as caught:
        operations.confirm_mended(made.pk, officer)
    assert caught.value.code == "not_mended"
    hub.source("police", f"UPDATE person SET household_address = '{CLAIM}' WHERE name = '刘芸'")
    assert operations.confirm_mended(made.pk, officer).state == Dispute.State.CLOSED
    worker.drain(raising=True)
    assert Notice.objects.filter(recipient_id=hub.cast.mother.id, kind="dispute.answered").count() == 1
    with pytest.raises(Refused):
        operations.confirm_mended(made.pk, officer)


def test_the_steward_of_another_body_neither_sees_nor_answers(hub: Hub) -> None:
    made = raise_one(hub)
    staff = casting.officer("甘露", "other_steward", hub.cast.health, hub.cast.clinic, "steward", second_factor=True)
    other = actors.for_staff(staff)
    assert not queries.disputes_to_check(other).exists()
    with pytest.raises(Forbidden):
        operations.take_up_dispute(made.pk, other)
