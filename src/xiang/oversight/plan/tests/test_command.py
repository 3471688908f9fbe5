"""``./xiang plan parse``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from xiang.oversight.plan.tests.notices import CIRCULATING, CLEAN, plan_of


def parsed(file: Path) -> dict[str, Any]:
    out = io.StringIO()
    call_command("plan", "parse", str(file), "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_notice_gives_the_same_units_clean_and_circulating(tmp_path: Path) -> None:
    answers = []
    for n, text in enumerate((CLEAN, CIRCULATING)):
        file = tmp_path / f"{n}.txt"
        file.write_text(text, encoding="utf-8")
        answers.append(parsed(file))
    assert [len(answer["chapters"]) for answer in answers] == [12, 12]
    assert [len(answer["tasks"]) for answer in answers] == [48, 48]
    units = [
        [[task[role] for role in ("leads", "cooperators", "shared", "open_set")] for task in answer["tasks"]]
        for answer in answers
    ]
    assert units[0] == units[1]
    assert answers[0]["tasks"][44]["cooperators"] == ["省司法厅", "省财政厅", "省人力资源社会保障厅"]
    assert not [one for one in answers[0]["warnings"] if one["code"].startswith(("unit_", "abbrev"))]


def test_abbreviations_are_resolved_against_the_bodies_of_the_profile(tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(plan_of("一、共享", "1.建立机制。（省发改委、省人社厅牵头，长沙市数据局配合）"), encoding="utf-8")
    (task,) = parsed(file)["tasks"]
    assert task["leads"] == ["省发展改革委", "省人力资源社会保障厅"] and task["cooperators"] == ["长沙市数据局"]


def test_a_refusal_has_a_code_and_the_exit_status_two(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("plan", "parse", str(file), "--json", stdout=out)
    assert left.value.code == 2
    assert json.loads(out.getvalue())["error"]["code"] == "plan_picture"


def test_the_readable_form_names_tasks_units_and_damage(tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(CIRCULATING, encoding="utf-8")
    out = io.StringIO()
    call_command("plan", "parse", str(file), stdout=out)
    assert "10 全面推行“一网通办”  牵头：省数据局、省政务服务和大数据中心；其他有关单位" in out.getvalue()
    assert "损坏 1：" in out.getvalue()
