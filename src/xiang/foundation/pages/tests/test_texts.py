"""How dates, money and personal numbers read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.template import Context, Template

from xiang.foundation.ground.instant import SHANGHAI, frozen_at
from xiang.foundation.pages import texts


@pytest.fixture(autouse=True)
def still():
    with frozen_at(datetime(2026, 9, 24, 10, 20, tzinfo=SHANGHAI)):
        yield


@pytest.mark.parametrize(
    ("day", "style", "words"),
    [
        (date(2026, 9, 29), "", "9月29日（周二）"),
        (date(2026, 10, 10), "", "10月10日（周六）"),
        (date(2026, 9, 29), "short", "9月29日"),
        (date(2026, 9, 29), "year", "2026年9月29日"),
        (date(2026, 9, 29), "full", "2026年9月29日（周二）"),
        (date(2026, 9, 29), "spoken", "9月29日（星期二）"),
        (date(2027, 1, 12), "", "2027年1月12日（周二）"),  # across New Year the year is said
        (date(2025, 12, 31), "short", "2025年12月31日"),
        (None, "", ""),
    ],
)
def test_a_legal_date_says_its_weekday(day, style, words):
    assert texts.legal_day(day, style) == words


def test_an_instant_late_in_the_utc_day_falls_on_the_next_legal_date():
    assert texts.legal_day(datetime.fromisoformat("2026-09-28T17:00:00+00:00")) == "9月29日（周二）"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-09-24T01:02:00+00:00", "今天 09:02"),
        ("2026-09-23T07:02:00+00:00", "昨天 15:02"),
        ("2026-09-24T16:30:00+00:00", "明天 00:30"),
        ("2026-09-21T01:02:00+00:00", "9月21日 09:02"),
        ("2025-09-21T01:02:00+00:00", "2025年9月21日 09:02"),
    ],
)
def test_a_moment_is_near_or_dated(at, words):
    assert texts.moment(datetime.fromisoformat(at)) == words


@pytest.mark.parametrize(
    ("fen", "words"), [(40000, "400.00"), (5, "0.05"), (0, "0.00"), (123456789, "1,234,567.89"), (-150, "-1.50")]
)
def test_fen_are_written_as_yuan(fen, words):
    assert texts.yuan(fen) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("43990019900101002X", "4399**********002X"), ("1234567", "*******"), ("", ""), (None, "")],
)
def test_an_identity_number_hides_its_middle(value, words):
    assert texts.mask_id(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [("13800000917", "138****0917"), ("0731-8888", "*******88"), ("12", "**"), (None, "")]
)
def test_a_phone_hides_its_middle(value, words):
    assert texts.mask_phone(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("张三", "张*"), ("林沐禾", "林*禾"), ("苏·阿依古丽", "苏****丽"), ("王𠮷", "王*"), ("张", "张")],
)
def test_a_name_hides_by_characters_not_by_code_units(value, words):
    assert texts.mask_name(value) == words


def test_the_filters_do_the_same_in_a_template():
    template = Template("{% load xiang %}{{ d|legaldate }} {{ d|legaldate:'short' }} {{ f|yuan }} {{ n|mask_name }}")
    assert (
        template.render(Context({"d": date(2026, 9, 29), "f": 40000, "n": "张三"}))
        == "9月29日（周二） 9月29日 400.00 张*"
    )
