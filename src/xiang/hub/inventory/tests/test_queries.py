"""Searching with rights and facets, what hangs loose, coverage, the graph, versions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.ground import instant, paging
from xiang.foundation.ground.errors import Absent, Unavailable
from xiang.foundation.ground.reference import moment
from xiang.foundation.parties import actors
from xiang.foundation.parties.actors import ANONYMOUS, Actor
from xiang.hub.inventory import operations, queries
from xiang.hub.inventory.models import Table
from xiang.hub.inventory.queries import Asked

from .conftest import World

NOT_SHARED = {"share": "not_shared", "conditions": "", "not_shared_citation": "《中华人民共和国反间谍法》第八条"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)


@pytest.fixture
def several(world: World) -> World:
    """The police: one conditional, one kept back. The market: one open to everybody, one shared."""
    world.publish()
    world.publish(key="secret_list", title="反恐名录", **NOT_SHARED)
    opened = {"share": "unconditional", "conditions": "", "open": "open", "category": "基础信息资源/法人单位"}
    world.publish(world.market, key="company", title="市场主体登记信息", mode="table", cycle="每月", grade=2, **opened)
    world.publish(world.market, key="penalty", title="行政处罚信息", category="基础信息资源/社会信用")
    operations.bring_in()
    return world


def keys(actor: Actor, text: str = "", **facets: str) -> set[str]:
    return {row.key for row in queries.search(actor, Asked(text, facets)).rows}


def test_each_sees_what_their_body_may_see(several: World) -> None:
    police, market, hub = several.police.as_writer(), several.market.as_writer(), several.hub.as_writer()
    everything = {"person", "secret_list", "company", "penalty"}
    assert keys(hub) == keys(police) == everything
    assert keys(market) == keys(market, "信息") == {"person", "company", "penalty"}
    assert keys(ANONYMOUS) == {"company"}
    assert keys(market, "反恐") == set() and keys(police, "反恐") == {"secret_list"}
    with pytest.raises(Absent):
        queries.entry_for(market, "secret_list")


def test_the_index_and_the_records_give_the_same_rights(several: World) -> None:
    for actor in (several.police.as_head(), several.market.as_writer(), several.hub.as_office(), ANONYMOUS):
        found = queries.search(actor, Asked())
        recorded = set(queries.visible_to(actor).filter(retired=False).values_list("key", flat=True))
        assert {row.key for row in found.rows} == recorded and found.total == len(recorded)


def test_facets_count_what_may_be_seen_and_narrow(several: World) -> None:
    found = queries.search(several.market.as_writer(), Asked())
    assert found.facets["body"] == {"430104.market": 2, "430104.police": 1}
    assert found.facets["share"] == {"conditional": 2, "unconditional": 1}
    assert found.facets["freshness"] == {"fresh": 0, "stale": 0, "unknown": 3}
    hub = several.hub.as_writer()
    assert keys(hub, body="430104.market", share="unconditional") == {"company"}
    assert keys(hub, mode="table") == keys(hub, cycle="每月") == keys(hub, grade="2") == {"company"}
    assert keys(hub, category="基础信息资源/社会信用") == {"penalty"}


@pytest.mark.parametrize("words", ["人口", "姓名", "出生日期", "人口 姓名", "口基本", "101000/000001"])
def test_an_entry_is_found_by_title_summary_items_and_code(several: World, words: str) -> None:
    assert "person" in keys(several.hub.as_writer(), words)


def test_what_is_fresh_becomes_stale_when_its_cycle_has_passed(several: World) -> None:
    hub = several.hub.as_writer()
    operations.put_system("police", {"body_key": "430104.police", "title": "人口系统"}, hub)
    operations.mount("p", "person", "police", {"title": "人口", "table": "person"}, hub)
    operations.report_update("p", instant.now(), hub, rows=7)
    operations.bring_in()
    assert keys(hub, freshness="fresh") == {"person"} and len(keys(hub, freshness="unknown")) == 3
    with instant.frozen_at(instant.now() + timedelta(days=2, minutes=1)):
        assert keys(hub, freshness="stale") == {"person"}
        assert queries.freshness(queries.entry_for(hub, "person")) == "stale"
        (own,) = (row for row in queries.coverage(hub) if row.body_key == "430104.police")
        assert (own.entries, own.mounted, own.fresh, own.stale) == (1, 1, 0, 1)
        assert (own.share, own.timely) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("市场主体", {"company"}),
        ("主体市场", {"company"}),  # two words, in whatever order
        ("处罚的信息", {"penalty"}),  # 的 tells nothing
        ("罚", {"penalty"}),  # one character
        ("场主", {"company"}),  # across the words of a dictionary
        ("罚处", set()),  # the same characters the other way round are another string
        ("信息 没有这个词", set()),
        ("，。", {"person", "company", "penalty"}),  # nothing was asked: everything, the newest first
        ("GDP 2024", {"penalty"}),
        ("gdp", {"penalty"}),
        ("gd", set()),  # Latin words and numbers are whole
    ],
)
def test_words_find_what_holds_them_all(several: World, text: str, found: set[str]) -> None:
    several.publish(several.market, key="penalty", title="行政处罚信息", summary="GDP核算（2024年）用")
    operations.bring_in()
    assert keys(several.market.as_writer(), text) == found


def test_who_may_not_see_an_entry_does_not_find_it_in_any_count(several: World) -> None:
    for asked in (
        Asked("反恐"),
        Asked("反"),
        Asked("", {"share": "not_shared"}),
        Asked("名录", {"body": "430104.police"}),
    ):
        seen = queries.search(several.police.as_writer(), asked)
        hidden = queries.search(several.market.as_writer(), asked)
        assert (seen.total, hidden.total, hidden.rows) == (1, 0, [])
        assert not any(number for counts in hidden.facets.values() for number in counts.values())


def test_what_was_counted_for_one_is_never_told_to_another(several: World) -> None:
    totals = [queries.search(actor, Asked()).total for actor in (
        several.hub.as_writer(), several.market.as_writer(), several.police.as_writer(), ANONYMOUS
    )]  # fmt: skip
    assert totals == [4, 3, 4, 1]


def test_entries_with_data_are_told_apart_from_those_without(several: World) -> None:
    hub = several.hub.as_writer()
    operations.put_system("market", {"body_key": "430104.market", "title": "登记系统"}, hub)
    operations.mount("c", "company", "market", {"title": "主体", "table": "company"}, hub)
    operations.bring_in()
    assert (keys(hub, mounted="yes"), keys(hub, "行政", mounted="no")) == ({"company"}, {"penalty"})
    assert queries.search(hub, Asked()).mounted["company"] == 1
    operations.unmount("c", hub)
    operations.bring_in()
    assert keys(hub, mounted="yes") == set()


def test_a_page_longer_than_usual_holds_everything(several: World) -> None:
    for number in range(25):
        several.publish(several.market, key=f"more{number}", title=f"第{number}张统计表")
    operations.bring_in()
    found = queries.search(several.market.as_writer(), Asked("统计表"), size=50)
    assert len(found.rows) == found.total == 25


def test_a_revoked_entry_is_found_no_more(several: World) -> None:
    made = operations.draft_revocation("person", several.police.as_writer(), "职责划转")
    operations.sign_office(made.id, several.police.as_office())
    operations.sign_head(made.id, several.police.as_head(), secrecy_cleared=True)
    operations.publish(made.id, several.hub.as_writer())
    assert "person" not in keys(several.hub.as_writer())  # the records know before the index does
    operations.bring_in()
    assert queries.search(several.hub.as_writer(), Asked()).total == 3


def test_pages_follow_each_other_without_gap_or_repetition(several: World) -> None:
    hub, seen, cursor = several.hub.as_writer(), [], ""
    for _ in range(4):
        found = queries.search(hub, Asked(), cursor, 1)
        seen += [row.key for row in found.rows]
        cursor = found.next or ""
    assert len(set(seen)) == 4 and cursor == ""
    assert queries.search(hub, Asked(), paging.encode([999999]), 1).rows == []


def test_a_page_asks_the_records_a_fixed_number_of_times(several: World, django_assert_max_num_queries: Any) -> None:
    actor = several.market.as_writer()
    with moment(), django_assert_max_num_queries(4):
        queries.search(actor, Asked("信息"))


def test_before_the_index_is_built_the_search_says_so(world: World) -> None:
    with pytest.raises(Unavailable):
        queries.search(world.hub.as_writer(), Asked())


def test_the_three_lists_of_what_hangs_loose(several: World) -> None:
    hub = several.hub.as_writer()
    for key in ("police", "visits"):
        operations.put_system(key, {"body_key": "430104.police", "title": key}, hub)
    system = operations.put_system("market", {"body_key": "430104.market", "title": "登记系统"}, hub)
    Table.objects.create(system=system, name="left_over")
    Table.objects.create(system=system, name="company")
    operations.mount("c", "company", "market", {"title": "主体", "table": "company"}, hub)
    found = queries.orphans(hub)
    assert {one.key for one in found.systems} == {"police", "visits"}
    assert {one.key for one in found.entries} == {"person", "penalty"}  # what is not shared needs no data
    assert [one.name for one in found.tables] == ["left_over"]
    assert found.counts == {"systems": 2, "entries": 2, "tables": 1}
    assert queries.orphans(several.market.as_writer()).counts == {"systems": 0, "entries": 1, "tables": 1}


def test_the_graph_of_a_body_joins_systems_entries_and_tables(several: World) -> None:
    hub = several.hub.as_writer()
    operations.put_system("market", {"body_key": "430104.market", "title": "登记系统"}, hub)
    operations.mount("c", "company", "market", {"title": "主体", "table": "company"}, hub)
    found = queries.graph(hub, "430104.market")
    place = [entry.key for entry in found.entries].index("company")
    assert found.system_entry == {(0, place)} and found.entry_table == {(place, 0)}
    assert found.tables == [("market", "company")]
    assert queries.graph(several.police.as_writer(), "430104.market").systems == []


def test_versions_and_what_each_changed(world: World) -> None:
    world.publish()
    world.publish(title="常住人口基本信息", items=[{"name": "name", "title": "姓名", "type": "C", "length": 80}])
    found = queries.entry_for(world.hub.as_writer(), "person")
    assert [edition.number for edition in queries.history(found)] == [2, 1]
    changed = {one.path: (one.kind, one.before, one.after) for one in queries.version_changes(found, 2)}
    assert changed["title"] == ("changed", "人口基本信息", "常住人口基本信息")
    assert changed["items.name.length"] == ("changed", "60", "80")
    assert changed["items.birth_date"][0] == "removed"


def test_what_waits_for_whom(world: World) -> None:
    from .conftest import entry

    made = operations.draft(entry(world.police), world.police.as_writer())

    def waits() -> list[bool]:
        return [
            queries.waiting_for(actor).filter(pk=made.pk).exists()
            for actor in (
                world.police.as_writer(), world.police.as_office(), world.police.as_head(), world.hub.as_writer(),
                world.market.as_writer(),
            )
        ]  # fmt: skip

    assert waits() == [False, True, False, False, False]
    operations.sign_office(made.id, world.police.as_office())
    assert waits() == [False, False, True, False, False]
    operations.sign_head(made.id, world.police.as_head(), secrecy_cleared=True)
    assert waits() == [False, False, False, True, False]
    operations.send_back(made.id, world.hub.as_writer(), "补摘要")
    assert waits() == [True, False, False, False, False]
    with pytest.raises(Absent):
        queries.revision_for(world.market.as_writer(), made.id)
    assert not queries.revisions_for(actors.for_staff(world.receiver)).exists()
