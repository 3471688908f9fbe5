"""Loading a profile: everything checked first, three-way merge, and a local edit never lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from xiang.foundation.ground.errors import Forbidden, Refused
from xiang.foundation.publishing import operations, profile, queries
from xiang.foundation.publishing.models import Edition, EditionState, LoadedRow
from xiang.foundation.publishing.operations import load_profile
from xiang.foundation.publishing.profile.exporting import export_profile

from .cast import APPROVER, AUTHOR, OFFICER, write

pytestmark = pytest.mark.django_db

COLOURS: dict[str, dict[str, Any]] = {}


def paint(row: profile.Row, context: profile.Context) -> None:
    if row.data.get("shade") == "forbidden":
        raise Refused("shade_forbidden", "这种颜色不能用")
    COLOURS[row.key] = dict(row.data)


def wash(key: str, context: profile.Context) -> None:
    del COLOURS[key]


def check(row: profile.Row, context: profile.Context) -> Iterator[profile.Problem]:
    other = row.data.get("like")
    if other and not context.has("colours", other):
        yield row.problem("colour_unknown", f"没有颜色“{other}”，先写上它。", at="like")


def now(key: str) -> Mapping[str, Any] | None:
    return COLOURS.get(key)


COLOUR = profile.Section(
    kind="colours",
    title="颜色",
    order=1,
    files="colours.yaml",
    schema={
        "type": "object",
        "required": ["key", "name"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string"},
            "name": {"type": "string"},
            "like": {"type": "string"},
            "shade": {"enum": ["light", "dark", "forbidden"]},
        },
    },
    validate=check,
    apply=paint,
    retire=wash,
    current=now,
    keys=lambda: list(COLOURS),
)
LEAFLET = profile.edition_section(kind="leaflets", title="说明", order=2, files="leaflets/*.yaml")


@pytest.fixture(autouse=True)
def _own_sections() -> Iterator[None]:
    COLOURS.clear()
    with profile.isolated(COLOUR, LEAFLET):
        yield


TWO = """
    # the colours of the province
    - key: red
      name: 红
    - key: blue
      name: 蓝
      like: red
    """


def counts(report: Any, kind: str = "colours") -> tuple[int, int, int, int, int]:
    count = report.counts[kind]
    return count.added, count.changed, count.unchanged, count.retired, count.conflict


def test_a_profile_is_taken_in_and_the_second_time_nothing_happens(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    assert counts(load_profile(folder)) == (2, 0, 0, 0, 0)
    for again in (load_profile(folder), load_profile(folder, force=True)):
        assert (counts(again), again.touched) == ((0, 0, 2, 0, 0), 0)
    assert COLOURS["blue"]["like"] == "red"


def test_a_changed_row_is_updated_and_a_removed_one_retired(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    load_profile(folder)
    write(folder, colours__yaml="- {key: red, name: 朱红}")
    assert counts(load_profile(folder)) == (0, 1, 0, 1, 0)
    assert COLOURS == {"red": {"key": "red", "name": "朱红"}}


def test_a_check_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    report = load_profile(folder, check=True)
    assert (counts(report), COLOURS, LoadedRow.objects.count()) == ((2, 0, 0, 0, 0), {}, 0)


def test_one_problem_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO + "- {key: green, name: 绿, like: grass}\n")
    report = load_profile(folder)
    assert [(p.file, p.line, p.code) for p in report.problems] == [("colours.yaml", 7, "colour_unknown")]
    assert (COLOURS, report.ok) == ({}, False)
    assert str(report.problems[0]) == "colours.yaml:7 [colour_unknown] 没有颜色“grass”，先写上它。"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("- key: red\n  name: 红\n- key: red\n  name: 朱\n", 3, "row_twice"),
        ("- key: red\n  name: 红\n  name: 朱\n", 3, "field_twice"),
        ("- name: 红\n", 1, "key_missing"),
        ("- key: red\n", 1, "field_missing"),
        ("- key: red\n  name: 红\n  colour: x\n", 3, "field_unknown"),
        ("- key: red\n  name: 1\n", 2, "field_type"),
        ("- key: red\n  name: 红\n  shade: pale\n", 3, "field_value"),
        ("- key: red\n   name: 红\n", 2, "yaml_form"),
        ("- red\n", 1, "row_form"),
        ("- key: red\n  name: 红\n  shade: forbidden\n", 1, "shade_forbidden"),
    ],
)
def test_every_mistake_has_a_line_and_a_code(tmp_path: Path, text: str, line: int, code: str) -> None:
    report = load_profile(write(tmp_path / "hn", colours__yaml=text))
    assert [(p.line, p.code) for p in report.problems] == [(line, code)]
    assert all(p.detail.endswith(("。", "用")) for p in report.problems)
    assert not LoadedRow.objects.exists()


def test_a_file_that_is_not_utf8_is_a_problem_with_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn")
    (folder / "colours.yaml").write_bytes("- key: red\n  name: 红\n".encode("gb18030"))
    assert [(p.line, p.code) for p in load_profile(folder).problems] == [(2, "file_encoding")]


def test_a_row_edited_in_the_application_is_never_overwritten(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    load_profile(folder)
    COLOURS["red"]["name"] = "丹"
    write(folder, colours__yaml=TWO.replace("红", "朱红"))
    for _ in range(2):
        report = load_profile(folder)
        assert counts(report) == (0, 0, 1, 0, 1)
        assert [(c.line, c.code) for c in report.conflicts] == [(2, "edited_locally")]
    assert COLOURS["red"]["name"] == "丹"
    offered = Edition.objects.get(kind="colours", key="red")
    assert (offered.state, offered.content["name"]) == (EditionState.DRAFT, "朱红")
    assert [row.key for row in queries.conflicts()] == ["red"]


def test_a_conflict_is_over_once_both_say_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    load_profile(folder)
    COLOURS["red"]["name"] = "丹"
    write(folder, colours__yaml=TWO.replace("红", "朱红"))
    load_profile(folder)
    COLOURS["red"]["name"] = "朱红"
    assert counts(load_profile(folder)) == (0, 0, 2, 0, 0)
    assert not queries.conflicts().exists()


def test_a_local_edit_without_a_change_in_the_files_is_left_alone(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    load_profile(folder)
    COLOURS["red"]["name"] = "丹"
    assert counts(load_profile(folder, force=True)) == (0, 0, 2, 0, 0)
    assert COLOURS["red"]["name"] == "丹"


def test_an_edited_row_that_the_files_dropped_is_kept_and_reported(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    load_profile(folder)
    COLOURS["blue"]["name"] = "靛"
    write(folder, colours__yaml="- {key: red, name: 红}")
    for _ in range(2):
        assert counts(load_profile(folder)) == (0, 0, 1, 0, 1)
    assert COLOURS["blue"]["name"] == "靛"


def test_rows_of_an_edition_section_are_published_and_superseded(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO)
    write(folder / "leaflets", welcome__yaml="key: welcome\ntitle: 欢迎\nbody: 您好\n")
    load_profile(folder)
    first = queries.current("leaflets", "welcome")
    assert (first.content["body"], first.author_ref, first.approver_ref) == ("您好", "profile:hn", "system")
    write(folder / "leaflets", welcome__yaml="key: welcome\ntitle: 欢迎\nbody: 欢迎您\n")
    assert counts(load_profile(folder), "leaflets") == (0, 1, 0, 0, 0)
    assert queries.current("leaflets", "welcome").number == 2
    (folder / "leaflets" / "welcome.yaml").unlink()
    assert counts(load_profile(folder), "leaflets") == (0, 0, 0, 1, 0)
    assert queries.find("leaflets", "welcome") is None


def test_a_colleagues_open_draft_counts_as_a_local_edit(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn")
    write(folder / "leaflets", welcome__yaml="key: welcome\nbody: 您好\n")
    load_profile(folder)
    mine = operations.draft("leaflets", "welcome", {"key": "welcome", "body": "正在改"}, AUTHOR)
    write(folder / "leaflets", welcome__yaml="key: welcome\nbody: 欢迎您\n")
    assert counts(load_profile(folder), "leaflets") == (0, 0, 0, 0, 1)
    assert Edition.objects.get(pk=mine.id).content["body"] == "正在改"
    offered = Edition.objects.get(state=EditionState.DRAFT, author_ref="profile:hn")
    assert offered.content["body"] == "欢迎您"
    operations.withdraw_draft(mine.id, AUTHOR)
    operations.submit(offered.id, APPROVER)
    operations.approve(offered.id, APPROVER)
    operations.publish(offered.id, APPROVER)
    assert counts(load_profile(folder), "leaflets") == (0, 0, 1, 0, 0)


def test_what_was_retired_or_suspended_in_the_application_does_not_come_back_by_itself(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn")
    write(folder / "leaflets", a__yaml="key: a\nbody: 一\n", b__yaml="key: b\nbody: 一\n")
    load_profile(folder)
    operations.retire(queries.current("leaflets", "a").id, AUTHOR, "不用了")
    operations.suspend(queries.current("leaflets", "b").id, AUTHOR, "正在修订")
    write(folder / "leaflets", a__yaml="key: a\nbody: 二\n", b__yaml="key: b\nbody: 二\n")
    assert counts(load_profile(folder), "leaflets") == (0, 1, 0, 0, 1)
    assert queries.find("leaflets", "a") is None
    assert queries.find("leaflets", "b") is None
    resting = Edition.objects.get(kind="leaflets", key="b", state=EditionState.SUSPENDED)
    assert resting.content["body"] == "二"


def test_a_table_is_read_with_its_lines(tmp_path: Path) -> None:
    table = profile.Section(kind="rows", title="表", order=1, files="*.csv", apply=paint, validate=check)
    with profile.isolated(table):
        folder = write(tmp_path / "hn", rows__csv='key,name,like\na,"甲,\n一",\nb,乙,c\n')
        assert [(p.line, p.code) for p in load_profile(folder).problems] == [(4, "colour_unknown")]
        write(folder, rows__csv="key,name\na\n")
        assert [(p.line, p.code) for p in load_profile(folder).problems] == [(2, "csv_width")]
        write(folder, rows__csv="key,name\na,甲\n")
        assert load_profile(folder).ok
    assert COLOURS == {"a": {"key": "a", "name": "甲"}}


def test_a_file_that_nobody_reads_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO, colors__yaml=TWO)
    assert load_profile(folder).unread == ["colors.yaml"]


def test_an_officer_may_not_load_and_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Forbidden):
        load_profile(tmp_path, actor=OFFICER)
    assert [p.code for p in load_profile(tmp_path / "nowhere").problems] == ["profile_absent"]


def test_an_export_copies_what_is_as_loaded_and_writes_what_was_edited(tmp_path: Path) -> None:
    folder = write(tmp_path / "hn", colours__yaml=TWO, notes__txt="keep me")
    write(folder / "leaflets", welcome__yaml="# with a remark\nkey: welcome\nbody: 您好\n")
    load_profile(folder)
    COLOURS["red"]["name"] = "丹"
    COLOURS["gold"] = {"key": "gold", "name": "金"}
    done = export_profile(tmp_path / "out", folder)
    assert (done.written, sorted(done.copied)) == (["colours.yaml"], ["leaflets/welcome.yaml", "notes.txt"])
    assert "with a remark" in (tmp_path / "out/leaflets/welcome.yaml").read_text()
    assert "金" in (tmp_path / "out/colours.yaml").read_text()
    report = load_profile(tmp_path / "out", force=True)
    assert (report.ok, counts(report)) == (True, (0, 0, 3, 0, 0))
    with pytest.raises(Refused):
        export_profile(tmp_path / "out", folder)
