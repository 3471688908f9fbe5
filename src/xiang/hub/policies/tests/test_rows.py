"""Row filters answer alike in Python and in every engine, and values are only ever parameters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiang.hub.policies import rows
from xiang.hub.policies.rows import Compare, Filter, Junction, bound, matches, rendered

CODES = ["430104", "430104001000", "430100", "430000", "43", "1300", "13001234567"]
LEAVES: st.SearchStrategy[Filter] = st.one_of(
    st.builds(
        Compare,
        st.just("code"),
        st.just("isPartOf"),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(
        Compare,
        st.just("code"),
        st.sampled_from(["isAnyOf", "isNoneOf"]),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(
        Compare,
        st.just("born"),
        st.sampled_from(["eq", "neq", "lt", "lteq", "gt", "gteq"]),
        st.dates(date(2020, 1, 1), date(2020, 1, 5)).map(lambda day: (day,)),
    ),
    st.builds(Compare, st.just("n"), st.sampled_from(["eq", "lt", "gteq"]), st.integers(0, 4).map(lambda n: (n,))),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Junction, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Junction, st.just("not"), st.tuples(inner))
    ),
    max_leaves=6,
)
PEOPLE: list[dict[str, Any]] = [
    {"n": number, "code": code, "born": born}
    for number, (code, born) in enumerate(
        (c, b) for c in [None, *CODES] for b in (None, date(2020, 1, 2), date(2020, 1, 4))
    )
]
FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
TABLE = "CREATE TEMPORARY TABLE policy_rows (n INTEGER, code VARCHAR(20), born DATE)"
EVERY = [tuple(row.values()) for row in PEOPLE]


def kept(one: Filter) -> list[int]:
    return [row["n"] for row in PEOPLE if matches(one, row)]


@pytest.mark.django_db
def test_the_records_keep_the_rows_that_python_keeps() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.executemany("INSERT INTO policy_rows VALUES (%s, %s, %s)", EVERY)

        @FEW
        @given(FILTERS)
        def alike(one: Filter) -> None:
            where = rendered(one, "psycopg")  # Django's cursor writes parameters like psycopg, on both engines
            cursor.execute(f"SELECT n FROM policy_rows WHERE {where.sql} ORDER BY n", list(where.parameters))
            assert [n for (n,) in cursor.fetchall()] == kept(one)

        alike()
        cursor.execute("DROP TABLE policy_rows")


def test_duckdb_keeps_the_rows_that_python_keeps() -> None:
    import duckdb

    with duckdb.connect() as zone:
        zone.execute(TABLE)
        zone.executemany("INSERT INTO policy_rows VALUES (?, ?, ?)", EVERY)

        @FEW
        @given(FILTERS)
        def alike(one: Filter) -> None:
            where = rendered(one, "duckdb")
            found = zone.execute(f"SELECT n FROM policy_rows WHERE {where.sql} ORDER BY n", list(where.parameters))
            assert [n for (n,) in found.fetchall()] == kept(one)

        alike()


@FEW
@given(FILTERS)
def test_a_filter_survives_its_json(one: Filter) -> None:
    assert rows.of_json(rows.to_json(one)) == one


def test_values_are_parameters_and_names_are_quoted() -> None:
    evil = """x"; DROP TABLE person; --"""
    where = rendered(
        Junction("and", (Compare(evil, "eq", (evil,)), Compare("a", "isAnyOf", ("1", "2")))), "postgresql", 4
    )
    assert where.sql == '(("x""; DROP TABLE person; --" = $4) AND ("a" IN ($5, $6)))'
    assert where.parameters == (evil, "1", "2")
    assert rendered(Compare("50%", "eq", (1,)), "psycopg").sql == '("50%%" = %s)'
    assert rendered(Compare("a", "lt", (Decimal("1.5"),)), "sqlite").parameters == (1.5,)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("430100", "4301"),
        ("430000", "43"),
        ("430104001000", "430104001"),
        ("43/4301/430104", "430104"),
        ("1300", "1300"),
        ("a00", "a00"),
    ],
)
def test_only_a_full_division_code_stands_for_all_that_lies_in_it(code: str, prefix: str) -> None:
    assert rows.prefix(code) == prefix


def test_the_askers_own_division_is_put_in_its_place() -> None:
    own = Junction("and", (Compare("code", "isPartOf", ("xp:ownDivision",)), Compare("n", "lt", (9,))))
    assert rows.asks_own_division(own)
    settled = bound(own, "430104000000")
    assert not rows.asks_own_division(settled)
    assert matches(settled, {"code": "430104001", "n": 1}) and not matches(settled, {"code": "430105001", "n": 1})
