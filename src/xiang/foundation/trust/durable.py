"""Files that are whole or absent: written aside, made durable, then given their name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_once(target: Path, content: bytes, mode: int) -> bool:
    """Write a file that does not exist yet; false when another process was faster (its content then stands)."""
    aside = _aside(target, content, mode)
    try:
        os.link(aside, target)
    except FileExistsError:
        return False
    finally:
        aside.unlink()
    _sync(target.parent)
    return True


def write_over(target: Path, content: bytes, mode: int) -> None:
    """Write a file in place of what is there: readers see the old or the new, never half."""
    _aside(target, content, mode).replace(target)
    _sync(target.parent)


def _aside(target: Path, content: bytes, mode: int) -> Path:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.parent / f".new-{secrets.token_hex(8)}"
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return aside


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
