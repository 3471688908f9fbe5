"""What stewards settle: pairs and values; who may look."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from xiang.foundation.ground.errors import Absent, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.outbox import subscriptions
from xiang.foundation.outbox.models import Event as Sent
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import ANONYMOUS, SYSTEM, Actor
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Golden, Pair
from xiang.hub.bases.operations import Resolved

from .conftest import Resolve
from .numbers import number

MINE, HERS = number(123), number(321)
LIU = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000", "address": "长沙市岳麓区五一大道12号3栋402"}


@pytest.fixture
def pair(say: Resolve) -> Pair:
    say("police", "1", **LIU, id_number=MINE)
    say("health", "a", name="刘芳", birth_date="1985-03-12", address="五一大道12号3栋402")
    return Pair.objects.get()


def test_merging_a_pair_merges_its_golden_records(pair: Pair, steward: Actor) -> None:
    operations.decide_pair(pair.id, "merge", steward)
    assert queries.golden_of("health", "a") == queries.golden_of("police", "1")
    assert not queries.queue(steward).exists()


def test_two_kept_apart_are_not_asked_about_again(pair: Pair, steward: Actor, say: Resolve) -> None:
    operations.decide_pair(pair.id, "apart", steward, reason="姐妹")
    say("health", "a", name="刘芳", birth_date="1985-03-12", address="五一大道12号3栋402室", phone="")
    assert Pair.objects.get().state == "apart" and not queries.queue(steward).exists()


def test_what_is_put_off_waits_at_the_end(pair: Pair, steward: Actor, say: Resolve) -> None:
    operations.decide_pair(pair.id, "later", steward)
    say("insurance", "x", name="刘芬", birth_date="1985-03-12", address="五一大道12号3栋402")
    assert [one.id == pair.id for one in queries.queue(steward)][-1]


def test_a_pair_is_decided_once(pair: Pair, steward: Actor) -> None:
    operations.decide_pair(pair.id, "apart", steward)
    with pytest.raises(Refused) as refused:
        operations.decide_pair(pair.id, "merge", steward)
    assert refused.value.code == "pair_decided"


def test_two_valid_numbers_are_merged_only_for_a_reason(say: Resolve, steward: Actor) -> None:
    twins = {"name": "周沐", "birth_date": "1985-03-12", "phone": "13800138000", "address": "五一大道12号3栋402"}
    one, other = say("police", "1", **twins, id_number=MINE), say("police", "2", **twins, id_number=HERS)
    left, right = sorted((one.record, other.record))
    made = Pair.objects.create(registry=queries.registry_of("person"), left_id=left, right_id=right)
    with pytest.raises(Invalid) as refused:
        operations.decide_pair(made.id, "merge", steward)
    assert refused.value.errors[0].code == "numbers_differ"
    assert Pair.objects.get(id=made.id).state == "open"
    operations.decide_pair(made.id, "merge", steward, reason="号码更正证明")
    assert Golden.objects.filter(redirect=None).count() == 1


def test_the_queue_is_the_leads_alone(pair: Pair, cast: Cast) -> None:
    for actor in (ANONYMOUS, actors.for_person(cast.mother), actors.for_staff(cast.receiver)):
        with pytest.raises(Absent):
            queries.queue(actor)


@pytest.fixture
def liu(say: Resolve) -> Resolved:
    say("police", "1", day="2020-01-01", **LIU, id_number=MINE)
    return say("health", "a", day="2025-06-01", name="刘云", id_number=MINE, phone="13900139000", address="五一大道")


def value(found: Resolved, field: str) -> list[object]:
    kept: list[object] = Golden.objects.get(id=found.golden).values[field]
    return kept


def test_each_field_survives_by_its_own_rule_and_says_where_it_came_from(liu: Resolved) -> None:
    assert (value(liu, "name")[:2], value(liu, "name")[3:]) == (["刘芸", "police"], ["source", 1])
    assert value(liu, "phone")[:2] == ["13900139000", "health"]
    assert value(liu, "address")[1] == "police"


def test_a_correction_stands_above_every_rule_and_tells_the_holders(liu: Resolved, steward: Actor) -> None:
    with subscriptions.isolated():
        subscriptions.subscribe("bases.value.corrected", "test")(lambda event: None)
        operations.correct(liu.golden, "name", "刘韵", "居民身份证", steward)
        told = [event.payload for event in Sent.objects.filter(kind="bases.value.corrected")]
    assert {one["source"] for one in told} == {"police", "health"}
    assert value(liu, "name")[0] == "刘韵" and value(liu, "name")[3] == "corrected"
    assert {queries.corrected_value(one["record"], "name") for one in told} == {"刘韵"}
    assert "刘韵" not in str(told)


def test_a_correction_outlives_new_records_and_merges(liu: Resolved, steward: Actor, say: Resolve) -> None:
    other = say("insurance", "z", name="张三", phone="13700137000")
    operations.correct(other.golden, "name", "刘韵", "居民身份证", steward)
    say("police", "1", day="2026-01-01", **LIU, id_number=MINE)
    operations.merge(liu.golden, other.golden, "同一人", steward)
    assert value(liu, "name")[0] == "刘韵"


def test_a_holder_that_corrected_itself_is_not_told(liu: Resolved, steward: Actor) -> None:
    with subscriptions.isolated():
        subscriptions.subscribe("bases.value.corrected", "test")(lambda event: None)
        operations.correct(liu.golden, "name", "刘芸", "居民身份证", steward)
        assert [one.payload["source"] for one in Sent.objects.all()] == ["health"]


def test_a_withdrawn_correction_lets_the_rules_decide(liu: Resolved, steward: Actor) -> None:
    operations.correct(liu.golden, "name", "刘韵", "居民身份证", steward)
    operations.withdraw_correction(liu.golden, "name", steward)
    assert value(liu, "name")[0] == "刘芸"


@pytest.mark.parametrize(
    ("field", "said", "basis", "code"),
    [
        ("shoe", "40", "证", "field_unknown"),
        ("name", " ", "证", "value_missing"),
        ("name", "刘韵", " ", "basis_missing"),
    ],
)
def test_a_correction_needs_field_value_and_basis(
    liu: Resolved, steward: Actor, field: str, said: str, basis: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        operations.correct(liu.golden, field, said, basis, steward)
    assert [one.code for one in refused.value.errors] == [code]


def test_a_steward_finds_somebody_by_a_whole_key_only(liu: Resolved, steward: Actor) -> None:
    assert [one.id for one in queries.search(steward, "person", {"id_number": MINE})] == [liu.golden]
    assert [one.id for one in queries.search(steward, "person", {"name": "刘芸", "birth_date": "1985-03-12"})] == [
        liu.golden
    ]
    assert queries.search(steward, "person", {"name": "刘芸"}) == []


def test_looking_at_a_golden_record_is_written_down(liu: Resolved, steward: Actor) -> None:
    operations.open_golden(liu.golden, steward)
    assert Entry.objects.filter(kind="bases.golden.read", actor_ref=steward.ref).count() == 1
    with pytest.raises(Absent):
        operations.open_golden(liu.golden, ANONYMOUS)


def test_overviews_tell_what_was_counted_by_source(liu: Resolved, steward: Actor) -> None:
    operations.count()
    person = next(one for one in queries.overviews(SYSTEM) if one.registry.key == "person")
    assert {source.key: count for source, count in person.sources} == {"police": 1, "health": 1, "insurance": 0}
    assert (person.golden, person.redirected) == (1, 0)


@pytest.mark.parametrize("registries", [2, 12])
def test_an_overview_asks_no_more_for_more_registries_and_counts_no_records(
    bases: None, registries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(registries):
        said = {"kind": "credit", "title": f"库{n}", "owner_key": "430000.data"}
        operations.put_registry(f"credit{n}", said, SYSTEM)
        operations.put_source(f"source{n}", f"credit{n}", {"title": "表", "body_key": "430000.data"}, SYSTEM)
    with django_assert_num_queries(4) as asked:
        assert len(queries.overviews(SYSTEM)) == registries + 2
    assert not any(table in one["sql"] for one in asked for table in ("bases_golden", "bases_record", "bases_address"))
