"""Reading by right: what is given, what is refused, and what the ledger and the person see of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from xiang.foundation.forms.sources import (
    FetchContext,
    Subject,
    Want,
    known_source,
    known_substitute,
    source,
    substitute,
)
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError, Forbidden
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.notices.models import Notice
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.sharing import operations
from xiang.hub.sharing.operations import Purpose, Question

from .conftest import BASIS, Hub, grant


def uses(outcome: str) -> list[DataUse]:
    return list(DataUse.objects.filter(outcome=outcome).order_by("id"))


def test_an_officer_reads_in_a_case_what_is_granted_and_the_ledger_says_so(hub: Hub) -> None:
    case = hub.case(hub.cast.mother)
    answer = hub.ask(case_id=case, case_number="4301")
    assert answer.values == {"name": "刘芸", "household_address": "望月湖街道3栋402"}
    assert (answer.provenance.source, answer.provenance.disputed) == ("hub:police_person", False)
    (use,) = uses("served")
    assert use.subject in parties.subject_indexes(hub.cast.mother.id)
    assert (use.body_key, use.fields, use.case_id, use.case_number) == (
        "430104.police",
        ["name", "household_address"],
        case,
        "4301",
    )
    assert (use.purpose, use.basis, use.actor_ref) == ("办理出生登记", BASIS, hub.officer().ref)


def test_yes_and_no_come_as_yes_and_no(hub: Hub) -> None:
    assert hub.ask(fields=["military"]).values == {"military": False}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "statistics"}, "purpose_not_granted"),
        ({"item_key": "marriage"}, "item_not_granted"),
        ({"item_key": ()}, "item_not_granted"),
        ({"fields": ["name", "blood_group"]}, "field_not_granted"),
        ({"resource_key": "police_household"}, "no_grant"),
        ({"case_id": None}, "no_case"),
        ({"body_key": "430104.health"}, "other_body"),
    ],
)
def test_what_is_not_granted_is_refused_written_down_and_told_to_the_person(
    hub: Hub, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Forbidden) as caught:
        hub.ask(**changes)
    assert caught.value.code == code
    assert not uses("served")
    if changes.get("resource_key"):
        assert Entry.objects.filter(kind="data.refused", actor_ref=hub.officer().ref).count() == 1
        return
    (use,) = uses("refused")
    assert use.reason.startswith(code) and use.subject in parties.subject_indexes(hub.cast.mother.id)
    assert Notice.objects.filter(recipient_id=hub.cast.mother.id, kind="data.refused").count() == 1


def test_an_expired_grant_gives_nothing(hub: Hub) -> None:
    with instant.frozen_at(date(2028, 1, 4)), pytest.raises(Forbidden) as caught:
        hub.ask()
    assert caught.value.code == "grant_expired"


def test_a_revoked_grant_gives_nothing_from_the_next_look_up_on(hub: Hub) -> None:
    assert hub.ask().values
    operations.revoke_grant("police", "用途结束", SYSTEM)
    with pytest.raises(Forbidden) as caught:
        hub.ask()
    assert caught.value.code == "grant_revoked"


def test_a_curious_officer_without_a_case_of_the_person_learns_nothing(hub: Hub) -> None:
    own_case = hub.case(hub.cast.mother)
    with pytest.raises(Forbidden) as caught:
        hub.ask(hub.cast.stranger, case_id=own_case)
    assert caught.value.code == "not_in_case"
    (use,) = uses("refused")
    assert use.subject in parties.subject_indexes(hub.cast.stranger.id)


def test_a_case_of_another_office_is_no_case_of_mine(hub: Hub) -> None:
    case = hub.case(hub.cast.mother)
    nurse = replace(hub.officer(), grants=frozenset({(hub.cast.clinic.id, "receiver")}))
    with pytest.raises(Forbidden) as caught:
        hub.ask(actor=nurse, case_id=case)
    assert caught.value.code == "no_case"


def test_a_made_up_case_is_no_case(hub: Hub) -> None:
    with pytest.raises(Forbidden) as caught:
        hub.ask(case_id=new_id())
    assert caught.value.code == "no_case"


def test_a_person_fills_their_own_form_with_what_the_bodies_of_its_items_may_read(hub: Hub) -> None:
    answer = hub.ask(actor=hub.parent(), body_key="430000.service_centre", case_id=new_id())
    assert answer.values["name"] == "刘芸"
    with pytest.raises(Forbidden):
        hub.ask(actor=hub.parent(), body_key="430000.service_centre", case_id=new_id(), item_key="retirement")


def test_a_person_unknown_to_the_source_is_absent_and_the_look_up_still_recorded(hub: Hub) -> None:
    answer = hub.ask(hub.cast.father)
    assert answer.absent and not answer.values
    assert len(uses("served")) == 1


def test_a_newborn_is_found_by_the_mothers_number_and_narrowed_by_the_birth_record(hub: Hub) -> None:
    mother = hub.number(hub.cast.mother)
    child = {"mother:resident_id": mother}
    asked = {"resource_key": "health_birth", "fields": ["record_no", "sex"], "case_id": hub.case(hub.cast.mother)}
    newest = hub.ask(subject=Subject("child", identifiers=child), **asked)
    assert newest.values == {"record_no": "D1-2", "sex": "1"}
    assert newest.provenance.body == "长沙市妇幼保健院"
    first = hub.ask(subject=Subject("child", identifiers=child | {"birth_record": "D1-1"}), **asked)
    assert first.values["sex"] == "2"
    assert {use.subject for use in uses("served")} <= set(parties.subject_indexes(hub.cast.mother.id))


def test_what_only_narrows_finds_nobody_by_itself(hub: Hub) -> None:
    nameless = Subject("child", identifiers={"birth_record": "D1-1"})
    answer = hub.ask(subject=nameless, resource_key="health_birth", fields=["sex"], case_id=hub.case(hub.cast.mother))
    assert not answer.values
    assert not uses("served")


def test_all_children_of_a_delivery_come_as_rows(hub: Hub) -> None:
    rows = operations.fetch_rows(
        "health_birth",
        hub.subject(hub.cast.mother),
        ["record_no"],
        purpose="service",
        item_key="birth_registration",
        actor=hub.parent(),
        body_key="430104.police",
        case_id=new_id(),
    )
    assert [row["record_no"] for row in rows] == ["D1-2", "D1-1"]


def test_a_child_does_not_inherit_its_own_number_as_its_mothers(hub: Hub) -> None:
    answer = hub.ask(
        resource_key="health_birth", subject=Subject("child", identifiers={"resident_id": "x"}), fields=["sex"]
    )
    assert answer.absent


def test_many_questions_are_answered_in_order_with_refusals_among_them(hub: Hub) -> None:
    mother = hub.subject(hub.cast.mother)
    why = Purpose("service", hub.parent(), "430104.police", frozenset({"birth_registration"}), new_id())
    questions = [
        Question("health_birth", mother, ("sex",)),
        Question("police_person", mother, ("blood_group",)),
        Question("police_person", mother, ("name",)),
    ]
    birth, blood, name = operations.fetch_many(questions, why)
    assert (birth.values, blood.refused, name.values) == ({"sex": "1"}, "field_not_granted", {"name": "刘芸"})
    assert (len(uses("served")), len(uses("refused"))) == (2, 1)


def test_reading_inside_a_transaction_is_a_mistake_of_ours(hub: Hub) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside any transaction"):
        hub.ask()


def test_without_the_ledger_nobody_gets_anything(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiang.hub.sharing.operations import fetching

    case, asked = hub.case(hub.cast.mother), []

    def full(*args: Any, **kwargs: Any) -> None:
        asked.append(args)
        raise OSError("disk full")

    monkeypatch.setattr(fetching.ledger, "record_use", full)
    with pytest.raises(OSError, match="disk full"):
        hub.ask(case_id=case)
    assert asked


def test_forms_know_the_hub_by_its_prefix(hub: Hub) -> None:
    assert known_source("hub:police_person.name") and known_substitute("hub:police_person")
    assert not known_source("hub:police_person.blood_group") and not known_substitute("hub:police_horse")


def test_a_paper_is_waived_when_the_record_behind_it_is_found(hub: Hub) -> None:
    context = FetchContext(new_id(), ("birth_registration",), "service", hub.parent(), "430104.police")
    want = Want("police_person", hub.subject(hub.cast.mother), ("name",))
    assert source("hub").fetch_many([want], context)[0].values == {"name": "刘芸"}
    found = substitute("hub").satisfies("police_person", hub.subject(hub.cast.mother), context)
    assert found and found.substitute == "hub:police_person"
    assert substitute("hub").satisfies("police_person", hub.subject(hub.cast.father), context) is None
    assert uses("served")[-1].fields == ["exists"]


def test_only_stewards_grant_and_only_known_fields_of_known_resources(hub: Hub) -> None:
    with pytest.raises(DomainError) as caught:
        grant("other", fields=["blood_group"])
    assert caught.value.code == "field_unknown"
    with pytest.raises(Forbidden):
        operations.revoke_grant("police", "好奇", hub.officer())


def test_a_grant_of_one_day_holds_on_that_day_alone(hub: Hub) -> None:
    operations.revoke_grant("police", "改为当天", SYSTEM)
    today = instant.today()
    grant("police", valid_from=today, valid_to=today)
    assert hub.ask().values
    with instant.frozen_at(today + timedelta(days=1)), pytest.raises(Forbidden):
        hub.ask()
