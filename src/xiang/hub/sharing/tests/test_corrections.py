"""A body that uses shared data reports a wrong record; who holds the wrong value hears of the correction."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.outbox import worker
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.tests import cast as casting
from xiang.hub.sharing import operations, queries, workbooks
from xiang.hub.sharing.models import Dispute, HolderNotice

from .conftest import Hub

CLAIM = "望月湖街道3栋401"


def report(hub: Hub, actor: Actor, field: str = "household_address") -> Dispute:
    subject = hub.subject(hub.cast.mother)
    return operations.dispute(
        "police_person", subject, field, CLAIM, actor=actor, reason="与房产登记不一致", as_user=True
    )


def steward_of_station(hub: Hub) -> Actor:
    staff = casting.officer("祝凡", "station_steward", hub.cast.police, hub.cast.station, "steward")
    return actors.for_staff(staff)


def keeper(hub: Hub) -> Actor:
    body = parties.put_body(SYSTEM, key="430000.police", name="湖南省公安厅", division="430000", level="province")
    unit = parties.put_unit(SYSTEM, key="430000.police.sharing", body=body.key, name="数据处", kind="steward")
    return actors.for_staff(casting.officer("邵宁", "keeper", body, unit, "steward"))


def test_a_body_that_uses_the_item_reports_it_and_others_do_not(hub: Hub) -> None:
    made = report(hub, hub.officer())
    assert (made.reporter_body, made.state) == ("430104.police", Dispute.State.RAISED)
    with pytest.raises(Forbidden) as caught:
        report(hub, actors.for_staff(hub.cast.nurse), "name")
    assert caught.value.code == "not_user"
    with pytest.raises(Forbidden):
        report(hub, hub.parent())


def test_while_it_is_checked_a_person_with_valid_proof_is_served_as_normal(hub: Hub) -> None:
    before: Any = hub.ask()
    made = report(hub, hub.officer())
    operations.take_up_dispute(made.pk, keeper(hub))
    after: Any = hub.ask()
    assert after.values == before.values and not after.refused and after.provenance.disputed


def test_a_correction_reaches_every_holder_once_and_each_confirms(hub: Hub) -> None:
    hub.ask()
    made = report(hub, hub.officer())
    operations.answer_dispute(made.pk, corrected=True, answer="已按房产登记改正", actor=keeper(hub))
    assert not HolderNotice.objects.exists(), "holders hear of it when the source is mended, not before"
    worker.drain(raising=True)
    told = HolderNotice.objects.get()
    assert told.body_key == "430104.police"
    with pytest.raises(Absent):
        operations.confirm_correction(told.pk, "corrected", actors.for_staff(hub.cast.nurse))
    with pytest.raises(Forbidden):
        operations.confirm_correction(told.pk, "corrected", hub.officer())
    steward = steward_of_station(hub)
    assert operations.confirm_correction(told.pk, "corrected", steward).confirmed_at
    with pytest.raises(Refused) as caught:
        operations.confirm_correction(told.pk, "not_held", steward)
    assert caught.value.code == "already_confirmed"


def test_who_never_received_the_item_is_not_told(hub: Hub) -> None:
    hub.ask(fields=["name"])
    made = report(hub, hub.officer())
    operations.answer_dispute(made.pk, corrected=True, answer="已改正", actor=keeper(hub))
    worker.drain(raising=True)
    assert not HolderNotice.objects.exists()


def test_a_record_that_stays_is_told_to_nobody_but_the_reporter(hub: Hub) -> None:
    hub.ask()
    made = report(hub, hub.officer())
    operations.answer_dispute(made.pk, corrected=False, answer="与户口簿一致", actor=keeper(hub))
    worker.drain(raising=True)
    assert not HolderNotice.objects.exists()


def test_confirmations_are_filled_in_in_excel_and_a_wrong_word_names_its_row(hub: Hub) -> None:
    hub.ask()
    made = report(hub, hub.officer())
    operations.answer_dispute(made.pk, corrected=True, answer="已改正", actor=keeper(hub))
    worker.drain(raising=True)
    steward = steward_of_station(hub)

    def filled(word: str) -> BytesIO:
        book = load_workbook(BytesIO(workbooks.written(queries.duties(steward).rows)))
        (row,) = (
            cells for cells in book.worksheets[0].iter_rows(min_row=2) if cells[0].value == "数源已改正，待改本机关的"
        )
        row[5].value = word
        kept = BytesIO()
        book.save(kept)
        kept.seek(0)
        return kept

    with pytest.raises(Invalid) as caught:
        workbooks.read_back(filled("好的"), steward)
    assert [error.code for error in caught.value.errors] == ["answer_unknown"]
    assert workbooks.read_back(filled("已改正"), steward) == 1
    assert HolderNotice.objects.get().state == HolderNotice.State.CORRECTED
