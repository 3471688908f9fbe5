"""Doing once what was asked twice: the header ``Idempotency-Key``.

Kept is the id of what came of a request, never its answer: a repeated request is answered by reading that again, so
nothing personal lies in the table, and the answer is as things stand now.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from xiang.foundation.ground.errors import DomainError, FieldError, Invalid
from xiang.foundation.parties import operations
from xiang.foundation.parties.operations.idempotency import Taken
from xiang.foundation.parties.rest.access import account_of
from xiang.foundation.parties.rest.answering import say
from xiang.foundation.trust import digest

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
PATTERN = r"^[!-~]{8,128}$"
MARK = "takes_idempotency_key"

T = TypeVar("T")
_RESERVED = "_xiang_reserved"


def once(show: Callable[[HttpRequest, UUID], T], *, whole: bool = False) -> Callable[[Callable[..., UUID]], Any]:
    """Decorate an operation that answers the id of what it made or moved; ``show`` reads that id for the answer.

    ``whole`` puts the operation and the note that it was done into one transaction: for operations that are nothing but
    a transaction themselves. Others use :func:`reserved` for what they create, so that a retry finds it.
    """

    def decorate(view: Callable[..., UUID]) -> Callable[..., T]:
        @wraps(view)
        def answered(request: HttpRequest, **given: Any) -> T:
            key = _key(request)
            if key is None:
                return show(request, view(request, **given))
            account = account_of(request)
            taken = operations.take_key(account.id, key, f"{request.method} {request.path}"[:300], _digest(request))
            if taken.done:
                say(request, REPLAYED, "true")
                return show(request, taken.reference)
            return show(request, _do(request, view, given, taken, whole))

        # Annotations are strings of the view's own module: resolved there, before anybody looks for them here.
        answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        setattr(answered, MARK, True)
        return answered

    return decorate


def _do(request: HttpRequest, view: Callable[..., UUID], given: dict[str, Any], taken: Taken, whole: bool) -> UUID:
    setattr(request, _RESERVED, taken.reference)
    try:
        with transaction.atomic() if whole else nullcontext():
            made = view(request, **given)
            operations.keep_answer(taken, made)
    except BaseException as wrong:
        operations.release_key(taken, refused=isinstance(wrong, DomainError))
        raise
    return made


def reserved(request: HttpRequest) -> UUID | None:
    """The id kept free for what this request creates, when it came with a key."""
    return getattr(request, _RESERVED, None)


def _key(request: HttpRequest) -> str | None:
    given = request.headers.get(HEADER)
    if given is None:
        return None
    if not re.fullmatch(PATTERN[1:-1], given):
        raise Invalid([FieldError(f"/{HEADER}", "idempotency_key_form", "键应是 8 到 128 个可见的 ASCII 字符。")])
    return given


def _digest(request: HttpRequest) -> str:
    return digest.sm3(b"\x1f".join((request.META.get("QUERY_STRING", "").encode(), request.body))).hex()
