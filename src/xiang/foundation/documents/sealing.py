"""The worker's part: render, seal and keep a document that was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xiang.foundation.documents import marks, operations, pdf
from xiang.foundation.documents.models import Document, StoredFile
from xiang.foundation.documents.texts import Text
from xiang.foundation.ground.errors import DomainError, Unavailable
from xiang.foundation.outbox.subscriptions import Event, NotSent, external, repeatable
from xiang.foundation.trust.certificates import PLATFORM, PLATFORM_NAME

PURPOSE = "documents"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: a file and its marks, or the code of what stood in the way."""

    file_id: UUID | None = None
    signature: dict[str, Any] | None = None
    trouble: str = ""


def make(event: Event, key: str) -> Made:
    """Render and seal; the bytes are on disk before anything is written of them. A worker that dies in between leaves
    an orphan file, which is swept: sealing again is safe. A full disk is tried again later."""
    document = Document.objects.select_related("unit__body").get(id=event.payload["document_id"])
    if document.state == Document.State.SEALED:
        return Made(document.file_id, document.signature)
    text = Text.from_json(document.text)
    body = document.unit.body if document.unit else None
    holder, name = (body.key, body.name) if body else (PLATFORM, PLATFORM_NAME)
    mark = marks.put(PURPOSE, name, text.to_json())
    try:
        drawn = pdf.render(text, mark, document.code)
    except DomainError as wrong:
        return Made(trouble=wrong.code)
    content = pdf.seal(drawn, holder, name, mark.at)
    file = kept(content, f"{document.title} {document.number}.pdf", f"document:{document.id}")
    return Made(file.id, marks.over_file(mark, PURPOSE, content, holder).to_json())


def kept(content: bytes, name: str, owner: str) -> StoredFile:
    """Keep a sealed file; when the disk is full nothing was done, and the delivery waits for room."""
    try:
        return operations.keep(content, name, "application/pdf", owner)
    except Unavailable as wrong:
        raise NotSent(wrong.code) from wrong


def settle(event: Event, made: Made) -> None:
    document_id = UUID(event.payload["document_id"])
    if made.file_id is None or made.signature is None:
        operations.failed(document_id, made.trouble)
        return
    operations.sealed(document_id, StoredFile.objects.get(id=made.file_id), made.signature)


def register() -> None:
    """Subscribe; called once at start."""
    external("document.requested", "documents.seal", call=make, settle=settle, reconcile=repeatable)
