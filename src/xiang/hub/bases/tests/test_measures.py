"""What the registries count in passing agrees with a recount of their own tables."""

from __future__ import annotations

import pytest

from xiang.foundation.measures import queries as measures
from xiang.foundation.measures.registry import get
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.bases import operations
from xiang.hub.bases.models import Merge
from xiang.hub.bases.operations.merging import UNDONE
from xiang.hub.bases.operations.stewarding import SETTLED

from .conftest import Resolve


def recounted(key: str) -> tuple[int, int]:
    source = get(key).source
    assert source is not None and measures.recount(key).agrees
    counts = list(source(None, None))
    assert {one.dims["registry"] for one in counts} <= {"person"}
    return sum(one.numerator for one in counts), sum(one.denominator for one in counts)


def test_merges_that_were_undone_are_counted_against_all_merges(say: Resolve) -> None:
    one, other = say("police", "1", name="刘芸", phone="13800138000"), say("police", "2", name="康乐")
    operations.merge(one.golden, other.golden, "同一人", SYSTEM)
    assert recounted(UNDONE) == (0, 1)
    operations.unmerge(Merge.objects.get().id, "是两个人", SYSTEM)
    assert recounted(UNDONE) == (1, 1)


def test_a_settled_value_counts_once_and_not_again_when_it_is_taken_over(say: Resolve) -> None:
    one, other = say("police", "1", name="刘芸", phone="13800138000"), say("police", "2", name="康乐")
    operations.correct(other.golden, "name", "刘芸", "身份证", SYSTEM)
    operations.merge(one.golden, other.golden, "同一人", SYSTEM)
    assert recounted(SETTLED) == (1, 0)


@pytest.mark.django_db
def test_both_are_declared_under_point_five() -> None:
    assert {get(key).plan_point for key in (UNDONE, SETTLED)} == {"5"}
