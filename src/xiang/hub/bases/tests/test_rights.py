"""Who leads a registry changes it, and the hub; a neighbour's steward does not, with whatever operation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Pair, Record, Registry, Source
from xiang.hub.bases.operations import Resolving

from .conftest import LEAD, Resolve

LIU = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000"}
ALIKE = {"address": "五一大道12号3栋402", "birth_date": "1985-03-12"}
Act = Callable[[Actor], object]
THEME = {"title": "老年人", "owner_key": LEAD, "scenario": "高龄津贴", "fields": ["name"]}

ACTS: dict[str, Act] = {
    "the registry": lambda actor: operations.put_registry("person", {"title": "人口基础库"}, actor),
    "a source": lambda actor: operations.put_source("fourth", "person", {"title": "表", "body_key": LEAD}, actor),
    "a source of another": lambda actor: operations.put_source("police", "person", {"rank": 9}, actor),
    "a theme": lambda actor: operations.put_theme("elderly", "person", THEME, actor),
    "a building": lambda actor: operations.build("person", [[Resolving("police", "1", LIU)]], actor),
    "a record": lambda actor: operations.resolve("police", "1", LIU, actor),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_lead_and_the_hub_change_a_registry_and_a_neighbour_does_not(
    act: Act, steward: Actor, neighbour: Actor, hub: Actor
) -> None:
    before = list(Registry.objects.values()), list(Source.objects.values()), Record.objects.count()
    with pytest.raises(Forbidden) as refused:
        act(neighbour)
    assert refused.value.code == "not_lead"
    assert before == (list(Registry.objects.values()), list(Source.objects.values()), Record.objects.count())
    act(steward)
    act(hub)


def test_only_the_hub_sets_a_registry_up_and_hands_it_over(steward: Actor, neighbour: Actor, hub: Actor) -> None:
    said = {"kind": "credit", "title": "信用信息库", "owner_key": steward.body_key}
    for actor in (steward, neighbour):
        with pytest.raises(Forbidden) as refused:
            operations.put_registry("credit", said, actor)
        assert refused.value.code == "not_hub"
    for given in ({"owner_key": neighbour.body_key}, {"operator_key": neighbour.body_key}):
        with pytest.raises(Forbidden):
            operations.put_registry("person", given, steward)
    operations.put_registry("credit", said, hub)
    operations.put_registry("person", {"operator_key": neighbour.body_key}, hub)
    operations.put_source("fourth", "person", {"title": "表", "body_key": LEAD}, neighbour)


def test_an_address_is_entered_by_who_leads_geography(steward: Actor, neighbour: Actor, hub: Actor) -> None:
    province = {"level": 1, "name": "湖南省"}
    with pytest.raises(Forbidden):
        operations.put_address("43", "", province, steward)
    operations.put_address("43", "", province, hub)
    said = {"kind": "geography", "title": "地理空间库", "owner_key": steward.body_key}
    operations.put_registry("geography", said, SYSTEM)
    with pytest.raises(Forbidden):
        operations.put_address("4301", "43", {"level": 2, "name": "长沙市"}, neighbour)
    operations.put_address("4301", "43", {"level": 2, "name": "长沙市"}, steward)


def test_a_neighbour_settles_nothing_and_sees_only_those_it_holds_a_record_of(
    say: Resolve, steward: Actor, neighbour: Actor, hub: Actor
) -> None:
    first = say("police", "1", name="刘芸", **ALIKE)
    other = say("health", "a", name="刘芳", **ALIKE)
    pair = Pair.objects.get()
    assert [queries.queue(actor).count() for actor in (steward, hub, neighbour)] == [1, 1, 0]
    for act in (
        lambda: operations.decide_pair(pair.id, "merge", neighbour),
        lambda: operations.merge(first.golden, other.golden, "同一人", neighbour),
        lambda: operations.correct(first.golden, "name", "刘韵", "身份证", neighbour),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Absent):
        operations.open_golden(first.golden, neighbour)
    operations.put_source("clinic", "person", {"title": "诊所", "body_key": neighbour.body_key, "rank": 4}, SYSTEM)
    mine = say("clinic", "7", name="康乐", phone="13700137000")
    assert operations.open_golden(mine.golden, neighbour).id == mine.golden
    assert operations.open_golden(first.golden, hub).id == first.golden


def test_a_registry_with_sources_stays_of_its_kind(hub: Actor) -> None:
    with pytest.raises(Refused, match="kind_fixed"):
        operations.put_registry("person", {"kind": "legal"}, hub)
