"""The clock as a tool by hand."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from xiang.foundation.statutes import operations

from .cast import CONFIGURATOR, plan

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("clock", "due", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_it_prints_the_derivation_day_by_day() -> None:
    text = run("--start", "2025-09-22", "--limit", "5wd")
    assert "2025-09-28 周日    5  国庆节、中秋节调休上班，届满" in text
    assert text.endswith("9月28日（周日）届满。\n")


def test_it_answers_json() -> None:
    answer = json.loads(run("--start", "2025-09-22", "--limit", "20wd", "--extend", "10wd", "--json"))
    assert (answer["due"], answer["total"], answer["calendar"]) == ("2025-11-07", 30, "profile")


def test_it_asks_the_records_once_they_have_a_calendar() -> None:
    operations.publish_year(plan(2025), CONFIGURATOR)
    answer = json.loads(run("--start", "2025-09-22", "--limit", "5wd", "--suspend", "2025-09-24..2025-09-26", "--json"))
    assert (answer["due"], answer["calendar"], answer["provisional"]) == ("2025-10-09", "records", False)


def test_hours_take_a_time_and_rolling_can_be_switched_off() -> None:
    answer = json.loads(run("--start", "2025-09-22T10:30", "--limit", "24h", "--json"))
    assert answer["instant"] == "2025-09-23T10:30:00+08:00"
    assert json.loads(run("--start", "2025-09-01", "--limit", "30d", "--json"))["due"] == "2025-10-09"
    assert json.loads(run("--start", "2025-09-01", "--limit", "30d", "--no-roll", "--json"))["due"] == "2025-10-01"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--start", "2025-09-31", "--limit", "5wd"), "date_form"),
        (("--start", "2025-09-22", "--limit", "five"), "limit_form"),
        (("--start", "2025-09-22", "--limit", "5wd", "--suspend", "2025-09-24"), "span_form"),
        (("--start", "2025-09-22", "--limit", "5h"), "start_needs_time"),
        (("--start", "2025-09-22", "--limit", "5wd", "--calendar", "/nowhere.yaml"), "calendar_file"),
    ],
)
def test_a_wrong_question_gets_a_code_and_a_sentence(words: tuple[str, ...], code: str, capsys: object) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("clock", "due", *words, "--json", stdout=out)
    assert stop.value.code == 2
    assert json.loads(out.getvalue())["error"]["code"] == code
