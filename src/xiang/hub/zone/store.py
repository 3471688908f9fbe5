"""A Delta Lake table in a folder: appended, replaced, merged, read as it was. Knows no Django.

Every write is one commit of the table's log: it is there whole or not at all, whatever dies. ``mark`` (an id and a
number that only grows) makes a write idempotent: the log keeps the last number of each id with the write itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable

Mark = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table."""

    version: int
    at: datetime
    operation: str


class Store:
    """The table in ``folder``. Reading one that was never written raises ``FileNotFoundError``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        return (self.folder / "_delta_log").is_dir()

    def _delta(self, version: int | None = None) -> DeltaTable:
        from deltalake import DeltaTable

        if not self.exists:
            raise FileNotFoundError(self.folder)
        return DeltaTable(self.folder, version=version)

    @property
    def version(self) -> int:
        return self._delta().version()

    def schema(self, version: int | None = None) -> pa.Schema:
        """The columns, as Arrow types without views."""
        return self.dataset(version).schema

    def write(
        self,
        data: pa.Table | pa.RecordBatchReader,
        *,
        mode: Literal["append", "overwrite"],
        mark: Mark | None = None,
        note: str = "",
    ) -> bool:
        """Append or replace; false when ``mark`` says that this write is already in. ``note`` is kept with the write."""
        from deltalake import write_deltalake

        if mark and self.marked(mark[0]) >= mark[1]:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        replaced: Any = "overwrite" if mode == "overwrite" else None
        write_deltalake(
            self.folder,
            data,
            mode=mode,
            schema_mode=replaced,
            commit_properties=_properties(mark, note),
            configuration={"delta.logRetentionDuration": "interval 3650 days"},
        )
        return True

    def marked(self, name: str) -> int:
        """The highest number written under ``name``; -1 when there is none."""
        found = self._delta().transaction_version(name) if self.exists else None
        return -1 if found is None else found

    def note(self) -> str:
        """What was noted with the last write."""
        return str(self._delta().history(1)[0].get("xiang", ""))

    def merge(
        self, data: pa.Table, key: Sequence[str], *, deleting: bool = False, mark: Mark | None = None
    ) -> dict[str, Any]:
        """Insert and update by key; with ``deleting`` what ``data`` does not have goes. Returns the counts."""
        if mark and self.marked(mark[0]) >= mark[1]:
            return {}
        same = " AND ".join(f'target."{name}" = source."{name}"' for name in key)
        merger = self._delta().merge(
            data, same, source_alias="source", target_alias="target", commit_properties=_properties(mark)
        )
        merger = merger.when_matched_update_all().when_not_matched_insert_all()
        return (merger.when_not_matched_by_source_delete() if deleting else merger).execute()

    def dataset(self, version: int | None = None) -> Any:
        """The rows of a version (the last one without) as a pyarrow dataset: scanned lazily."""
        return self._delta(version).to_pyarrow_dataset()

    def batches(
        self, version: int | None = None, columns: Sequence[str] | None = None, where: Any = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows, a batch at a time."""
        found = self.dataset(version).to_batches(columns=list(columns) if columns else None, filter=where)
        return iter(found)

    def rows(self, version: int | None = None) -> int:
        return int(self.dataset(version).count_rows())

    def size(self) -> int:
        """Bytes on disk: every snapshot that is still kept, and the log."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    def snapshots(self, limit: int = 50) -> list[Snapshot]:
        """What can still be read, the newest first."""
        return [
            Snapshot(int(one["version"]), datetime.fromtimestamp(one["timestamp"] / 1000, UTC), one["operation"])
            for one in (self._delta().history(limit) if self.exists else ())
        ]

    def vacuum(self, keep: timedelta) -> int:
        """Remove files that only snapshots older than ``keep`` need; how many went."""
        hours = int(keep.total_seconds() // 3600)
        return len(self._delta().vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False))

    def restore_to(self, version: int) -> None:
        """Make an older snapshot the present one, as a new version: nothing is forgotten."""
        self._delta().restore(version)

    def back_up(self, folder: Path) -> int:
        """Copy the present snapshot into ``folder``; returns its version. The log comes first, so that a write beside
        it changes nothing."""
        table = self._delta()
        version, aside = table.version(), folder.with_name(folder.name + ".part")
        shutil.rmtree(aside, ignore_errors=True)
        (aside / "_delta_log").mkdir(parents=True)
        for file in sorted((self.folder / "_delta_log").iterdir()):
            if file.is_file() and file.name != "_last_checkpoint" and int(file.name.partition(".")[0]) <= version:
                shutil.copy2(file, aside / "_delta_log" / file.name)
        for uri in table.file_uris():
            place = Path(uri.removeprefix("file://")).relative_to(self.folder.resolve())
            (aside / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.folder / place, aside / place)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
        return version

    def put_back(self, folder: Path) -> None:
        """Put a backup in place of what is there."""
        aside, gone = self.folder.with_name(self.folder.name + ".new"), self.folder.with_name(self.folder.name + ".old")
        for left in (aside, gone):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(folder, aside)
        if self.folder.exists():
            self.folder.rename(gone)
        aside.rename(self.folder)
        shutil.rmtree(gone, ignore_errors=True)


def _properties(mark: Mark | None, note: str = "") -> CommitProperties | None:
    from deltalake import CommitProperties, Transaction

    if mark is None:
        return None
    told = {"xiang": note} if note else None
    return CommitProperties(custom_metadata=told, app_transactions=[Transaction(mark[0], mark[1])])
