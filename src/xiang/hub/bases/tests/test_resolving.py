"""One record at a time: new, attached, or for a steward; golden ids stay what they were."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import Absent, Invalid
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties.actors import ANONYMOUS, SYSTEM
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Event, Golden, Key, Pair, Record

from .conftest import Resolve
from .numbers import number, old

MINE, HERS = number(123), number(321)
LIU = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000", "address": "长沙市岳麓区五一大道12号3栋402"}


def test_the_first_record_of_somebody_is_new_and_the_second_is_attached(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    second = say("health", "a", name="劉芸", id_number=old(MINE))
    assert (first.outcome, second.outcome) == ("new", "attach")
    assert first.golden == second.golden


def test_without_a_number_name_birthday_and_phone_suffice(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    assert say("health", "a", name="刘云", birth_date="1985/3/12", phone="138 0013 8000").golden == first.golden


def test_a_stranger_of_the_same_name_is_somebody_else(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    other = say("health", "a", name="刘芸", birth_date="1990-01-01")
    assert (other.outcome, other.golden == first.golden) == ("new", False)


def test_half_agreement_goes_to_the_steward_with_its_reasons(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    other = say("health", "a", name="刘芳", birth_date="1985-03-12", address="五一大道12号3栋402")
    assert other.outcome == "uncertain" and other.golden != first.golden
    pair = Pair.objects.get()
    assert {pair.left.golden_id, pair.right.golden_id} == {first.golden, other.golden}
    assert {part["field"]: part["level"] for part in pair.parts}["birth"] == "same"
    assert "刘" not in str(pair.parts)


def test_the_same_record_again_changes_nothing(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    before = Event.objects.count()
    again = say("police", "1", **LIU, id_number=MINE)
    assert (again.golden, again.outcome, Event.objects.count()) == (first.golden, "unchanged", before)


def test_a_changed_record_stays_with_its_golden_record(say: Resolve) -> None:
    first = say("police", "1", **LIU, id_number=MINE)
    moved = say("police", "1", name="刘静", former_names="刘芸", id_number=MINE, address="麓山南路5号")
    assert moved.golden == first.golden
    assert Golden.objects.get().values["name"][0] == "刘静"


def test_a_record_whose_number_becomes_another_ones_never_leaves_silently(say: Resolve) -> None:
    mine, hers = say("police", "1", **LIU, id_number=MINE), say("police", "2", name="康乐", id_number=HERS)
    say("health", "a", name="刘芸", id_number=MINE)
    wrong = say("health", "a", name="刘芸", id_number=HERS)
    assert (wrong.golden, wrong.outcome) == (mine.golden, "uncertain")
    assert {Pair.objects.get().left.golden_id, Pair.objects.get().right.golden_id} == {mine.golden, hers.golden}


def test_a_newborn_is_found_again_when_the_identity_number_comes(say: Resolve) -> None:
    born = {"name": "周沐言", "birth_date": "2024-11-16"}
    hospital = say("health", "b-1", birth_certificate="T430123456", **born)
    number_ = number(7, "20241116")
    police = say("police", "9", id_number=number_, name="周沐言", birth_date="2024-11-16")
    assert police.golden == hospital.golden or police.outcome == "uncertain"
    later = say("health", "b-1", birth_certificate="T430123456", id_number=number_, **born)
    assert later.golden == hospital.golden == queries.current_id(police.golden)


def test_one_record_that_bridges_two_joins_them_and_the_older_id_stays(say: Resolve) -> None:
    older = say("health", "b-1", birth_certificate="T430123456", name="周沐言")
    younger = say("police", "9", id_number=MINE, name="周某")
    bridge = say("insurance", "x", birth_certificate="T430123456", id_number=MINE, name="周沐言")
    assert (bridge.golden, bridge.merged) == (older.golden, (younger.golden,))
    assert queries.current_id(younger.golden) == older.golden
    assert set(Record.objects.values_list("golden_id", flat=True)) == {older.golden}


def test_a_record_without_a_number_never_joins_two_people_who_have_one(say: Resolve) -> None:
    twins = {"name": "周沐", "birth_date": "1985-03-12", "phone": "13800138000", "address": "五一大道12号3栋402"}
    one, other = say("police", "1", **twins, id_number=MINE), say("police", "2", **twins, id_number=HERS)
    unknown = say("health", "a", **twins)
    assert one.golden != other.golden and unknown.golden not in (one.golden, other.golden)
    assert unknown.outcome == "uncertain" and unknown.pairs == 2


def test_a_company_is_followed_through_its_renaming(say: Resolve) -> None:
    before = say("market", "1", name="长沙湘江科技有限公司", registration_number="430100000012345")
    after = say("market", "1", name="湖南麓山数据有限公司", former_names="长沙湘江科技有限公司",
                registration_number="430100000012345", uscc="91350100M000100Y43")  # fmt: skip
    taxed = say("tax", "t", name="麓山数据公司", uscc="91350100M000100Y43")
    assert before.golden == after.golden == taxed.golden


def test_values_lie_sealed_and_keys_lie_blind(say: Resolve) -> None:
    found = say("police", "1", **LIU, id_number=MINE)
    rows = [*Golden.objects.values_list("values"), *Record.objects.values_list("values", "reference")]
    rows += [*Key.objects.values_list("value"), *Event.objects.values_list("refs"), *Entry.objects.values_list("refs")]
    for canary in (MINE, "刘芸", "13800138000", "19850312", "五一大道"):
        assert canary not in repr(rows)
    assert Golden.objects.get(id=found.golden).values["name"][:2] == ["刘芸", "police"]


def test_every_resolution_is_in_the_ledger(say: Resolve) -> None:
    found = say("police", "1", **LIU)
    entry = Entry.objects.filter(kind="bases.record.resolved").get()
    assert entry.refs["golden"] == str(found.golden)


def test_who_is_no_steward_resolves_nothing_and_nonsense_is_refused(bases: None) -> None:
    with pytest.raises(Absent):
        operations.resolve("police", "1", LIU, ANONYMOUS)
    with pytest.raises(Absent) as absent:
        operations.resolve("nowhere", "1", LIU, SYSTEM)
    assert absent.value.code == "source_absent"
    with pytest.raises(Invalid) as said:
        operations.resolve("police", "1", {"name": " "}, SYSTEM)
    assert said.value.errors[0].code == "nothing_said"


# Whoever shares a number is the same, in whatever order the records arrive ---------------------------------------

PEOPLE = [{"id_number": number(n), "birth_certificate": f"T43012345{n}"} for n in range(4)]
RECORDS = st.lists(
    st.tuples(st.integers(0, 3), st.sets(st.sampled_from(["id_number", "birth_certificate"]), min_size=1)),
    min_size=2,
    max_size=7,
)


def parts(groups: list[set[int]]) -> set[frozenset[int]]:
    """Connected components."""
    done: list[set[int]] = []
    for group in groups:
        near = [one for one in done if one & group]
        done = [one for one in done if not one & group] + [group.union(*near)]
    return {frozenset(one) for one in done}


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_who_belongs_together(
    bases: None, records: list[tuple[int, set[str]]], order: object
) -> None:
    places = list(range(len(records)))
    order.shuffle(places)  # type: ignore[attr-defined]
    with transaction.atomic():
        for place in places:
            who, held = records[place]
            # Names differ on purpose: a number decides alone.
            values = {key: PEOPLE[who][key] for key in held} | {"name": f"某{'甲乙丙丁戊己庚辛'[place]}"}
            operations.resolve("police", str(place), values, SYSTEM)
        found: dict[UUID, set[int]] = {}
        for place in places:
            golden = queries.golden_of("police", str(place))
            assert golden is not None
            found.setdefault(golden, set()).add(place)
        transaction.set_rollback(True)
    shared = [
        {a, b}
        for a, b in itertools.product(range(len(records)), repeat=2)
        if records[a][0] == records[b][0] and records[a][1] & records[b][1]
    ]
    assert {frozenset(one) for one in found.values()} == parts(shared)
