"""Keyset paging: a page costs the same at a million rows as at a hundred."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from xiang.foundation.ground.errors import DomainError

M = TypeVar("M", bound=Model)
Key = TypeVar("Key", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """A page of rows and the cursor of the next one, or ``None`` at the end."""

    rows: list[M]
    next: str | None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value) if isinstance(value, UUID) else value


def encode(values: Sequence[Any]) -> str:
    """An opaque cursor from the values of the ordering columns."""
    text = json.dumps([_plain(v) for v in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, width: int) -> list[Any]:
    """The values of a cursor; raises ``DomainError('bad_cursor')`` when it is not one of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != width or not all(map(_is_ours, values)):
        raise DomainError("bad_cursor", "翻页位置不对，请从第一页重新查看。")
    return values


def _is_ours(value: Any) -> bool:
    """Whether :func:`encode` may have written it: text that a database can hold, or a number."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    return isinstance(value, int) and not isinstance(value, bool)


def position(cursor: str) -> int:
    """The position in a list that is in memory, from a cursor of one number."""
    (value,) = decode(cursor, 1)
    if not isinstance(value, int) or value < 0:
        raise DomainError("bad_cursor", "翻页位置不对，请从第一页重新查看。")
    return value


def page(rows: QuerySet[M], order: Sequence[str], cursor: str | None, size: int) -> Page[M]:
    """One page of ``rows`` in ``order`` (column names that are never null, ``-`` for descending, the last one unique)."""
    return _cut(list(from_cursor(rows, order, cursor, size)), order, size)


def from_cursor(rows: QuerySet[M], order: Sequence[str], cursor: str | None, size: int) -> QuerySet[M]:
    """The rows of a page, and the one that says whether there is another."""
    names = [name.lstrip("-") for name in order]
    if cursor:
        values = decode(cursor, len(order))
        after = Q()
        for i, column in enumerate(order):
            equal = Q(**dict(zip(names[:i], values[:i], strict=True)))
            step = "lt" if column.startswith("-") else "gt"
            after |= equal & Q(**{f"{names[i]}__{step}": values[i]})
        lead = "lte" if order[0].startswith("-") else "gte"
        try:
            # The redundant first condition is what lets both engines seek into the index.
            rows = rows.filter(Q(**{f"{names[0]}__{lead}": values[0]}) & after)
        except (ValueError, TypeError, ValidationError) as wrong:
            raise DomainError("bad_cursor", "翻页位置不对，请从第一页重新查看。") from wrong
    return rows.order_by(*order)[: size + 1]


def merged(parts: Iterable[Sequence[Key]], order: Sequence[str], size: int) -> tuple[list[Key], str | None]:
    """The keys (the values of the ordering columns) of one page of several lists that have no row in common, from what
    :func:`from_cursor` found of each, and the cursor of the next: an index that orders each of them does not order them
    together. ``order`` runs one way."""
    found = sorted((key for part in parts for key in part), reverse=order[0].startswith("-"))
    return found[:size], encode(found[size - 1]) if len(found) > size else None


def _cut(found: list[M], order: Sequence[str], size: int) -> Page[M]:
    more, found = len(found) > size, found[:size]
    return Page(found, encode([getattr(found[-1], name.lstrip("-")) for name in order]) if more else None)
