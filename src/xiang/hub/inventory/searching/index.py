"""The index of the catalogue, under ``DATA/catalogue``. Only this module knows the search library's writer and schema."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.ground.ids import new_id
from xiang.foundation.search import tokens
from xiang.hub.inventory.models import CatalogueEntry

# Raise it when the schema changes: the index is then built anew, in a folder of its own.
VERSION = 1
HEAP = 64_000_000
BATCH = 2000
FACETS = ("body", "category", "share", "mode", "grade", "cycle")
_LONGEST = 4000
_open: dict[str, tuple[int, Any]] = {}
_opening = Lock()


def folder() -> Path:
    return Path(settings.DATA) / "catalogue" / f"v{VERSION}"


def fresh() -> Any:
    """The index as it is now, opened once a process; :class:`Unavailable` before the first was built."""
    path = folder()
    with _opening:
        try:
            changed = (path / "meta.json").stat().st_mtime_ns
            held = _open.get(str(path))
            if held is None or held[0] != changed:
                _open[str(path)] = held = (changed, _reopened(path, held))
            return held[1]
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


def build(entries: Iterable[CatalogueEntry]) -> int:
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
    return written


def _fill(index: Any, entries: Iterable[CatalogueEntry]) -> int:
    writer, written, pending = index.writer(HEAP, 1), 0, iter(entries)
    while batch := list(islice(pending, BATCH)):
        for entry in batch:
            writer.add_document(_document(entry))
        written += len(batch)
    writer.commit()
    writer.wait_merging_threads()
    return written


def replace(keys: Sequence[str], entries: Iterable[CatalogueEntry]) -> None:
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
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("open", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title_words", "text_words"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in ("title_characters", "text_characters"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("fresh_until", indexed=True, fast=True)
    builder.add_unsigned_field("published", fast=True)
    return builder.build()


def _document(entry: CatalogueEntry) -> Any:
    import tantivy

    made = tantivy.Document()
    facets = (entry.body_key, entry.category, entry.share, entry.mode, str(entry.grade), entry.cycle)
    for name, value in (("key", entry.key), ("open", entry.open), *zip(FACETS, facets, strict=True)):
        made.add_text(name, value)
    title = tokens.without_personal(f"{entry.title} {entry.code}")
    text = tokens.without_personal(" ".join([entry.summary, *entry.items]))[:_LONGEST]
    made.add_text("title_words", " ".join(tokens.index_words(title)))
    made.add_text("text_words", " ".join(tokens.index_words(text)))
    made.add_text("title_characters", " ".join(tokens.characters(title)))
    made.add_text("text_characters", " ".join(tokens.characters(text)))
    made.add_unsigned("fresh_until", int(entry.fresh_until.timestamp()) if entry.fresh_until else 0)
    made.add_unsigned("published", int(entry.published_at.timestamp()) if entry.published_at else 0)
    return made
