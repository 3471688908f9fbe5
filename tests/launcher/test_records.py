"""Copies of the records, and how a new database is known."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from pathlib import Path

import pytest

from launcher.console import Console
from launcher.place import Place
from launcher.records import BACKUPS_KEPT, Records, _rows


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.delenv("XIANG_DATABASE_URL", raising=False)
    place = Place(tmp_path / "data", root=tmp_path)
    place.prepare()
    return Records(place, Console(io.StringIO()))


def _table(file: Path, rows: int) -> None:
    with contextlib.closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE IF NOT EXISTS django_migrations (name text)")
        made.executemany("INSERT INTO django_migrations VALUES (?)", [("0001",)] * rows)
        made.commit()


def test_a_copy_holds_what_a_writer_committed_to_the_log_and_nothing_else(records: Records) -> None:
    live = records.place.data / "records.sqlite3"
    _table(live, 3)
    with contextlib.closing(sqlite3.connect(live, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO django_migrations VALUES ('half')")
        copy = records.back_up(live)
        writer.execute("ROLLBACK")
    assert _rows(copy, "django_migrations") == 3


def test_only_the_newest_copies_are_kept(records: Records) -> None:
    live = records.place.data / "records.sqlite3"
    _table(live, 1)
    folder = records.place.data / "backups"
    folder.mkdir()
    for year in range(2001, 2010):
        (folder / f"records-{year}0101T000000Z.sqlite3").touch()
    newest = records.back_up(live)
    kept = sorted(folder.iterdir())
    assert len(kept) == BACKUPS_KEPT
    assert newest in kept


def test_a_database_without_the_table_is_new(records: Records) -> None:
    assert not records.is_migrated()
    records.stamps.keep("migrate", records.source)
    assert not records.is_migrated(), "the stamp alone is no proof"
    _table(records.place.data / "records.sqlite3", 1)
    assert records.is_migrated()


def test_stamps_belong_to_one_database(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.stamps.keep("load", "a")
    monkeypatch.setenv("XIANG_DATABASE_URL", "postgres://clerk:secret@127.0.0.1/other")
    other = Records(records.place, records.console)
    assert not other.stamps.fresh("load", "a")
    assert "secret" not in other.stamps.file.name
    assert other.place.sqlite is None
