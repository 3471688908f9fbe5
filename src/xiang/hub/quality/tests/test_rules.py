from __future__ import annotations

import pytest

from xiang.foundation.ground.errors import Invalid
from xiang.hub.quality.engine import rules


def problems(text: str) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        rules.parse(text)
    assert caught.value.code == "rules_invalid"
    return {error.pointer: error.code for error in caught.value.errors}


def test_a_rule_has_the_indicator_of_its_kind_and_a_message_when_it_names_none():
    read = rules.parse("rules: [{key: a, kind: unique, columns: [x, y]}]").rules[0]
    assert (read.indicator, read.dimension, read.weight) == ("accuracy.unique", "accuracy", 1)
    assert "x、y" in read.message


def test_identity_columns_are_sensitive_without_saying_so():
    assert rules.parse("rules: [{key: a, kind: identity, column: n}]").sensitive == {"n"}


def test_every_problem_is_told_with_its_place():
    assert problems(
        "rules:\n- {key: a, kind: required}\n- {key: a, kind: format, column: c, pattern: x, extra: 1}"
    ) == {
        "/rules/0": "missing",
        "/rules/1": "unknown",
        "/rules/1/key": "rule_twice",
    }


def test_the_line_of_a_problem_is_told():
    with pytest.raises(Invalid) as caught:
        rules.parse("name: x\nrules:\n- key: a\n  kind: requird\n  column: c\n")
    assert caught.value.errors[0].detail.startswith("第 4 行")


@pytest.mark.parametrize(
    ("rule", "pointer", "code"),
    [
        ("{key: a, kind: range, column: c}", "/rules/0", "bound_missing"),
        ("{key: a, kind: range, column: c, min: 1, max: 2020-01-01}", "/rules/0/max", "bound_mixed"),
        ("{key: a, kind: range, column: c, min: gestern}", "/rules/0/min", "bound_form"),
        ("{key: a, kind: reference, columns: [c], table: t}", "/rules/0/table", "table_unknown"),
        ("{key: A1, kind: required, column: c}", "/rules/0/key", "wrong_form"),
        ("{key: a, kind: required, column: c, weight: 0}", "/rules/0/weight", "wrong_value"),
    ],
)
def test_what_does_not_hold_together_is_refused(rule: str, pointer: str, code: str):
    assert problems(f"rules: [{rule}]")[pointer] == code


@pytest.mark.parametrize("text", ["rules: [", "rules: [{key: a, key: b}]", ""])
def test_what_is_no_yaml_or_empty_is_a_problem_and_no_crash(text: str):
    assert problems(text)


def test_a_file_that_is_not_utf8_is_told(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_bytes("name: 规则".encode("gb18030"))
    with pytest.raises(Invalid) as caught:
        rules.read(file)
    assert caught.value.errors[0].code == "rules_encoding"
