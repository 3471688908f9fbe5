"""From the draft to the frozen version: who may take each step, what stops it, what it leaves behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from xiang.foundation.ground.errors import DomainError, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.publishing import queries as editions
from xiang.hub.inventory import operations
from xiang.hub.inventory.models import CatalogueEntry, Item, Revision

from .conftest import World, entry


def refused(code: str, what: Any, *given: Any, **named: Any) -> None:
    with pytest.raises(DomainError) as caught:
        what(*given, **named)
    assert caught.value.code == code


def test_an_entry_is_published_frozen_and_coded_after_four_people_have_seen_it(world: World) -> None:
    found = world.publish()
    assert (found.version, found.code, found.items) == (1, "101000/000001", ["姓名", "出生日期"])
    frozen = editions.current("catalogue", "person")
    assert frozen.content["title"] == "人口基本信息" and frozen.author_ref == world.police.writer.ref
    assert frozen.approver_ref == world.hub.writer.ref
    told = set(Entry.objects.filter(kind__startswith="hub.catalogue.").values_list("kind", flat=True))
    assert {"hub.catalogue.drafted", "hub.catalogue.signed", "hub.catalogue.submitted"} < told


def test_nothing_of_a_draft_is_in_the_catalogue_before_it_is_published(world: World) -> None:
    made = operations.draft(entry(world.police), world.police.as_writer())
    operations.sign_office(made.id, world.police.as_office())
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    assert not CatalogueEntry.objects.exists()


def test_nobody_signs_or_publishes_what_they_wrote(world: World) -> None:
    made = operations.draft(entry(world.police), world.police.as_writer())
    refused("own_revision", operations.sign_office, made.id, world.police.as_writer())
    refused("not_sharing_office", operations.sign_office, made.id, world.market.as_office())
    refused("not_head", operations.sign_head, made.id, world.police.as_office(), secrecy_cleared=True)
    operations.sign_office(made.id, world.police.as_office())
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    refused("not_hub", operations.publish, made.id, world.police.as_writer())
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=made.pk).update(reviewer_ref=made.author_ref)


def test_the_hub_does_not_publish_an_entry_of_its_own_that_it_wrote(world: World) -> None:
    made = operations.draft(entry(world.hub), world.hub.as_writer())
    operations.sign_office(made.id, world.hub.as_office())
    operations.sign_head(made.id, world.hub.as_head(), secrecy_cleared=True)
    refused("own_revision", operations.publish, made.id, world.hub.as_writer())
    refused("own_revision", operations.publish, made.id, world.hub.as_office())


def test_steps_out_of_order_are_refused_with_where_it_stands(world: World) -> None:
    made = operations.draft(entry(world.police), world.police.as_writer())
    refused("revision_state", operations.publish, made.id, world.hub.as_writer())
    refused("revision_state", operations.sign_head, made.id, world.police.as_head(), secrecy_cleared=True)
    operations.sign_office(made.id, world.police.as_office())
    refused("revision_signing", operations.draft, entry(world.police), world.police.as_writer())
    refused("secrecy_not_cleared", operations.sign_head, made.id, world.police.as_head(), secrecy_cleared=False)


def test_what_is_sent_back_says_why_and_is_signed_anew(world: World) -> None:
    made = operations.draft(entry(world.police), world.police.as_writer())
    operations.sign_office(made.id, world.police.as_office())
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    back = operations.send_back(made.id, world.hub.as_writer(), "摘要太简单")
    assert (back.state, back.note, back.office_ref, back.head_ref) == ("returned", "摘要太简单", "", "")
    again = operations.draft(entry(world.police, summary="全省常住人口的登记信息"), world.police.as_writer())
    assert again.pk == made.pk and again.state == "draft"


def test_an_update_keeps_the_published_version_until_the_next_is_published(world: World) -> None:
    world.publish()
    made = operations.draft(entry(world.police, title="常住人口基本信息"), world.police.as_writer(), reason="更名")
    assert made.kind == "update" and CatalogueEntry.objects.get().title == "人口基本信息"
    operations.sign_office(made.id, world.police.as_office())
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    operations.publish(made.id, world.hub.as_writer())
    found = CatalogueEntry.objects.get()
    assert (found.title, found.version, found.code) == ("常住人口基本信息", 2, "101000/000001")
    assert editions.numbered("catalogue", "person", 1).content["title"] == "人口基本信息"


def test_limits_for_update_and_review_run_over_working_days_and_say_that_they_are_unconfirmed(world: World) -> None:
    world.publish()
    made = operations.draft(entry(world.police, title="甲"), world.police.as_writer(), changed_on=date(2026, 11, 20))
    assert made.update_due == date(2026, 12, 4)  # ten working days after Friday the 20th
    operations.sign_office(made.id, world.police.as_office())
    sent = operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    assert sent.review_due == date(2026, 11, 25) and sent.unconfirmed  # two after Monday the 23rd


def test_a_revoked_entry_leaves_the_catalogue_and_gives_up_its_sources(world: World) -> None:
    items = [{"name": "b", "title": "出生日期", "type": "D", "element": "person.birth_date", "authoritative": True}]
    world.publish(items=items)
    made = operations.draft_revocation("person", world.police.as_writer(), "职责已经划转")
    operations.sign_office(made.id, world.police.as_office())
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    operations.publish(made.id, world.hub.as_writer())
    assert CatalogueEntry.objects.get().retired and editions.find("catalogue", "person") is None
    world.publish(world.market, key="person2", items=items)


def test_each_data_element_has_one_authoritative_source_and_the_refusal_names_it(world: World) -> None:
    items = [{"name": "b", "title": "出生日期", "type": "D", "element": "person.birth_date", "authoritative": True}]
    world.publish(items=items)
    with pytest.raises(Refused) as caught:
        operations.draft(entry(world.market, key="other", items=items), world.market.as_writer())
    assert caught.value.code == "source_taken" and "岳麓公安分局" in caught.value.detail
    borrowed = [{**items[0], "authoritative": False}]
    other = world.publish(world.market, key="other", items=borrowed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(entry=other).update(authoritative=True)


def test_two_drafts_with_one_source_cannot_both_be_published(world: World) -> None:
    items = [{"name": "b", "title": "出生日期", "type": "D", "element": "person.birth_date", "authoritative": True}]
    waiting = operations.draft(entry(world.market, key="other", items=items), world.market.as_writer())
    operations.sign_office(waiting.id, world.market.as_office())
    operations.sign_head(waiting.id, world.market.as_head(), secrecy_cleared=True)
    world.publish(items=items)
    refused("source_taken", operations.publish, waiting.id, world.hub.as_writer())
    waiting.refresh_from_db()
    assert waiting.state == "submitted" and not CatalogueEntry.objects.filter(key="other").exists()


def test_a_body_writes_only_its_own_entries(world: World) -> None:
    refused("other_body", operations.draft, entry(world.police), world.market.as_writer())
    world.publish()
    refused("key_taken", operations.draft, entry(world.market), world.market.as_writer())
    with pytest.raises(Forbidden):
        operations.draft(entry(world.police), world.police.as_head())


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"share": "not_shared", "conditions": ""}, "/not_shared_citation", "citation_missing"),
        ({"conditions": ""}, "/conditions", "conditions_missing"),
        ({"share": "unconditional"}, "/conditions", "conditions_obstruct"),
        ({"secret": True}, "/secret", "secret"),
        ({"summary": " "}, "/summary", "missing"),
        ({"cycle": "偶尔"}, "/cycle", "choice_unknown"),
        ({"key": "人口"}, "/key", "key_form"),
        ({"items": []}, "/items", "items_missing"),
        ({"items": [{"name": "a", "title": "甲", "type": "Q"}]}, "/items/0/type", "type_unknown"),
        ({"items": [{"name": "a", "title": "甲", "type": "C"}] * 2}, "/items/1/name", "name_twice"),
        ({"items": [{"name": "a", "title": "甲", "type": "C", "column": "x"}]}, "/items/0/column", "mapping_half"),
        ({"provider_code": "91350100M000100Y44"}, "/provider_code", "uscc_check"),
        ({"grading": {"person": "huge"}}, "/grading/person", "choice_unknown"),
    ],
)
def test_each_thing_to_mend_has_its_place_and_code(
    world: World, changes: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        operations.draft(entry(world.police, **changes), world.police.as_writer())
    found = {(error.pointer, error.code) for error in caught.value.errors}
    assert (pointer, code) in found, found
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("grading", "own", "item", "grade"),
    [
        ({}, 1, 1, 1),
        ({"person": "serious"}, 1, 1, 3),
        ({"person": "serious", "economy": "serious"}, 1, 1, 5),
        ({"state": "extreme"}, 2, 1, 6),
        ({"person": "general"}, 1, 4, 4),
        ({"person": "general"}, 5, 1, 5),
    ],
)
def test_the_highest_grade_wins(world: World, grading: dict[str, str], own: int, item: int, grade: int) -> None:
    items = [{"name": "a", "title": "甲", "type": "C", "grade": item}]
    made = operations.draft(entry(world.police, grading=grading, grade=own, items=items), world.police.as_writer())
    assert made.content["grade"] == grade
