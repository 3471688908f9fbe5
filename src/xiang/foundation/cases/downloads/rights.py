"""Who may have which file. Absent and forbidden read alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import queries
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.rights import is_applicant, may_see
from xiang.foundation.documents import queries as documents
from xiang.foundation.documents.models import Document, StoredFile
from xiang.foundation.ground.errors import Absent, Unavailable
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor


def document_for(actor: Actor, document_id: UUID) -> Document:
    """A sealed document: for its recipient, and for officers and supervisors who may see its case. Other parties of
    the case are not sent what was addressed to somebody else."""
    document = documents.by_id(document_id)
    if document is None:
        raise Absent
    if document.recipient_id is None or actor.subject_id != document.recipient_id:
        case = Case.objects.filter(id=document.case_id).first()
        if case is None or not actor.is_staff or not may_see(actor, case):
            raise Absent
    if document.state != Document.State.SEALED:
        raise Unavailable("not_sealed_yet", "文书还在生成和签章，通常一两分钟就好。刷新再看，不影响办理。")
    return document


def file_for(actor: Actor, number: str, file_id: UUID) -> tuple[Case, StoredFile]:
    """A file that a case names: for its applicant and for officers who may see the case. Another party of the case
    (the other parent) sees only what they handed in themselves."""
    case = queries.case_for(actor, number)
    if str(file_id) not in set(files_named(case)):
        raise Absent
    file = documents.file(file_id)
    if file is None or not (actor.is_staff or is_applicant(actor, case) or file.owner == actor.ref):
        raise Absent
    return case, file


def note_opened(actor: Actor, opened: StoredFile, case_id: UUID, kind: str) -> None:
    """An officer who opens somebody's paper leaves a trace."""
    if actor.is_staff:
        with transaction.atomic():
            ledger.record(kind, actor.ref, {"file": str(opened.id)}, case_id=case_id)


def files_named(case: Case) -> Iterator[str]:
    """The ids of the files of a case: its materials, and what was handed in with a step (a supplement)."""
    answers: Mapping[str, Any] = case.answers or {}
    for row in answers.get("materials", {}).values():
        if row.get("how") == "file":
            yield str(row.get("reference", ""))
            yield from (str(one["reference"]) for one in row.get("more", ()))
    for data in case.events.values_list("data", flat=True):
        for one in data.get("files", ()):
            yield str(one["id"] if isinstance(one, Mapping) else one)
