"""The shapes of what is sent: strict bodies, pages by cursor, names of things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from xiang.foundation.ground import paging

M = TypeVar("M", bound=Model)
V = TypeVar("V")
R = TypeVar("R")

LARGEST_PAGE = 100

Key = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,95}$")]
"""A key of the profile in an address: an item, a life event, a material."""
CaseNumber = Annotated[str, Path(pattern=r"^XC[0-9]{4}-[0-9]{4}-[0-9]{5,12}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Given(BaseModel):
    """What is sent: nothing unknown, and no text where a number is meant."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Shown(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True)


class Paging(BaseModel):
    """Which page of a list. A cursor is opaque: take it from ``next`` of the page before."""

    cursor: str = Field("", max_length=400)
    limit: int = Field(20, ge=1, le=LARGEST_PAGE)


def rows_of(rows: QuerySet[M], order: Sequence[str], asked: Paging, show: Callable[[M], R]) -> dict[str, Any]:
    """One page of a queryset, shown."""
    found = paging.page(rows, order, asked.cursor or None, asked.limit)
    return {"items": [show(row) for row in found.rows], "next": found.next}


def part_of(rows: Sequence[V], asked: Paging, show: Callable[[V], R]) -> dict[str, Any]:
    """One page of a short list that is in memory, by position: what a search ranked has no column to seek in."""
    start = paging.position(asked.cursor) if asked.cursor else 0
    found = rows[start : start + asked.limit]
    end = start + len(found)
    return {"items": [show(row) for row in found], "next": paging.encode([end]) if end < len(rows) else None}
