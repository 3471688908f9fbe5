"""Checkpoints outside the database (检查点导出): one line each in ``<data>/ledger/checkpoints-<month>.jsonl``.

Whoever keeps a copy of these lines can show later that the log was cut or rewritten, even by its own operator.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.ledger import canonical, notes, tree
from xiang.foundation.ledger.models import Checkpoint, Entry
from xiang.foundation.trust import keys

log = logging.getLogger("xiang.ledger")


def folder() -> Path:
    """Where checkpoints are exported to."""
    return Path(settings.DATA) / "ledger"


def write_pending() -> int:
    """Export what has not been exported; how many. ``Unavailable`` when the disk does not take it; nothing is lost."""
    waiting = list(Checkpoint.objects.filter(exported_at=None).order_by("size"))
    for checkpoint in waiting:
        file = folder() / f"checkpoints-{checkpoint.at:%Y-%m}.jsonl"
        line = json.dumps(notes.to_json(checkpoint), ensure_ascii=False, separators=(",", ":"))
        try:
            _append(file, line.encode())
        except OSError as wrong:
            log.error("checkpoint %s is not exported: %s", checkpoint.size, os.strerror(wrong.errno or 0))
            raise Unavailable(
                "checkpoint_not_written", "检查点写不进磁盘，可能是空间不足。账本本身没有丢失，恢复后会自动补写。"
            ) from wrong
        Checkpoint.objects.filter(size=checkpoint.size).update(exported_at=instant.now())
    return len(waiting)


def exported() -> Iterator[dict[str, Any]]:
    """The exported checkpoints; a line torn by a crash is passed over (it was written again after it)."""
    for file in sorted(folder().glob("checkpoints-*.jsonl")):
        for line in file.read_text().splitlines():
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def write_log(target: Path) -> int:
    """The sealed log for an auditor: ``entries.jsonl``, ``checkpoints.jsonl``, ``keys.json``; how many entries."""
    target.mkdir(parents=True, exist_ok=True)
    size = tree.size()
    with (target / "entries.jsonl").open("wb") as stream:
        for entry in Entry.objects.filter(leaf_index__lt=size).order_by("leaf_index").iterator(chunk_size=2000):
            stream.write(canonical.entry_bytes(entry) + b"\n")
    with (target / "checkpoints.jsonl").open("w") as lines:
        for checkpoint in Checkpoint.objects.order_by("size").iterator(chunk_size=2000):
            lines.write(json.dumps(notes.to_json(checkpoint), ensure_ascii=False) + "\n")
    (target / "keys.json").write_text(json.dumps(public_keys(), indent=2))
    return size


def public_keys() -> list[dict[str, str]]:
    """The public keys that sign and witness this log, newest first. Hand them out on another way than the proofs."""
    return [
        {"purpose": purpose, "key_id": key.id, "algorithm": key.algorithm, "public": key.public.hex()}
        for purpose in ("ledger", "witness")
        for key in keys.every(purpose)
    ]


def _append(file: Path, line: bytes) -> None:
    """Add a line durably, or leave the file as it was. A torn last line, left by a crash, is closed first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        end = os.fstat(handle).st_size
        torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
        text = (b"\n" if torn else b"") + line + b"\n"
        try:
            if os.write(handle, text) != len(text):
                raise OSError(28, os.strerror(28))
            os.fsync(handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)
