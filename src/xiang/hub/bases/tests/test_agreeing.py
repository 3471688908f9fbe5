"""Python and SQL say the same of the same records: features and levels."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.hub.bases.engine import standardising
from xiang.hub.bases.engine.batch import settings as splink_settings
from xiang.hub.bases.engine.comparing import one_slip, prepare
from xiang.hub.bases.engine.kinds import KINDS, LEGAL, PERSON, Kind

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
    """Features as the batch makes them; the readings of names, which Python makes there too, are added."""
    with duckdb.connect() as connection:
        names = ", ".join(f"{field} VARCHAR" for field in kind.fields)
        connection.execute(f"CREATE TABLE raw (n INT, {names})")
        for n, raw in enumerate(raws):
            marks = ", ".join("?" * (len(kind.fields) + 1))
            connection.execute(f"INSERT INTO raw VALUES ({marks})", [n, *(raw.get(f) or None for f in kind.fields)])
        cursor = connection.execute(standardising.select(kind.columns, "raw") + " ORDER BY n")
        columns = [column[0] for column in cursor.description]
        return [
            {name: value for name, value in zip(columns, row, strict=True) if value is not None and name != "n"}
            for row in cursor.fetchall()
        ]


@pytest.mark.parametrize("kind", [PERSON, LEGAL], ids=lambda kind: kind.key)
@quick
@given(data=st.data())
def test_sql_makes_the_same_features_as_python(kind: Kind, data: st.DataObject) -> None:
    raws = data.draw(st.lists(SAID[kind.key], min_size=1, max_size=8))
    mine = [{k: v for k, v in kind.features(raw).items() if k != "reading"} for raw in raws]
    assert by_sql(kind, raws) == mine


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
