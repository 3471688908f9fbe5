"""Keys that very many share: the rarest count first, and what was not compared is said."""

from __future__ import annotations

import pytest

from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Event, Pair
from xiang.hub.bases.operations import Resolving

from .conftest import Resolve
from .numbers import number

PHONE = "073188880000"
_FIRST = "甲乙丙丁戊己庚辛壬癸子丑"


def worker(n: int) -> dict[str, str]:
    """One of very many who all gave the telephone of the works."""
    name = f"{_FIRST[n % 10]}{_FIRST[n // 10 % 10]}{_FIRST[n // 100]}"
    return {"name": name, "birth_date": f"19{70 + n % 30}-{1 + n % 12:02d}-{1 + n % 28:02d}", "phone": PHONE}


@pytest.fixture
def crowd(bases: None) -> int:
    """More people with one telephone than a record is compared with."""
    count = 1001
    operations.build("person", ([Resolving("police", str(n), worker(n))] for n in range(701)), SYSTEM)
    operations.build("person", ([Resolving("health", str(n), worker(n))] for n in range(701, count)), SYSTEM)
    return count


def test_a_record_known_by_a_crowded_key_alone_is_left_to_the_steward(crowd: int, say: Resolve, steward: Actor) -> None:
    found = say("insurance", "x", name="欧阳静宜", phone=PHONE)
    assert (found.outcome, found.crowded, found.pairs) == ("uncertain", ("phone",), 1)
    pair = queries.queue(steward).get()
    assert pair.cause == Pair.Cause.CROWDED
    assert found.golden in (pair.left.golden_id, pair.right.golden_id)
    assert Event.objects.filter(golden=found.golden).get().refs["crowded"] == "phone"


def test_rarer_keys_find_somebody_in_the_crowd_wherever_they_stand(crowd: int, say: Resolve) -> None:
    last = {"name": "欧阳静宜", "birth_date": "1951-10-31", "phone": PHONE}
    operations.build("person", [[Resolving("health", "last", last)]], SYSTEM)
    found = say("insurance", "x", **last)
    assert (found.outcome, found.golden) == ("attach", queries.golden_of("health", "last"))
    assert found.crowded == ("phone",) and not Pair.objects.exists()


def test_a_number_settles_it_whatever_else_is_crowded(crowd: int, say: Resolve) -> None:
    mine = say("police", "mine", name="刘芸", id_number=number(123))
    found = say("insurance", "x", name="刘韵", id_number=number(123), phone=PHONE)
    assert (found.outcome, found.golden) == ("attach", mine.golden) and not Pair.objects.exists()


def test_few_who_share_a_key_are_all_compared(say: Resolve) -> None:
    for n in range(5):
        say("police", str(n), **worker(n))
    assert say("insurance", "x", name="欧阳静宜", phone=PHONE).crowded == ()
