"""Merging, un-merging, splitting: an id never comes to mean somebody else, and what was there comes back."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import Forbidden, Invalid, Refused
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Golden, Merge, Pair, Record
from xiang.hub.bases.operations import Resolved

from .conftest import Resolve
from .numbers import number

REASON = "公安机关更正证明"


def state() -> dict[object, object]:
    """Who belongs where, and what every golden record says."""
    members = dict(Record.objects.values_list("id", "golden_id"))
    golden = {one.id: (one.redirect_id, one.values) for one in Golden.objects.all()}
    return {"members": members, "golden": golden}


def two(say: Resolve) -> tuple[Resolved, Resolved]:
    return say("police", "1", name="刘芸", phone="13800138000"), say("health", "2", name="刘云", phone="13900139000")


def test_merging_keeps_the_older_id_and_the_other_leads_to_it(say: Resolve) -> None:
    older, younger = two(say)
    kept = operations.merge(younger.golden, older.golden, REASON, SYSTEM)
    assert kept.id == older.golden == queries.current_id(younger.golden)
    assert set(Record.objects.values_list("golden_id", flat=True)) == {older.golden}
    assert queries.history_of(kept)[0].kind == "merged"


def test_unmerging_gives_everything_back(say: Resolve) -> None:
    older, younger = two(say)
    before = state()
    operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    assert state() != before
    operations.unmerge(Merge.objects.get().id, "弄错了", SYSTEM)
    assert state() == before


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=5))
def test_unmerging_in_reverse_restores_every_state_on_the_way(bases: None, merges: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        made = [
            operations.resolve("police", str(n), {"name": "甲乙丙丁戊"[n], "phone": f"1380013800{n}"}, SYSTEM).golden
            for n in range(5)
        ]
        states = []
        for one, other in merges:
            a, b = queries.current_id(made[one]), queries.current_id(made[other])
            if a == b:
                continue
            states.append(state())
            operations.merge(a, b, REASON, SYSTEM)
        for before in reversed(states):
            operations.unmerge(Merge.objects.filter(undone_at=None).order_by("-id")[0].id, "撤销", SYSTEM)
            assert state() == before
        transaction.set_rollback(True)


def test_what_was_unmerged_is_not_merged_again_by_a_later_record(say: Resolve) -> None:
    older, younger = two(say)
    operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    operations.unmerge(Merge.objects.get().id, "是两个人", SYSTEM)
    say("police", "1", name="刘芸", phone="13800138000", birth_certificate="T430123456")
    later = say("health", "2", name="刘云", phone="13900139000", birth_certificate="T430123456")
    assert later.golden == younger.golden and later.merged == ()


def test_a_record_that_came_after_the_merge_stays_with_the_older_one(say: Resolve) -> None:
    older, younger = two(say)
    operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    later = say("insurance", "3", name="刘云", phone="13900139000", birth_date="1985-03-12")
    operations.unmerge(Merge.objects.get().id, "弄错了", SYSTEM)
    assert queries.golden_of("insurance", "3") == later.golden
    assert queries.golden_of("health", "2") == younger.golden


def test_a_merge_is_undone_once(say: Resolve) -> None:
    older, younger = two(say)
    operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    done = Merge.objects.get().id
    operations.unmerge(done, "弄错了", SYSTEM)
    with pytest.raises(Refused) as refused:
        operations.unmerge(done, "弄错了", SYSTEM)
    assert refused.value.code == "unmerged_already"


def test_a_merged_one_is_not_merged_again(say: Resolve) -> None:
    older, younger = two(say)
    operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    with pytest.raises(Refused) as refused:
        operations.merge(older.golden, younger.golden, REASON, SYSTEM)
    assert refused.value.code == "merged_already"


def test_splitting_gives_a_new_id_to_what_leaves(say: Resolve) -> None:
    first = say("police", "1", name="刘芸", id_number=number(1))
    second = say("health", "2", name="刘芸", id_number=number(1))
    made = operations.split(first.golden, [second.record], "医院录错了号码", SYSTEM)
    assert made.id not in (first.golden,) and queries.golden_of("police", "1") == first.golden
    assert queries.golden_of("health", "2") == made.id
    assert Pair.objects.get().state == "apart"
    assert Golden.objects.get(id=first.golden).values["name"][4] == 0


def test_nothing_is_split_off_whole(say: Resolve) -> None:
    first = say("police", "1", name="刘芸")
    with pytest.raises(Refused) as refused:
        operations.split(first.golden, [first.record], "试试", SYSTEM)
    assert refused.value.code == "split_all"


def test_merging_needs_a_reason_and_a_steward_of_the_lead(say: Resolve, steward: Actor, cast: Cast) -> None:
    older, younger = two(say)
    with pytest.raises(Invalid):
        operations.merge(older.golden, younger.golden, " ", steward)
    staff = casting.officer("外人", "other", cast.health, cast.clinic, "steward", second_factor=True)
    with pytest.raises(Forbidden) as refused:
        operations.merge(older.golden, younger.golden, REASON, actors.for_staff(staff))
    assert refused.value.code == "not_lead"
    assert operations.merge(older.golden, younger.golden, REASON, steward).id == older.golden
