"""The receipt's arithmetic: every figure counts a record, and the same thing is never counted twice."""

from __future__ import annotations

from typing import Any

import pytest

from xiang.foundation.forms.schema import Field, FormDefinition, Group
from xiang.services.applications.receipt import Baseline, Spent, Tally, compute, longest_chain, tally

GROUP = Group("all", "全部")


def form(*fields: Field) -> FormDefinition:
    return FormDefinition("birth", "出生", (GROUP,), fields)


def asked(key: str, title: str = "", **more: Any) -> Field:
    return Field(key, title or key, "text", "all", **more)


def given(body: str) -> dict[str, str]:
    return {"kind": "source", "body": body, "at": "2026-09-21T01:02:00+00:00"}


HAND = {"kind": "typed", "at": "2026-09-21T01:02:00+00:00"}


def baseline(item: str, **more: Any) -> Baseline:
    row = {"counter": item, "fields": 10, "materials": 2, "visits": 1, "counters": 1, "working_days": 3}
    return Baseline(item, item, **{**row, **more})


def test_fields_are_counted_by_the_body_that_gave_them():
    counted = tally(
        form(*(asked(key, source="hub:police.x") for key in "abc"), asked("name", "孩子的姓名")),
        {"a": 1, "b": 2, "c": 3, "name": "周沐言"},
        {"a": given("省公安厅"), "b": given("省公安厅"), "c": given("省民政厅"), "name": HAND},
    )
    assert counted.given == (("省公安厅", 2), ("省民政厅", 1))
    assert counted.typed == ("孩子的姓名",)
    assert (counted.given_count, counted.needed) == (3, 4)


@pytest.mark.parametrize(
    ("origin", "typed"),
    [
        ({"kind": "changed", "said": "旧址", "body": "省公安厅"}, 1),  # the person typed over what a source said
        ({"kind": "outage", "note": "医保系统 10:02 起连不上。"}, 1),  # the source was out, the person went on by hand
        ({"kind": "absent", "body": "省公安厅"}, 1),  # nothing on record, and yet there is an answer
        (None, 0),  # a default or something derived: nobody gave it
    ],
)
def test_what_government_did_not_give_is_never_said_to_be_given(origin, typed):
    counted = tally(form(asked("a", source="hub:police.x")), {"a": "x"}, {"a": origin} if origin else {})
    assert counted.given_count == 0
    assert (len(counted.typed), counted.derived) == (typed, 1 - typed)


def test_what_does_not_apply_or_was_left_empty_is_not_counted():
    fields = (
        asked("hidden", visible_when={"field": "kind", "equals": "other"}),
        asked("empty"),
        asked("kept"),
    )
    counted = tally(
        form(*fields), {"kind": "usual", "hidden": "x", "empty": "", "kept": "y", "@extra": 1}, {"kept": HAND}
    )
    assert counted == Tally((), ("kept",), 0)


def test_the_sentence_adds_up():
    counted = Tally((("省公安厅", 22), ("省民政厅", 38)), ("姓名", "户口随谁", "银行"))
    view = compute("XC1", counted, [], Spent()).view()
    assert (view.total, view.given, view.typed) == (63, 60, 3)


def test_one_office_is_one_counter_however_many_items_it_handles():
    office = "岳麓区医疗保障事务中心"
    rows = {
        r.key: r
        for r in compute(
            "XC1", Tally((), ()), [baseline("a", counter=office), baseline("b", counter=office)], Spent()
        ).rows
    }
    assert (rows["counters"].before, rows["counters"].after) == (1, 0)
    assert rows["materials"].before == 4  # but each item kept its own copies
    assert rows["visits"].before == 2


def test_waiting_is_the_longest_chain_and_items_side_by_side_count_once():
    chain = [
        baseline("certificate", working_days=3),
        baseline("household", working_days=15, after=("certificate",)),
        baseline("insurance", working_days=3, after=("certificate",)),
        baseline("card", working_days=15, after=("household",)),
    ]
    assert longest_chain(chain) == 33
    assert longest_chain([]) == 0
    # A prerequisite that is not part of this matter adds nothing, and a circle ends.
    assert longest_chain([baseline("a", after=("elsewhere",)), baseline("b", after=("b",))]) == 3


def test_paper_that_was_posted_is_a_visit_and_said_so():
    receipt = compute("XC1", Tally((), ()), [baseline("a", visits=6)], Spent(visits=2, on_paper=("户口簿", "社保卡")))
    row = next(r for r in receipt.rows if r.key == "visits")
    assert (row.before, row.after) == (6, 2)
    assert "户口簿、社保卡" in row.note


def test_the_page_and_the_programs_are_told_the_same():
    counted = Tally((("省公安厅", 2),), ("姓名",), derived=1)
    receipt = compute(
        "XC1", counted, [baseline("a", papers=("身份证",), frozen_on="2025-12-31")], Spent(working_days=4)
    )
    told, view = receipt.to_json(), receipt.view()
    assert (told["needed"], told["given"], told["typed"], told["derived"]) == (3, 2, 1, 1)
    assert told["by_body"] == [{"body": "省公安厅", "fields": 2}]
    assert {row.label: (row.before, row.after) for row in view.rows} == {
        r.label: (told["saved"][r.key]["before"], told["saved"][r.key]["after"]) for r in receipt.rows
    }
    assert "2025-12-31" in view.how and "1 项由已有信息推出" in view.how
