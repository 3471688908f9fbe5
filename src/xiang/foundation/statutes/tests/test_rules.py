"""Dated rules: the one in force, the nearest region's, what was believed when; corrected, never overwritten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Invalid
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.ledger.models import Entry
from xiang.foundation.statutes import operations, queries
from xiang.foundation.statutes.clock import Limit
from xiang.foundation.statutes.models import Rule
from xiang.foundation.statutes.rules import RuleRow, check_value

from .cast import CONFIGURATOR, OFFICER, rule

pytestmark = pytest.mark.django_db
TODAY = date(2025, 9, 22)


def put(**changes: object) -> str:
    return operations.put_rule(rule(**changes), CONFIGURATOR)


def test_the_rule_in_force_on_a_day_is_found() -> None:
    put(key="premium.resident", unit="fen", value=38000, valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    put(key="premium.resident", unit="fen", value=40000, valid_from=date(2025, 1, 1))
    rows = [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), 38000),
        (date(2024, 12, 31), 38000),
        (date(2025, 1, 1), 40000),
        (date(2030, 1, 1), 40000),
    ]
    for day, fen in rows:
        found = queries.find("premium.resident", day)
        assert (found.fen() if found else None) == fen, day


def test_a_city_goes_before_the_province_and_the_province_before_the_nation() -> None:
    put(value=20)
    put(value=15, region="43", citation="湖南省政务服务规定")
    put(value=10, region="4301", citation="长沙市承诺")
    assert [queries.limit("licence.decide", TODAY, region).value for region in ("430104", "430200", "11")] == [
        10,
        15,
        20,
    ]


def test_a_limit_that_nobody_wrote_down_is_not_invented() -> None:
    with pytest.raises(DomainError) as refusal:
        queries.limit("licence.unheard_of", TODAY)
    assert (refusal.value.code, refusal.value.status) == ("rule_missing", 503)


def test_a_parameter_is_not_taken_for_a_limit() -> None:
    put(key="card.yellow", unit="ratio", value=0.9)
    assert queries.parameter("card.yellow", TODAY).number() == Decimal("0.9")
    with pytest.raises(DomainError) as refusal:
        queries.limit("card.yellow", TODAY)
    assert refusal.value.code == "rule_not_a_limit"


def test_a_row_kept_by_a_case_reads_back_equal() -> None:
    put(extension=10, max_extensions=1, silence="deemed_accepted", valid_to=date(2030, 12, 31))
    row = queries.limit("licence.decide", TODAY)
    kept = json.loads(json.dumps(row.to_json()))
    assert RuleRow.from_json(kept) == row
    assert RuleRow.from_json(kept | {"added_later": 1}) == row
    assert (row.limit(), row.extension_limit()) == (Limit(20, "wd"), Limit(10, "wd"))
    assert row.words == "20个工作日"
    assert row.basis == "中华人民共和国行政许可法第四十二条第一款"


def test_a_correction_of_a_typing_error_supersedes_and_what_was_believed_stays_known() -> None:
    with frozen_at(datetime(2025, 1, 1, tzinfo=UTC)):
        put(value=30)
    row = Rule.objects.get()
    with frozen_at(datetime(2025, 6, 1, tzinfo=UTC)):
        operations.correct_rule(row.id, rule(value=20), CONFIGURATOR, "原先抄错")
    assert queries.limit("licence.decide", TODAY).value == 20
    before = datetime(2025, 3, 1, tzinfo=UTC)
    assert queries.limit("licence.decide", TODAY, known_at=before).value == 30
    assert queries.history("licence.decide").count() == 2


def test_a_changed_law_ends_the_old_row_the_day_before() -> None:
    put(value=20)
    row = Rule.objects.get()
    operations.correct_rule(row.id, rule(value=15, valid_from=date(2026, 1, 1)), CONFIGURATOR, "法律修改")
    assert queries.limit("licence.decide", date(2025, 12, 31)).value == 20
    assert queries.limit("licence.decide", date(2026, 1, 1)).value == 15
    ended = Rule.objects.get(superseded_at=None, valid_from=date(2004, 7, 1))
    assert ended.valid_to == date(2025, 12, 31)


def test_the_same_row_again_changes_nothing() -> None:
    assert put() == "added"
    entries = Entry.objects.count()
    assert put() == "unchanged"
    assert (Rule.objects.count(), Entry.objects.count()) == (1, entries)


def test_two_rows_never_hold_on_the_same_day() -> None:
    put()
    with pytest.raises(Invalid) as refusal:
        put(valid_from=date(2025, 1, 1))
    assert refusal.value.errors[0].code == "rule_overlap"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": "20"}, "rule_value_whole"),
        ({"value": 2.5}, "rule_value_whole"),
        ({"value": -1}, "limit_range"),
        ({"unit": "fen", "value": 4.5}, "rule_value_fen"),
        ({"unit": "fortnight"}, "rule_unit"),
        ({"citation": " "}, "citation_missing"),
        ({"valid_from": None}, "valid_from_missing"),
        ({"valid_to": date(2000, 1, 1)}, "valid_to_early"),
        ({"max_extensions": 1}, "extension_missing"),
    ],
)
def test_a_row_that_cannot_hold_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        put(**changes)
    assert [error.code for error in refusal.value.errors] == [code]
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        (5, "wd", None),
        (True, "wd", "rule_value_whole"),
        ("0.9", "ratio", None),
        ("much", "ratio", "rule_value_ratio"),
        (["听证"], "list", None),
        ([], "list", "rule_value_list"),
        ("", "text", "rule_value_text"),
        (1, "flag", "rule_value_flag"),
    ],
)
def test_a_value_fits_its_unit(value: object, unit: str, code: str | None) -> None:
    assert check_value(value, unit) == code


def test_an_officer_may_not_correct_a_rule_and_a_stranger_may_read_it() -> None:
    put()
    row = Rule.objects.get()
    with pytest.raises(Forbidden):
        operations.correct_rule(row.id, rule(value=1), OFFICER, "太久")
    assert queries.limit("licence.decide", TODAY).value == 20


def test_a_correction_says_why_and_never_begins_before_the_row_it_corrects() -> None:
    put()
    row = Rule.objects.get()
    with pytest.raises(Invalid) as refusal:
        operations.correct_rule(row.id, rule(valid_from=date(2000, 1, 1)), CONFIGURATOR, " ")
    assert {error.code for error in refusal.value.errors} == {"reason_missing", "valid_from_early"}
    operations.correct_rule(row.id, rule(value=19), CONFIGURATOR, "更正")
    with pytest.raises(Absent):
        operations.correct_rule(row.id, rule(value=18), CONFIGURATOR, "再更正")


def test_a_withdrawn_rule_is_gone_and_stays_in_its_history() -> None:
    put()
    operations.withdraw_rule("licence.decide", "00", date(2004, 7, 1), CONFIGURATOR)
    assert queries.find("licence.decide", TODAY) is None
    assert queries.history("licence.decide").count() == 1
    assert put() == "added"


def test_rules_of_the_day_leave_out_what_has_ended() -> None:
    put(valid_to=date(2020, 1, 1))
    put(valid_from=date(2020, 1, 2), value=10)
    assert [row.value for row in queries.rules()] == [20, 10]
    assert [row.value for row in queries.rules(TODAY)] == [10]
    assert replace(queries.row_of(queries.rules(TODAY)[0]), id="").value == 10
