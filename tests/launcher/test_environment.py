"""When the environment counts as ready. Nothing is installed here; a virtual environment is made for real."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from launcher import environment
from launcher.console import Console
from launcher.environment import CORE, DEVELOPMENT, Environment
from launcher.messages import Problem
from launcher.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "requirements").mkdir()
    (tmp_path / CORE.file).write_text("django==5.2\n")
    made = Place(tmp_path / "data", root=tmp_path)
    made.prepare()
    return made


@pytest.fixture
def made(place: Place) -> Environment:
    return Environment(place, Console(io.StringIO()))


def test_an_environment_is_made_once_and_belongs_to_its_place(made: Environment, tmp_path: Path) -> None:
    assert not made.has_venv()
    made.make_venv()
    (made.place.root / "new").touch()
    assert made.has_venv(), "whatever else changes in the project"
    elsewhere = Environment(Place(tmp_path / "data", root=tmp_path / "elsewhere"), made.console)
    elsewhere.place.root.mkdir()
    made.place.venv.rename(elsewhere.place.venv)
    assert elsewhere.place.python.exists()
    assert not elsewhere.has_venv(), "its programs point to where it was made"


def test_a_new_lock_is_installed_and_an_installed_one_is_not(made: Environment) -> None:
    lock = made.place.root / CORE.file
    made.stamps.keep(CORE.file, environment.digest(lock))
    assert made.has(CORE)
    assert not made.has(DEVELOPMENT)
    lock.write_text("django==5.3\n")
    assert not made.has(CORE)


def test_page_libraries_that_were_removed_are_missing(made: Environment) -> None:
    assert not made.has_pages()


def test_too_little_room_is_told_before_anything_is_downloaded(
    made: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "NEEDED_BYTES", made.place.free() * 2)
    with pytest.raises(Problem) as told:
        made.make_venv()
    assert told.value.code == "disk-short"
    assert not made.place.venv.exists()
