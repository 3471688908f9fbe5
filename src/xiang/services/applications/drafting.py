"""A draft over REST, whatever kind it is of: what it asks, what government filled in, what is still missing; and the
operations that all kinds share. A room says how its kind works with a :class:`Kind` and takes :func:`router_for` it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.cases.showing import CaseShown, OriginShown, case_shown, origin_shown
from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms import queries as draft_queries
from xiang.foundation.forms.models import Draft
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Field as FormField
from xiang.foundation.forms.schema import FormDefinition
from xiang.foundation.ground.errors import Absent, FieldError
from xiang.foundation.pages.texts import mask_id
from xiang.foundation.parties.actors import Actor, actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.answering import say
from xiang.foundation.parties.rest.once import once
from xiang.foundation.parties.rest.shapes import Given, Key, Line, Paging, Shown, Words, rows_of
from xiang.services.applications import operations, presenting
from xiang.services.applications.materials import Standing

READ, WRITE = needs("applications:read"), needs("applications:write")
_SEALED = ("answers", "origins", "people", "materials")
MOST_ANSWERS = 500


@dataclass(frozen=True)
class Sheet:
    """A draft read against its form: what applies, what stands for papers, what is to be mended before submitting.
    ``questions`` are asked besides the fields of the form; ``notes`` what the answers lead to."""

    form: FormDefinition
    answers: Mapping[str, Any]
    papers: Sequence[Standing]
    errors: Sequence[FieldError]
    questions: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of draft: under which address, and by which operations of its room."""

    kind: str
    name: str
    path: str
    tag: str
    sheet: Callable[[Draft], Sheet]
    answer: Callable[[Draft, Mapping[str, Any], Actor], Draft]
    fill: Callable[[Draft, Actor], Draft]
    settle: Callable[[Draft, Actor], Draft]
    submit: Callable[[UUID, Actor], Case]


class ChoiceShown(Shown):
    """An answer to choose."""

    value: str | int | float | bool
    title: str


class FieldShown(Shown):
    """One thing asked, with its value and where that comes from. ``by_hand``: nobody but the person can answer it now.
    An identity number that government gave is masked: leave it out when you save."""

    key: str
    title: str
    type: str
    group: str
    required: bool
    hint: str
    choices: list[ChoiceShown]
    value: Any
    words: str
    by_hand: bool
    origin: OriginShown | None


class PaperShown(Shown):
    """A paper. ``how``: ``waived``, ``file``, ``statement``, ``later`` (an earlier item of the matter brings it) or
    nothing yet."""

    key: str
    title: str
    mandatory: bool
    how: str
    stands: str
    missing: bool


class ToMend(Shown):
    """What to mend before it can be submitted."""

    pointer: str
    code: str
    detail: str


class DraftRow(Shown):
    """A draft in a list."""

    id: UUID
    key: str
    title: str
    state: str
    division: str
    version: int
    created_at: datetime
    saved_at: datetime


class DraftPage(Shown):
    """One page of drafts."""

    items: list[DraftRow]
    next: str | None


class DraftShown(DraftRow):
    """A draft, whole. ``case`` is the number once it was submitted; ``ignored`` names answers that nothing asks for."""

    fields: list[FieldShown]
    questions: list[FieldShown]
    papers: list[PaperShown]
    to_mend: list[ToMend]
    notes: list[str]
    ignored: list[str]
    case: str | None


Answer = (
    Annotated[str, Field(max_length=4000)] | int | float | bool | None | list[Annotated[str, Field(max_length=200)]]
)


class Answers(Given):
    """Answers by key, complete or not; nothing (null) takes one back. What is not named stays."""

    answers: dict[Annotated[str, Field(max_length=96)], Answer] = Field(min_length=1, max_length=MOST_ANSWERS)


class Dispute(Given):
    """A record is wrong: what it should say, and how one can see that."""

    field: Annotated[str, Field(min_length=1, max_length=96)]
    claim: Annotated[Line, Field(min_length=1)]
    evidence: Words = ""


class Statement(Given):
    """Words in place of a paper."""

    words: Annotated[Words, Field(min_length=1)]


# --- showing ---------------------------------------------------------------------------------------------------------


def row_of(draft: Draft) -> DraftRow:
    """A draft as lists show it."""
    return DraftRow.model_validate(draft)


def shown(kind: Kind, draft: Draft, ignored: Sequence[str] = ()) -> DraftShown:
    """A draft, whole."""
    sheet = kind.sheet(draft)
    origins = {key: Origin.from_json(row) for key, row in draft.origins.items()}
    submitted = draft.state == Draft.State.SUBMITTED
    return DraftShown(
        **row_of(draft).model_dump(),
        fields=[_field(f, draft.answers.get(f.key), origins.get(f.key)) for f in sheet.form.asked(sheet.answers)],
        questions=[_question(q, draft.answers.get(q["key"]), origins.get(q["key"])) for q in sheet.questions],
        papers=[_paper(standing) for standing in sheet.papers],
        to_mend=[] if submitted else [ToMend.model_validate(error) for error in sheet.errors],
        notes=list(sheet.notes),
        ignored=list(ignored),
        case=cases.by_id(draft.id).number if submitted else None,
    )


def _field(field: FormField, value: Any, origin: Origin | None) -> FieldShown:
    given = origin is not None and origin.kind in presenting.GIVEN
    return FieldShown(
        key=field.key,
        title=field.title,
        type=field.type,
        group=field.group,
        required=field.required,
        hint=field.hint,
        choices=[ChoiceShown(value=choice.value, title=choice.title) for choice in field.choices],
        value=mask_id(str(value)) if given and field.type == "id_number" and value else value,
        words=presenting.words_of(field, value),
        by_hand=presenting.by_hand(field, origin),
        origin=origin_shown(origin),
    )


def _question(question: Mapping[str, Any], value: Any, origin: Origin | None) -> FieldShown:
    titles = {choice["value"]: choice["title"] for choice in question["choices"]}
    return FieldShown(
        key=question["key"],
        title=question["title"],
        type="choice",
        group="",
        required=True,
        hint=question.get("hint", ""),
        choices=[ChoiceShown(value=choice, title=title) for choice, title in titles.items()],
        value=value,
        words=titles.get(value, "") if isinstance(value, str | int | bool) else "",
        by_hand=True,
        origin=origin_shown(origin),
    )


def _paper(standing: Standing) -> PaperShown:
    material = standing.material
    return PaperShown(
        key=material.key,
        title=material.title,
        mandatory=material.mandatory,
        how=standing.how,
        stands=standing.title,
        missing=standing.missing,
    )


def draft_of(kind: Kind, actor: Actor, draft_id: UUID) -> Draft:
    """A draft of this kind that is the actor's; one that was given up is gone."""
    found = draft_queries.draft_for(actor, draft_id)
    if found.kind != kind.kind or found.state == Draft.State.DISCARDED:
        raise Absent
    return found


# --- the operations that all kinds share -----------------------------------------------------------------------------


def router_for(kind: Kind) -> Router:
    """The routes below ``kind.path`` that every kind of draft has; the room adds how one begins."""
    router = Router(tags=[kind.tag])
    _reading(router, kind)
    _answering(router, kind)
    _handing_in(router, kind)
    _ending(router, kind)
    return router


def _reading(router: Router, kind: Kind) -> None:
    @router.get(kind.path, response=DraftPage, auth=READ, operation_id=f"list_{kind.name}s", summary="没有提交的申请")
    def list_drafts(request: HttpRequest, asked: Query[Paging]) -> Any:
        """What I have begun and not submitted; the newest first."""
        rows = draft_queries.drafts_of(actor_of(request)).filter(kind=kind.kind).defer(*_SEALED)
        return rows_of(rows, ("-id",), asked, row_of)

    @router.get(
        f"{kind.path}/{{draft_id}}",
        response=DraftShown,
        auth=READ,
        operation_id=f"read_{kind.name}",
        summary="一份申请",
    )
    def read_draft(request: HttpRequest, draft_id: UUID) -> DraftShown:
        """The form with what was filled in, by whom, and what is still to be mended."""
        return shown(kind, draft_of(kind, actor_of(request), draft_id))


def _answering(router: Router, kind: Kind) -> None:
    @router.patch(
        f"{kind.path}/{{draft_id}}/answers",
        response=DraftShown,
        auth=WRITE,
        operation_id=f"answer_{kind.name}",
        summary="保存填写的内容",
    )
    def answer_draft(request: HttpRequest, draft_id: UUID, given: Answers) -> DraftShown:
        """Keep what was typed, as it is: saving never validates and loses nothing. `to_mend` says what submitting will."""
        actor = actor_of(request)
        draft = kind.answer(draft_of(kind, actor, draft_id), given.answers, actor)
        draft = kind.settle(draft, actor)  # answers decide which papers apply, and what stands for them
        sheet = kind.sheet(draft)
        known = {*sheet.form.by_key, *(question["key"] for question in sheet.questions)}
        return shown(kind, draft, [key for key in given.answers if key not in known and key not in draft.answers])

    @router.post(
        f"{kind.path}/{{draft_id}}/refill",
        response=DraftShown,
        auth=WRITE,
        operation_id=f"refill_{kind.name}",
        summary="再取一次数据",
    )
    def refill_draft(request: HttpRequest, draft_id: UUID) -> DraftShown:
        """Ask government again for what is not known yet, when an outage is over. What was typed stays."""
        actor = actor_of(request)
        return shown(kind, kind.fill(draft_of(kind, actor, draft_id), actor))

    @router.post(
        f"{kind.path}/{{draft_id}}/disputes",
        response={201: DraftShown},
        auth=WRITE,
        operation_id=f"dispute_{kind.name}",
        summary="指出记录有误",
    )
    def dispute_draft(request: HttpRequest, draft_id: UUID, given: Dispute) -> DraftShown:
        """Say that a record is wrong. The claim goes into the application at once; the record's body checks it."""
        actor = actor_of(request)
        draft = draft_of(kind, actor, draft_id)
        operations.dispute(draft, given.field, given.claim, given.evidence, actor)
        return shown(kind, draft_of(kind, actor, draft_id))


def _handing_in(router: Router, kind: Kind) -> None:
    @router.post(
        f"{kind.path}/{{draft_id}}/papers/{{material}}/file",
        response={201: DraftShown},
        auth=WRITE,
        operation_id=f"hand_in_{kind.name}",
        summary="上传材料",
    )
    def hand_in(request: HttpRequest, draft_id: UUID, material: Key, file: File[UploadedFile]) -> DraftShown:
        """Hand in a paper: PDF, JPG, PNG or DOCX. Handing in again replaces it."""
        actor = actor_of(request)
        draft = draft_of(kind, actor, draft_id)
        return shown(kind, operations.hand_in(draft, material, file.chunks(), file.name or material, actor))

    @router.post(
        f"{kind.path}/{{draft_id}}/papers/{{material}}/statement",
        response={201: DraftShown},
        auth=WRITE,
        operation_id=f"state_{kind.name}",
        summary="在线说明",
    )
    def state_online(request: HttpRequest, draft_id: UUID, material: Key, given: Statement) -> DraftShown:
        """State online what a paper would say."""
        draft = draft_of(kind, actor_of(request), draft_id)
        return shown(kind, operations.state_online(draft, material, given.words))


def _ending(router: Router, kind: Kind) -> None:
    def case(request: HttpRequest, case_id: UUID) -> CaseShown:
        found = cases.by_id(case_id)
        say(request, "Location", f"/api/v1/cases/{found.number}")
        return case_shown(found, actor_of(request))

    @router.post(
        f"{kind.path}/{{draft_id}}/submit",
        response={201: CaseShown},
        auth=WRITE,
        operation_id=f"submit_{kind.name}",
        summary="提交",
    )
    @once(case)
    def submit_draft(request: HttpRequest, draft_id: UUID) -> UUID:
        """Submit, exactly once: a draft that was submitted answers its case, however often and by however many requests
        at a time. A submit that fails keeps every answer, and `errors` says where to mend."""
        actor = actor_of(request)
        return kind.submit(draft_of(kind, actor, draft_id).id, actor).id

    @router.delete(
        f"{kind.path}/{{draft_id}}",
        response={204: None},
        auth=WRITE,
        operation_id=f"discard_{kind.name}",
        summary="放弃申请",
    )
    def discard_draft(request: HttpRequest, draft_id: UUID) -> None:
        """Give an application up; its answers are destroyed."""
        drafts.discard(draft_of(kind, actor_of(request), draft_id))
