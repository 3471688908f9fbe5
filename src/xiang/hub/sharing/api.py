"""Who used my data, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Paging, Shown, rows_of
from xiang.hub.sharing import uses
from xiang.hub.sharing.requests_api import router as requests

router = Router(tags=["data-use"])
READ = needs("data-use:read")


class Subject(Shown):
    """Somebody whose uses I may see: myself, a child or ward, whom I act for by law."""

    party_id: UUID
    name: str
    own: bool


class UseShown(Shown):
    """One use: which body, which fields of which resource, for what, on which basis, in which case; refused ones too."""

    id: UUID
    body_key: str
    resource_key: str
    fields: list[str]
    purpose: str
    basis: str
    case_number: str
    outcome: str
    reason: str
    at: datetime


class UsePage(Shown):
    """One page of uses."""

    items: list[UseShown]
    next: str | None


class UseFilter(Paging):
    """Whose: oneself when nobody is named."""

    party: UUID | None = None


@router.get("/me/data-subjects", response=list[Subject], auth=READ, summary="我能看谁的数据使用记录")
def list_data_subjects(request: HttpRequest) -> Any:
    """Whose uses I may see."""
    return [Subject.model_validate(one) for one in uses.subjects(actor_of(request))]


@router.get("/me/data-uses", response=UsePage, auth=READ, summary="谁用了我的数据")
def list_data_uses(request: HttpRequest, asked: Query[UseFilter]) -> Any:
    """Every use, the newest first; nothing is left out and nothing summed away."""
    return rows_of(uses.uses_of(uses.whose(actor_of(request), asked.party)), ("-id",), asked, _shown)


def _shown(row: DataUse) -> UseShown:
    return UseShown.model_validate(row)


router.add_router("", requests)
