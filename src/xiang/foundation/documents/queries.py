"""What can be asked of files and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xiang.foundation.documents.models import Document, StoredFile, Template
from xiang.foundation.documents.texts import Text, fill
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.parties.models import Unit

Preview = Text


def preview(kind: str, unit: Unit | None, context: Mapping[str, Any]) -> Preview:
    """The document as it would be issued; its number is given only on issue."""
    template = Template.objects.filter(kind=kind).first()
    if template is None:
        raise Refused("no_template", "还没有这种文书的模板，请先在配置中补上。")
    return fill(template, {**context, "document_number": "签发时编号"})


def of_case(case_id: UUID) -> Sequence[Document]:
    """The documents of a case, in the order in which they were ordered; the right to it is checked by the caller."""
    return list(Document.objects.filter(case_id=case_id).order_by("id"))


def of_recipient(party_id: UUID, document_id: UUID) -> Document:
    """A document addressed to a person; ``Absent`` when it is not theirs."""
    found = Document.objects.filter(id=document_id, recipient_id=party_id).first()
    if found is None:
        raise Absent
    return found


def file_of_owner(owner: str, file_id: UUID) -> StoredFile:
    """A file that this actor handed in; ``Absent`` when it is not theirs."""
    found = StoredFile.objects.filter(id=file_id, owner=owner).first()
    if found is None:
        raise Absent
    return found


def file(file_id: UUID) -> StoredFile | None:
    """A file by its id, for a room that has checked the right."""
    return StoredFile.objects.filter(id=file_id).first()


def by_id(document_id: UUID) -> Document | None:
    """A document by its id, for a room that has checked the right."""
    return Document.objects.select_related("file").filter(id=document_id).first()


def template_content(kind: str) -> dict[str, Any] | None:
    """A template as the profile's file writes it."""
    found = Template.objects.filter(kind=kind).first()
    if found is None:
        return None
    said = {"key": kind, "title": found.title, "numbering": found.numbering, "paragraphs": found.paragraphs}
    return said | {name: value for name in ("basis", "remedy") if (value := getattr(found, name))}


def template_kinds() -> list[str]:
    """Every kind of document there is a template for."""
    return list(Template.objects.order_by("kind").values_list("kind", flat=True))
