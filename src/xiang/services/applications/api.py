"""Applications over REST: one item applied for, from the first answer to what it saved."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from pydantic import Field

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.rights import is_applicant
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.validation import check
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.answering import say
from xiang.foundation.parties.rest.once import once, reserved
from xiang.foundation.parties.rest.shapes import CaseNumber, Given
from xiang.services.applications import drafting, filing, materials, operations, receipt
from xiang.services.applications.drafting import WRITE, DraftShown, Kind, Sheet
from xiang.services.items import queries as items


def sheet_of(draft: Draft) -> Sheet:
    """A draft of one item, read against its form."""
    form = filing.form_of(items.item(draft.key).form_key)
    papers = materials.standings(form, draft)
    return Sheet(form, draft.answers, papers, [*check(form, draft.answers), *materials.missing(papers)])


KIND = Kind(
    kind=operations.ITEM,
    name="application",
    path="/applications",
    tag="applications",
    sheet=sheet_of,
    answer=lambda draft, given, actor: drafts.save_answers(draft, operations.form_for(draft), given),
    fill=operations.fill,
    settle=operations.settle_papers,
    submit=operations.submit,
)
router = drafting.router_for(KIND)


class Begin(Given):
    """Which item, and in which division (the code of a county) when nothing else says where."""

    item: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,95}$")]
    division: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""


def _shown(request: HttpRequest, draft_id: UUID) -> DraftShown:
    say(request, "Location", f"/api/v1{KIND.path}/{draft_id}")
    return drafting.shown(KIND, drafting.draft_of(KIND, actor_of(request), draft_id))


@router.post(KIND.path, response={201: DraftShown}, auth=WRITE, summary="开始申请")
@once(_shown)
def start_application(request: HttpRequest, given: Begin) -> UUID:
    """Begin an application: government fills in what it holds, and says where each value comes from."""
    actor = actor_of(request)
    return operations.start(actor, given.item, division=given.division, draft_id=reserved(request)).id


@router.get("/cases/{number}/receipt", response=dict[str, Any], auth=needs("cases:read"), summary="省了多少事")
def read_receipt(request: HttpRequest, number: CaseNumber) -> Any:
    """What the matter saved: fields, papers, counters and visits, against the frozen baseline of its items."""
    actor = actor_of(request)
    case = cases.case_for(actor, number)
    if not is_applicant(actor, case):
        raise Absent
    return receipt.receipt_of(case).to_json()
