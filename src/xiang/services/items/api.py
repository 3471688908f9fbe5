"""Matters and their guides over REST. Public: whoever may ask, may know."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from xiang.foundation.forms.schema import to_json_schema
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.rest.shapes import Key, Paging, Shown, part_of
from xiang.services.items import queries
from xiang.services.items.guide import Guide, Paper, form_of, guide_of
from xiang.services.items.models import Item

router = Router(tags=["items"])


class ItemRow(Shown):
    """A matter in a list."""

    key: str
    name: str
    short: str
    summary: str
    department: str
    regime: str
    audience: str
    host: str
    themes: list[str]


class ItemPage(Shown):
    """One page of matters."""

    items: list[ItemRow]
    next: str | None


class ItemFilter(Paging):
    """Which matters; with ``text`` the best first."""

    text: str = Field("", max_length=60)
    department: str = Field("", max_length=60)
    theme: str = Field("", max_length=60)
    audience: Literal["", "person", "business"] = ""


class Where(BaseModel):
    """In which county; without one, no body is named."""

    division: str = Field("", pattern=r"^([0-9]{6})?$")


class GuidePaper(Shown):
    """A paper, and what stands for it (empty: it must be handed in)."""

    title: str
    instead: str
    note: str
    optional: bool


class Limit(Shown):
    """A limit with its source."""

    words: str
    basis: str
    confirmed: bool


class ItemShown(ItemRow):
    """The guide of a matter (办事指南), in a division when one was named."""

    body: str | None
    office: str | None
    code: str
    promised: Limit | None
    legal: Limit | None
    fee: str
    conditions: list[str]
    fields: int
    typed: int
    papers_needed: list[GuidePaper]
    papers_waived: list[GuidePaper]
    papers_sometimes: list[GuidePaper]
    result: str
    delivery: list[str]
    handling: list[str]
    remedies: list[str]
    life_events: list[str]
    unconfirmed: bool


class Named(Shown):
    """A key and how it is called."""

    key: str
    title: str


def row_of(item: Item) -> ItemRow:
    """A matter as lists show it."""
    return ItemRow.model_validate(item)


@router.get("/items", response=ItemPage, summary="办事事项")
def list_items(request: HttpRequest, asked: Query[ItemFilter]) -> Any:
    """Every matter that can be handled, by name; or what a search found, the best first."""
    wanted = {"text": asked.text, "department": asked.department, "theme": asked.theme, "audience": asked.audience}
    return part_of(queries.listing(**wanted), asked, row_of)


@router.get("/items/{key}", response=ItemShown, summary="办事指南")
def read_item(request: HttpRequest, key: Key, where: Query[Where]) -> Any:
    """The guide of one matter; with the code of a county, the body and the office there."""
    return _shown(guide_of(key, where.division))


@router.get("/items/{key}/form", response=dict[str, Any], summary="事项的表单")
def read_item_form(request: HttpRequest, key: Key) -> Any:
    """The form as JSON Schema (2020-12); ``x-source`` names who fills a field in besides the person."""
    form = form_of(queries.item(key))
    if form is None:
        raise Absent
    return to_json_schema(form)


@router.get("/departments", response=list[Named], summary="办事部门")
def list_departments(request: HttpRequest) -> Any:
    """The lines of work that handle matters."""
    return queries.departments()


def _shown(guide: Guide) -> ItemShown:
    where = guide.where
    return ItemShown(
        **row_of(guide.item).model_dump(),
        body=where.body.name if where.body else None,
        office=guide.office or None,
        code=where.code,
        promised=_limit(where.promised),
        legal=_limit(where.legal),
        fee=guide.fee_words,
        conditions=list(guide.said["conditions"]),
        fields=guide.prepare.fields,
        typed=guide.prepare.typed,
        papers_needed=_papers(guide.prepare.needed),
        papers_waived=_papers(guide.prepare.waived),
        papers_sometimes=_papers(guide.prepare.sometimes),
        result=guide.said["result"]["title"],
        delivery=list(guide.delivery),
        handling=list(guide.handling),
        remedies=list(guide.remedies),
        life_events=[event.key for event in guide.events],
        unconfirmed=guide.unconfirmed,
    )


def _limit(row: Any) -> Limit | None:
    return Limit(words=row.words, basis=row.basis, confirmed=row.confirmed) if row else None


def _papers(papers: tuple[Paper, ...]) -> list[GuidePaper]:
    return [GuidePaper.model_validate(paper) for paper in papers]
