"""The one view: it writes what ours writes."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from bench.peers.plain.models import ROWS, TABLES, Draft


def _new_id() -> uuid.UUID:
    return cast(uuid.UUID, uuid7())


def _insert(table: str, **references: Any) -> models.Model:
    """The rows of one table: one by one statement each, as many at once as ours does."""
    model = TABLES[table]
    fresh = isinstance(model._meta.pk, models.UUIDField) and "id" not in references
    made = [model(**{**row, "id": _new_id() if fresh else None, **references}) for row in ROWS[table]]
    if len(made) == 1:
        made[0].save(force_insert=True)
    elif made:
        model._default_manager.bulk_create(made)
    return made[-1]


@login_required
@require_POST
def submit(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Close the draft and open its case, once."""
    with transaction.atomic():
        now = timezone.now()
        if not Draft.objects.filter(id=draft_id, state="open").update(state="submitted", saved_at=now):
            return HttpResponse(status=409)
        serial = _insert("cases_casenumber", case_id=draft_id).pk
        number = f"XC{now:%Y-%m%d}-{serial:05d}"
        _insert("cases_case", id=draft_id, number=number, submitted_at=now)
        for table in ("cases_caseparty", "cases_casetimer", "cases_caseevent", "ledger_entry"):
            if ROWS[table]:
                _insert(table, case_id=draft_id)
        event = _insert("outbox_event", key=str(draft_id), at=now)
        _insert("outbox_delivery", event_id=event.pk)
        _insert("measures_delta")
    return HttpResponseRedirect(f"/cases/{number}/")


urlpatterns = [path("drafts/<uuid:draft_id>/review/", submit)]
