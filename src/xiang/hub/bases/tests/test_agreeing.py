"""Python and SQL say the same of the same records: features and levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.hub.bases.engine import standardising, surviving
from xiang.hub.bases.engine.batch import settings as splink_settings
from xiang.hub.bases.engine.comparing import one_slip, prepare
from xiang.hub.bases.engine.kinds import KINDS, LEGAL, PERSON, Kind
from xiang.hub.bases.engine.spelling import folded, folded_sql, pinyin
from xiang.hub.bases.engine.surviving import Said

from .numbers import number, old

NAMES = st.one_of(
    st.sampled_from(
        [
            "张伟",
            "張偉",
            "张?",
            "张*明",
            "买买提·艾力",
            "买买提 • 艾力",
            "麦麦提艾里",
            "买买提",
            "𠮷田",
            "（张）伟",
            "ｚhang",
        ]
    ),
    st.text("张伟偉明□?*·. ｚa", max_size=5),
)
NUMBERS = st.one_of(
    st.integers(0, 9).map(number),
    st.integers(0, 9).map(lambda n: old(number(n))),
    st.integers(0, 3).map(lambda n: number(n).lower().replace("1", "１", 1)),
    st.text("0123456789Xx-", max_size=19),
)
DATES = st.one_of(st.sampled_from(["1985-03-12", "1985/3/12", "1985年12月3日", "19850312", "198503", "无"]), NUMBERS)
PHONES = st.one_of(
    st.sampled_from(["13800138000", "+86 138-0013-8000", "13800138001", "0000000"]),
    st.text("0123456789+- ", max_size=15),
)
PLACES = st.one_of(
    st.sampled_from(["长沙市岳麓区五一大道12号3幢402室", "五一大道12号3栋402", "湖南省長沙市12号", "八一路"]),
    st.text("一二路号栋室户幢座0123 ", max_size=12),
)
COMPANIES = st.one_of(
    st.sampled_from(["湖南省长沙湘江科技有限责任公司", "长沙湘江科技有限公司", "湘江科技(集团)公司", "湖南"]),
    st.text("湖南长沙市公司有限", max_size=8),
)
CODES = st.one_of(
    st.sampled_from(["91350100M000100Y43", "91350100m000100y43", "M000100Y4", "M000100Y-4", "430100000012345"]), NUMBERS
)

PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES, "former_names": st.lists(NAMES, max_size=3).map("、".join), "id_number": NUMBERS,
        "birth_certificate": CODES, "birth_date": DATES, "phone": PHONES, "address": PLACES,
    },
)  # fmt: skip
FIRMS = st.fixed_dictionaries(
    {},
    optional={
        "name": COMPANIES, "former_names": st.lists(COMPANIES, max_size=2).map(";".join), "uscc": CODES,
        "organisation_code": CODES, "registration_number": CODES, "representative": NAMES, "phone": PHONES, "address": PLACES,
    },
)  # fmt: skip
SAID = {"person": PEOPLE, "legal": FIRMS}
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def by_sql(kind: Kind, raws: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Features as the batch makes them."""
    with duckdb.connect() as connection:
        standardising.prepare(connection)
        names = ", ".join(f"{field} VARCHAR" for field in kind.fields)
        connection.execute(f"CREATE TABLE raw (n INT, {names})")
        for n, raw in enumerate(raws):
            marks = ", ".join("?" * (len(kind.fields) + 1))
            connection.execute(f"INSERT INTO raw VALUES ({marks})", [n, *(raw.get(f) or None for f in kind.fields)])
        cursor = connection.execute(_made(connection, kind) + " ORDER BY n")
        columns = [column[0] for column in cursor.description]
        return [
            {name: value for name, value in zip(columns, row, strict=True) if value is not None and name != "n"}
            for row in cursor.fetchall()
        ]


def _made(connection: duckdb.DuckDBPyConnection, kind: Kind) -> str:
    made = standardising.select(kind.columns, "raw")
    reading = next((one for one in kind.columns if one.reading), None)
    if reading is None:
        return made
    connection.execute("CREATE TABLE readings (spelt VARCHAR, reading VARCHAR)")
    for (text,) in connection.execute(standardising.to_read(kind.columns, reading, "raw")).fetchall():
        if text:
            connection.execute("INSERT INTO readings VALUES (?, ?)", [text, pinyin(text)])
    return standardising.read_aloud(reading, made, "readings")


@pytest.mark.parametrize("kind", [PERSON, LEGAL], ids=lambda kind: kind.key)
@quick
@given(data=st.data())
def test_sql_makes_the_same_features_as_python(kind: Kind, data: st.DataObject) -> None:
    raws = data.draw(st.lists(SAID[kind.key], min_size=1, max_size=8))
    assert by_sql(kind, raws) == [kind.features(raw) for raw in raws]


@quick
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6), min_size=1)
)
def test_sql_folds_any_text_as_python_does(texts: list[str]) -> None:
    with duckdb.connect() as connection:
        standardising.prepare(connection)
        for text in texts:
            assert connection.execute(f"SELECT {folded_sql('t')} FROM (SELECT ? AS t)", [text]).fetchone() == (
                folded(text),
            )


def test_no_character_that_sql_takes_as_settled_is_changed_by_folding() -> None:
    every = "".join(map(chr, [*range(0x20, 0xD800), *range(0xE000, 0x20000)]))
    with duckdb.connect() as connection:
        connection.create_function("folded", lambda text: "", ["varchar"], "varchar")  # type: ignore[arg-type]
        rows = f"SELECT t FROM (SELECT unnest(string_split(?, '\x01')) AS t) WHERE {folded_sql('t')} = t"
        settled = [text for (text,) in connection.execute(rows, ["\x01".join(every)]).fetchall()]
    assert len(settled) > 20_000
    assert [text for text in settled if folded(text) != text] == []


SAID_OF = st.fixed_dictionaries(
    {
        "cluster": st.integers(1, 3),
        "rank": st.integers(1, 3),
        "day": st.sampled_from(["", "2024", "2024-05-01", "2025-01-01"]),
        "id_number": st.sampled_from(["", number(1), old(number(1)), "430104203002300012", number(2), "无"]),
        "name": st.sampled_from(["", "张伟", "张", "张伟明"]),
    }
)


@pytest.mark.parametrize("rule", ["source", "recent", "frequent", "longest"])
@quick
@given(said=st.lists(SAID_OF, min_size=1, max_size=8))
def test_sql_lets_the_same_values_survive_as_python(rule: surviving.Rule, said: list[dict[str, Any]]) -> None:
    fields = ("id_number", "name")
    with duckdb.connect() as connection:
        surviving.prepare(connection)
        connection.execute(
            "CREATE TABLE raw (n INT, ref VARCHAR, rank INT, day VARCHAR, id_number VARCHAR, name VARCHAR)"
        )
        connection.execute("CREATE TABLE clusters (n INT, cluster INT)")
        for n, one in enumerate(said):
            row = [n, f"r{n}", one["rank"], one["day"], *(one[field] or None for field in fields)]
            connection.execute("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO clusters VALUES (?, ?)", [n, one["cluster"]])
        surviving.make_table(connection, fields, dict.fromkeys(fields, rule))
        found = {row[0]: row[1:] for row in connection.execute("FROM golden").fetchall()}
    for cluster in {one["cluster"] for one in said}:
        expected: list[object] = [sum(one["cluster"] == cluster for one in said)]
        for field in fields:
            values = [
                Said(one[field], "s", f"r{n}", one["rank"], one["day"], surviving.valid(field, one[field]))
                for n, one in enumerate(said)
                if one["cluster"] == cluster
            ]
            won = surviving.survive(values, rule)
            expected += [won.value, won.record] if won else [None, None]
        assert list(found[cluster]) == expected


@pytest.mark.parametrize("kind", [PERSON, LEGAL], ids=lambda kind: kind.key)
@quick
@given(data=st.data())
def test_sql_finds_the_same_levels_as_python(kind: Kind, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(SAID[kind.key], min_size=2, max_size=6))
    rows = [kind.features(raw) for raw in drawn]
    columns = [one.name for one in kind.columns]
    with duckdb.connect() as connection:
        prepare(connection)
        connection.execute(f"CREATE TABLE f (n INT, {', '.join(f'{c} VARCHAR' for c in columns)})")
        for n, row in enumerate(rows):
            connection.execute(
                f"INSERT INTO f VALUES ({', '.join('?' * (len(columns) + 1))})", [n, *map(row.get, columns)]
            )
        sides = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in columns)
        levels = ", ".join(
            f"{_case(one)} AS {one['output_column_name']}" for one in splink_settings(kind, None)["comparisons"]
        )
        told = connection.execute(
            f"SELECT a, b, {levels} FROM (SELECT l.n AS a, r.n AS b, {sides} FROM f l JOIN f r ON l.n < r.n) ORDER BY a, b"
        ).fetchall()
    for a, b, *found in told:
        assert found == [one.level(rows[a], rows[b]) for one in kind.comparisons], (rows[a], rows[b])


def _case(comparison: dict[str, object]) -> str:
    *levels, last = comparison["comparison_levels"]  # type: ignore[misc]
    whens = " ".join(f"WHEN {one['sql_condition']} THEN '{one['label_for_charts']}'" for one in levels)
    return f"CASE {whens} ELSE '{last['label_for_charts']}' END"


@given(one=st.text("abc", max_size=6), other=st.text("abc", max_size=6))
def test_a_slip_is_one_edit_or_one_swap(one: str, other: str) -> None:
    edits = {one[:n] + c + one[n:] for n in range(len(one) + 1) for c in "abc"}
    edits |= {one[:n] + one[n + 1 :] for n in range(len(one))}
    edits |= {one[:n] + c + one[n + 1 :] for n in range(len(one)) for c in "abc"}
    edits |= {one[:n] + one[n + 1] + one[n] + one[n + 2 :] for n in range(len(one) - 1)}
    assert one_slip(one, other) == (other in edits | {one})


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
@quick
@given(data=st.data())
def test_comparing_does_not_depend_on_who_comes_first(kind: Kind, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(SAID.get(kind.key, PEOPLE), min_size=2, max_size=2))
    one, other = map(kind.features, drawn)
    assert [c.level(one, other) for c in kind.comparisons] == [c.level(other, one) for c in kind.comparisons]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("王小明", "王晓明", True),
        ("王小明", "王明小", True),
        ("王小明", "王明", True),
        ("王小明", "王小小明", True),
        ("欧阳娜娜", "欧阳小小", False),
        ("王小明", "李晓明", False),
        ("王𠮷明", "王吉明", True),
        ("43010219900101002X", "43010219900110002X", True),
    ],
)
def test_a_slip_is_one_character_not_one_byte(one: str, other: str, near: bool) -> None:
    assert one_slip(one, other) is near
    with duckdb.connect() as connection:
        prepare(connection)
        assert connection.execute("SELECT one_slip(?, ?)", [one, other]).fetchone() == (near,)
