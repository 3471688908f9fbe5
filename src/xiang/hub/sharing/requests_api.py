"""Shared data over REST: scenarios, drafts, requests, agreements, what waits for a steward, channels.

The hub's and the provider's steps are those of the request's case: ``/cases/{number}/transitions``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from xiang.foundation.forms.sources import Subject
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import CaseNumber, Given, Key, Paging, Shown, part_of, rows_of
from xiang.hub.sharing import operations, queries
from xiang.hub.sharing.models import Channel, ShareRequest
from xiang.hub.sharing.queries.satisfaction import ScenarioShown

router = Router(tags=["sharing"])
READ, WRITE = needs("desk:read"), needs("desk:write")
FORMS = {"jsonld": "application/ld+json", "turtle": "text/turtle"}


class ScenarioNeedShown(Shown):
    """A catalogue entry that a scenario needs: met, asked, refused, open (nobody asked), missing (no such entry)."""

    entry: str
    items: list[str]
    standing: str


class ScenarioRow(Shown):
    """A scenario, how many of its needs are met, of how many. ``synthetic``: made up for demonstrations."""

    key: str
    title: str
    lead: str
    synthetic: bool
    met: int
    of: int
    needs: list[ScenarioNeedShown]


class ShareDraftGiven(Given):
    """An application as far as it is written: ``entries`` (``entry``, ``resource``, ``items``, ``rows``), ``purpose``,
    ``business_item``, ``scenario``, ``law``, ``article``, ``mode``, ``environment``, ``frequency``, ``quota``,
    ``valid_from``, ``valid_to``, ``commitment``, ``receiving_system``, ``protection``, ``kind``, ``renews``."""

    content: dict[str, Any] = Field(max_length=30)


class ShareDraftShown(Shown):
    """A draft of the own body."""

    id: UUID
    content: dict[str, Any]
    saved_at: datetime
    handed_in_at: datetime | None


class ShareRequestShown(Shown):
    """A request: who asks whom for what, on which basis, where it stands."""

    number: str
    kind: str
    state: str
    requester: str
    provider: str
    entry: str
    items: list[str]
    rows: list[dict[str, Any]]
    scenario: str
    purpose: str
    business_item: str
    law: str
    article: str
    mode: str
    environment: str
    valid_from: date
    valid_to: date
    handed_in_at: datetime
    answered_on: date | None
    answered_in_time: bool | None
    ended_reason: str


class ShareRequestPage(Shown):
    """One page of requests."""

    items: list[ShareRequestShown]
    next: str | None


class ShareRequestFilter(Paging):
    """Which requests that I may see."""

    state: str = Field("", max_length=16)


class AgreementFilter(Shown):
    """In which form."""

    form: Literal["jsonld", "turtle"] = "jsonld"


class ShareReason(Given):
    """Why."""

    reason: str = Field(min_length=1, max_length=400)


class RecordReportGiven(Given):
    """A record that looks wrong to a body that uses it: whose (``scheme``: resident_id, uscc, passport), which item, and
    what is right."""

    resource: str = Field(min_length=1, max_length=64)
    field: str = Field(min_length=1, max_length=64)
    scheme: Literal["resident_id", "uscc", "passport"]
    number: str = Field(min_length=1, max_length=40)
    claim: str = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=1000)


class RecordReportShown(Shown):
    """A report, its state and until when it is to be checked; nothing of the record itself."""

    id: UUID
    field: str
    state: str
    outcome: str
    due: date | None


class CorrectionGiven(Given):
    """Whether the own copy was put right, or none is kept."""

    state: Literal["corrected", "not_held"]


class DirectChannelGiven(Given):
    """A point-to-point channel: keys of the two systems, what runs over it, why it exists, what replaces it."""

    source: str = Field(min_length=1, max_length=64)
    target: str = Field(min_length=1, max_length=64)
    data: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=300)
    rows_a_day: int = Field(0, ge=0, lt=2**63)
    replacement: str = Field("", max_length=300)
    replaced_by: str = Field("", max_length=64)


class StewardDutyShown(Shown):
    """One thing to do: answer, provide, mend, confirm, check, correct or refresh."""

    kind: str
    title: str
    detail: str
    due: date | None
    late: bool
    ref: str


class DirectChannelShown(Shown):
    """A point-to-point channel."""

    key: str
    source: str
    target: str
    data: str
    rows_a_day: int
    reason: str
    replacement: str
    planned_for: date | None
    retired_at: datetime | None


class DirectChannelPage(Shown):
    """One page of channels."""

    items: list[DirectChannelShown]
    next: str | None


class ScenarioPage(Shown):
    """One page of scenarios."""

    items: list[ScenarioRow]
    next: str | None


class ShareDraftPage(Shown):
    """One page of drafts."""

    items: list[ShareDraftShown]
    next: str | None


class StewardDutyPage(Shown):
    """One page of what is to be done."""

    items: list[StewardDutyShown]
    next: str | None


def _request(request: HttpRequest, request_id: UUID) -> ShareRequestShown:
    return _shown(queries.requests_for(actor_of(request)).get(pk=request_id))


def _draft(request: HttpRequest, draft_id: UUID) -> ShareDraftShown:
    return ShareDraftShown.model_validate(queries.draft_for(actor_of(request), draft_id))


@router.get("/sharing/scenarios", response=ScenarioPage, auth=READ, summary="重点场景清单")
def list_scenarios(request: HttpRequest, asked: Query[Paging]) -> Any:
    """The benchmark applications, each with what it needs and has."""
    return part_of(queries.satisfaction(actor_of(request)), asked, _scenario)


@router.get("/sharing/drafts", response=ShareDraftPage, auth=READ, summary="共享申请草稿")
def list_share_drafts(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What my body is writing, the latest begun first."""
    return rows_of(queries.drafts(actor_of(request)), ("-id",), asked, ShareDraftShown.model_validate)


@router.post("/sharing/drafts", response=ShareDraftShown, auth=WRITE, summary="起草共享申请")
@once(_draft, whole=True)
def create_share_draft(request: HttpRequest, given: ShareDraftGiven) -> UUID:
    """Keep an application, complete or not."""
    return operations.save_draft(given.content, actor_of(request)).pk


@router.put("/sharing/drafts/{draft_id}", response=ShareDraftShown, auth=WRITE, summary="保存共享申请草稿")
def save_share_draft(request: HttpRequest, draft_id: UUID, given: ShareDraftGiven) -> ShareDraftShown:
    """Replace what was kept."""
    return _draft(request, operations.save_draft(given.content, actor_of(request), draft_id).pk)


@router.post("/sharing/drafts/{draft_id}/hand-in", response=list[ShareRequestShown], auth=WRITE, summary="提交共享申请")
def hand_in_share_draft(request: HttpRequest, draft_id: UUID) -> Any:
    """A request for each entry; handing in again answers the same ones. Otherwise all that is missing."""
    made = operations.hand_in(draft_id, actor_of(request))
    return [_request(request, one.pk) for one in made]


@router.get("/sharing/requests", response=ShareRequestPage, auth=READ, summary="共享申请")
def list_share_requests(request: HttpRequest, asked: Query[ShareRequestFilter]) -> Any:
    """Those that my body handed in or is to answer (the hub: all), newest first."""
    rows = queries.requests_for(actor_of(request))
    return rows_of(rows.filter(state=asked.state) if asked.state else rows, ("-id",), asked, _shown)


@router.get("/sharing/requests/{number}", response=ShareRequestShown, auth=READ, summary="一份共享申请")
def read_share_request(request: HttpRequest, number: CaseNumber) -> ShareRequestShown:
    """One request."""
    return _shown(queries.request_for(actor_of(request), number))


_TEXTS = {"responses": {200: {"description": "The ODRL agreement.", "content": {one: {} for one in FORMS.values()}}}}


@router.get("/sharing/requests/{number}/agreement", auth=READ, openapi_extra=_TEXTS, summary="共享协议")
def read_agreement(request: HttpRequest, number: CaseNumber, asked: Query[AgreementFilter]) -> HttpResponse:
    """The agreement as ODRL 2.2, in JSON-LD or Turtle."""
    text = operations.exported(queries.agreement_of(actor_of(request), number), asked.form)
    return HttpResponse(text, content_type=f"{FORMS[asked.form]}; charset=utf-8")


@router.post("/sharing/requests/{number}/confirm", response=ShareRequestShown, auth=WRITE, summary="确认收到数据")
@once(_request, whole=True)
def confirm_share_request(request: HttpRequest, number: CaseNumber) -> UUID:
    """The requester has the data."""
    return _act(request, number, "confirm")


@router.post("/sharing/requests/{number}/take-back", response=ShareRequestShown, auth=WRITE, summary="撤回共享申请")
@once(_request, whole=True)
def take_back_share_request(request: HttpRequest, number: CaseNumber) -> UUID:
    """Before it is answered."""
    return _act(request, number, "take_back")


def _act(request: HttpRequest, number: str, step: str) -> UUID:
    actor = actor_of(request)
    found = queries.request_for(actor, number)
    operations.act_as_requester(found, step, actor)
    return found.pk


@router.post("/sharing/requests/{number}/renew", response=ShareDraftShown, auth=WRITE, summary="续期")
@once(_draft, whole=True)
def renew_share_request(request: HttpRequest, number: CaseNumber) -> UUID:
    """A draft that goes on where this one ends."""
    actor = actor_of(request)
    return operations.renew(queries.request_for(actor, number), actor).pk


@router.post("/sharing/requests/{number}/revoke", response=ShareRequestShown, auth=WRITE, summary="收回共享")
@once(_request, whole=True)
def revoke_share_request(request: HttpRequest, number: CaseNumber, given: ShareReason) -> UUID:
    """By the provider or the hub; effective at once."""
    actor = actor_of(request)
    found = queries.request_for(actor, number)
    operations.revoke_request(found, given.reason, actor)
    return found.pk


@router.post("/sharing/requests/{number}/close", response=ShareRequestShown, auth=WRITE, summary="不再使用")
@once(_request, whole=True)
def close_share_request(request: HttpRequest, number: CaseNumber, given: ShareReason) -> UUID:
    """The requester needs it no longer."""
    actor = actor_of(request)
    found = queries.request_for(actor, number)
    operations.close_request(found, given.reason, actor)
    return found.pk


def _report(request: HttpRequest, report_id: UUID) -> RecordReportShown:
    return RecordReportShown.model_validate(queries.disputes_of(actor_of(request)).get(pk=report_id))


@router.post("/sharing/reports", response=RecordReportShown, auth=WRITE, summary="提出校核")
@once(_report, whole=True)
def report_record(request: HttpRequest, given: RecordReportGiven) -> UUID:
    """Say that a record that my body may use is wrong; the person is served as normal meanwhile."""
    subject = Subject("person", None, {given.scheme: given.number})
    said = operations.dispute(
        given.resource, subject, given.field, given.claim, actor=actor_of(request), reason=given.reason, as_user=True
    )
    return said.pk


@router.post("/sharing/corrections/{notice_id}/confirm", response={204: None}, auth=WRITE, summary="确认已改正")
def confirm_held_correction(request: HttpRequest, notice_id: UUID, given: CorrectionGiven) -> None:
    """What my body received was put right at its source: so is my copy, or I keep none."""
    operations.confirm_correction(notice_id, given.state, actor_of(request))


@router.get("/sharing/duties", response=StewardDutyPage, auth=READ, summary="数据管家的待办")
def list_duties(request: HttpRequest, asked: Query[Paging]) -> Any:
    """What waits for my body, the most urgent first."""
    return part_of(queries.duties(actor_of(request)).rows, asked, StewardDutyShown.model_validate)


@router.get("/sharing/channels", response=DirectChannelPage, auth=READ, summary="点对点通道")
def list_channels(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Those that end in a system of my body (the hub: all)."""
    return rows_of(queries.channels(actor_of(request)), ("key",), asked, _channel)


@router.put("/sharing/channels/{key}", response={204: None}, auth=WRITE, summary="登记点对点通道")
def put_point_to_point_channel(request: HttpRequest, key: Key, given: DirectChannelGiven) -> None:
    """Register it, or change what is known of it."""
    operations.put_channel(key, given.model_dump(), actor_of(request))


@router.post("/sharing/channels/{key}/retire", response={204: None}, auth=WRITE, summary="停用点对点通道")
def retire_point_to_point_channel(request: HttpRequest, key: Key) -> None:
    """Only when the hub does its work."""
    operations.retire_channel(key, actor_of(request))


def _shown(one: ShareRequest) -> ShareRequestShown:
    plain = {name: getattr(one, name) for name in ShareRequestShown.model_fields if name not in ("entry", "scenario")}
    return ShareRequestShown(**plain, entry=one.entry.key, scenario=one.scenario.key if one.scenario else "")


def _scenario(one: ScenarioShown) -> ScenarioRow:
    needs = [ScenarioNeedShown(entry=n.need.entry_key, items=n.need.items, standing=n.standing) for n in one.needs]
    said = one.scenario
    return ScenarioRow(
        key=said.key,
        title=said.title,
        lead=said.lead,
        synthetic=said.synthetic,
        met=one.met,
        of=len(needs),
        needs=needs,
    )


def _channel(one: Channel) -> DirectChannelShown:
    plain = {name: getattr(one, name) for name in DirectChannelShown.model_fields if name not in ("source", "target")}
    return DirectChannelShown(**plain, source=one.source.title, target=one.target.title)
