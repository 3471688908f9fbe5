from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from xiang.hub.quality.tests.conftest import Check

DANGER = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1"]
HARMLESS = ["-5", "+86", "-0.5", "张三"]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_cells_that_a_spreadsheet_would_calculate_are_made_harmless(check: Check, tmp_path: Path):
    file = tmp_path / "f.csv"
    text = "v\n" + "\n".join(f'"{value}"' for value in DANGER + HARMLESS) + "\n"
    check(text, {"kind": "dictionary", "column": "v", "values": ["x"]}, failures=file, key=["v"])
    for column in ("key", "value"):
        cells = [row[column] for row in rows(file)]
        assert cells == ["'" + value for value in DANGER] + HARMLESS


def test_the_names_of_columns_are_made_harmless_too(check: Check, tmp_path: Path):
    file = tmp_path / "f.csv"
    check("=1+1\n\n x\n", {"kind": "length", "column": "=1+1", "max": 1}, failures=file)
    assert rows(file)[0]["columns"] == "'=1+1"


def test_values_of_sensitive_columns_are_masked_in_keys_and_values(check: Check, tmp_path: Path):
    file = tmp_path / "f.parquet"
    rule = {"kind": "identity", "column": "n"}
    check(
        "n,p\n110105194912310021,13800138000\n", rule, failures=file, key=["n", "p"], columns={"p": {"sensitive": True}}
    )
    (row,) = pq.read_table(file).to_pylist()
    assert (row["key"], row["value"]) == ("1101**********0021；1**********", "1101**********0021")


def test_counts_are_exact_when_not_all_rows_are_kept(check: Check, tmp_path: Path):
    file = tmp_path / "f.parquet"
    text = "a\n" + "\n".join("x" for _ in range(5000)) + "\n"
    rules = [{"kind": "dictionary", "column": "a", "values": ["y"]}, {"kind": "unique", "columns": ["a"]}]
    found = check(text, *rules, failures=file, keep=7)
    kept = pq.read_table(file).to_pylist()
    assert [result.failed for result in found.results] == [5000, 5000]
    assert [[row["row"] for row in kept if row["rule"] == rule] for rule in ("r0", "r1")] == [list(range(1, 8))] * 2


def test_another_form_of_file_is_refused_and_nothing_is_left(check: Check, tmp_path: Path):
    with pytest.raises(Exception, match="failures_form"):
        check("a\n1\n", {"kind": "required", "column": "a"}, failures=tmp_path / "f.docx")
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]
