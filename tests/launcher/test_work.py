"""Steps that run other programs: what is kept, and how a failure reads."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from launcher.console import Console, cut, width
from launcher.messages import PROBLEMS, TITLES, WORDS, Problem
from launcher.work import NotHere, run

QUIET = Console(io.StringIO())


def step(code: str, folder: Path, *, log: Path | None = None, answer: Path | None = None) -> str:
    command = [sys.executable, "-c", code]
    return run(
        command, step="packages", console=QUIET, log=log or folder / "setup.log", env={}, cwd=folder, answer=answer
    )


def test_the_full_output_is_kept_and_the_new_part_answered(tmp_path: Path) -> None:
    (tmp_path / "setup.log").write_text("of the last time\n")
    assert step("print('installed')", tmp_path) == "installed\n"
    assert (tmp_path / "setup.log").read_text() == "of the last time\ninstalled\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("npm error code EAI_AGAIN", "registry-unreachable"),
        ("npm error network request failed, reason: connect ECONNREFUSED 127.0.0.1:9", "registry-unreachable"),
        ("error: error sending request for url", "registry-unreachable"),
        ("[Errno -3] Temporary failure in name resolution", "registry-unreachable"),
        ("Caused by: dns error: failed to lookup address information", "registry-unreachable"),
        ("OSError: [Errno 28] No space left on device", "disk-full"),
        ("npm error code ENOSPC", "disk-full"),
        ("django.db.utils.OperationalError: database or disk is full", "disk-full"),
        ("failed to copy: No space left on device (os error 28)", "disk-full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "step-failed"),
    ],
)
def test_a_failure_reads_as_what_a_person_can_mend(said: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as told:
        step(f"import sys; sys.exit({said!r})", tmp_path)
    assert told.value.code == code


def test_a_failure_of_an_earlier_run_does_not_colour_this_one(tmp_path: Path) -> None:
    (tmp_path / "setup.log").write_text("No space left on device\n")
    with pytest.raises(Problem) as told:
        step("import sys; sys.exit('row 3 is wrong')", tmp_path)
    assert told.value.code == "step-failed"
    assert "row 3 is wrong" in str(told.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_is_full_for_the_step_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem) as told:
        step("with open('/dev/full', 'w') as full: full.write('x')", tmp_path)
    assert told.value.code == "disk-full"


def test_a_command_that_no_room_provides_is_its_own_outcome(tmp_path: Path) -> None:
    with pytest.raises(NotHere):
        step("import sys; sys.exit(127)", tmp_path)


def test_an_answer_is_replaced_only_by_a_success(tmp_path: Path) -> None:
    answer = tmp_path / "accounts.txt"
    step("import sys; print('table'); print('noise', file=sys.stderr)", tmp_path, answer=answer)
    assert answer.read_text() == "table\n"
    with pytest.raises(Problem):
        step("print('half'); raise SystemExit(1)", tmp_path, answer=answer)
    assert answer.read_text() == "table\n"


def test_elsewhere_than_on_a_terminal_a_step_is_two_plain_lines() -> None:
    written = io.StringIO()
    console = Console(written)
    console.expect(2)
    with console.step("packages"):
        console.tick("not worth a line yet")
    console.skip("pages", "done-before")
    lines = written.getvalue().splitlines()
    assert len(lines) == 3
    assert "\033" not in written.getvalue()
    assert lines[0].strip().startswith("1/2") and lines[2].strip().startswith("2/2")


@pytest.mark.parametrize("columns", range(1, 14))
def test_a_line_is_cut_to_its_columns_chinese_signs_taking_two(columns: int) -> None:
    assert width(cut("软件包 uv 安装", columns)) <= columns


def test_each_sentence_takes_the_same_facts_in_both_languages() -> None:
    from string import Formatter

    for code, pair in {**TITLES, **WORDS, **PROBLEMS}.items():
        named = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in pair]
        assert named[0] == named[1], code


def test_a_database_that_refuses_is_not_told_as_a_registry(tmp_path: Path) -> None:
    code = "import sys; sys.exit('connection to server at 127.0.0.1 failed: Connection refused')"
    with pytest.raises(Problem) as told:
        run(
            [sys.executable, "-c", code],
            step="migrate",
            console=QUIET,
            log=tmp_path / "setup.log",
            env={},
        )
    assert told.value.code == "step-failed"
    assert "Connection refused" in str(told.value)


def test_a_step_that_this_build_has_not_is_told_as_such(tmp_path: Path) -> None:
    written = io.StringIO()
    with pytest.raises(NotHere), Console(written).step("province"):
        step("import sys; sys.exit(127)", tmp_path)
    assert "failed" not in written.getvalue() and "未完成" not in written.getvalue()
