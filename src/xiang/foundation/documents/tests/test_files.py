"""Files handed in: what they are, what they are called, and what becomes of the bytes."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from xiang.foundation.documents import files, operations, queries, serving
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.ground.errors import Absent, DomainError, Unavailable
from xiang.foundation.ground.ids import new_id

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


def picture(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4), "white").save(out, kind)
    return out.getvalue()


def word(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


DOCX = word("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "data"),
    [("合同.pdf", PDF), ("照片.JPG", picture("JPEG")), ("照片.png", picture("PNG")), ("说明.docx", DOCX)],
)
def test_what_is_what_its_name_says_is_kept_encrypted(name, data):
    file = operations.store([data[:5], data[5:]], name, "party:1")
    assert files.read(file) == data
    assert (file.name, file.size) == (name, len(data))
    assert data not in files.path_of(file.id).read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("合同.pdf", picture("PNG"), "not_what_its_name_says"),
        ("合同.pdf", b"MZ\x90\x00" + bytes(200), "not_what_its_name_says"),
        ("合同.pdf", b"%PDF-1.7 cut off", "not_what_its_name_says"),
        ("照片.jpg", b"<html><script>alert(1)</script>", "not_what_its_name_says"),
        ("照片.jpg", b"\xff\xd8\xff" + bytes(50), "not_what_its_name_says"),
        ("照片.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "not_what_its_name_says"),
        ("说明.docx", word("a.txt"), "not_what_its_name_says"),
        (
            "说明.docx",
            word("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "not_what_its_name_says",
        ),
        ("程序.exe", b"MZ", "unknown_kind"),
        ("没有后缀", PDF, "unknown_kind"),
        ("空的.pdf", b"", "empty_file"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name, data, code):
    with pytest.raises(DomainError) as refused:
        operations.store([data], name, "party:1")
    assert refused.value.code == code
    assert not StoredFile.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read_to_the_end():
    asked = 0

    def endless():
        nonlocal asked
        while True:
            asked += 1
            yield bytes(1024 * 1024)

    with pytest.raises(DomainError, match="too_large"):
        operations.store(endless(), "合同.pdf", "party:1")
    assert asked < 30


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/合同.pdf", "合同.pdf"),
        ("C:\\文档\\合同.pdf", "合同.pdf"),
        ("合同\u202efdp.exe.pdf", "合同fdp.exe.pdf"),
        ("合\n同\x00.pdf", "合同.pdf"),
        ("长" * 300 + ".pdf", "长" * 187 + ".pdf"),
    ],
)
def test_a_name_has_no_folders_and_nothing_invisible(given, kept):
    assert files.clean_name(given) == kept


def test_a_chinese_name_survives_the_download_and_nothing_is_sniffed():
    file = operations.store([PDF], "出生 医学证明“正本”.pdf", "party:1")
    answer = serving.send(file)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%87%BA")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert serving.send(file, inline=True)["Content-Disposition"].startswith("inline")


def test_a_text_document_is_never_shown_inline():
    file = operations.store([DOCX], "说明.docx", "party:1")
    assert serving.send(file, inline=True)["Content-Disposition"].startswith("attachment")


def test_only_the_owner_gets_a_file():
    file = operations.store([PDF], "合同.pdf", "party:1")
    assert queries.file_of_owner("party:1", file.id) == file
    with pytest.raises(Absent):
        queries.file_of_owner("party:2", file.id)


def test_bytes_that_were_changed_or_moved_do_not_open():
    one, other = (operations.store([PDF], "合同.pdf", "party:1") for _ in range(2))
    files.path_of(one.id).write_bytes(files.path_of(other.id).read_bytes())
    with pytest.raises(DomainError):
        files.read(one)
    files.path_of(other.id).unlink()
    with pytest.raises(Unavailable, match="file_missing"):
        files.read(other)


def test_sweeping_takes_orphans_and_leaves_what_is_kept_or_fresh():
    file = operations.store([PDF], "合同.pdf", "party:1")
    orphan, half, fresh = new_id(), new_id(), new_id()
    for file_id in (orphan, fresh):
        files.write(file_id, PDF)
    partial = files.path_of(half).with_suffix(".part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(b"half")
    stranger = Path(settings.MEDIA_ROOT) / "README"
    stranger.write_text("not ours")
    for path in (files.path_of(orphan), partial, files.path_of(file.id), stranger):
        os.utime(path, (0, 0))
    assert files.sweep() == 2
    assert files.path_of(file.id).exists()
    assert files.path_of(fresh).exists()
    assert stranger.exists()
    files.path_of(fresh).unlink()
    stranger.unlink()
