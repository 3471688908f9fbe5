"""The index on disk, under ``DATA/search``. Only this room knows the search library; only the worker writes.

``state.json`` names the generation that readers use and the one being built, if any. A rebuild fills a new generation
beside the one in use and may be killed and continued at any moment: what the new generation already has is skipped.
Changes meanwhile go to both; what was dropped meanwhile leaves a gravestone in the new one, lest it come back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from xiang.foundation.ground.ids import new_id
from xiang.foundation.search import documents as registry
from xiang.foundation.search import tokens
from xiang.foundation.search.documents import SearchDocument

# Raise it when the schema or the cutting of words changes: the index is then built anew.
VERSION = 1
BATCH = 500
HEAP = 32_000_000
LONGEST_TEXT = 4000
GONE = "gone"


@dataclass(frozen=True, slots=True)
class State:
    """Which generation is in use, and which is being built."""

    version: int = 0
    current: str = ""
    building: str = ""


def folder() -> Path:
    return Path(settings.DATA) / "search"


def state() -> State:
    """The state on disk; empty when there is no index, or one of another version."""
    try:
        found = State(**json.loads((folder() / "state.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return State(VERSION)
    return found if found.version == VERSION else State(VERSION)


def put(documents: Iterable[SearchDocument]) -> int:
    """Add documents or replace those of the same kind and key; how many there were."""
    rows = list(documents)
    with _alone("write.lock"):
        for generation in _generations():
            _write(generation, rows)
    return len(rows)


def drop(kind: str, keys: Sequence[str]) -> None:
    """Take documents out."""
    ids = [f"{kind}:{key}" for key in keys]
    with _alone("write.lock"):
        now = state()
        for generation in _generations():
            with _writer(generation) as writer:
                for name in ids:
                    writer.delete_documents_by_term("id", name)
                    if generation == now.building:
                        writer.add_document(_gravestone(name))


def rebuild() -> int | None:
    """Build the index anew, or go on with a rebuild that was cut off; ``None`` when another process is at it."""
    try:
        with _alone("rebuild.lock", wait=False):
            return _rebuild()
    except BlockingIOError:
        return None


def _rebuild() -> int:
    with _alone("write.lock"):
        now = state()
        if not now.building:
            now = State(VERSION, now.current, f"g-{new_id().hex}")
            _open(now.building, create=True)
            _keep(now)
    written = 0
    for kind in registry.kinds():
        pending = iter(kind.fetch(None))
        while batch := list(islice(pending, BATCH)):
            with _alone("write.lock"):
                written += _write_missing(now.building, batch)
    with _alone("write.lock"):
        with _writer(now.building) as writer:
            writer.delete_documents_by_term("kind", GONE)
        _keep(State(VERSION, now.building))
        _sweep(now.building)
    return written


def _write_missing(generation: str, batch: list[SearchDocument]) -> int:
    """Write what the generation has not: a change that came meanwhile is newer than what was fetched."""
    searcher = _open(generation).searcher()
    missing = [document for document in batch if not searcher.doc_freq("id", document.id)]
    _write(generation, missing)
    return len(missing)


def _write(generation: str, rows: list[SearchDocument]) -> None:
    if rows:
        with _writer(generation) as writer:
            for row in rows:
                writer.delete_documents_by_term("id", row.id)
                writer.add_document(_document(row))


@contextmanager
def _writer(generation: str) -> Iterator[Any]:
    writer = _open(generation).writer(HEAP, 1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


def _generations() -> list[str]:
    now = state()
    return [generation for generation in (now.current, now.building) if generation]


def _open(generation: str, create: bool = False) -> Any:
    import tantivy

    path = folder() / generation
    if create:
        path.mkdir(parents=True)
        return tantivy.Index(_schema(), str(path))
    return tantivy.Index.open(str(path))


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for name in ("id", "kind", "key", "audience", "division", "within"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title_words", "text_words"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in ("title_characters", "text_characters"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("prefix", tokenizer_name="whitespace", index_option="basic")
    builder.add_float_field("boost", fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def _document(row: SearchDocument) -> Any:
    import tantivy

    title, text = tokens.without_personal(row.title), tokens.without_personal(row.text)[:LONGEST_TEXT]
    document = tantivy.Document()
    for name, value in (("id", row.id), ("kind", row.kind), ("key", row.key), ("audience", row.audience)):
        document.add_text(name, value)
    document.add_text("division", row.division or "all")
    for code in around(row.division):
        document.add_text("within", code)
    document.add_text("title_words", " ".join(tokens.index_words(title)))
    document.add_text("text_words", " ".join(tokens.index_words(text)))
    document.add_text("title_characters", " ".join(tokens.characters(title)))
    document.add_text("text_characters", " ".join(tokens.characters(text)))
    document.add_text("prefix", " ".join(sorted(tokens.prefixes(title))))
    document.add_float("boost", row.boost)
    shown = {"kind": row.kind, "key": row.key, "title": title, "text": text, "url": row.url, "division": row.division}
    document.add_bytes("shown", json.dumps(shown, ensure_ascii=False).encode())
    return document


def _gravestone(name: str) -> Any:
    import tantivy

    document = tantivy.Document()
    document.add_text("id", name)
    document.add_text("kind", GONE)
    return document


def around(division: str) -> list[str]:
    """A division's code and those of the divisions it lies in: county, prefecture, province."""
    if not division:
        return []
    return list(dict.fromkeys([division, division[:4] + "00", division[:2] + "0000"]))


def _keep(now: State) -> None:
    partial = folder() / "state.new"
    with partial.open("w") as stream:
        json.dump(asdict(now), stream)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder() / "state.json")


def _sweep(generation: str) -> None:
    """Remove the generations that nothing names any more; who still reads one keeps it open."""
    for path in folder().glob("g-*"):
        if path.name != generation:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(name: str, wait: bool = True) -> Iterator[None]:
    """Hold a lock that dies with the process."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_UN)
