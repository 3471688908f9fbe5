"""Sending files and documents of cases."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xiang.foundation.cases.downloads import rights
from xiang.foundation.documents import queries as documents
from xiang.foundation.documents.serving import send
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import actor_of


@login_required
@require_GET
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """``/documents/<id>/``: a sealed document."""
    actor = actor_of(request)
    found = rights.document_for(actor, document_id)
    if found.file is None:
        raise Absent
    rights.note_opened(actor, found.file, found.case_id, "document.opened")
    return send(found.file, inline="view" in request.GET)


@login_required
@require_GET
def file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """``/cases/<number>/files/<id>/``: what was handed in with a case."""
    actor = actor_of(request)
    case, found = rights.file_for(actor, number, file_id)
    rights.note_opened(actor, found, case.id, "file.opened")
    return send(found, inline="view" in request.GET)


@login_required
@require_GET
def own_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """``/files/<id>/``: what the actor handed in, while it is still a draft."""
    return send(documents.file_of_owner(actor_of(request).ref, file_id), inline="view" in request.GET)
