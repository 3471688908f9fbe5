"""``quality`` as people type it: exit codes, JSON, and no records behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

RULES = "key: [id]\nrules:\n- {key: name, kind: required, column: name, message: 姓名必填。}\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    table, rules = tmp_path / "t.csv", tmp_path / "r.yaml"
    table.write_text("id,name\n1,张三\n2,\n")
    rules.write_text(RULES)
    return table, rules


def quality(*words: object) -> int:
    try:
        call_command("quality", *map(str, words))
    except SystemExit as ended:
        return int(str(ended.code))
    return 0


def test_findings_end_with_one_and_are_told_in_a_table(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    table, rules = files
    assert quality("run", table, "--rules", rules) == 1
    told = capsys.readouterr().out
    assert "第 2 行（2）" in told
    assert "50.00%" in told


def test_all_holds_ends_with_zero(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    table, rules = files
    table.write_text("id,name\n1,张三\n")
    assert quality("run", table, "--rules", rules, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["score"], told["grade"]) == (True, 100, "优")


@pytest.mark.parametrize("wrong", ["rules: []", "rules: [{key: a, kind: required, column: none}]", "{"])
def test_bad_rules_end_with_two(files: tuple[Path, Path], wrong: str, capsys: pytest.CaptureFixture[str]):
    table, rules = files
    rules.write_text(wrong)
    assert quality("run", table, "--rules", rules, "--json") == 2
    assert json.loads(capsys.readouterr().out)["errors"]


def test_a_source_that_is_not_there_ends_with_two(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    assert quality("run", "none.csv", "--rules", files[1]) == 2
    assert "source_unreadable" in capsys.readouterr().err


def test_failing_rows_are_written_and_suggestions_are_rules(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
):
    table, rules = files
    kept = table.with_name("kept.csv")
    assert quality("run", table, "--rules", rules, "--failures", kept) == 1
    assert "姓名必填。" in kept.read_text("utf-8-sig")
    capsys.readouterr()
    assert quality("suggest", table) == 0
    rules.write_text(capsys.readouterr().out)
    assert quality("run", table, "--rules", rules) in (0, 1)
