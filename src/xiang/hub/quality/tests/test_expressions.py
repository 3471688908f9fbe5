from __future__ import annotations

import pytest

from xiang.foundation.ground.errors import Invalid
from xiang.hub.quality.tests.conftest import Check, failing


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("read_text('/etc/passwd') <> ''", "expression_function"),
        ("(SELECT count(*) FROM read_csv('/etc/passwd')) > 0", "expression_kind"),
        ("a IN (SELECT 1)", "expression_kind"),
        ("EXISTS (FROM '/etc/passwd')", "expression_kind"),
        ("getenv('HOME') = ''", "expression_function"),
        ("current_setting('memory_limit') = ''", "expression_function"),
        ("a = 1; DROP TABLE failures", "expression_form"),
        ("a = 1; SELECT true", "expression_more"),
        ("a = 1 UNION SELECT true", "expression_more"),
        ("a = 1, a = 2", "expression_more"),
        ("a = 1 AS b", "expression_more"),
        ("a = '1' FROM read_csv('/etc/passwd')", "expression_more"),
        ("true) OR (true", "expression_form"),
        ("a = ", "expression_form"),
        ("count(*) > 1", "expression_function"),
        ("row_number() OVER () = 1", "expression_kind"),
        ("b = 1", "expression_column"),
        ("*", "expression_kind"),
        ("a = ?", "expression_kind"),
    ],
)
def test_what_is_more_than_an_expression_over_the_row_is_refused(check: Check, sql: str, code: str):
    for place in ({"kind": "expression", "sql": sql}, {"kind": "required", "column": "a", "when": sql}):
        with pytest.raises(Invalid) as caught:
            check("a\n1\n", place)
        assert caught.value.errors[0].code == code


@pytest.mark.parametrize(
    "sql",
    [
        "a NOT LIKE '9%' AND length(a) BETWEEN 1 AND 3",
        "CASE WHEN a = '1' THEN true ELSE a IN ('2', '3') END",
        "coalesce(nullif(trim(a), ''), '1') = a -- a remark",
        "TRY_CAST(a AS INTEGER) + 1 > 0",
        "NOT (a IS NULL) AND a || 'x' <> 'x'",
    ],
)
def test_ordinary_expressions_are_taken(check: Check, sql: str):
    assert failing(check("a\n1\n2\n", {"kind": "expression", "sql": sql})) == []


def test_an_expression_over_two_tables_names_which(check: Check, tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    rule = {"kind": "cross_table", "table": "t", "on": {"a": "a"}, "sql": "a = 1"}
    with pytest.raises(Invalid) as caught:
        check("a\n1\n", rule, tables={"t": "t.csv"})
    assert caught.value.errors[0].code == "expression_column"
