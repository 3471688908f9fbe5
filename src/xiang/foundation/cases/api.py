"""Cases over REST: one's own with their clock, and the desk of officers."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from xiang.foundation.cases import operations, queries
from xiang.foundation.cases.downloads import rights as downloads
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.queries import InboxFilter
from xiang.foundation.cases.showing import (
    AnswerShown,
    CaseRow,
    CaseShown,
    TransitionShown,
    answers_of,
    case_shown,
    row_of,
    transition_shown,
)
from xiang.foundation.documents.serving import send
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.answering import say
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import CaseNumber, Given, Key, Paging, Shown, rows_of

router = Router(tags=["cases"])
desk = Router(tags=["desk"])

READ, WRITE = needs("cases:read", "desk:read"), needs("cases:write", "desk:write")
DESK_READ, DESK_WRITE = needs("desk:read"), needs("desk:write")


class CasePage(Shown):
    """One page of cases."""

    items: list[CaseRow]
    next: str | None


class CaseFilter(Paging):
    """Which of my cases."""

    state: Literal["open", "closed", "any"] = "any"
    item: str = Field("", max_length=96)


class DeskFilter(Paging):
    """What an officer narrows the inbox by."""

    view: Literal["mine", "unit", "unclaimed", "review", "followed", "closed", "all"] = "unit"
    item: str = Field("", max_length=96)
    state: str = Field("", max_length=32)
    due: Literal["", "late", "today", "tomorrow", "stopped", "applicant", "normal"] = ""
    text: str = Field("", max_length=60)
    closed: bool = False


class Step(Given):
    """A step of the procedure. ``data`` is what the form of the step asks (``asks`` of the transition)."""

    data: dict[str, Any] = Field(default_factory=dict, max_length=50)
    expected_version: int | None = Field(
        None, description="The `version` that you decided upon; refused when the case has moved since."
    )


class Reason(Given):
    """Why."""

    reason: str = Field(min_length=1, max_length=200)


class HandOver(Reason):
    """To which colleague, and why."""

    to: Annotated[UUID, Field(strict=False)]


def _case(request: HttpRequest, case_id: UUID) -> CaseShown:
    """A case, with its version as ``ETag``. No right is asked: it was, before what just happened to the case."""
    found = queries.by_id(case_id)
    say(request, "ETag", f'"{found.version}"')
    return case_shown(found, actor_of(request))


def _nothing(request: HttpRequest, case_id: UUID) -> None:
    """There is nothing to show afterwards."""


def _number(request: HttpRequest, number: str) -> Case:
    return queries.case_for(actor_of(request), number)


# --- my cases --------------------------------------------------------------------------------------------------------


@router.get("/cases", response=CasePage, auth=READ, summary="我的办件")
def list_cases(request: HttpRequest, asked: Query[CaseFilter]) -> Any:
    """The cases that I applied for, or in which I have a role; newest first."""
    rows = queries.mine(actor_of(request)).select_related("unit", "parent").defer("answers")
    if asked.state != "any":
        rows = rows.filter(open=asked.state == "open")
    if asked.item:
        rows = rows.filter(item_key=asked.item)
    return rows_of(rows, ("-id",), asked, row_of)


@router.get("/cases/{number}", response=CaseShown, auth=READ, summary="一件办件")
def read_case(request: HttpRequest, number: CaseNumber) -> CaseShown:
    """One case: where it stands, its legal clock day by day, what happened, its documents and sub-cases."""
    case = _number(request, number)
    operations.note_reading(case, actor_of(request))
    return _case(request, case.id)


@router.get("/cases/{number}/answers", response=list[AnswerShown], auth=READ, summary="办件的填报内容")
def read_case_answers(request: HttpRequest, number: CaseNumber) -> Any:
    """What was filled in, each answer with where it comes from: for the applicant, and for officers, whose looking is
    recorded. Identity numbers are masked."""
    actor, case = actor_of(request), _number(request, number)
    operations.note_reading(case, actor)
    return answers_of(case, actor)


@router.get("/cases/{number}/transitions", response=list[TransitionShown], auth=READ, summary="现在可以办哪几步")
def list_transitions(request: HttpRequest, number: CaseNumber) -> Any:
    """The steps that a person could take from here: what each asks, its legal basis, and why one is not yours."""
    actor, case = actor_of(request), _number(request, number)
    return [transition_shown(edge, refusal) for edge, refusal in queries.actions(case, actor)]


@router.post("/cases/{number}/transitions/{name}", response=CaseShown, auth=WRITE, summary="办一步")
@once(_case, whole=True)
def perform_transition(request: HttpRequest, number: CaseNumber, name: Key, step: Step) -> UUID:
    """Take one step: right, form, clock, document and record in one transaction."""
    case = _number(request, number)
    operations.perform(case.id, name, actor_of(request), step.data, expected_version=step.expected_version)
    return case.id


BINARY = {"responses": {200: {"description": "The sealed PDF.", "content": {"application/pdf": {}}}}}


@router.get("/documents/{document_id}", auth=READ, openapi_extra=BINARY, summary="下载文书")
def read_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A sealed document, for its recipient and the officers of its case."""
    actor = actor_of(request)
    found = downloads.document_for(actor, document_id)
    if found.file is None:
        raise Absent
    downloads.note_opened(actor, found.file, found.case_id, "document.opened")
    return send(found.file)


# --- the desk --------------------------------------------------------------------------------------------------------


def _officer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.is_staff:
        raise Forbidden("officers_only", "这里是工作人员的办件台。您的办件在“我的办件”。")
    return actor


@desk.get("/desk/cases", response=CasePage, auth=DESK_READ, summary="收件箱")
def list_desk_cases(request: HttpRequest, asked: Query[DeskFilter]) -> Any:
    """The cases of my offices (or, for a supervisor, of the divisions below), the most urgent first."""
    actor = _officer(request)
    wanted = InboxFilter(asked.view, asked.item, asked.state, asked.due, asked.text.strip(), asked.closed)
    found = queries.inbox(actor, wanted, asked.cursor or None, asked.limit)
    return {"items": [row_of(row) for row in found.rows], "next": found.next}


class Counters(Shown):
    """How many open cases of my offices. They are counted among the first ``cap``: at ``all`` = ``cap`` there may be more."""

    all: int
    late: int
    today: int
    tomorrow: int
    stopped: int
    applicant: int
    normal: int
    cap: int = queries.COUNTED_MOST


@desk.get("/desk/counters", response=Counters, auth=DESK_READ, summary="收件箱计数")
def read_desk_counters(request: HttpRequest) -> Counters:
    """All, late, due today, due on the next working day, stopped, waiting for the applicant, none of these."""
    return Counters(**queries.counters(_officer(request)))


@desk.post("/desk/cases/{number}/claim", response=CaseShown, auth=DESK_WRITE, summary="签收")
@once(_case, whole=True)
def claim_case(request: HttpRequest, number: CaseNumber) -> UUID:
    """Take a case in hand; refused when a colleague was faster."""
    actor = _officer(request)
    return operations.claim(_number(request, number).id, actor).id


@desk.post("/desk/cases/{number}/release", response=CaseShown, auth=DESK_WRITE, summary="退回待签收")
@once(_case, whole=True)
def release_case(request: HttpRequest, number: CaseNumber) -> UUID:
    """Put a claimed case back for the whole office."""
    actor = _officer(request)
    return operations.release(_number(request, number).id, actor).id


class Colleague(Shown):
    """Somebody to whom a case can be handed."""

    id: UUID
    name: str


@desk.get("/desk/cases/{number}/colleagues", response=list[Colleague], auth=DESK_READ, summary="可以转交给谁")
def list_colleagues(request: HttpRequest, number: CaseNumber) -> Any:
    """Everybody who serves in the office that handles the case."""
    _officer(request)
    unit = _number(request, number).unit
    return [Colleague(id=staff.id, name=staff.party.name) for staff in (parties.staff_of(unit) if unit else ())]


@desk.post("/desk/cases/{number}/hand-over", response=CaseShown, auth=DESK_WRITE, summary="转交")
@once(_case, whole=True)
def hand_over_case(request: HttpRequest, number: CaseNumber, given: HandOver) -> UUID:
    """Hand a case to a colleague of the same office."""
    actor, case = _officer(request), _number(request, number)
    serving = parties.staff_of(case.unit) if case.unit else []
    colleague = next((staff for staff in serving if staff.id == given.to), None)
    if colleague is None:
        raise Invalid([FieldError("/to", "not_a_colleague", "只能转交给本科室的同事。")])
    return operations.hand_over(case.id, actor, colleague, given.reason).id


@desk.post("/desk/cases/{number}/return", response=CaseShown, auth=DESK_WRITE, summary="退回受理岗")
@once(_case, whole=True)
def return_case(request: HttpRequest, number: CaseNumber, given: Reason) -> UUID:
    """Give a case back to the officer who received it, to put something right; its clock goes on."""
    actor = _officer(request)
    return operations.return_to_receiver(_number(request, number).id, actor, given.reason).id


@desk.post("/desk/cases/{number}/recuse", response={204: None}, auth=DESK_WRITE, summary="回避")
@once(_nothing, whole=True)
def recuse_from_case(request: HttpRequest, number: CaseNumber, given: Reason) -> UUID:
    """Step back from a case for a conflict of interest; it is no longer yours to see."""
    actor, case = _officer(request), _number(request, number)
    operations.recuse(case.id, actor, given.reason)
    return case.id


@desk.put("/desk/cases/{number}/followed", response={204: None}, auth=DESK_WRITE, summary="关注")
def follow_case(request: HttpRequest, number: CaseNumber) -> None:
    """Follow a case; following twice is following."""
    actor = _officer(request)
    operations.follow(_number(request, number).id, actor)


@desk.delete("/desk/cases/{number}/followed", response={204: None}, auth=DESK_WRITE, summary="不再关注")
def unfollow_case(request: HttpRequest, number: CaseNumber) -> None:
    """Stop following a case."""
    actor = _officer(request)
    operations.unfollow(_number(request, number).id, actor)


router.add_router("", desk)
