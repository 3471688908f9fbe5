"""The bounds of matching are dated parameters: what they say holds from the next record on, and none is invented."""

from __future__ import annotations

import pytest

from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.statutes.queries import RuleMissingError
from xiang.hub.bases import operations

from .conftest import Resolve, put_terms
from .numbers import number

LIU = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000", "address": "五一大道12号3栋402"}


def test_a_stricter_bound_sends_to_the_steward_what_was_attached_before(say: Resolve) -> None:
    say("police", "1", **LIU, id_number=number(123))
    assert say("health", "a", name="刘芸", birth_date="1985-03-12").outcome == "attach"
    put_terms(attach="0.9999999", review="0.5")
    assert say("health", "b", name="刘芸", birth_date="1985-03-12").outcome == "uncertain"
    assert say("health", "c", id_number=number(123)).outcome == "attach"


def test_fewer_candidates_make_a_key_crowded_sooner(say: Resolve) -> None:
    for n in range(4):
        say("police", str(n), name="甲乙丙丁"[n], phone="073188880000", birth_date=f"19{50 + 9 * n}-0{n + 1}-0{n + 1}")
    assert say("health", "a", name="欧阳静宜", phone="073188880000").crowded == ()
    put_terms(candidates=3)
    assert say("health", "b", name="司马光远", phone="073188880000").crowded == ("phone",)


def test_bounds_that_cannot_be_are_refused(say: Resolve) -> None:
    put_terms(attach="0.4", review="0.5")
    with pytest.raises(Refused) as refused:
        say("police", "1", **LIU)
    assert refused.value.code == "match_bounds"


def test_without_a_parameter_nothing_is_resolved(db: None) -> None:
    operations.put_registry("person", {"kind": "person", "title": "人口库", "owner_key": "430000.police"}, SYSTEM)
    operations.put_source("police", "person", {"title": "户籍", "body_key": "430000.police"}, SYSTEM)
    with pytest.raises(RuleMissingError):
        operations.resolve("police", "1", LIU, SYSTEM)
