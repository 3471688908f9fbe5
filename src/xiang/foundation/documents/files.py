"""Bytes on disk: encrypted, under opaque names, never half written.

A file goes to a temporary name, is flushed to the disk, and only then renamed; the row comes after. Whatever dies
in between leaves at most an orphan, which :func:`sweep` removes.
"""

from __future__ import annotations

import errno
import os
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.conf import settings

from xiang.foundation.documents.models import StoredFile
from xiang.foundation.ground.errors import DomainError, TooLarge, Unavailable
from xiang.foundation.trust import envelopes

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NAME = re.compile(r"[0-9a-f]{32}(\.part)?")
PDF = "application/pdf"
LARGEST = 20 * 1024 * 1024
"""A file handed in is at most 20 MiB (a photograph of a page is 2 to 8)."""


def _is_docx(data: bytes) -> bool:
    """A text document; one with macros is a program, whatever its name says."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    return {"[Content_Types].xml", "word/document.xml"} <= names and "word/vbaProject.bin" not in names


def _is_picture(kind: str) -> Callable[[bytes], bool]:
    def looks_like(data: bytes) -> bool:
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(BytesIO(data), formats=[kind]) as picture:
                picture.verify()
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return False
        return True

    return looks_like


_KINDS: tuple[tuple[str, tuple[str, ...], Callable[[bytes], bool]], ...] = (
    (PDF, (".pdf",), lambda d: d.startswith(b"%PDF-") and b"%%EOF" in d[-2048:]),
    ("image/jpeg", (".jpg", ".jpeg"), _is_picture("JPEG")),
    ("image/png", (".png",), _is_picture("PNG")),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
        _is_docx,
    ),
)


def read_upload(chunks: Iterable[bytes], name: str) -> tuple[bytes, str]:
    """The bytes of an upload and their media type.

    Raises ``DomainError``: ``too_large``, ``empty_file``, ``unknown_kind`` or ``not_what_its_name_says``.
    """
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > LARGEST:
            raise TooLarge("too_large", f"文件超过 {LARGEST // 1024 // 1024} MB，请压缩或分成几份再传。")
    if not data:
        raise DomainError("empty_file", "文件是空的，请重新选择。")
    content = bytes(data)
    ending = Path(name).suffix.lower()
    for media_type, endings, looks_like in _KINDS:
        if ending in endings:
            if not looks_like(content):
                raise DomainError(
                    "not_what_its_name_says", f"这个文件的内容不是 {ending[1:].upper()}，请检查后重新上传。"
                )
            return content, media_type
    raise DomainError("unknown_kind", "请上传 PDF、JPG、PNG 或 DOCX 文件。")


def clean_name(name: str) -> str:
    """A file's name as it is shown and sent back: no folders, nothing invisible (which can turn ``gpj.exe`` around)."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")).strip()
    stem, dot, ending = seen.rpartition(".")
    return f"{stem[: 190 - len(ending)]}{dot}{ending}"[:200] if dot else seen[:200] or "文件"


def path_of(file_id: UUID) -> Path:
    """Where the bytes of a file lie."""
    text = file_id.hex
    return Path(settings.MEDIA_ROOT) / text[-2:] / text


def write(file_id: UUID, data: bytes) -> None:
    """Keep bytes, encrypted. Raises ``Unavailable('disk_full')`` and leaves nothing behind when the disk is full."""
    target = path_of(file_id)
    partial = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            stream.write(envelopes.seal_bytes(data, f"file:{file_id}"))
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        _sync(target.parent)
    except OSError as wrong:
        partial.unlink(missing_ok=True)
        if wrong.errno in _FULL:
            raise Unavailable("disk_full", "存储空间不足，文件没有保存。已填的内容都在，请稍后再传。") from wrong
        raise


def _sync(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(file: StoredFile) -> bytes:
    """The bytes of a file, decrypted. Raises ``Unavailable('file_missing')`` when the store has lost them."""
    try:
        kept = path_of(file.id).read_bytes()
    except FileNotFoundError as wrong:
        raise Unavailable(
            "file_missing", "这份文件暂时取不出来，已告知管理员。请稍后再试。", file=str(file.id)
        ) from wrong
    return envelopes.open_bytes(kept, f"file:{file.id}")


def sweep(older_than_seconds: float = 24 * 3600) -> int:
    """Remove files without a row and left-over partial files of more than a day; answers how many."""
    root, removed = Path(settings.MEDIA_ROOT), 0
    if not root.exists():
        return 0
    limit = time.time() - older_than_seconds
    for folder in sorted(root.glob("??")):
        old = [f for f in folder.iterdir() if _NAME.fullmatch(f.name) and f.stat().st_mtime < limit]
        kept = set(StoredFile.objects.filter(id__in=[UUID(f.stem) for f in old]).values_list("id", flat=True))
        for file in old:
            if file.suffix or UUID(file.stem) not in kept:
                file.unlink(missing_ok=True)
                removed += 1
    return removed
