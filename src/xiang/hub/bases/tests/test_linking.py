"""Whole tables, by Splink: the same verdicts as one by one, from whatever holds them; the command."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import call_command

from xiang.foundation.ground.errors import Invalid, Refused
from xiang.hub.bases import queries
from xiang.hub.bases.engine import configuring, scoring, training
from xiang.hub.bases.engine.batch import Linkage
from xiang.hub.bases.engine.clustering import cluster
from xiang.hub.bases.engine.scoring import Scorer
from xiang.hub.bases.models import Pair, Record

DATA = Path(__file__).parent / "data"
POLICE, HEALTH, CONFIG = DATA / "police.csv", DATA / "health.csv", DATA / "link.yaml"


@pytest.fixture
def linked() -> Linkage:
    linkage = Linkage(configuring.read(CONFIG))
    linkage.load([str(POLICE), str(HEALTH)])
    linkage.link()
    return linkage


def clusters(linkage: Linkage) -> list[set[str]]:
    rows = linkage.connection.execute("SELECT cluster, list(ref) FROM clusters GROUP BY cluster").fetchall()
    return sorted((set(refs) for _, refs in rows), key=sorted)


def expected() -> list[set[str]]:
    """By the column ``truth``, which the configuration does not name."""
    found: dict[str, set[str]] = {}
    for label, file in (("police", POLICE), ("health", HEALTH)):
        with file.open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                found.setdefault(row["truth"], set()).add(f"{label}/{row['id']}")
    return sorted(found.values(), key=sorted)


def test_two_departments_are_linked_as_they_should_be(linked: Linkage) -> None:
    assert clusters(linked) == expected()


def test_pairs_have_the_verdicts_and_weights_that_python_gives(linked: Linkage) -> None:
    kind, scorer = linked.config.kind, Scorer(linked.config.kind, linked.config.model)
    pairs = linked.connection.execute("SELECT one, other, weight, verdict FROM pairs").fetchall()
    assert {verdict for *_, verdict in pairs} == {"same", "perhaps", "apart"}
    for one, other, weight, verdict in pairs:
        match = scorer.match(*(kind.features(linked.record(n)) for n in (one, other)))
        assert match.weight == pytest.approx(weight, abs=1e-6)
        assert scorer.verdict(match) == verdict


def test_golden_values_survive_by_the_rules_of_the_configuration(linked: Linkage) -> None:
    linked.make_golden()
    (row,) = linked.connection.execute(
        "SELECT name, name_from, phone, phone_from, records FROM golden WHERE id_number LIKE '%' AND name = '刘芸'"
    ).fetchall()
    assert row == ("刘芸", "police/1", "13911112222", "health/a1", 2)


def _csv(encoding: str, folder: Path) -> str:
    (folder / "t.csv").write_bytes(POLICE.read_text("utf-8").encode(encoding))
    return str(folder / "t.csv")


def _parquet(_: str, folder: Path) -> str:
    duckdb.sql(f"SELECT * FROM read_csv('{POLICE}', all_varchar=true)").write_parquet(str(folder / "t.parquet"))
    return str(folder / "t.parquet")


def _sqlite(_: str, folder: Path) -> str:
    with POLICE.open(encoding="utf-8") as file, closing(sqlite3.connect(folder / "t.db")) as connection:
        head, *rows = csv.reader(file)
        connection.execute(f"CREATE TABLE person ({', '.join(head)})")
        connection.executemany(f"INSERT INTO person VALUES ({', '.join('?' * len(head))})", rows)
        connection.commit()
    return f"sqlite:///{folder / 't.db'}#person"


@pytest.mark.parametrize(
    ("make", "encoding"),
    [(_csv, "utf-8"), (_csv, "utf-8-sig"), (_csv, "gb18030"), (_parquet, ""), (_sqlite, "")],
    ids=["utf-8", "with a mark", "gb18030", "parquet", "sqlite"],
)
def test_a_table_links_the_same_wherever_it_lies(make: Any, encoding: str, linked: Linkage, tmp_path: Path) -> None:
    other = Linkage(configuring.read(CONFIG))
    other.load([make(encoding, tmp_path), str(HEALTH)])
    other.link()
    assert clusters(other) == clusters(linked)


def test_the_command_reports_and_writes_clusters(tmp_path: Path) -> None:
    out = tmp_path / "clusters.parquet"
    report = _told("link", str(POLICE), str(HEALTH), "--config", str(CONFIG), "--json", "--out", str(out))
    said = json.loads(report)
    assert said["records"] == duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
    assert said["clusters"] == len(expected())
    assert all(pair["parts"] for pair in said["pairs_uncertain"])


def test_a_linkage_builds_a_registry_and_building_again_changes_nothing(bases: None, tmp_path: Path) -> None:
    arguments = ("link", str(POLICE), str(HEALTH), "--config", str(CONFIG), "--registry", "person", "--json")
    said = json.loads(_told(*arguments))
    assert said["built"]["golden"] == len(expected()) and said["built"]["records"] == 24
    assert Pair.objects.count() == said["uncertain"] == said["built"]["pairs"]
    kept = dict(Record.objects.values_list("id", "golden_id"))
    together = {frozenset(refs) for refs in clusters_kept()}
    assert together == {frozenset(one) for one in expected()}
    assert set(json.loads(_told(*arguments))["built"].values()) == {0}
    assert dict(Record.objects.values_list("id", "golden_id")) == kept

    longer = tmp_path / "health.csv"
    longer.write_text(HEALTH.read_text("utf-8") + "a99,1,刘芸,,430104198503121208,,,,2026-01-01\n", "utf-8")
    built = json.loads(_told("link", str(POLICE), str(longer), *arguments[3:]))["built"]
    assert (built["records"], built["golden"], built["moved"]) == (1, 0, 0)
    assert queries.golden_of("health", "a99") == queries.golden_of("police", "1")
    assert {one: kept[one] for one in kept} == dict(Record.objects.filter(id__in=kept).values_list("id", "golden_id"))


def clusters_kept() -> list[set[str]]:
    """The registry's golden records as sets of references."""
    found: dict[object, set[str]] = {}
    for label, file in (("police", POLICE), ("health", HEALTH)):
        with file.open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                found.setdefault(queries.golden_of(label, row["id"]), set()).add(f"{label}/{row['id']}")
    return list(found.values())


def test_one_table_is_searched_for_doubles() -> None:
    said = json.loads(_told("link", str(HEALTH), "--config", str(DATA / "doubles.json"), "--json"))
    assert said["records"] == said["clusters"] + 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere.csv", str(HEALTH)], "table_absent"),
        ([str(POLICE)], "tables_differ"),
        (["sqlite:///x.db", str(HEALTH)], "table_missing"),
    ],
)
def test_a_refusal_says_what_to_mend(arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("link", *arguments, "--config", str(CONFIG), "--json")
    assert ended.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"] == code


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "ship", "fields": {"name": "a"}},
        {"kind": "person", "fields": {"nose": "a"}},
        {"kind": "person", "fields": {}},
        {"kind": "person", "fields": {"name": "a"}, "survivorship": {"name": "loudest"}},
        {"kind": "person", "fields": {"name": "a"}, "review": 0.9, "attach": 0.5},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(said: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        configuring.config_of(said, tmp_path)


def test_a_model_can_be_trained_from_tables_and_used(tmp_path: Path) -> None:
    linkage = Linkage(configuring.read(CONFIG))
    linkage.load([str(POLICE), str(HEALTH)])
    model = training.train(linkage, "test", pairs=1e4)
    (tmp_path / "m.json").write_text(json.dumps(model.document()), "utf-8")
    assert scoring.read(tmp_path / "m.json") == model
    linkage.retrained(model)
    assert linkage.link().records == 24


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("credit", {"subject_number": "sfzh", "decision_number": "id"}),
        ("credential", {"identifier": "id", "holder_number": "sfzh"}),
    ],
)
def test_what_is_known_by_numbers_alone_is_linked_and_not_trained(
    kind: str, fields: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "numbers.json"
    config.write_text(json.dumps({"kind": kind, "id": "id", "fields": fields}), "utf-8")
    assert json.loads(_told("link", str(POLICE), "--config", str(config), "--json"))["records"] == 11
    with pytest.raises(SystemExit):
        call_command("link", str(POLICE), "--config", str(config), "--json", "--train", str(tmp_path / "m.json"))
    assert json.loads(capsys.readouterr().out)["error"] == "model_fixed"
    assert not (tmp_path / "m.json").exists()


def test_clusters_never_hold_two_numbers_and_do_not_depend_on_the_order() -> None:
    numbers = {1: "A", 3: "B"}
    made = cluster([(1, 2), (2, 3), (3, 4)], numbers)
    assert made.of(1) == made.of(2) != made.of(3) == made.of(4)
    assert made.refused == [(2, 3)]


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    linkage = Linkage(configuring.read(CONFIG))
    with pytest.raises(Refused) as refused:
        linkage.load([str(tmp_path / "none.parquet"), str(HEALTH)])
    assert refused.value.code == "table_absent"


def _told(*arguments: str) -> str:
    with redirect_stdout(StringIO()) as said:
        call_command(*arguments)
    return said.getvalue()
