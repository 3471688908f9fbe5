"""Columns renamed, cast and filled in; increments that overlap, and rows marked as deleted."""

from __future__ import annotations

from datetime import date

import pytest

from xiang.hub.exchange.engine import running
from xiang.hub.exchange.engine.errors import BadValue, Stopped
from xiang.hub.exchange.engine.mapping import Mapped, rules_of, text_of
from xiang.hub.exchange.engine.running import Plan

from .conftest import Making
from .places import ENGINES, Place

RULES = "full_name = name\nbirth = born : date\nprovince = '430000' : int4"


def old_table(place: Place) -> None:
    place.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(50), born VARCHAR(20))")
    place.execute("INSERT INTO person VALUES (1, '刘芸', '2024年1月2日'), (2, '周', '20240103'), (3, '康', NULL)")


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_are_renamed_cast_and_filled_in(make: Making, engine: str) -> None:
    source, target = make(engine), make("postgres")
    old_table(source)
    target.execute("CREATE TABLE person (province int, birth date, id int8 PRIMARY KEY, full_name text)")
    outcome = running.run(Mapped(source.end(), rules_of(RULES)), target.end(), Plan("r1"))
    assert outcome.agrees and outcome.source.rows == 3
    assert target.execute("SELECT id, full_name, birth, province FROM person ORDER BY id") == [
        (1, "刘芸", date(2024, 1, 2), 430000), (2, "周", date(2024, 1, 3), 430000), (3, "康", None, 430000),
    ]  # fmt: skip


def test_a_value_that_a_cast_would_lose_stops_the_run(make: Making) -> None:
    source = make("postgres")
    source.execute("CREATE TABLE person (id int PRIMARY KEY, paid numeric(10,2), seen timestamp)")
    source.execute("INSERT INTO person VALUES (1, 3.00, '2024-01-02'), (2, 3.50, '2024-01-02 08:00')")
    for rule, column in (("fee = paid : int4", "fee"), ("day = seen : date", "day")):
        with pytest.raises(BadValue, match=f"第 2 行“{column}”"):
            running.run(Mapped(source.end(), rules_of(rule)), make("postgres").end(), Plan(column))


def test_a_renamed_key_is_still_a_key_and_a_killed_run_goes_on(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 1001))
    mapped = Mapped(source.end(), rules_of("person_id = id"))
    seen: list[int] = []
    watch = running.Watch(chunk=lambda number, rows, digest: seen.append(number), stopping=lambda: len(seen) == 2)
    with pytest.raises(Stopped, match="cancelled"):
        running.run(mapped, target.end(), Plan("r1", chunk=128), watch)
    outcome = running.run(
        mapped, target.end(), Plan("r1", chunk=128), running.Watch(chunk=lambda *given: seen.append(given[0]))
    )
    assert outcome.agrees and outcome.target.rows == 1000 and seen == list(range(1, 9))
    assert outcome.wire.key == ("person_id",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", "第 1 行读不懂"),
        ("a = b\na = c", "“a”写了两次"),
        ("a = b : money", "没有“money”这种类型"),
        ("a = 'x' : int4", "常量不是合格的 int4"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rules_of(text)


def test_rules_are_written_as_they_are_read() -> None:
    text = "a = b\nc = d : numeric(12,2)\ne = '' : text"
    assert text_of(rules_of(text)) == text


def test_a_mapped_column_that_is_gone_is_named(make: Making) -> None:
    source, target = make("sqlite"), make("postgres")
    old_table(source)
    with pytest.raises(Stopped, match="“nome”来源没有这一列"):
        running.run(Mapped(source.end(), rules_of("full_name = nome")), target.end(), Plan("r1"))


@pytest.mark.parametrize("target", ENGINES)
@pytest.mark.parametrize("source", ENGINES)
def test_rows_marked_as_deleted_go_and_late_ones_come_with_the_overlap(make: Making, source: str, target: str) -> None:
    one, other = make(source), make(target)
    one.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, changed INTEGER NOT NULL, gone BOOLEAN NOT NULL)")
    one.execute("INSERT INTO person VALUES (1, 10, false), (2, 20, false), (3, 30, false)")
    plan = {"mode": "incremental", "key": ("id",), "watermark": "changed", "tombstone": "gone", "overlap": 5}
    first = running.run(one.end(), other.end(), Plan("r1", **plan))
    assert first.agrees and first.upto in (30, "30")
    one.execute("UPDATE person SET gone = true, changed = 40 WHERE id = 2")
    one.execute("INSERT INTO person VALUES (4, 27, false), (5, 10, false)")  # committed late; too late even for that
    for again in ("r2", "r2"):  # a run that is repeated finds it done
        second = running.run(one.end(), other.end(), Plan(again, since=first.upto, **plan))
        assert second.agrees and second.source.rows == 2
    assert [row[0] for row in other.rows()] == [1, 3, 4]
