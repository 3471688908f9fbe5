"""What drifted, in words; and what is carried only when nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.hub.exchange.engine import agreeing, running
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.running import Plan
from xiang.hub.exchange.engine.wire import Column, Schema, decoder, encoder

from .conftest import Making

BEFORE = Schema((Column("id", "int8"), Column("full_name", "text"), Column("born", "date")), ("id",))


def changed(*columns: Column, key: tuple[str, ...] = ("id",)) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.column, one.serious) for one in agreeing.drift(BEFORE, Schema(columns, key))]


def test_each_kind_of_drift_is_told_apart() -> None:
    one, name, born = BEFORE.columns
    assert changed(one, name, born) == []
    assert changed(one, name, born, Column("phone", "text")) == [("added", "phone", False)]
    assert changed(one, name) == [("removed", "born", True)]
    assert changed(one, Column("fullname", "text"), born) == [("renamed", "full_name", True)]
    assert changed(one, name, Column("born", "text")) == [("retyped", "born", True)]
    assert changed(Column("id", "int4"), name, born) == [("retyped", "id", False)]
    assert changed(one, name, born, key=()) == [("key", "", True)]


def test_drift_that_matters_stops_the_run_and_says_why(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill([1, 2])
    first = running.run(source.end(), target.end(), Plan("r1"))
    source.execute("ALTER TABLE person RENAME COLUMN note TO notes")
    with pytest.raises(Stopped, match="“note”不见了，多了同类型的“notes”，可能是改名"):
        running.run(source.end(), target.end(), Plan("r2", known=first.source_schema))
    source.execute("ALTER TABLE person RENAME COLUMN notes TO note")
    source.execute("ALTER TABLE person ADD COLUMN extra text")
    told = running.run(source.end(), target.end(), Plan("r3", known=first.source_schema))
    assert told.agrees and [one.kind for one in told.drift] == ["added"]


def test_a_target_that_cannot_hold_the_source_is_refused_before_anything_is_written(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill([1])
    target.execute(
        "CREATE TABLE person (id int PRIMARY KEY, name text, income numeric(8,1), seen date, must text NOT NULL)"
    )
    with pytest.raises(Stopped, match="schema_differs") as caught:
        running.run(source.end(), target.end(), Plan("r1"))
    for word in ("“id”来源是 int8", "“income”", "“seen”", "必填列“must”"):
        assert word in caught.value.detail
    assert target.execute("SELECT count(*) FROM person") == [(0,)]


def test_a_schema_is_kept_as_json() -> None:
    assert agreeing.from_plain(agreeing.plain(BEFORE)) == BEFORE


VALUES = {
    "int8": st.integers(-(2**63), 2**63 - 1),
    "text": st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    "bool": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(),
    "float8": st.floats(allow_nan=False),
    "bytes": st.binary(),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20),
}


# The first drawing of a text makes a table of all characters, which takes seconds on a busy machine.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_wire_gives_back_what_was_put_on_it(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=6))
    columns = [Column(f"c{number}", kind) for number, kind in enumerate(kinds)]
    row = tuple(data.draw(st.none() | VALUES[kind]) for kind in kinds)
    assert decoder(columns)(encoder(columns)(row)) == row
