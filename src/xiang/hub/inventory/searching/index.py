"""The index of the catalogue, under ``DATA/catalogue``. Only this module knows the search library's writer and schema."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.ground.ids import new_id
from xiang.foundation.search import tokens
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.searching import grams

# Raise it when the schema changes: the index is then built anew, in a folder of its own.
VERSION = 3
HEAP = 64_000_000
BATCH = 2000
FACETS = ("body", "category", "share", "mode", "grade", "cycle", "mounted")
_SHARED = (CatalogueEntry.Share.UNCONDITIONAL, CatalogueEntry.Share.CONDITIONAL)
_LONGEST = 4000
_open: dict[str, tuple[int, Any]] = {}
_opening = Lock()


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry in force with the number of resources mounted under it."""

    entry: CatalogueEntry
    resources: int


def folder() -> Path:
    return Path(settings.DATA) / "catalogue" / f"v{VERSION}"


def fresh() -> tuple[int, Any]:
    """When the index was last written and the index as it is now, opened once a process; :class:`Unavailable` before the first was built."""
    path = folder()
    with _opening:
        try:
            changed = (path / "meta.json").stat().st_mtime_ns
            held = _open.get(str(path))
            if held is None or held[0] != changed:
                _open[str(path)] = held = (changed, _reopened(path, held))
            return held
        except (OSError, ValueError):
            _open.pop(str(path), None)
            detail = "目录搜索正在准备，一两分钟后再试；也可以先按机关从一本账首页进入。"
            raise Unavailable("catalogue_index_not_ready", detail) from None


def _reopened(path: Path, held: tuple[int, Any] | None) -> Any:
    import tantivy

    if held is None:
        return tantivy.Index.open(str(path))
    held[1].reload()
    return held[1]


def exists() -> bool:
    return (folder() / "meta.json").exists()


def build(entries: Iterable[Listed]) -> int:
    """Build the index in a folder of its own, then put it in place: a build that was cut off is begun again."""
    import tantivy

    path = folder()
    with alone():
        for left in path.parent.glob("new-*"):
            shutil.rmtree(left, ignore_errors=True)
        new = path.parent / f"new-{new_id().hex}"
        new.mkdir()
        written = _fill(tantivy.Index(_schema(), str(new)), entries)
        if path.exists():
            shutil.rmtree(path)
        new.rename(path)
        for older in path.parent.glob("v*"):
            if older != path:
                shutil.rmtree(older, ignore_errors=True)
    return written


def _fill(index: Any, entries: Iterable[Listed]) -> int:
    writer, written, pending = index.writer(HEAP, 1), 0, iter(entries)
    while batch := list(islice(pending, BATCH)):
        for entry in batch:
            writer.add_document(_document(entry))
        written += len(batch)
    writer.commit()
    writer.wait_merging_threads()
    return written


def replace(keys: Sequence[str], entries: Iterable[Listed]) -> None:
    """Take these keys out and put back those that are still in the catalogue."""
    with alone():
        writer = _existing().writer(HEAP, 1)
        for key in keys:
            writer.delete_documents_by_term("key", key)
        for entry in entries:
            writer.add_document(_document(entry))
        writer.commit()
        writer.wait_merging_threads()


def _existing() -> Any:
    import tantivy

    return tantivy.Index.open(str(folder()))


@contextmanager
def alone() -> Iterator[None]:
    """Hold the writer's lock, which dies with the process."""
    parent = folder().parent
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / "write.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("key", "open", "kept_back"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("resources", stored=True)
    builder.add_unsigned_field("fresh_until", indexed=True, fast=True)
    builder.add_unsigned_field("published", fast=True)
    return builder.build()


def _document(listed: Listed) -> Any:
    import tantivy

    entry, made = listed.entry, tantivy.Document()
    mounted = "yes" if listed.resources else "no"
    facets = (entry.body_key, entry.category, entry.share, entry.mode, str(entry.grade), entry.cycle, mounted)
    # Kept back unless it is known to be shared: whoever may not see it must not find it, whatever its share says.
    kept_back = "no" if entry.share in _SHARED else "yes"
    for name, value in (
        ("id", entry.pk.hex),
        ("key", entry.key), ("open", entry.open), ("kept_back", kept_back), *zip(FACETS, facets, strict=True)
    ):  # fmt: skip
        made.add_text(name, value)
    title = tokens.without_personal(f"{entry.title} {entry.code}")
    text = tokens.without_personal(" ".join([entry.summary, *entry.items]))[:_LONGEST]
    made.add_text("title", " ".join(grams.of_text(title)))
    made.add_text("text", " ".join([*grams.of_text(title), *grams.of_text(text)]))
    made.add_unsigned("resources", listed.resources)
    made.add_unsigned("fresh_until", int(entry.fresh_until.timestamp()) if entry.fresh_until else 0)
    made.add_unsigned("published", int(entry.published_at.timestamp()) if entry.published_at else 0)
    return made
