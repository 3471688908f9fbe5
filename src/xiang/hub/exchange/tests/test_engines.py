"""Every engine to every other: all rows, as they were, and the same digest at both ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xiang.hub.exchange.engine import running
from xiang.hub.exchange.engine.digest import Tally
from xiang.hub.exchange.engine.ends import Mode
from xiang.hub.exchange.engine.errors import BadValue, Stopped
from xiang.hub.exchange.engine.running import Plan, Watch
from xiang.hub.exchange.engine.wire import BATCH, Batch, Row, decoder

from .conftest import Making
from .places import ENGINES, Place, person, person_schema

KEYED = {"postgres": "bigint", "mariadb": "bigint", "sqlite": "INTEGER"}
EXACT = {"postgres": "numeric", "mariadb": "decimal", "sqlite": "DECIMAL_TEXT"}
PAIRS = [(one, other) for one in ENGINES for other in (*ENGINES, "zone")]


def settled(source: Place, target: Place, plan: Plan, **how: object) -> running.Outcome:
    outcome = running.run(source.end(), target.end(), plan, Watch(**how))  # type: ignore[arg-type]
    assert outcome.agrees, (outcome.source, outcome.target)
    target.end().finish(plan.run)
    return outcome


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_full_exchange_carries_every_row_as_it_was(make: Making, one: str, other: str) -> None:
    source, target = make(one), make(other)
    source.fill(range(1, 1201))
    outcome = settled(source, target, Plan("r1", chunk=500))
    assert (outcome.source.rows, outcome.target.rows) == (1200, 1200)
    assert target.rows() == source.rows() == [person(number) for number in range(1, 1201)]


@pytest.mark.parametrize("one", ENGINES)
@pytest.mark.parametrize("other", ENGINES)
def test_the_digest_of_the_same_rows_is_the_same_in_every_engine(make: Making, one: str, other: str) -> None:
    first, second, salt = make(one), make(other), b"s" * 64
    first.fill(range(50))
    second.fill(list(reversed(range(50))))
    tallies = [Tally(salt), Tally(salt)]
    for place, tally in zip((first, second), tallies, strict=True):
        for batch in place.end().read(person_schema()):
            tally.add(batch)
    assert tallies[0].agrees(tallies[1]) and tallies[0].rows == 50


@pytest.mark.parametrize("other", [*ENGINES, "zone"])
def test_a_second_full_exchange_replaces_what_was_there(make: Making, other: str) -> None:
    source, target = make("sqlite"), make(other)
    source.fill(range(1, 31))
    settled(source, target, Plan("r1"))
    source.execute("DELETE FROM person WHERE id > 10")
    source.execute("UPDATE person SET note = '改' WHERE id = 5")
    settled(source, target, Plan("r2"))
    assert target.rows() == source.rows() and len(target.rows()) == 10


@pytest.mark.parametrize("one", ENGINES)
@pytest.mark.parametrize("other", [*ENGINES, "zone"])
def test_an_incremental_exchange_carries_what_lies_above_the_watermark(make: Making, one: str, other: str) -> None:
    source, target = make(one), make(other)
    source.fill(range(1, 101))
    key = {"key": ("id",)} if other == "zone" else {}
    first = (
        running.run(source.end(), target.end(**key), Plan("r1", "incremental", watermark="seen"))
        if other != "zone"
        else None
    )
    if first is None:
        settled(source, target, Plan("r1"))
    highest = source.end().highest("seen")
    source.execute("UPDATE person SET note = '旧'  WHERE id = 3")  # below the watermark: not carried
    changed = "2027-01-01 00:00:00.000001"
    source.execute(f"UPDATE person SET note = '新', seen = '{changed}' WHERE id IN (7, 8)")
    second = running.run(
        source.end(), target.end(**key), Plan("r2", "incremental", key=("id",), watermark="seen", since=highest)
    )
    assert second.agrees and second.source.rows == 2
    found = {row[0]: row[6] for row in target.rows()}
    assert (found[7], found[8], found[3]) == ("新", "新", person(3)[6])
    assert len(found) == 100


@pytest.mark.parametrize("one", ENGINES)
@pytest.mark.parametrize("other", [*ENGINES, "zone"])
def test_a_merge_inserts_updates_and_deletes_by_key(make: Making, one: str, other: str) -> None:
    source, target = make(one), make(other)
    source.fill(range(1, 41))
    settled(source, target, Plan("r1"))
    source.execute("DELETE FROM person WHERE id <= 4")
    source.execute("UPDATE person SET note = '改' WHERE id = 20")
    source.add([99])
    outcome = settled(source, target, Plan("r2", "merge", key=("id",)))
    assert target.rows() == source.rows()
    assert outcome.changes.deleted == 4


def test_a_row_altered_at_the_target_is_found(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 21))
    settled(source, target, Plan("r1"))
    given, held = running.recount(source.end(), target.end(), Plan("c1"))
    assert given.agrees(held)
    target.execute("UPDATE person SET income = income + 0.01 WHERE id = 13")
    given, held = running.recount(source.end(), target.end(), Plan("c2"))
    assert given.rows == held.rows and not given.agrees(held)


def test_a_doubled_row_and_a_lost_one_are_found_although_the_count_is_right() -> None:
    one, other = Tally(b"s" * 64), Tally(b"s" * 64)
    one.add(Batch([b"a", b"b", b"c"]))
    other.add(Batch([b"c", b"a", b"a"]))
    assert one.rows == other.rows and not one.agrees(other)


def summed(pieces: list[list[Row]], salt: bytes = b"s" * 64, **how: int) -> Tally:
    return Tally(salt, **how).taken(map(Batch, pieces))


@pytest.mark.parametrize("page", [1, 64, BATCH])
def test_rows_have_one_digest_however_they_arrive_and_however_often_it_stops(page: int) -> None:
    rows: list[Row] = [f"{number:05}".encode() for number in range(page * 3 + 7)]
    whole = summed([rows], page=page)
    pieces = summed([rows[:5], rows[5 : page + 6], [], rows[page + 6 :]], page=page)
    first = summed([rows[: page * 2]], page=page)
    resumed = summed([rows[page * 2 :]], rows=first.rows, closed=first.total, page=page)
    assert whole.agrees(pieces) and whole.agrees(resumed)
    for wrong in (rows[:-1], [*rows, rows[-1]], [*rows[:-1], b"x"]):
        assert not whole.agrees(summed([wrong], page=page))
    assert whole.total != summed([rows], b"t" * 64, page=page).total, "who does not know the salt foretells nothing"


def test_what_two_engines_may_sort_differently_is_summed_row_by_row() -> None:
    rows: list[Row] = [f"{number:05}".encode() for number in range(200)]
    assert summed([rows]).agrees(summed([rows[::-1]]))
    assert not summed([rows], page=64).agrees(summed([rows[::-1]], page=64))


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 4096, 8191, 8193])
def test_a_table_of_any_size_is_read_to_its_last_row(make: Making, rows: int) -> None:
    source, target = make("postgres"), make("postgres")
    source.execute("CREATE TABLE person (id bigint PRIMARY KEY)")
    source.execute(f"INSERT INTO person SELECT generate_series(1, {rows})")
    outcome = settled(source, target, Plan("r1"))
    assert (outcome.source.rows, outcome.target.rows) == (rows, rows)
    assert target.execute("SELECT count(*), coalesce(max(id), 0) FROM person") == [(rows, rows)]


def test_rows_of_one_key_never_fall_on_both_sides_of_a_cut(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.execute("CREATE TABLE person (id bigint PRIMARY KEY, name text)")
    source.execute("INSERT INTO person SELECT i, 'same' FROM generate_series(1, 500) i")
    target.execute("CREATE TABLE person (id bigint, name text)")
    chunks: list[int] = []
    plan = Plan("r1", key=("name",), chunk=64)
    outcome = settled(source, target, plan, chunk=lambda number, rows, digest: chunks.append(rows))
    assert outcome.target.rows == 500 and chunks == [500], "what is no key gives no place to go on from"


def test_indexes_and_constraints_of_the_target_keep_their_names(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 31))
    target.fill([])
    target.execute("CREATE INDEX person_by_name ON person (lower(name)) WHERE alive")
    target.execute("ALTER TABLE person ADD CONSTRAINT person_seen UNIQUE (seen, id), ADD CHECK (id > 0)")
    asked = (
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'person' UNION ALL"
        " SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'person'::regclass ORDER BY 1"
    )
    before = target.execute(asked)
    settled(source, target, Plan("r1"))
    assert target.execute(asked) == before and len(before) == 6


def test_a_doubled_key_leaves_the_target_as_it_was(make: Making) -> None:
    source, target = make("postgres"), make("postgres")
    source.execute("CREATE TABLE person (id bigint, name text)")
    source.execute("INSERT INTO person VALUES (1, 'a'), (1, 'b')")
    target.execute("CREATE TABLE person (id bigint PRIMARY KEY, name text)")
    target.execute("INSERT INTO person VALUES (9, 'old')")
    with pytest.raises(Stopped, match="duplicate_key"):
        settled(source, target, Plan("r1"))
    assert target.execute("SELECT * FROM person") == [(9, "old")]


def test_views_and_rights_on_the_target_survive_a_full_exchange(make: Making) -> None:
    source, target = make("sqlite"), make("postgres")
    source.fill(range(1, 6))
    settled(source, target, Plan("r1"))
    target.execute("CREATE VIEW grown AS SELECT id FROM person")
    source.add([6])
    settled(source, target, Plan("r2"))
    assert target.execute("SELECT count(*) FROM grown") == [(6,)]


def test_a_value_that_does_not_fit_is_told_by_column_and_row(make: Making) -> None:
    source, target = make("sqlite"), make("postgres")
    source.fill(range(1, 4))
    source.execute("UPDATE person SET born = '31/12/1999' WHERE id = 2")
    with pytest.raises(BadValue, match="第 2 行“born”的值不是合格的日期") as caught:
        settled(source, target, Plan("r1"))
    assert "1999" not in str(caught.value)


def test_a_decimal_that_would_be_rounded_stops_the_run(make: Making) -> None:
    source, target = make("sqlite"), make("mariadb")
    source.fill([1])
    source.execute("UPDATE person SET income = '1.005'")
    with pytest.raises(BadValue, match="income"):
        settled(source, target, Plan("r1"))


@pytest.mark.parametrize("digits", ["9" * 40 + "." + "1" * 20, "-" + "8" * 38, "0." + "0" * 19 + "7"])
@pytest.mark.parametrize("one", ENGINES)
@pytest.mark.parametrize("other", ENGINES)
def test_a_number_of_any_length_keeps_each_of_its_digits(make: Making, one: str, other: str, digits: str) -> None:
    source, target = make(one), make(other)
    source.execute(f"CREATE TABLE person (id {KEYED[one]} PRIMARY KEY, worth {EXACT[one]}(60,20))")
    source.execute(f"INSERT INTO person VALUES (1, '{digits}')")
    settled(source, target, Plan("r1"))
    assert target.rows() == [(1, Decimal(digits))]


@pytest.mark.parametrize("kind", ["smallint", "integer", "bigint"])
def test_a_yes_or_no_goes_into_a_column_of_numbers(make: Making, kind: str) -> None:
    source, target = make("postgres"), make("postgres")
    source.execute("CREATE TABLE person (id bigint PRIMARY KEY, alive boolean)")
    source.execute("INSERT INTO person VALUES (1, true), (2, false), (3, NULL)")
    target.execute(f"CREATE TABLE person (id bigint PRIMARY KEY, alive {kind})")
    settled(source, target, Plan("r1"))
    assert target.execute("SELECT alive FROM person ORDER BY id") == [(1,), (0,), (None,)]


@pytest.mark.parametrize("mode", ["full", "merge"])
def test_what_the_target_counts_and_computes_itself_goes_on(make: Making, mode: Mode) -> None:
    source, target = make("postgres"), make("postgres")
    source.fill(range(1, 6))
    target.execute(
        "CREATE TABLE person (id bigint GENERATED ALWAYS AS IDENTITY (START 1000) PRIMARY KEY, name text NOT NULL,"
        " seen timestamp NOT NULL DEFAULT now(), long integer GENERATED ALWAYS AS (length(name)) STORED)"
    )
    settled(source, target, Plan("r1", mode))
    target.execute("INSERT INTO person (name) VALUES ('新来的')")
    assert target.execute("SELECT id, long FROM person WHERE id >= 5 ORDER BY id") == [(5, 3), (1000, 3)]


def test_two_processes_on_one_run_do_not_both_write(make: Making) -> None:
    source, target = make("sqlite"), make("postgres")
    source.fill(range(1, 31))
    end, wire = target.end(), source.end().schema()
    before = end.begin("r1", wire, "full")
    batches = list(source.end().read(wire))
    moved = running.Progress(1, 30, 5, "00")
    end.write("r1", wire, batches, before, lambda: moved)
    with pytest.raises(Stopped, match="superseded"):
        end.write("r1", wire, batches, before, lambda: moved)
    assert end.begin("r1", wire, "full") == moved


def test_throttling_keeps_to_the_rate(make: Making) -> None:
    source, target, slept = make("sqlite"), make("sqlite"), list[float]()
    source.fill(range(1, 1001))
    settled(source, target, Plan("r1", rate=100, chunk=100), clock=lambda: sum(slept), sleep=slept.append)
    assert sum(slept) == pytest.approx(10)


def test_a_cancelled_run_leaves_the_target_as_it_was(make: Making) -> None:
    source, target = make("sqlite"), make("postgres")
    source.fill(range(1, 11))
    settled(source, target, Plan("r1"))
    source.add(range(11, 21))
    with pytest.raises(Stopped, match="cancelled"):
        settled(source, target, Plan("r2"), stopping=lambda: True)
    assert len(target.rows()) == 10


def test_a_locked_source_file_is_tried_again_later(make: Making) -> None:
    import sqlite3

    from xiang.hub.exchange.engine import sqlite as module
    from xiang.hub.exchange.engine.errors import Interrupted

    source, target = make("sqlite"), make("postgres")
    source.fill([1])
    holder = sqlite3.connect(source.address.removeprefix("sqlite:"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    kept, module._BUSY = module._BUSY, 0
    try:
        with pytest.raises(Interrupted, match="locked"):
            settled(source, target, Plan("r1"))
    finally:
        module._BUSY = kept
        holder.close()
    settled(source, target, Plan("r1"))


def test_values_come_back_from_the_wire(make: Making) -> None:
    place = make("postgres")
    place.execute("CREATE TABLE person (a int, u uuid, j jsonb, b bytea, f float8, t time)")
    place.execute(
        "INSERT INTO person VALUES (7, 'b2b6b1f0-0000-4000-8000-000000000001', '{\"b\":1}', '\\x00ff', 1.5, '08:30')"
    )
    end = place.end()
    wire = end.schema()
    ((row,),) = end.read(wire)
    found = decoder(wire.columns)(row)
    assert [str(value) for value in found] == [
        "7", "b2b6b1f0-0000-4000-8000-000000000001", '{"b": 1}', "b'\\x00\\xff'", "1.5", "08:30:00",
    ]  # fmt: skip
