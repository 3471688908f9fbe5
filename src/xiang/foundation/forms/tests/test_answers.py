"""What people type, brought into its normal form and checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xiang.foundation.forms.prefill import nothing_there, out_of_reach, unasked
from xiang.foundation.forms.schema import Choice, Field, FormDefinition, Group
from xiang.foundation.forms.sources import Subject
from xiang.foundation.forms.validation import check, check_one, tidy

NAME = Field("child.name", "孩子的姓名", "name", "child", required=True)
FOLLOW = Field(
    "follow", "户口随谁", "choice", "child", required=True, choices=(Choice("m", "母亲"), Choice("f", "父亲"))
)
PHONE = Field("mother.phone", "电话", "phone", "mother", required=True, source="hub:person.phone", subject="mother")
FORM = FormDefinition("birth", "出生", (Group("child", "孩子"), Group("mother", "母亲")), (NAME, FOLLOW, PHONE))


def field(kind: str) -> Field:
    return Field("x", "某项", kind, "g")


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("money", "400", 40000),
        ("money", "1,234.50", 123450),
        ("money", "0.01", 1),
        ("money", "1.234", "1.234"),
        ("money", "四百元", "四百元"),
        ("money", 40000, 40000),
        ("integer", "7", 7),
        ("number", "1.5", 1.5),
        ("datetime", "2026-09-16T07:42", "2026-09-16T07:42:00+08:00"),
        ("datetime", "2026-09-16T07:42:00+00:00", "2026-09-16T07:42:00+00:00"),
        ("datetime", "昨天早上", "昨天早上"),
        ("yesno", "true", True),
        ("yesno", "否", "否"),
        ("id_number", " 11010519491231002x", "11010519491231002X"),
        ("name", " 周沐言 ", "周沐言"),
        ("choices", ["", "a"], ["a"]),
        ("choices", "", []),
    ],
)
def test_what_is_typed_is_kept_in_its_normal_form_or_as_it_is(kind: str, typed: object, kept: object) -> None:
    assert tidy(field(kind), typed) == kept


def test_money_and_time_that_people_write_pass_the_check() -> None:
    assert check_one(field("money"), tidy(field("money"), "400.00")) is None
    assert check_one(field("datetime"), tidy(field("datetime"), "2026-09-16T07:42")) is None
    wrong = check_one(field("money"), tidy(field("money"), "四百"))
    assert wrong and wrong.code == "not_a_number"


def test_what_is_missing_is_asked_for_in_words_that_fit() -> None:
    assert [error.detail for error in check(FORM, {})] == ["请填写孩子的姓名。", "请选“户口随谁”。", "请填写电话。"]


def test_who_is_out_of_reach_holds_nobody_up_but_a_wrong_answer_does() -> None:
    origins = {"mother.phone": {"kind": "outage"}, "child.name": {"kind": "typed"}}
    answers = {"child.name": "周沐言", "follow": "m"}
    assert check(FORM, answers, excused=out_of_reach(origins)) == []
    wrong = check(FORM, answers | {"mother.phone": "不知道"}, excused=out_of_reach(origins))
    assert [error.code for error in wrong] == ["not_a_phone"]


def test_a_source_is_asked_once_unless_somebody_wants_it_again() -> None:
    people = {"mother": Subject("mother")}
    assert unasked(FORM, people, {})
    assert not unasked(FORM, people, {"mother.phone": {"kind": "absent"}})
    assert not unasked(FORM, {}, {}), "nobody is at hand to ask about"
    assert nothing_there({"a": {"kind": "absent"}, "b": {"kind": "outage"}, "c": {"kind": "refused"}}) == {"a", "c"}


@pytest.mark.parametrize(
    ("change", "changeable"),
    [
        ({}, True),
        ({"type": "id_number"}, False),
        ({"type": "address", "editable": False}, False),
        ({"type": "text", "editable": True}, True),
        ({"type": "text", "source": "credential:card.no"}, True),
    ],
)
def test_where_to_reach_somebody_is_changed_what_is_on_record_is_disputed(
    change: dict[str, object], changeable: bool
) -> None:
    assert replace(PHONE, **change).changeable is changeable  # type: ignore[arg-type]
