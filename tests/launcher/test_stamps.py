"""What counts as done."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.stamps import Stamps, digest


@pytest.fixture
def stamps(tmp_path: Path) -> Stamps:
    return Stamps(tmp_path / "run" / "stamps.json")


def test_a_step_without_a_stamp_is_not_done(stamps: Stamps) -> None:
    assert not stamps.fresh("load", "a")


def test_a_stamp_holds_for_its_digest_alone(stamps: Stamps) -> None:
    stamps.keep("load", "a")
    stamps.keep("static", "b")
    assert stamps.fresh("load", "a")
    assert not stamps.fresh("load", "b")


def test_a_damaged_file_means_that_nothing_is_done(stamps: Stamps) -> None:
    stamps.keep("load", "a")
    stamps.file.write_text('{"load": ')
    assert not stamps.fresh("load", "a")
    stamps.keep("load", "a")
    assert stamps.fresh("load", "a")


def test_forgetting_undoes_all(stamps: Stamps) -> None:
    stamps.keep("load", "a")
    stamps.forget()
    assert not stamps.fresh("load", "a")


def test_a_digest_changes_with_names_contents_and_removal(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    folder.mkdir()
    seen = {digest(folder)}
    for change in (
        lambda: (folder / "items.yaml").write_text("a"),
        lambda: (folder / "items.yaml").write_text("b"),
        lambda: (folder / "items.yaml").rename(folder / "limits.yaml"),
        lambda: (folder / "empty.yaml").touch(),
        lambda: (folder / "limits.yaml").unlink(),
    ):
        change()
        seen.add(digest(folder))
    assert len(seen) == 6


def test_compiled_files_do_not_count(tmp_path: Path) -> None:
    before = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert digest(tmp_path) == before


def test_a_missing_file_has_a_digest_of_its_own(tmp_path: Path) -> None:
    assert digest(tmp_path / "lock") != digest(tmp_path / "other")
