"""Each kind of rule on real files, through the engine's face."""

from __future__ import annotations

from datetime import date

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Invalid
from xiang.hub.quality.tests.conftest import Check, failing, reasons


def test_blank_values_fail_required_and_nothing_else(check: Check):
    text = "n,name\n1,张三\n2,\n3,   \n4,\u3000\n5,Li\n"
    found = check(text, {"kind": "required", "column": "name"}, {"kind": "length", "column": "name", "max": 2})
    assert failing(found) == [2, 3, 4]
    assert (found.results[0].assessed, found.results[1].assessed) == (5, 4)


def test_dates_in_five_formats_are_dates(check: Check):
    good = ["2026-03-01", "2026/3/1", "20260301", "2026年3月1日", "2026.03.01"]
    bad = ["2026-02-30", "01/03/2026", "epoch", "infinity", "2026"]
    text = "d\n" + "\n".join(good + bad) + "\n"
    found = check(text, {"kind": "type", "column": "d", "type": "date"})
    assert failing(found) == [6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["1", "-20", "+3", "0012"], ["1.0", "1e3", "一", " 1"]),
        ("decimal", ["1", "-2.5", ".5", "3."], ["1e5", "NaN", "1,000"]),
        ("datetime", ["2026-03-01 09:30:00", "2026/03/01 09:30", "20260301 09:30:00"], ["09:30", "2026-03-01 25:00"]),
        ("boolean", ["是", "否", "TRUE", "0"], ["也许", "2"]),
    ],
)
def test_types(check: Check, kind: str, good: list[str], bad: list[str]):
    text = "v\n" + "\n".join(f'"{value}"' for value in good + bad) + "\n"
    found = check(text, {"kind": "type", "column": "v", "type": kind})
    assert failing(found) == list(range(len(good) + 1, len(good) + len(bad) + 1))


def test_a_format_must_match_as_a_whole(check: Check):
    found = check("v\n13800138000\nx13800138000\n", {"kind": "format", "column": "v", "pattern": "1[3-9][0-9]{9}"})
    assert failing(found) == [2]


def test_ranges_of_numbers_and_dates_take_their_ends_and_refuse_what_is_neither(check: Check):
    text = "n,d\n0,2026-01-01\n10,2026年12月31日\n10.1,2027-01-01\n很多,很早\n"
    found = check(
        text,
        {"kind": "range", "column": "n", "min": 0, "max": 10},
        {"kind": "range", "column": "d", "min": "2026-01-01", "max": "2026-12-31"},
    )
    assert failing(found, "r0") == failing(found, "r1") == [3, 4]


def test_dictionaries_take_numbers_as_they_are_written(check: Check):
    assert failing(check("v\n1\n2\n01\n", {"kind": "dictionary", "column": "v", "values": [1, 2]})) == [3]


def test_columns_are_compared_as_numbers_or_dates_not_as_text(check: Check):
    text = "a,b\n9,10\n10,9\n,1\n"
    found = check(text, {"kind": "compare", "left": "a", "operator": "<", "right": "b", "as": "number"})
    assert (failing(found), found.results[0].assessed) == ([2], 2)


def test_all_rows_of_an_equal_key_fail_and_a_key_with_a_gap_is_not_looked_at(check: Check):
    text = "a,b\n1,x\n1,y\n1,x\n,x\n,x\n"
    found = check(text, {"kind": "unique", "columns": ["a", "b"]})
    assert (failing(found), found.results[0].assessed, found.results[0].failed) == ([1, 3], 3, 2)


def test_references_are_looked_for_in_another_file(check: Check, tmp_path):
    (tmp_path / "div.csv").write_text("code\n430100\n430200\n")
    rule = {"kind": "reference", "columns": ["d"], "table": "div", "to": ["code"]}
    assert failing(check("d\n430100\n439900\n\n430200\n", rule, tables={"div": "div.csv"})) == [2]


def test_rows_that_meet_in_two_tables_must_agree(check: Check, tmp_path):
    (tmp_path / "other.csv").write_text("no,name\n1,张三\n2,李四\n")
    rule = {"kind": "cross_table", "table": "other", "on": {"id": "no"}, "sql": "this.name = that.name"}
    found = check("id,name\n1,张三\n2,李丝\n3,王五\n", rule, tables={"other": "other.csv"})
    assert (failing(found), found.results[0].assessed) == ([2], 2)


@pytest.mark.parametrize(("day", "fails"), [(date(2026, 3, 31), 0), (date(2026, 4, 1), 1)])
def test_a_table_is_stale_when_its_newest_value_is_too_old(check: Check, day: date, fails: int):
    rule = {"kind": "freshness", "column": "d", "within_days": 30}
    with instant.frozen_at(day):
        assert check("d\n2026-03-01\n2020-01-01\n", rule).results[0].failed == fails


def test_an_empty_table_is_stale_and_has_no_other_faults(check: Check):
    fresh, needed = {"kind": "freshness", "column": "d", "within_days": 1}, {"kind": "required", "column": "d"}
    found = check("d\n", fresh, needed)
    assert [result.failed for result in found.results] == [1, 0]


def test_an_expression_without_an_answer_is_not_looked_at(check: Check):
    found = check("a,b\n1,2\n3,\n5,4\n", {"kind": "expression", "sql": "TRY_CAST(a AS INT) < TRY_CAST(b AS INT)"})
    assert (failing(found), found.results[0].assessed) == ([3], 2)


def test_an_expression_that_stumbles_over_a_value_does_not_stop_the_run(check: Check):
    found = check("a\n1\nx\n-1\n", {"kind": "expression", "sql": "CAST(a AS INT) > 0"})
    assert (failing(found), found.results[0].assessed) == ([3], 2)


def test_when_narrows_what_is_looked_at(check: Check):
    rule = {"kind": "required", "column": "end", "when": "state = '注销'"}
    found = check("state,end\n注销,\n存续,\n注销,2020-01-01\n", rule)
    assert (failing(found), found.results[0].assessed) == ([1], 2)


def test_reasons_say_what_is_wrong_with_a_number(check: Check):
    text = "n\n110105194912310021\n123\n11010519490231002X\n"
    assert reasons(check(text, {"kind": "identity", "column": "n"})) == ["id_check", "id_length", "id_date"]


def test_missing_columns_are_told_all_at_once(check: Check):
    with pytest.raises(Invalid) as caught:
        check("a\n1\n", {"kind": "required", "column": "b"}, {"kind": "unique", "columns": ["a", "c"]})
    assert (caught.value.code, len(caught.value.errors)) == ("columns_unknown", 2)


def test_names_of_columns_are_never_read_as_sql(check: Check):
    odd = 'a"; DROP TABLE failures; --'
    text = '"' + odd.replace('"', '""') + '",b\n,1\nx,1\n'
    found = check(text, {"kind": "required", "column": odd}, {"kind": "unique", "columns": [odd]}, key=[odd])
    assert failing(found) == [1]
