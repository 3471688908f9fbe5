"""A registry built from clusters, set-wise; then it goes on one by one. The standard address tree. Theme registries."""

from __future__ import annotations

import pytest

from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Golden, Pair, Record
from xiang.hub.bases.operations import Resolving

from .conftest import Resolve
from .numbers import number

MINE = number(123)
LIU = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000", "id_number": MINE}
CLUSTERS = [
    [Resolving("police", "1", LIU), Resolving("health", "a", {"name": "劉芸", "phone": "13800138000"})],
    [Resolving("police", "2", {"name": "康乐", "phone": "13900139000"})],
]


def test_a_building_makes_one_golden_record_of_every_cluster(bases: None) -> None:
    built = operations.build("person", CLUSTERS, SYSTEM)
    assert (built.golden, built.records) == (2, 3)
    assert queries.golden_of("police", "1") == queries.golden_of("health", "a") != queries.golden_of("police", "2")
    assert Entry.objects.filter(kind="bases.registry.built").count() == 1
    golden = Golden.objects.get(id=queries.golden_of("police", "1"))
    assert golden.values["name"] == [
        "刘芸",
        "police",
        str(Record.objects.get(source__key="police", golden=golden).id),
        "source",
        1,
    ]


def test_what_comes_after_the_building_finds_it(bases: None, say: Resolve) -> None:
    operations.build("person", CLUSTERS, SYSTEM)
    assert say("insurance", "x", id_number=MINE, name="刘云").golden == queries.golden_of("police", "1")


def test_building_again_keeps_every_golden_id(bases: None) -> None:
    operations.build("person", CLUSTERS, SYSTEM)
    before = dict(Record.objects.values_list("id", "golden_id"))
    built = operations.build("person", CLUSTERS, SYSTEM)
    assert built == type(built)()
    assert dict(Record.objects.values_list("id", "golden_id")) == before


def test_two_sources_may_use_the_same_reference(bases: None, say: Resolve) -> None:
    same = [[Resolving("police", "1", LIU)], [Resolving("health", "1", {"name": "康乐", "phone": "13900139000"})]]
    operations.build("person", same, SYSTEM, doubtful=[(same[0][0], same[1][0])])
    mine, theirs = queries.golden_of("police", "1"), queries.golden_of("health", "1")
    assert mine != theirs
    pair = Pair.objects.select_related("left", "right").get()
    assert {pair.left.golden_id, pair.right.golden_id} == {mine, theirs}
    assert say("health", "1", name="康乐", phone="13900139001").golden == theirs
    assert operations.build("person", same[:1], SYSTEM).golden == 0


def test_doubtful_pairs_of_a_building_go_to_the_stewards(bases: None) -> None:
    operations.build("person", CLUSTERS, SYSTEM, doubtful=[(CLUSTERS[0][0], CLUSTERS[1][0])])
    assert Pair.objects.get().state == "open"


def test_what_is_no_registry_of_records_is_not_built(bases: None) -> None:
    operations.put_registry("geo", {"kind": "geography", "title": "地理库", "owner_key": "430000.natural"}, SYSTEM)
    with pytest.raises(Refused) as refused:
        operations.build("geo", CLUSTERS, SYSTEM)
    assert refused.value.code == "no_records"
    with pytest.raises(Absent):
        operations.build("nothing", CLUSTERS, SYSTEM)


def test_a_decision_and_a_credential_are_known_by_their_numbers(bases: None) -> None:
    for kind, values in (
        ("credit", {"subject_number": MINE, "decision_number": "长岳市监罚〔2026〕12号"}),
        ("credential", {"identifier": "1.2.156.3005.2.11430000000000000X001", "holder_number": MINE}),
    ):
        operations.put_registry(kind, {"kind": kind, "title": kind, "owner_key": "430000.data"}, SYSTEM)
        for n in (1, 2):
            operations.put_source(f"{kind}{n}", kind, {"title": kind, "body_key": "430000.data", "rank": n}, SYSTEM)
        first = operations.resolve(f"{kind}1", "1", values, SYSTEM)
        assert operations.resolve(f"{kind}2", "9", values, SYSTEM).golden == first.golden


@pytest.fixture
def places(db: None) -> None:
    for code, parent, level, name, point in (
        ("43", "", 1, "湖南省", None),
        ("4301", "43", 2, "长沙市", (112.94, 28.23)),
        ("430104", "4301", 3, "岳麓区", (112.93, 28.24)),
        ("430104-r1", "430104", 6, "五一大道", None),
        ("430104-r1-12", "430104-r1", 7, "12号", (112.951, 28.197)),
        ("430104-r1-12-3", "430104-r1-12", 8, "3栋", None),
    ):
        values = {"level": level, "name": name} | ({"lon": point[0], "lat": point[1]} if point else {})
        operations.put_address(code, parent, values, SYSTEM)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湖南省长沙市岳麓区五一大道12号3栋402室", "430104-r1-12-3"),
        ("長沙市岳麓区 五一大道１２号", "430104-r1-12"),
        ("岳麓区五一大道", "430104-r1"),
        ("长沙市天心区书院路", "4301"),
    ],
)
def test_an_address_leads_to_its_node_however_it_is_written(places: None, text: str, code: str) -> None:
    found = queries.locate(text)
    assert found is not None and found.code == code


def test_an_address_elsewhere_leads_nowhere(places: None) -> None:
    assert queries.locate("北京市海淀区") is None


def test_an_address_stands_below_its_parent(places: None) -> None:
    with pytest.raises(Refused) as refused:
        operations.put_address("x", "430104-r1", {"level": 3, "name": "错区"}, SYSTEM)
    assert refused.value.code == "level_order"


def test_a_theme_registry_is_a_view_with_a_scenario(bases: None) -> None:
    theme = operations.put_theme(
        "elderly", "person", {"title": "老年人主题库", "owner_key": "430000.civil", "scenario": "高龄津贴免申即享",
                              "fields": ["name", "birth_date"], "sources": ["police", "market"]}, SYSTEM
    )  # fmt: skip
    assert [one.key for one in theme.sources.all()] == ["police"]
    with pytest.raises(Refused) as refused:
        operations.put_theme("empty", "person", {"title": "空", "owner_key": "x", "scenario": ""}, SYSTEM)
    assert refused.value.code == "scenario_missing"
