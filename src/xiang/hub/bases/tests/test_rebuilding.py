"""Building a registry again from newer clusters: whoever stayed together keeps the id, and what a steward said stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from xiang.foundation.ground.errors import Absent
from xiang.foundation.ledger.models import Entry
from xiang.foundation.outbox.models import Event as Sent
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.trust.fields import Sealed
from xiang.hub.bases import keeping, operations, queries
from xiang.hub.bases.models import Correction, Event, Golden, Key, Merge, Pair, Record
from xiang.hub.bases.operations import Resolving

from .numbers import number

pytestmark = pytest.mark.usefixtures("bases")
TABLES = (Golden, Record, Key, Pair, Merge, Event, Correction, Entry, Sent)


def said(reference: str, source: str = "police", **values: Any) -> Resolving:
    """A record; whoever nothing is said of is called by the reference."""
    return Resolving(source, reference, values or {"name": f"某{reference}", "phone": f"1380013{int(reference):04d}"})


def build(*clusters: Sequence[Resolving], actor: Actor = SYSTEM) -> Any:
    return operations.build("person", clusters, actor)


def golden(one: Resolving) -> UUID:
    found = queries.golden_of(one.source, one.reference)
    assert found is not None
    return found


def everything() -> list[list[dict[str, Any]]]:
    rows = [table.objects.order_by("pk").values() for table in TABLES]  # type: ignore[attr-defined]
    return [[{name: getattr(value, "envelope", value) for name, value in row.items()} for row in of] for of in rows]


A, B, C, D, E = (said(str(n)) for n in range(1, 6))


def test_building_twice_writes_nothing_the_second_time() -> None:
    doubtful = [(A, C)]
    first = operations.build("person", [[A, B], [C], [D, E]], SYSTEM, doubtful=doubtful)
    assert (first.golden, first.records, first.pairs) == (3, 5, 1)
    before = everything()
    again = operations.build("person", iter([[E, D], [B, A], [C]]), SYSTEM, doubtful=doubtful)
    assert again == type(again)() and everything() == before


def test_building_again_opens_nothing_and_asks_no_more_for_more(django_assert_max_num_queries: Any) -> None:
    clusters = [[said(str(n))] for n in range(60)]
    build(*clusters)
    Record.objects.update(values=Sealed({"key": "none"}))  # whoever opened it would fail
    with django_assert_max_num_queries(12):
        build(*clusters)


def test_a_record_that_is_added_leaves_every_other_id_as_it_was() -> None:
    build([A], [B])
    before = golden(A), golden(B)
    built = build([A, C], [B], [D])
    assert (golden(A), golden(B)) == before and golden(C) == golden(A)
    assert (built.records, built.golden, built.merged) == (2, 1, 0)
    assert len({golden(one) for one in (A, B, D)}) == 3
    assert Golden.objects.get(id=golden(D)).values["name"][0] == "某4"


def test_a_record_that_changed_is_written_anew_where_it_stands() -> None:
    build([A, B])
    before = golden(A)
    moved = said("1", name="刘芸", phone="13900139000")
    assert build([moved, B]).changed == 1
    assert golden(A) == before and Golden.objects.get(id=before).values["phone"][0] == "13900139000"
    assert queries.search(SYSTEM, "person", {"phone": "13900139000"})


def test_two_clusters_that_became_one_are_merged_and_can_be_unmerged() -> None:
    build([A, B], [C])
    older, younger = golden(A), golden(C)
    assert build([A, B, C]).merged == 1
    assert golden(C) == older and queries.current_id(younger) == older
    done = Merge.objects.get()
    assert done.by_rule
    operations.unmerge(done.id, "是两个人", SYSTEM)
    assert golden(C) == younger


def test_what_a_steward_put_apart_no_building_joins() -> None:
    build([A], [B])
    operations.merge(golden(A), golden(B), "同一人", SYSTEM)
    operations.unmerge(Merge.objects.get().id, "是两个人", SYSTEM)
    before = golden(A), golden(B)
    build([A, B])
    assert (golden(A), golden(B)) == before and not queries.queue(SYSTEM).exists()


def test_a_record_moves_to_the_cluster_it_is_in_now_and_the_ids_stay_with_the_others() -> None:
    build([A, B, C], [D, E])
    first, second = golden(A), golden(D)
    built = build([A, B], [C, D, E])
    assert (built.moved, built.golden, built.merged) == (1, 0, 0)
    assert [golden(one) for one in (A, B, C, D, E)] == [first, first, second, second, second]
    kinds = Event.objects.filter(kind=Event.Kind.MOVED).values_list("golden", flat=True)
    assert set(kinds) == {first, second}
    moved = str(Record.objects.get(golden=second, reference__in=keeping.references(C.source, C.reference)).id)
    assert Event.objects.filter(kind=Event.Kind.MOVED).first().refs["record"] == moved  # type: ignore[union-attr]


def test_a_cluster_that_falls_apart_leaves_the_id_with_the_larger_part() -> None:
    build([A, B, C])
    before = golden(A)
    built = build([A], [B, C])
    assert golden(B) == golden(C) == before != golden(A)
    assert (built.moved, built.golden) == (1, 1)
    assert Golden.objects.get(id=golden(A)).values["name"][0] == "某1"


def test_of_equal_parts_the_one_with_the_oldest_record_keeps_the_id() -> None:
    build([A, B])
    before = golden(A)
    build([B], [A])
    assert golden(A) == before != golden(B)


def test_a_building_of_a_part_splits_nobody_off() -> None:
    build([A, B, C])
    before = golden(A)
    assert build([C, D]).moved == 0
    assert golden(A) == golden(C) == golden(D) == before


def test_from_what_a_steward_merged_nothing_is_taken_and_the_steward_is_asked() -> None:
    build([A], [B], [C, D, E])
    operations.merge(golden(A), golden(B), "户口簿为证", SYSTEM)
    merged = golden(A)
    build([A], [B, C, D, E])
    assert golden(A) == golden(B) == merged
    pair = queries.queue(SYSTEM).get()
    assert pair.cause == Pair.Cause.REGROUPED
    assert {pair.left.golden_id, pair.right.golden_id} == {merged, golden(C)}


def test_two_numbers_never_come_together_by_rule() -> None:
    mine, hers = said("1", id_number=number(1), name="刘芸"), said("2", id_number=number(2), name="刘芳")
    build([mine], [hers])
    build([mine, said("3")], [hers])
    before = golden(mine), golden(hers)
    build([mine, hers])
    assert (golden(mine), golden(hers)) == before
    assert queries.queue(SYSTEM).get().cause == Pair.Cause.REGROUPED
    newcomer = said("4", "health", id_number=number(2), name="刘芳")
    build([mine, newcomer])
    assert golden(newcomer) == golden(hers)


def test_a_source_that_is_not_registered_is_named() -> None:
    with pytest.raises(Absent) as absent:
        build([Resolving("nowhere", "1", {"name": "刘芸"})])
    assert absent.value.code == "source_absent"
